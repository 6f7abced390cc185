"""Overview: how the application is doing, in ten seconds."""

from __future__ import annotations

from app import breakdowns, data, figures, filters, page, trends

SIGNS = ("cost", "latency_p95", "error_rate", "thumbs_up_rate", "refusal_rate", "users")

scope = page.begin("Overview")
now, before = scope.figures("requests", "users", "cost", "latency_p95", "error_rate", "thumbs_up_rate")
figures.row("overview", now, before)
filters.controls(scope.view, scope.chosen)
trends.one(scope, now["requests"].metric)
trends.of_metrics(scope, data.named(*SIGNS), key="signs")
breakdowns.of_groups(scope, now["cost"].metric, f"What cost most, by {scope.by_words}", key="cost")
