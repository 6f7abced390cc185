"""The same items measured twice: what changed, by how much, how surely, and what change would have been seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from analysis.metrics import intervals
from analysis.metrics.intervals import Z

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

POWER = 0.8
"""The probability with which the smallest change is seen."""
_STEPS = 40


@dataclass(frozen=True)
class Paired:
    """A measure of `n` items, before and now.

    Parameters
    ----------
    before, now : float
        The share of flagged items, or the mean.
    difference, low, high : float
        Now less before, with its 95 % interval; without one where there is one item only.
    p : float
        The chance of a difference as large were there none.
    toward : int
        Which way it goes, by its test: -1 down, 1 up, 0 neither.
    smallest : float or None
        The smallest change that the test sees in four of five cases; None where it would see none.
    """

    n: int
    before: float
    now: float
    difference: float
    low: float | None
    high: float | None
    p: float
    toward: int
    smallest: float | None


def flags(before: NDArray[np.bool_], now: NDArray[np.bool_], *, chance: float = 0.05) -> Paired:
    """Compare flags by McNemar's exact test.

    The interval is Bonett and Price's (2012, Journal of Educational and Behavioral Statistics 37, 479-488), the
    smallest change by Miettinen (1968, Biometrics 24, 339-352), were as many items flipped both ways as are now.

    Parameters
    ----------
    chance : float
        Of a false alarm that the test is allowed, for `smallest`.
    """
    from scipy.stats import binom

    n = len(before)
    up, down = int((~before & now).sum()), int((before & ~now).sum())
    p = min(1.0, 2 * float(binom.cdf(min(up, down), up + down, 0.5))) if up + down else 1.0
    more, less = (up + 1) / (n + 2), (down + 1) / (n + 2)
    half = Z * math.sqrt((more + less - (more - less) ** 2) / (n + 2))
    middle = more - less
    return Paired(
        n, float(before.mean()), float(now.mean()), (up - down) / n, max(middle - half, -1), min(middle + half, 1), p,
        int(np.sign(up - down)), _smallest_share(n, 2 * min(up, down) / n, chance),
    )  # fmt: skip


def values(before: NDArray[np.float64], now: NDArray[np.float64], *, chance: float = 0.05) -> Paired:
    """Compare values by Wilcoxon's signed-rank test, items without a change left out.

    The interval is of the mean difference, by Student's t; the smallest change is that of a mean of differences that
    vary as these do.
    """
    from scipy.stats import rankdata, wilcoxon

    n, apart = len(before), now - before
    moved = apart[apart != 0]
    p, toward = 1.0, 0
    if len(moved):
        p = float(wilcoxon(moved).pvalue)
        toward = int(np.sign((np.sign(moved) * rankdata(np.abs(moved))).sum()))
    deviation = float(apart.std(ddof=1)) if n > 1 else 0.0
    low, high = intervals.mean(float(apart.mean()), deviation, n) or (None, None)
    power = NormalDist().inv_cdf(1 - chance / 2) + NormalDist().inv_cdf(POWER)
    smallest = power * deviation / math.sqrt(n) if deviation else None
    return Paired(n, float(before.mean()), float(now.mean()), float(apart.mean()), low, high, p, toward, smallest)


def _smallest_share(n: int, both_ways: float, chance: float) -> float | None:
    """Find the smallest share of items whose flip the exact test sees, beside those that flip both ways by chance."""
    from scipy.stats import binom

    fewest = next((k for k in range(1, n + 1) if 2 * 0.5**k <= chance), None)
    if fewest is None:
        return None
    critical, power = NormalDist().inv_cdf(1 - chance / 2), NormalDist().inv_cdf(POWER)

    def seen(share: float) -> bool:
        flipped = both_ways + share
        needed = (critical * math.sqrt(flipped) + power * math.sqrt(max(flipped - share**2, 0))) ** 2 / share**2
        return n >= needed and float(binom.sf(fewest - 1, n, share)) >= POWER

    return _least(seen)


def _least(seen: Callable[[float], bool]) -> float | None:
    low, high = 0.0, 1.0
    if not seen(high):
        return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if seen(middle) else (middle, high)
    return high
