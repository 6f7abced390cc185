"""Rates of independent groups: differences, ratios, the four-fifths rule and how often it errs, tests, and power.

Counts need not be whole: where records are repeated or weighted they are what as many independent ones would be
(Rao & Scott 1984, Annals of Statistics 12, 46-60, first order), so that every formula here stays the same.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from analysis.metrics.intervals import Z, wilson
from analysis.metrics.shifts.draws import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

FOUR_FIFTHS = 0.8
"""An impact ratio below this is held against a tool (29 CFR 1607.4 D)."""
ALPHA, POWER = 0.05, 0.8
SMALL = 5.0
"""Expected counts below this are no matter for a chi-squared test (Cochran 1954, Biometrics 10, 417-451)."""
DRAWS = 19_999
"""Tables drawn where a chance is found by drawing."""


def rate(hits: float, n: float) -> Span:
    """Give a rate with Wilson's interval; `n` above 0."""
    share = min(max(hits / n, 0.0), 1.0)
    low, high = wilson(share, n)
    return Span(share, low, high)


def difference(here: Span, there: Span) -> Span:
    """Give the difference of two rates with the interval of their own intervals.

    Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in Medicine 17,
    873-890, method 10.
    """
    assert here.low is not None and here.high is not None  # noqa: PT018
    assert there.low is not None and there.high is not None  # noqa: PT018
    apart = here.value - there.value
    below = math.hypot(here.value - here.low, there.high - there.value)
    above = math.hypot(here.high - here.value, there.value - there.low)
    return Span(apart, apart - below, apart + above)


def ratio(hits: float, n: float, other_hits: float, other_n: float) -> Span | None:
    """Give the ratio of two rates with the interval of its logarithm; None where the other rate is 0.

    The interval is missing where this rate is 0. Katz, Baptista, Azen & Pike (1978), Biometrics 34, 469-474.
    """
    if not other_hits:
        return None
    value = hits / n / (other_hits / other_n)
    if not hits:
        return Span(0.0)
    half = Z * math.sqrt(max(1 / hits - 1 / n + 1 / other_hits - 1 / other_n, 0.0))
    return Span(value, value * math.exp(-half), value * math.exp(half))


def false_alarm(n: Array, share: float, *, seed: int = 0, draws: int = DRAWS) -> float:
    """Tell how often the four-fifths rule is broken by chance alone: some group below 0.8 of the highest rate.

    Parameters
    ----------
    n : array (groups,)
        Sizes.
    share : float
        The rate that all of them have in truth.

    Returns
    -------
    float
        0 to 1; exact for two groups of up to 2,000, else the share of `draws` drawn tables.
    """
    sizes = np.maximum(np.round(n).astype(np.int64), 1)
    if len(sizes) < 2 or not 0 < share < 1:
        return 0.0
    if len(sizes) == 2 and sizes.max() <= 2000:
        from scipy.stats import binom  # SciPy's statistics take half a second to import

        rates = [np.arange(size + 1) / size for size in sizes]
        chances = [binom.pmf(np.arange(size + 1), size, share) for size in sizes]
        first, second = np.meshgrid(*rates, indexing="ij")
        return float(np.outer(*chances)[_broken(np.stack([first, second]))].sum())
    drawn = np.random.default_rng(seed).binomial(sizes[:, None], share, (len(sizes), draws)) / sizes[:, None]
    return float(_broken(drawn).mean())


def _broken(rates: Array) -> NDArray[np.bool_]:
    return rates.min(0) < FOUR_FIFTHS * rates.max(0) - 1e-12  # just four fifths is enough


def omnibus(hits: Array, n: Array, *, seed: int = 0, draws: int = DRAWS) -> tuple[str, float | None, float]:
    """Test whether all groups have one rate.

    Returns
    -------
    tuple
        The test's name, chi-squared (None for Fisher's exact test), and p. Where a count to be expected is below
        :data:`SMALL`, two groups are tested by Fisher's exact test, and more by drawing tables with the same margins.
    """
    from scipy.stats import chi2, fisher_exact

    total, every = hits.sum(), n.sum()
    if total <= 0 or total >= every:
        return "Chi-squared", 0.0, 1.0
    expected = np.stack([n * total / every, n * (every - total) / every])
    observed = _chi_squared(hits, n)
    if expected.min() >= SMALL:
        return "Chi-squared", float(observed), float(chi2.sf(observed, len(n) - 1))
    whole, sizes = np.round(hits).astype(np.int64), np.round(n).astype(np.int64)
    if len(n) == 2:
        return "Fisher's exact", None, float(fisher_exact(np.stack([whole, sizes - whole])).pvalue)
    rng = np.random.default_rng(seed)
    drawn = rng.multivariate_hypergeometric(sizes, int(whole.sum()), draws, method="count")
    more = _chi_squared(drawn.astype(np.float64), sizes.astype(np.float64))
    exact = _chi_squared(whole.astype(np.float64), sizes.astype(np.float64))
    return "Permutation of chi-squared", float(observed), float(((more >= exact - 1e-9).sum() + 1) / (draws + 1))


def pairwise(hits: float, n: float, other_hits: float, other_n: float) -> tuple[str, float]:
    """Test whether two groups have one rate: the test's name, and p."""
    name, _, p = omnibus(np.array([hits, other_hits]), np.array([n, other_n]))
    return name, p


def effect(here: float, there: float) -> float:
    """Give Cohen's h of two rates: 0.2 is small, 0.5 middling, 0.8 large (Cohen 1988)."""
    return 2 * math.asin(math.sqrt(here)) - 2 * math.asin(math.sqrt(there))


def smallest(n: float, other_n: float, share: float, *, alpha: float = ALPHA) -> float | None:
    """Find the smallest difference from a rate of `share`, whichever way, that is seen in four of five cases.

    By the normal power of the test of two rates; None where even the largest possible difference would be missed.
    """
    found = [
        bisected(lambda apart, way=way: _power(n, other_n, share, share + way * apart, alpha), most)  # type: ignore[misc]
        for way, most in ((-1, share), (1, 1 - share)) if most > 0
    ]  # fmt: skip
    known = [one for one in found if one is not None]
    return max(known) if known else None


def bisected(power: Callable[[float], float], most: float) -> float | None:
    """Find the smallest value up to `most` at which a rising power reaches :data:`POWER`; None where none does."""
    if power(most) < POWER:
        return None
    low, high = 0.0, most
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if power(middle) >= POWER else (middle, high)
    return high


def _power(n: float, other_n: float, there: float, here: float, alpha: float) -> float:
    normal = NormalDist()
    pooled = (n * here + other_n * there) / (n + other_n)
    null = math.sqrt(max(pooled * (1 - pooled), 0.0) * (1 / n + 1 / other_n))
    spread = math.sqrt(max(here * (1 - here) / n + there * (1 - there) / other_n, 1e-12))
    return normal.cdf((abs(here - there) - normal.inv_cdf(1 - alpha / 2) * null) / spread)


def _chi_squared(hits: Array, n: Array) -> Array:
    """Pearson's statistic, without correction; the last axis of `hits` is the groups."""
    share = hits.sum(-1, keepdims=True) / n.sum()
    return ((hits - n * share) ** 2 / (n * share * (1 - share))).sum(-1)
