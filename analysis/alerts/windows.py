"""A metric over windows of time that may overlap, for each group: one scan, whatever the number of windows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from analysis.alerts.rule import DAY, HOUR
from analysis.metrics import fields
from analysis.metrics.catalogue import METRICS
from analysis.metrics.lookup import eligible
from analysis.metrics.query import measure
from analysis.metrics.scan import SOURCES, Keys, long_form, scan

if TYPE_CHECKING:
    from analysis.alerts.rule import Rule
    from analysis.metrics.filter import Filter
    from analysis.metrics.metric import Metric
    from analysis.store import Store

ORIGIN = datetime(1970, 1, 5)
"""A Monday, from which steps are counted."""
GROUPS = 30
"""Groups of a rule that are watched, those with most records."""
WHOLE = ""
"""The group of a rule that has none."""
_GRAINS = {HOUR: "hour", DAY: "day"}


def floor(time: datetime, step: timedelta) -> datetime:
    """Find the start of the step that holds `time`."""
    return ORIGIN + (time - ORIGIN) // step * step


def over_windows(store: Store, rule: Rule, metric: Metric, start: datetime, end: datetime) -> pl.DataFrame:
    """Measure a rule's metric over each of its windows that lies within a span.

    Parameters
    ----------
    start, end : datetime
        Of the span, at steps.

    Returns
    -------
    polars.DataFrame
        ``time`` (the window's start), ``group``, ``value``, ``n``, ``of``, ``low``, ``high`` (95 %, of percentiles
        99.7 %) for the windows that hold a record; one group, :data:`WHOLE`, where the rule has no field.
    """
    filter = rule.filter.during(start, end)
    if rule.by:
        sizes = measure(store, ["requests"], filter, by=[rule.by], limit=GROUPS)
        tops = sizes.filter(pl.col(rule.by) != fields.OTHER)[rule.by].to_list()
        if not tops:
            return _EMPTY
        filter = filter.without(rule.by).where(rule.by, *tops)  # which meet the conditions on the field
    by = [rule.by] if rule.by else []
    alone = rule.window == rule.step and metric.merges != "histogram"
    grain = _GRAINS.get(rule.window) if alone else None
    if grain is not None:
        found = measure(store, [metric.name], filter, by=by, grain=grain)
    else:
        found = _sliding(store, rule, metric, filter).filter(
            (pl.col("time") >= start) & (pl.col("time") + rule.window <= end)
        )
    group = pl.col(rule.by) if rule.by else pl.lit(WHOLE)
    return found.select("time", "value", "n", "of", "low", "high", group=group).sort("group", "time")


def _sliding(store: Store, rule: Rule, metric: Metric, filter: Filter) -> pl.DataFrame:
    """Scan each record once for every window that holds it."""
    bound = fields.Bound("k")
    names, columns = ["time"], [_start(rule)]
    if rule.by:
        names.append(rule.by)
        columns.append(fields.group(rule.by, bound))
    keys = Keys(tuple(names), tuple(columns), bound)
    apart = f" CROSS JOIN range({rule.window // rule.step}) o(place)"
    if metric.merges == "histogram":
        return _percentiles(scan(store, [_listed(metric)], SOURCES[metric.source] + apart, filter, keys), metric, names)
    base = eligible(metric) if metric.source == "marks" else METRICS["requests"]
    wide, possible = (scan(store, [one], SOURCES[one.source] + apart, filter, keys) for one in (metric, base))
    return long_form(metric, wide, possible.select(*names, requests=f"{base.name}.value"), tuple(names), 0)


_SURE = 3.0
"""Standard errors from a percentile to the ends of its interval, which are never wider than all that was seen."""
_POINTS = (10, 8, 6, 5, 4, 3, 2.5, 2, 1.75, 1.5, 1.25, 1, 0.75, 0.5, 0.25, 0.1, 0)
"""Percentiles that are read about one, as parts of the requests beyond it."""


def _points(metric: Metric) -> list[float]:
    beyond = 1 - int(metric.name.rpartition("_p")[2]) / 100
    return sorted({max(1 - beyond * part, 0.0) for part in _POINTS})


def _listed(metric: Metric) -> Metric:
    column = metric.name.rpartition("_p")[0]
    points = ", ".join(f"{point:.6f}" for point in _points(metric))
    return replace(metric, value=f"quantile_cont(r.{column}, [{points}])")


def _percentiles(wide: pl.DataFrame, metric: Metric, names: list[str]) -> pl.DataFrame:
    """Give a percentile the interval of its order statistics: the percentiles :data:`_SURE` errors beside it."""
    points, beyond = np.array(_points(metric)), 1 - int(metric.name.rpartition("_p")[2]) / 100
    rows = []
    for row in wide.iter_rows(named=True):
        found, n = row[f"{metric.name}.value"], row[f"{metric.name}.n"]
        value = low = high = None
        if found is not None and n:
            half = _SURE * (beyond * (1 - beyond) / n) ** 0.5
            low, value, high = (
                float(np.interp(1 - beyond + side, points, np.array(found))) for side in (-half, 0.0, half)
            )
        rows.append([*(row[name] for name in names), value, n, row[f"{metric.name}.of"], low, high])
    schema: dict[str, Any] = dict.fromkeys(names, pl.String) | {"time": pl.Datetime("us"), **_FIGURES}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _start(rule: Rule) -> str:
    """Write SQL of the start of the window that ends ``o.place`` steps after the one of a record."""
    step, origin = rule.step // timedelta(microseconds=1), (ORIGIN - datetime(1970, 1, 1)) // timedelta(microseconds=1)
    return f"make_timestamp(((epoch_us(r.time) - {origin}) // {step} - o.place) * {step} + {origin})"


_FIGURES = {"value": pl.Float64, "n": pl.Int64, "of": pl.Int64, "low": pl.Float64, "high": pl.Float64}
_EMPTY = pl.DataFrame(schema={"time": pl.Datetime("us"), **_FIGURES, "group": pl.String})
