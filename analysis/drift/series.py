"""The series of a workspace that are looked through for changes: shares of topics and outcomes over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from analysis.drift.changes import stretches
from analysis.drift.concept import OUTCOMES
from analysis.metrics import fields
from analysis.metrics.fields import NONE, OTHER
from analysis.metrics.lookup import UnknownMetricError, find
from analysis.metrics.query import measure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from analysis.metrics.filter import Filter
    from analysis.store import Store

SERIES = (*OUTCOMES, "cost_per_request", "output_tokens_per_second")
"""Metrics that are looked through: rates and means, whose parts can be weighed by what they rest on."""
TOPICS = 40
"""Topics, the largest ones, whose shares are looked through."""
POINTS = 200
"""Points of a series, at most."""
CHANCE = 0.05
"""Chance of a change in any series where there is none in all of them (Bonferroni)."""
_HOURS = (1, 2, 3, 6, 12, 24, 48, 168, 336, 672)


@dataclass(frozen=True)
class Change:
    """A stretch of time in which a series runs on another level.

    Parameters
    ----------
    name, title : str
        A metric, or a topic's share: its name then, and ``topic``.
    topic : bool
    start, end : datetime
        When it begins and ends, UTC; it lasts where `lasts`.
    lasts : bool
        Whether it reaches to the end of the records.
    before, level : float
        The mean before it (of all else where it stands at the beginning), and in it.
    unit : str
    p : float
        See :class:`changes.Stretch`.
    width : timedelta
        How exact the dates are.
    """

    name: str
    title: str
    topic: bool
    start: datetime
    end: datetime
    lasts: bool
    before: float
    level: float
    unit: str
    p: float
    width: timedelta


@dataclass(frozen=True)
class _Series:
    name: str
    title: str
    topic: bool
    unit: str
    points: pl.DataFrame
    """``time``, ``value`` and ``n``."""


def changes(store: Store, filter: Filter) -> list[Change]:
    """Find the changes of the series of a filter's records, the surest and largest first."""
    ((first, last),) = _extent(store, filter)
    if first is None:
        return []
    hours = next((width for width in _HOURS if (last - first) / timedelta(hours=width) <= POINTS), _HOURS[-1])
    series = [one for one in (*_metrics(store, filter, hours), *_topics(store, filter, hours)) if len(one.points)]
    found = []
    for one in series:
        values, weights = one.points["value"].to_numpy(), one.points["n"].cast(pl.Float64).to_numpy()
        for stretch in stretches(values, weights, chance=CHANCE / len(series)):
            found.append(_change(one, values, weights, stretch.start, stretch.end, stretch.p, timedelta(hours=hours)))
    return sorted(found, key=lambda change: (change.p, -abs(change.level - change.before)))


def _change(
    one: _Series, values: np.ndarray, weights: np.ndarray, start: int, end: int, p: float, width: timedelta
) -> Change:
    times = one.points["time"].to_list()
    weighed = np.where(weights > 0, weights, 0)
    before = slice(0, start) if start else slice(end, None)
    return Change(
        one.name, one.title, one.topic, times[start], times[end - 1] + width, end == len(times),
        _level(values[before], weighed[before]), _level(values[start:end], weighed[start:end]), one.unit, p, width,
    )  # fmt: skip


def _level(values: np.ndarray, weights: np.ndarray) -> float:
    known = ~np.isnan(values) & (weights > 0)
    return float(np.average(values[known], weights=weights[known])) if known.any() else float("nan")


def _extent(store: Store, filter: Filter) -> list[tuple[datetime | None, datetime]]:
    where, given = filter.predicate()
    return store.frame(f"SELECT min(r.time), max(r.time) FROM records r WHERE {where}", given).rows()


def _metrics(store: Store, filter: Filter, hours: int) -> Iterator[_Series]:
    for name in SERIES:
        try:
            metric = find(store, name)
        except UnknownMetricError:
            continue
        points = measure(store, [name], filter, grain="hour").filter(pl.col("value").is_not_null() & (pl.col("n") > 0))
        yield _Series(name, metric.title, False, metric.unit, _wider(points, hours))


def _topics(store: Store, filter: Filter, hours: int) -> Iterator[_Series]:
    points = measure(store, ["requests"], filter, by=[fields.TOPIC], grain="hour", limit=TOPICS)
    whole = points.group_by("time").agg(n=pl.col("value").sum())
    for (name,), own in points.group_by(fields.TOPIC, maintain_order=True):
        if name in (NONE, OTHER):
            continue
        joined = whole.join(own.select("time", "value"), on="time", how="left").with_columns(
            value=pl.col("value").fill_null(0) / pl.col("n")
        )
        yield _Series(str(name), str(name), True, "share", _wider(joined, hours))


def _wider(points: pl.DataFrame, hours: int) -> pl.DataFrame:
    """Put the points of some hours together, each weighed by what it rests on."""
    weighed = (pl.col("value") * pl.col("n")).sum() / pl.col("n").sum()
    return (
        points.select("time", "value", "n")
        .sort("time")
        .group_by_dynamic("time", every=f"{hours}h")
        .agg(value=weighed, n=pl.col("n").sum())
    )
