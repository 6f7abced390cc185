"""The test behind every aspect: how often chance alone parts the windows as differently as they are.

A block (a user, a conversation) adds to the difference of two means what it has beyond the mean of both windows. What
one person repeats is no evidence, so that a block is drawn as a whole:

- One of both windows is compared with itself. Where nothing has drifted its part has either sign alike, and the signs
  are drawn at random (Hemerik, Goeman & Finos 2020, Robust testing in generalized linear models by sign flipping score
  contributions, JRSS B 82, 841-864).
- One of a single window might have been of the other: it is dealt to either, with the chance that blocks of about its
  size have there (a permutation test by strata of size). Of windows of one size that is a random sign too; of unequal
  ones signs would not do, for what is rare lies to one side of nought there.

One set of draws serves all aspects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

FLIPS = 3_999
AT_ONCE = 500
KEPT = 200
"""Flips whose differences are kept."""
ROUNDING = 1e-6
"""What is as large but for so little is as large."""


@dataclass(frozen=True)
class Features:
    """What is compared of the records: means of columns, such as shares of groups, in the reference and the window.

    Parameters
    ----------
    sums : array (2, blocks, columns)
        Each column's sum over the records of a block in each of the two.
    sizes : array (2, blocks)
        The records of a block in each that have a value.
    weights : array (columns,)
        Of the squared differences, in the statistic.
    peak : bool
        Whether the statistic is the largest of the weighted squares, for what shows in few of many columns; else
        their sum.
    flips : int
        How many of the draws are used.
    """

    sums: NDArray[np.float32]
    sizes: NDArray[np.float32]
    weights: Array
    peak: bool = False
    flips: int = FLIPS

    @property
    def means(self) -> Array:
        """The means of the columns before and now: an array (2, columns)."""
        return self.sums.sum(1, dtype=np.float64) / self._records[:, None]

    @property
    def middle(self) -> Array:
        """The means of both together."""
        whole: Array = self.sums.sum((0, 1), dtype=np.float64) / self._records.sum()
        return whole

    def statistic(self, differences: Array) -> Array:
        """Give the statistic of differences, array (..., columns)."""
        weighted = differences**2 * self.weights
        return weighted.max(-1) if self.peak else weighted.sum(-1)

    def contributions(self, *means: Array) -> NDArray[np.float32]:
        """Give what each block adds to the differences, from the means that are expected in each sample."""
        sides = [
            (self.sums[side] - self.sizes[side][:, None] * mean) / self._records[side]
            for side, mean in enumerate(means)
        ]
        return (sides[1] - sides[0]).astype(np.float32)

    @property
    def _records(self) -> Array:
        return self.sizes.sum(1, dtype=np.float64)


@dataclass(frozen=True)
class Result:
    """What a test gave.

    Parameters
    ----------
    difference, error : array (columns,)
        The means of the window less those of the reference, and their standard errors.
    p : float
        The chance of a statistic as large, were there no difference.
    columns_p : array (columns,)
        The same of each column by itself; smaller ones than the draws can tell by Hoeffding's bound (1963, JASA 58,
        13-30).
    null : array (flips,)
        The statistic after each draw.
    null_differences : array (draws, columns)
        The differences after some of them.
    """

    difference: Array
    error: Array
    p: float
    columns_p: Array
    null: Array
    null_differences: Array

    def critical(self, chance: float) -> float:
        """Give the statistic that chance alone exceeds so rarely."""
        return float(np.quantile(self.null, 1 - chance, method="higher"))


def compare(feature: Features, *, seed: int = 0) -> Result:
    """Compare the two windows in a set of features."""
    difference = feature.contributions(feature.middle, feature.middle).sum(0, dtype=np.float64)
    observed = float(feature.statistic(difference))
    chances, moved, centre = _dealt(feature)
    rng = np.random.default_rng(seed)
    statistics: list[Array] = []
    beyond = np.zeros(len(difference))
    kept = np.empty((0, len(difference)))
    for start in range(0, feature.flips, AT_ONCE):
        places = rng.random((min(AT_ONCE, feature.flips - start), len(moved)), np.float32) < chances
        drawn = ((places - chances) @ moved).astype(np.float64) + centre
        kept = kept if len(kept) else drawn[:KEPT]
        statistics.append(feature.statistic(drawn))
        beyond += (np.abs(drawn) >= np.abs(difference) - ROUNDING).sum(0)
    null = np.concatenate(statistics)
    squares = (moved.astype(np.float64) ** 2).sum(0)
    bound = 2 * np.exp(-2 * np.maximum(np.abs(difference) - np.abs(centre), 0) ** 2 / np.maximum(squares, 1e-300))
    as_large = float((null >= observed * (1 - ROUNDING)).sum())
    own = feature.contributions(*feature.means).astype(np.float64)
    error = np.sqrt((own**2).sum(0) * len(own) / max(len(own) - 1, 1))
    draws = 1 + len(null)
    return Result(difference, error, (1 + as_large) / draws, np.minimum((1 + beyond) / draws, bound), null, kept)


def _dealt(feature: Features) -> tuple[NDArray[np.float32], NDArray[np.float32], Array]:
    """Give each block's chance of the window, what dealing it there and not to the reference adds, and the middle.

    A block of both windows has an even chance of its own sign or the other.
    """
    there = feature.sizes > 0
    chances = np.full(len(feature.sizes[0]), 0.5)
    moved = 2 * feature.contributions(feature.middle, feature.middle)
    beyond = (feature.sums - feature.sizes[..., None] * feature.middle).sum(0)
    before, now = 1 / feature._records
    centre = np.zeros(moved.shape[1])
    alone = there[0] != there[1]
    strata = np.floor(np.log2(np.maximum(feature.sizes.sum(0), 1)))
    for stratum in np.unique(strata[alone]):
        own = alone & (strata == stratum)
        chance = there[1][own].mean()
        chances[own] = chance
        moved[own] = (beyond[own] - beyond[own].mean(0)) * (before + now)
        centre += beyond[own].sum(0, dtype=np.float64) * (chance * now - (1 - chance) * before)
    return chances.astype(np.float32), moved.astype(np.float32), centre
