"""What a test would have seen: the smallest share of something new that it finds in four of five cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.drift.features import SEEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.drift.flips import Features, Result

    Array = NDArray[np.float64]

POWER = 0.8
STEPS = 12
"""Halvings of the range in which the share is looked for."""


def smallest(feature: Features, result: Result, chance: float, new: Array | None) -> float | None:
    """Find the smallest share of the window that must be new for the test to tell, with a probability of :data:`POWER`.

    What is new takes its share from all that was there alike, and is added to differences that chance alone made.

    Parameters
    ----------
    chance : float
        Of a false alarm.
    new : array (columns,) or None
        The mean of what is new; None for something that has a column to itself.

    Returns
    -------
    float or None
        0 to 1; None where even a window of nothing else would not be told.
    """
    n0, n = feature.sizes.sum(1).tolist()
    apart = 1 / n0 + 1 / n
    rng = np.random.default_rng(0)
    luck = rng.standard_normal((len(result.null_differences), 1))
    null = result.null
    effect = typical = 1.0
    if new is None:
        effect, typical = _design_effect(feature, apart), float(np.median(1 / (feature.weights * feature.middle)))
        own = effect * apart / typical * rng.standard_normal(len(null)) ** 2
        null = np.maximum(null, own) if feature.peak else null + own
    critical = np.quantile(null, 1 - chance, method="higher")

    def told(share: float) -> bool:
        drawn = np.clip(share + luck * np.sqrt(share * effect / n), 0, 1)
        shifted = result.null_differences * (1 - drawn) + drawn * ((0 if new is None else new) - feature.middle)
        statistic = feature.statistic(shifted)
        if new is None:
            own = drawn[:, 0] / (n / (n0 + n) * typical)
            own = np.where(drawn[:, 0] * n >= SEEN, own, 0)  # else it has no column
            statistic = np.maximum(statistic, own) if feature.peak else statistic + own
        return bool((statistic > critical).mean() >= POWER)

    if not told(0.999):
        return None
    low, high = 0.0, 0.999
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if told(middle) else (middle, high)
    return high


def _design_effect(feature: Features, apart: float) -> float:
    """Tell how many times the variance is that of as many independent records (Kish 1965, Survey Sampling)."""
    added = feature.contributions(feature.middle, feature.middle).astype(np.float64)
    alone = np.maximum(feature.middle * (1 - feature.middle), 1e-12) * apart
    return max(float(np.median((added**2).sum(0) / alone)), 1.0)
