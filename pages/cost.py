"""Cost: what the answers cost, and what drove it."""

from __future__ import annotations

from app import breakdowns, costs, data, figures, filters, forecasted, page, trends

scope = page.begin("Cost")
now, before = scope.figures(
    "cost", "cost_per_request", "cost_per_conversation", "cost_per_user_day", "cost_per_1k_tokens"
)
figures.row("cost", now, before, scope=scope)
filters.controls(scope.view, scope.chosen)
cost = now["cost"].metric
trends.one(scope, cost)
forecasted.draw(scope)
breakdowns.of_groups(scope, cost, f"What cost most, by {scope.by_words}", key="cost")
trends.of_groups(scope, cost, key="cost-groups")
trends.of_metrics(scope, data.named("cost_per_request", "cost_per_user_day", "cost_per_1k_tokens"), key="rates")
costs.recorded_against_recomputed(scope)
costs.without_price(scope)
for field, title in (("feature", "The features that cost most"), ("user_id", "The users who cost most")):
    if field != scope.by:
        breakdowns.of_groups(scope, cost, title, key=f"top-{field}", by=field)
