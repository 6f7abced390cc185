"""One metric of several looked at closely: its trend, what drove it, and the records behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import breakdowns, drill, filters, trends, why, worst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.metrics.metric import Metric
    from app.page import Scope


def look(scope: Scope, metrics: Sequence[Metric]) -> None:
    """Draw the choice of a metric, and the metric chosen."""
    metric = filters.controls(scope.view, scope.chosen, metrics=metrics)
    if metric is None:
        return
    trends.one(scope, metric)
    if scope.before is not None:
        why.offer(metric, "closely")
    breakdowns.of_groups(scope, metric, f"{metric.title} by {scope.by_words}", key="driver")
    worst.show(scope, metric)
    drill.link("Read the conversations it speaks of", drill.behind(metric.name, scope.chosen), key="closely")
