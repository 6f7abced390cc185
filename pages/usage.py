"""Usage: how much the application is used, by whom and for what."""

from __future__ import annotations

from analysis.record import TOKEN_COLUMNS
from app import breakdowns, data, figures, filters, page, trends

scope = page.begin("Usage")
now, before = scope.figures("requests", "conversations", "users", "total_tokens", "tool_call_rate")
figures.row("usage", now, before, scope=scope)
filters.controls(scope.view, scope.chosen)
trends.one(scope, now["requests"].metric)
breakdowns.of_groups(scope, now["requests"].metric, f"Requests by {scope.by_words}", key="requests")
trends.of_groups(scope, now["requests"].metric, key="requests-groups")
trends.of_metrics(scope, data.named("conversations", "users", "total_tokens"), key="reach")
breakdowns.of_metrics(scope, data.named(*TOKEN_COLUMNS), "Where the tokens went", key="buckets")
