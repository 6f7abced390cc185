"""Latency & resources: how long answers take to begin and to end, and the machines behind them."""

from __future__ import annotations

from app import breakdowns, data, figures, filters, page, resourced, states, timings, trends

PERCENTILES = ("latency_p50", "latency_p90", "latency_p95", "latency_p99")
FIRST_TOKEN = (
    "time_to_first_token_p50",
    "time_to_first_token_p90",
    "time_to_first_token_p95",
    "time_to_first_token_p99",
)
SHOWN = ("latency_p50", "latency_p95", "latency_p99", "time_to_first_token_p95", "output_tokens_per_second")

scope = page.begin("Latency & resources")
now, before = scope.figures(*PERCENTILES, *FIRST_TOKEN, "output_tokens_per_second")
figures.row("latency", now, before, names=SHOWN, scope=scope)
filters.controls(scope.view, scope.chosen)
if now["latency_p50"].value is None:
    states.absent("These logs do not say how long answers took.", "It is read from a duration, or a start and an end.")
else:
    trends.several(scope, data.named(*PERCENTILES), timings.headline(now), key="percentiles")
    slowest = f"The slowest answers, p95 by {scope.by_words}"
    breakdowns.of_groups(scope, now["latency_p95"].metric, slowest, key="slow", ranked=True)
    timings.spread(scope, now)
if now["time_to_first_token_p50"].value is not None:
    trends.several(scope, data.named(*FIRST_TOKEN), timings.first_word(now), key="first-token")
if now["output_tokens_per_second"].value is not None:
    states.heading("How fast the words come")
    trends.of_groups(scope, now["output_tokens_per_second"].metric, key="speed")
resourced.draw(scope)
