"""Means of groups where records come several to a person, or with unequal chance: by resampling whole clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Numbers = NDArray[np.int64]

TIMES = 2000
PARTS = 4000
"""Clusters that are drawn from; of more, random parts are (Wolter 2007, Introduction to Variance Estimation, 2)."""
_AT_ONCE = 100


@dataclass(frozen=True)
class Resampled:
    """Means of groups, each weighted by how many records of production a record stands for.

    Parameters
    ----------
    means : array (groups,)
    drawn : array (TIMES, groups)
        The means of the resamples; NaN where a group was not drawn.
    effective : array (groups,)
        Independent records that would tell as much, by weights and clusters (Kish 1965, Survey Sampling).
    """

    means: Array
    drawn: Array
    effective: Array

    def difference(self, here: int, there: int) -> Array:
        """Differences of the means of two groups in the resamples."""
        apart: Array = self.drawn[:, here] - self.drawn[:, there]
        return apart[np.isfinite(apart)]


def resample(
    values: Array, groups: Numbers, clusters: Numbers, weights: Array, *, seed: int = 0, times: int = TIMES
) -> Resampled:
    """Draw clusters with replacement and take the groups' means.

    Parameters
    ----------
    values, weights : array (records,)
    groups, clusters : array (records,) of int
        Numbers from 0 on.
    """
    k, c = int(groups.max()) + 1, int(clusters.max()) + 1
    totals, sizes = np.zeros((c, k)), np.zeros((c, k))
    np.add.at(totals, (clusters, groups), weights * values)
    np.add.at(sizes, (clusters, groups), weights)
    means = totals.sum(0) / sizes.sum(0)
    drawn = _drawn(totals, sizes, np.random.default_rng(seed), times)
    # the linearised variance of a ratio, its clusters being the draws, against that of as many independent records
    residual = totals - means * sizes
    variance = (residual**2).sum(0) * c / max(c - 1, 1) / sizes.sum(0) ** 2
    single = np.array([
        (weights[groups == g] * (values[groups == g] - means[g]) ** 2).sum() / sizes[:, g].sum() for g in range(k)
    ])  # fmt: skip
    # where all values are one, nothing tells how alike those of a cluster are: each is taken for one record
    kish = sizes.sum(0) ** 2 / (sizes**2).sum(0)
    effective = np.where(variance > 0, single / np.where(variance > 0, variance, 1), kish)
    counts = np.bincount(groups, minlength=k)
    return Resampled(means, drawn, np.clip(effective, 1, counts))


def _drawn(totals: Array, sizes: Array, rng: np.random.Generator, times: int) -> Array:
    c = len(totals)
    if c > PARTS:
        part = rng.permutation(c) % PARTS
        totals, sizes = (_added(of, part) for of in (totals, sizes))
        c = PARTS
    found = []
    for start in range(0, times, _AT_ONCE):
        drawn = rng.multinomial(c, np.full(c, 1 / c), min(_AT_ONCE, times - start)).astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            found.append((drawn @ totals) / (drawn @ sizes))
    return np.concatenate(found)


def _added(of: Array, part: Numbers) -> Array:
    added = np.zeros((PARTS, of.shape[1]))
    np.add.at(added, part, of)
    return added


def percentiles(drawn: Array) -> tuple[float, float] | None:
    """Ends of the 95 % interval; None where fewer than half of the resamples say anything."""
    known = drawn[np.isfinite(drawn)]
    if len(known) < len(drawn) / 2 or not len(known):
        return None
    low, high = np.quantile(known, (0.025, 0.975)).tolist()
    return low, high
