"""Numbers of independent groups: means and medians, how far groups are apart, and the tests by ranks."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from analysis.audit.rates import ALPHA, POWER
from analysis.audit.resample import Resampled, percentiles
from analysis.metrics.shifts.draws import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def mean(found: Resampled, group: int) -> Span:
    """Give a group's mean with the interval of its resamples."""
    return Span(float(found.means[group]), *(percentiles(found.drawn[:, group]) or (None, None)))


def difference(found: Resampled, here: int, there: int) -> Span:
    """Give the difference of two groups' means with the interval of the resamples."""
    apart = float(found.means[here] - found.means[there])
    return Span(apart, *(percentiles(found.difference(here, there)) or (None, None)))


def omnibus(groups: Sequence[Array]) -> tuple[str, float | None, float]:
    """Test whether any group's values tend to be larger: Kruskal & Wallis (1952), JASA 47, 583-621.

    Of two groups this is Mann and Whitney's test.
    """
    from scipy.stats import kruskal

    if len(groups) == 2:
        return "Mann–Whitney", None, mann_whitney(*groups)
    if len(np.unique(np.concatenate(groups))) < 2:
        return "Kruskal–Wallis", 0.0, 1.0
    found = kruskal(*groups)
    return "Kruskal–Wallis", float(found.statistic), float(found.pvalue)


def mann_whitney(here: Array, there: Array) -> float:
    """Test whether the values of one group tend to be larger: p, two-sided, corrected for ties."""
    from scipy.stats import mannwhitneyu

    if len(np.unique(np.concatenate([here, there]))) < 2:
        return 1.0
    return float(mannwhitneyu(here, there, alternative="two-sided").pvalue)


def omnibus_resampled(found: Resampled) -> tuple[str, float | None, float]:
    """Test whether all means are one by Wald's statistic with the covariance of the resamples."""
    from scipy.stats import chi2

    contrasts = found.drawn[:, 1:] - found.drawn[:, :1]
    known = contrasts[np.isfinite(contrasts).all(1)]
    covariance = np.atleast_2d(np.cov(known, rowvar=False))
    apart = found.means[1:] - found.means[0]
    statistic = float(apart @ np.linalg.pinv(covariance) @ apart)
    return "Wald, clusters resampled", statistic, float(chi2.sf(statistic, len(apart)))


def pairwise_resampled(found: Resampled, here: int, there: int) -> float:
    """Test whether two means are one, by the standard error of the resamples: p."""
    apart = float(found.means[here] - found.means[there])
    spread = float(found.difference(here, there).std(ddof=1))
    if spread <= 0:
        return 1.0 if apart == 0 else 0.0
    return 2 * NormalDist().cdf(-abs(apart) / spread)


def cliffs_delta(here: Array, there: Array) -> float:
    """Give how much oftener a value of one group is the larger: -1 to 1.

    Cliff (1993), Dominance statistics, Psychological Bulletin 114, 494-509; 0.147 is small, 0.33 middling, 0.474 large
    (Romano et al. 2006).
    """
    there = np.sort(there)
    below = np.searchsorted(there, here, "left")
    above = len(there) - np.searchsorted(there, here, "right")
    return float((below - above).sum() / (len(here) * len(there)))


def smallest(spread: float, n: float, other_spread: float, other_n: float, *, alpha: float = ALPHA) -> float:
    """Find the smallest difference of two means that is seen in four of five cases, from their standard deviations."""
    normal = NormalDist()
    return (normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(POWER)) * math.sqrt(
        spread**2 / n + other_spread**2 / other_n
    )
