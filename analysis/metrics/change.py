"""One figure against another: how far it moved, whether that is more than chance, and whether it is good."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.metrics.catalogue import MIN_N

if TYPE_CHECKING:
    from analysis.metrics.query import Figure

NOTABLE = 0.1
"""A total or a percentile has no interval; a change by this share of it, or more, is worth a reader's attention."""


@dataclass(frozen=True)
class Change:
    """How a figure moved.

    Parameters
    ----------
    difference : float
        Now less before, in the metric's unit.
    low, high : float or None
        The difference's 95 % interval; None where the metric has none.
    notable : bool
        Whether the interval leaves out nought; for a metric without one, whether it moved by :data:`NOTABLE` or more.
    better : bool or None
        Whether the direction is a good one; None where the metric has no good direction, or nothing moved.
    """

    difference: float
    low: float | None
    high: float | None
    notable: bool
    better: bool | None

    @property
    def worrying(self) -> bool:
        """Whether it went the wrong way by more than chance."""
        return self.notable and self.better is False


def compare(now: Figure, before: Figure) -> Change | None:
    """Compare a metric in two samples of different records; None where one of them has no value or too few records.

    The interval of the difference comes from the two figures' own intervals by the method of variance estimates
    recovery (Zou and Donner 2008, Construction of confidence limits about effect measures, Statistics in Medicine 27,
    1693-1702); for two Wilson intervals it is Newcombe's hybrid score interval (1998, method 10).
    """
    if now.value is None or before.value is None or min(now.n, before.n) < MIN_N:
        return None
    difference = now.value - before.value
    ends = _interval(now, before, difference)
    if ends is not None:
        notable = ends[0] > 0 or ends[1] < 0
    else:
        notable = abs(difference) >= NOTABLE * abs(before.value) and difference != 0
    wanted = {"lower": -1, "higher": 1, None: 0}[now.metric.better]
    better = None if not difference or not wanted else math.copysign(1, difference) == wanted
    low, high = ends or (None, None)
    return Change(difference, low, high, notable, better)


def _interval(now: Figure, before: Figure, difference: float) -> tuple[float, float] | None:
    if now.low is None or now.high is None or before.low is None or before.high is None:
        return None
    assert now.value is not None
    assert before.value is not None
    down = math.hypot(now.value - now.low, before.high - before.value)
    up = math.hypot(now.high - now.value, before.value - before.low)
    return difference - down, difference + up
