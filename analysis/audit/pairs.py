"""The same prompt with another attribute: the two answers of a pair are compared with each other and with no other."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from analysis.audit.rates import ALPHA, POWER, bisected
from analysis.metrics.intervals import Z, student_t
from analysis.metrics.shifts.draws import Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def mcnemar(here: Array, there: Array) -> tuple[int, int, float]:
    """Test whether the outcome is as frequent on both sides of pairs.

    Parameters
    ----------
    here, there : array (pairs,)
        0 or 1.

    Returns
    -------
    tuple
        Pairs with the outcome only here, only there, and p: the exact test of those that differ (McNemar 1947,
        Psychometrika 12, 153-157).
    """
    from scipy.stats import binomtest

    b, c = int(((here > 0) & (there == 0)).sum()), int(((here == 0) & (there > 0)).sum())
    return b, c, float(binomtest(b, b + c).pvalue) if b + c else 1.0


def rate_difference(b: int, c: int, n: int) -> Span:
    """Give the difference of two rates of pairs, (b - c) / n, with its interval.

    Agresti & Min (2005), Simple improved confidence intervals for comparing matched proportions, Statistics in Medicine
    24, 729-740: Wald's, with half a pair more in each of the four cells.
    """
    more_b, more_c, more_n = b + 0.5, c + 0.5, n + 2
    middle = (more_b - more_c) / more_n
    half = Z * math.sqrt(more_b + more_c - (more_b - more_c) ** 2 / more_n) / more_n
    return Span((b - c) / n, max(middle - half, -1.0), min(middle + half, 1.0))


def wilcoxon(gaps: Array) -> float:
    """Test whether gaps lie about nought: p of the signed-rank test (Wilcoxon 1945, Biometrics Bulletin 1, 80-83).

    Gaps of nought are ranked and then left out (Pratt 1959, JASA 54, 655-667).
    """
    from scipy.stats import wilcoxon as test

    if not np.any(gaps):
        return 1.0
    return float(test(gaps, zero_method="pratt", correction=False).pvalue)


def mean_difference(gaps: Array) -> Span:
    """Give the mean of gaps with Student's interval; without one for fewer than two."""
    n, middle = len(gaps), float(gaps.mean())
    if n < 2:
        return Span(middle)
    half = student_t(n - 1) * float(gaps.std(ddof=1)) / math.sqrt(n)
    return Span(middle, middle - half, middle + half)


def rank_biserial(gaps: Array) -> float:
    """Give the share of ranks in favour less that against, -1 to 1 (Kerby 2014, Comprehensive Psychology 3, 11)."""
    from scipy.stats import rankdata

    told = gaps[gaps != 0]
    if not len(told):
        return 0.0
    ranks = rankdata(np.abs(told))
    return float((ranks * np.sign(told)).sum() / ranks.sum())


def smallest_mean(gaps: Array, *, alpha: float = ALPHA) -> float | None:
    """Find the smallest mean gap that is seen in four of five cases, from the spread of the gaps; None without one."""
    if len(gaps) < 2 or not np.any(gaps):
        return None
    normal = NormalDist()
    reach = normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(POWER)
    return float(reach * gaps.std(ddof=1) / math.sqrt(len(gaps)))


def smallest_rate(discordant: int, n: int, *, alpha: float = ALPHA) -> float | None:
    """Find the smallest (b - c) / n that is seen in four of five cases where `discordant` pairs of `n` differ.

    Connor (1987), Sample size for testing differences in proportions for the paired-sample design, Biometrics 43,
    207-211. None where even pairs that all differ one way would be missed.
    """
    if not discordant:
        return None
    normal, differ = NormalDist(), discordant / n

    def power(apart: float) -> float:
        spread = math.sqrt(max(differ - apart**2, 1e-12))
        return normal.cdf((apart * math.sqrt(n) - normal.inv_cdf(1 - alpha / 2) * math.sqrt(differ)) / spread)

    return bisected(power, differ)
