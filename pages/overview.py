"""Overview: how the application is doing, in ten seconds."""

from __future__ import annotations

import streamlit as st

from app import breakdowns, data, figures, filters, page, trends, why

SIGNS = ("cost", "latency_p95", "error_rate", "thumbs_up_rate", "refusal_rate", "users")

scope = page.begin("Overview")
moved = st.container()
now, before = scope.figures("requests", "users", "cost", "latency_p95", "error_rate", "thumbs_up_rate")
figures.row("overview", now, before, scope=scope)
filters.controls(scope.view, scope.chosen)
trends.one(scope, now["requests"].metric)
trends.of_metrics(scope, data.named(*SIGNS), key="signs")
breakdowns.of_groups(scope, now["cost"].metric, f"What cost most, by {scope.by_words}", key="cost")
with moved:  # last, as it takes longest
    why.lead(scope, now, before)
