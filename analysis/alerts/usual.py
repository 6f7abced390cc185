"""What is usual: the same hours of the four weeks before, by medians, so that one bad week counts for little.

Arrays have an entry a step of a grid; what a step needs of the weeks before it lies earlier on the same grid.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from analysis.metrics.catalogue import MIN_N

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

WEEKS = 4
"""Weeks before a window that tell what is usual there."""
REACH = timedelta(weeks=WEEKS + 1)
"""So far back the grid has to reach: successive weeks are compared."""
KNOWN = 2
"""Of them so many must be known."""
MEDIAN = 2 / np.pi
"""What a median is worth of a mean of as many, where they are normal."""
_TO_DEVIATION = 1.4826
_DAYS = 28
_LEAST_SPREAD = 0.05
"""Days that happen to be alike do not make a figure that never moves: it is taken to move by so much of itself."""


@dataclass(frozen=True)
class Counts:
    """How many are usual: the mean and the variance of a negative binomial; NaN where too little is known."""

    mean: Array
    variance: Array

    def at_most(self, chance: float) -> Array:
        """Give the count that is exceeded so rarely."""
        return self._points(chance, upper=True)

    def at_least(self, chance: float) -> Array:
        """Give the count that is fallen short of so rarely."""
        return self._points(chance, upper=False)

    def _points(self, chance: float, *, upper: bool) -> Array:
        from scipy.stats import nbinom, poisson

        wide = self.variance > self.mean * (1 + 1e-9)
        apart = np.where(wide, self.variance - self.mean, 1.0)
        shape, success = np.where(wide, self.mean**2 / apart, 1.0), np.where(wide, self.mean / self.variance, 0.5)
        points = (nbinom.isf(chance, shape, success), poisson.isf(chance, self.mean))
        if not upper:
            points = (nbinom.ppf(chance, shape, success), poisson.ppf(chance, self.mean))
        found: Array = np.where(wide, *points)
        found[np.isnan(self.mean)] = np.nan
        return found


def counts(values: Array, lag: int, wide: int, *, least: bool = False) -> Counts:
    """Find how many are usual in each window.

    The level is the median of the same hours of the weeks before; of what is rare and comes at any hour, the mean of
    all hours in a median week, where that is more. The variance is that of a count, as many times larger as the same
    hours of successive weeks differ beyond it (records of one conversation come together), and that of a level known
    from so few (a gamma distribution with the exposure of the weeks).

    Parameters
    ----------
    values : array (steps,)
        Counts; NaN before anything was counted at all.
    lag, wide : int
        Steps in a week, and in a window.
    least : bool
        Whether one looks for too few: then the level is the least of the weeks, for an hour may well be empty that was
        once, and the mean of all hours tells nothing of the nights.
    """
    same = _same_hours(values, lag)
    level, weeks = (_least if least else _median)(same), (~np.isnan(same)).sum(0)
    exposure = np.maximum(weeks, 1.0)
    if not least:
        all_hours = _median(_weekly_means(values, lag, wide))
        more = all_hours > level
        level, exposure = np.where(more, all_hours, level), np.where(more, exposure * lag / wide, exposure)
    level = np.where(weeks >= KNOWN, np.maximum(level, 0.5 / exposure), np.nan)
    together = _together(values, lag, wide)
    return Counts(level, together * (level + level / exposure))


def _together(values: Array, lag: int, wide: int) -> Array:
    """Tell how many times the variance of independent counts is what successive weeks differ by, in a median week."""
    before = np.full(len(values), np.nan)
    before[lag:] = values[: max(len(values) - lag, 0)]
    apart, sums = ((values - before) ** 2, values + before)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = _median(_weekly_means(apart, lag, wide) / _weekly_means(sums, lag, wide))
    return np.where(np.isnan(found), 1.0, np.maximum(found, 1.0))


@dataclass(frozen=True)
class Shares:
    """A usual share, and of how many records it is as exact; NaN where too little is known."""

    share: Array
    n: Array


def shares(hits: Array, n: Array, lag: int, wide: int) -> Shares:
    """Find the usual share: of the same hours, where these weeks had enough in them, else of all their hours."""
    same = _known_shares(_same_hours(hits, lag), _same_hours(n, lag))
    whole = _known_shares(*(_weekly_means(part, lag, wide) * lag / wide for part in (hits, n)))
    weeks = (_same_hours(n, lag) > 0).sum(0)
    enough = (weeks >= KNOWN) & (same.n >= MIN_N)
    share, size = np.where(enough, same.share, whole.share), np.where(enough, same.n, whole.n)
    known = size >= MIN_N
    return Shares(np.where(known, share, np.nan), np.where(known, size * MEDIAN, np.nan))


@dataclass(frozen=True)
class Levels:
    """A usual level, and how far single weeks lie from it (a standard deviation); NaN where too little is known."""

    level: Array
    spread: Array
    weeks: NDArray[np.int64]


def levels(values: Array, lag: int) -> Levels:
    """Find the usual level of a mean, a percentile or an amount, and how far the same hours of single days lie from it.

    The spread is taken about the median of the days, so that weekends widen it; of windows longer than a day these
    overlap.
    """
    same = _same_hours(values, lag)
    weeks = (~np.isnan(same)).sum(0)
    level = np.where(weeks >= KNOWN, _median(same), np.nan)
    spread = _deviation(_lagged(values, lag // 7, _DAYS) if lag % 7 == 0 else same)
    return Levels(level, np.maximum(spread, _LEAST_SPREAD * np.abs(level)), weeks)


def _same_hours(values: Array, lag: int) -> Array:
    """Lay the same hours of the weeks before beneath each other: array (weeks, steps)."""
    return _lagged(values, lag, WEEKS)


def _lagged(values: Array, lag: int, times: int) -> Array:
    found = np.full((times, len(values)), np.nan)
    for place in range(1, times + 1):
        found[place - 1, place * lag :] = values[: max(len(values) - place * lag, 0)]
    return found


def _weekly_means(values: Array, lag: int, wide: int) -> Array:
    """Take the mean of the windows of each week of those that end before a window begins: array (weeks, steps)."""
    known = ~np.isnan(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0))])
    sizes = np.concatenate([[0], np.cumsum(known)])
    found = np.full((WEEKS, len(values)), np.nan)
    ends = np.arange(len(values)) - wide + 1
    for week in range(WEEKS):
        first, last = ends - (week + 1) * lag, ends - week * lag
        there = last > 0
        size = sizes[last[there]] - sizes[np.maximum(first[there], 0)]
        total = sums[last[there]] - sums[np.maximum(first[there], 0)]
        # half a week tells little of a week
        found[week, there] = np.where(size >= lag / 2, total / np.maximum(size, 1), np.nan)
    return found


def _known_shares(hits: Array, n: Array) -> Shares:
    with np.errstate(invalid="ignore", divide="ignore"):
        return Shares(_median(np.where(n > 0, hits / n, np.nan)), np.nansum(n, axis=0))


def _median(found: Array) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of columns in which nothing is known
        return np.asarray(np.nanmedian(found, axis=0))


def _least(found: Array) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmin(found, axis=0))


def _deviation(found: Array) -> Array:
    """Take the standard deviation that the median absolute deviation stands for."""
    return _TO_DEVIATION * _median(np.abs(found - _median(found)))
