"""Forecast a metric day by day: the model that fared best in a backtest, and intervals from its errors there."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from analysis.forecast import models
from analysis.forecast.models import WEEK, Backtest, backtest
from analysis.forecast.series import Daily, daily, newest
from analysis.forecast.spread import Growth, Spread

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.forecast.models import Floats
    from analysis.metrics.filter import Filter
    from analysis.store import Store

AHEAD = 31
"""Days ahead of a forecast: a month's."""
MOST_AHEAD = 92
"""Days ahead beyond which nothing is forecast."""
_WEEKS = 2 * WEEK
_TRIED = 6 * WEEK
"""From so many days on models are tried: chosen on fewer they were further off than the naive way (the benchmark)."""
_LEARNT = 3 * WEEK
"""Days that a model is given at least when it is tried."""

_one_at_a_time = threading.Lock()
"""The number of threads is the whole process's: two that set it and set it back would leave it wrong."""

WAYS = {
    "mean": "the mean of the days so far, as there are too few for the shape of a week",
    "naive": "the last week repeated",
    "level": "the mean of the last week and a smoothed level with the shape of the week",
    "damped": "the mean of the last week and a smoothed level with the shape of the week and a trend that dies away",
}
"""What a forecast goes on by, in words."""


@dataclass(frozen=True)
class Day:
    """A day ahead: as likely passed as not, and the ends of its 80 % and 95 % intervals."""

    day: date
    value: float
    low80: float
    high80: float
    low: float
    high: float


@dataclass(frozen=True)
class Forecast:
    """What is to be expected of a metric.

    Parameters
    ----------
    so_far : Daily
        The complete days.
    way : str
        A key of :data:`WAYS`.
    days : tuple of Day
        From the day after the last complete one on.
    trial, naive : Backtest
        How it, and repeating the last week, would have fared on days of the past.
    compared : bool
        Whether there were days enough to try models beside the naive one.
    growth : Growth
        How far off the days ahead and their sums may be.
    """

    so_far: Daily
    way: str
    days: tuple[Day, ...]
    trial: Backtest
    naive: Backtest
    compared: bool
    growth: Growth

    def sum_to(self, ahead: int, *, after: int = 0) -> Spread:
        """Spread the sum of the days ahead, from `after` of them on until `ahead`."""
        return self.growth.sum_of(max(0.0, sum(day.value for day in self.days[after:ahead])), ahead)


def forecast(store: Store, metric: str, filter: Filter, *, at: datetime | None = None, ahead: int = AHEAD) -> Forecast:
    """Forecast a metric from the complete days before `at`, of which half a year counts.

    Parameters
    ----------
    filter : Filter
        Its conditions count, its period does not.
    at : datetime or None
        UTC; the day that it lies in is the first one forecast. None: the newest record's time.
    ahead : int
        Days, 1 to :data:`MOST_AHEAD`.

    Raises
    ------
    UnknownMetricError
        If the metric is unknown.
    TooFewDaysError
        If there are fewer than seven complete days.
    ValueError
        If `ahead` is out of bounds.
    """
    if not 1 <= ahead <= MOST_AHEAD:
        raise ValueError(f"{ahead} days ahead can't be forecast. Ask for 1 to {MOST_AHEAD}.")
    return of_days(daily(store, metric, filter, at or newest(store)), ahead)


def of_days(so_far: Daily, ahead: int) -> Forecast:
    """Forecast from a series of days."""
    base = min(0.0, float(so_far.values.min()))  # scores may be below nought; what follows is about sizes
    values = so_far.values - base
    # For matrices so small, threads that wait for each other cost seven times the work.
    with _one_at_a_time, threadpool_limits(1):
        way, trial, naive = _chosen(values, ahead)
        found = getattr(models, way)(values, ahead)
    growth = Growth.of(trial, float(values.mean()))
    top = 1.0 if so_far.metric.unit == "share" else np.inf
    start = so_far.first + timedelta(days=len(values))
    days = [
        _day(start + timedelta(days=place), growth.day_of(float(value), place + 1), base, top)
        for place, value in enumerate(found)
    ]
    return Forecast(so_far, way, tuple(days), trial, naive, len(values) >= _TRIED, growth)


def _chosen(values: Floats, ahead: int) -> tuple[str, Backtest, Backtest]:
    """Choose what fares best; where nothing does better than the naive way, or cannot be tried, that is taken."""
    if len(values) < _WEEKS:
        naive = backtest(models.naive, values, ahead, WEEK) if len(values) > WEEK else None
        trial = backtest(models.mean, values, ahead, WEEK // 2)
        return "mean", trial, naive or trial
    first = _LEARNT if len(values) >= _TRIED else WEEK
    found = {"naive": backtest(models.naive, values, ahead, first)}
    if len(values) >= _TRIED and found["naive"].off > 0:
        found |= {way: backtest(getattr(models, way), values, ahead, first) for way in ("level", "damped")}
    way = min(found, key=lambda name: found[name].scaled)  # the first of equals: the naive one
    return way, found[way], found["naive"]


def _day(day: date, spread: Spread, base: float, top: float) -> Day:
    low, low80, high80, high = (min(spread.quantile(share) + base, top) for share in (0.025, 0.1, 0.9, 0.975))
    return Day(day, spread.middle + base, low80, high80, low, high)
