"""One metric of several looked at closely: its trend, what drove it, and the records behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import breakdowns, data, drill, filters, trends, why, words, worst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.metrics.metric import Metric
    from app.page import Scope


def look(scope: Scope, metrics: Sequence[Metric]) -> None:
    """Draw the choice of a metric, and the metric chosen."""
    metric = filters.controls(scope.view, scope.chosen, metrics=metrics, opened=_opened(scope, metrics))
    if metric is None:
        return
    trends.one(scope, metric)
    if scope.before is not None:
        why.offer(metric, "closely")
    breakdowns.of_groups(scope, metric, f"{metric.title} by {scope.by_words}", key="driver")
    worst.show(scope, metric)
    drill.link("Read the conversations it speaks of", drill.behind(metric.name, scope.chosen), key="closely")


def _opened(scope: Scope, metrics: Sequence[Metric]) -> Metric:
    """Choose what is looked at first: of rates to be kept low the highest, for the first one may well be nought."""
    if not _bad(metrics[0]):
        return metrics[0]
    now = data.summary([metric.name for metric in metrics], scope.chosen)
    known = [metric for metric in metrics if _bad(metric) and not words.few(now[metric.name].n)]
    return max(known, key=lambda metric: now[metric.name].value or 0.0, default=metrics[0])


def _bad(metric: Metric) -> bool:
    return metric.unit == "share" and metric.better == "lower"
