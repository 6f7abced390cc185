"""The series of a workspace that are looked through for changes: shares of topics and outcomes over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from analysis.drift.changes import LEAST, stretches
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
LIMITS = (
    "A topic's share is of all records, those of no topic included. Whose records they are is not known here: one "
    "person with many can make a change."
)
NOTHING = f"There is nothing to look through: that takes records at {LEAST} points of time."
"""What is to be said beside the changes, and where no series is long enough."""
_HOURS = (1, 2, 3, 6, 12, 24, 48, 168, 336, 672)


@dataclass(frozen=True)
class Change:
    """A stretch of time in which a series runs on another level.

    Parameters
    ----------
    name, title : str
        A metric, or a topic's share: its name then, and ``topic``.
    topic : bool
        The share is of all records, those of no topic included.
    start, end : datetime
        When it begins and ends, UTC; it lasts where `lasts`.
    lasts : bool
        Whether it reaches to the end of the records.
    before, level : float
        The mean between it and the change before it, and in it.
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


@dataclass(frozen=True)
class Found:
    """The changes of some series, the surest and largest first, and how many series were long enough to look through.

    What they do not know is in :data:`LIMITS`.
    """

    changes: tuple[Change, ...]
    series: int


def changes(store: Store, filter: Filter) -> Found:
    """Find the changes of the series of a filter's records."""
    ((first, last),) = _extent(store, filter)
    if first is None:
        return Found((), 0)
    hours = next((width for width in _HOURS if (last - first) / timedelta(hours=width) <= POINTS), _HOURS[-1])
    every = (*_metrics(store, filter, hours), *_topics(store, filter, hours))
    series = [one for one in every if len(one.points) >= LEAST]
    found = [change for one in series for change in _changes(one, CHANCE / len(series), timedelta(hours=hours))]
    return Found(tuple(sorted(found, key=lambda change: (change.p, -abs(change.level - change.before)))), len(series))


def _changes(one: _Series, chance: float, width: timedelta) -> list[Change]:
    times, values = one.points["time"].to_list(), one.points["value"].to_numpy()
    weights = one.points["n"].cast(pl.Float64).to_numpy()
    known = ~np.isnan(values) & (weights > 0)
    found = stretches(values, weights, chance=chance)
    edges = {0, *(edge for stretch in found for edge in (stretch.start, stretch.end))}

    def level(start: int, end: int) -> float:
        within = known[start:end]
        return float(np.average(values[start:end][within], weights=weights[start:end][within]))

    def before(start: int) -> float:
        """Give the level since the last edge before."""
        return level(max(edge for edge in edges if known[edge:start].any()), start)

    return [
        Change(
            one.name, one.title, one.topic, times[start], times[end - 1] + width, end == len(times), before(start),
            level(start, end), one.unit, p, width,
        )
        for start, end, p in ((stretch.start, stretch.end, stretch.p) for stretch in found)
    ]  # fmt: skip


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
