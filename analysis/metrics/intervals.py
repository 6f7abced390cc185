"""95 % intervals for rates and means."""

from __future__ import annotations

import math
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)

_FEW = (12.7062, 4.3027, 3.1824, 2.7764)
"""Student's t, two-sided 95 %, at 1 to 4 degrees of freedom, where the expansion below is not good enough."""


def wilson(share: float, n: float, z: float = Z) -> tuple[float, float]:
    """Interval of a rate by Wilson's score method.

    Parameters
    ----------
    share : float
        The observed rate, 0 to 1.
    n : float
        How many it was observed on, at least 1; of a weighted sample, how many would be as exact.
    z : float
        Standard errors to each side; the default gives 95 %.

    Returns
    -------
    tuple of float
        Lower and upper end, within 0 and 1.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209-212.
    """
    squared = z * z / n
    middle = share + squared / 2
    spread = z * math.sqrt(share * (1 - share) / n + squared / (4 * n))
    low, high = (middle - spread) / (1 + squared), (middle + spread) / (1 + squared)
    # At 0 and 1 the end is exact; the subtraction may leave it a rounding error away.
    return (0.0 if share <= 0 else max(low, 0.0)), (1.0 if share >= 1 else min(high, 1.0))


def student_t(freedom: int) -> float:
    """Two-sided 95 % point of Student's t.

    From 5 degrees of freedom by the Cornish-Fisher expansion about the normal (Abramowitz and Stegun 26.7.5), off by
    less than 0.002.
    """
    if freedom <= len(_FEW):
        return _FEW[freedom - 1]
    z, v = Z, freedom
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    )


def mean(value: float, deviation: float, n: int) -> tuple[float, float] | None:
    """Interval of a mean by Student's t, from the standard deviation of a sample of `n`; None for fewer than 2."""
    if n < 2:
        return None
    half = student_t(n - 1) * deviation / math.sqrt(n)
    return value - half, value + half
