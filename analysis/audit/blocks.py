"""Several candidates in one call: they are compared within it alone, for one's gain there is another's loss.

Chances are found by dealing each block's places anew among its candidates, which holds for any number of blocks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.metrics.intervals import Z
from analysis.metrics.shifts.draws import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Numbers = NDArray[np.int64]

DEALS = 9_999
_WORK, _AT_ONCE = 50_000_000, 2_000_000
"""Places that are dealt for a test, and at a time: of very many candidates there are fewer deals."""


@dataclass(frozen=True)
class Wins:
    """How often groups come first.

    Parameters
    ----------
    won, expected : array (groups,)
        Blocks that a candidate of the group won, and those it would have won were each candidate of a block as likely.
    spread : array (groups,)
        The standard deviation of `won` by chance.
    chi_squared, p : float
        Against equal chance: the score statistic over blocks (Mantel 1963, JASA 58, 690-700); p by dealing.
    """

    won: Array
    expected: Array
    spread: Array
    chi_squared: float
    p: float

    def ratio(self, group: int) -> Span | None:
        """Wins over those expected, with the interval that the spread by chance gives; None where none is expected."""
        expected = float(self.expected[group])
        if expected <= 0:
            return None
        value, half = float(self.won[group]) / expected, Z * float(self.spread[group]) / expected
        return Span(value, max(value - half, 0.0), value + half)


def wins(leads: Array, block: Numbers, group: Numbers, *, seed: int = 0, deals: int = DEALS) -> Wins:
    """Count who comes first against equal chance.

    Parameters
    ----------
    leads : array (candidates,)
        1 for who is first in the block, 0 for others; several first of a block share it.
    block, group : array (candidates,) of int
        Numbers from 0 on.
    """
    table = np.eye(int(group.max()) + 1)[group]
    deals = _deals(deals, len(block))
    size = np.bincount(block)[block]
    shared = leads / np.maximum(np.bincount(block, leads)[block], 1)
    expected = (table / size[:, None]).sum(0)
    chances = np.zeros((int(block.max()) + 1, table.shape[1]))
    np.add.at(chances, block, table / size[:, None])
    covariance = np.diag(chances.sum(0)) - chances.T @ chances
    inverse = np.linalg.pinv(covariance)

    def statistic(dealt: Array) -> Array:
        off = dealt @ table - expected
        return np.einsum("ij,jk,ik->i", off, inverse, off)

    observed = float(statistic(shared[None])[0])
    more = sum(int((statistic(part) >= observed - 1e-9).sum()) for part in _dealt(shared, block, seed, deals))
    spread = np.sqrt(np.maximum(np.diag(covariance), 0))
    return Wins(shared @ table, expected, spread, observed, (more + 1) / (deals + 1))


def omnibus(ranks: Array, block: Numbers, group: Numbers, *, seed: int = 0, deals: int = DEALS) -> tuple[float, float]:
    """Test whether any group is ranked otherwise within its blocks: the statistic, and p by dealing.

    The statistic is the sum over groups of the squared sum of ranks, each against its block's mean, over the group's
    size; of blocks with one candidate a group it orders as Friedman's (1937) does.
    """
    table = np.eye(int(group.max()) + 1)[group]
    deals = _deals(deals, len(block))
    centred = ranks - (np.bincount(block, ranks) / np.bincount(block))[block]
    sizes = np.maximum(table.sum(0), 1)

    def statistic(dealt: Array) -> Array:
        return ((dealt @ table) ** 2 / sizes).sum(1)

    observed = float(statistic(centred[None])[0])
    more = sum(int((statistic(part) >= observed - 1e-9).sum()) for part in _dealt(centred, block, seed, deals))
    return observed, (more + 1) / (deals + 1)


def gaps(values: Array, block: Numbers, here: NDArray[np.bool_], there: NDArray[np.bool_]) -> Array:
    """Give for each block that holds candidates of both sides the mean here less the mean there."""
    count = int(block.max()) + 1
    sizes = [np.bincount(block[side], minlength=count) for side in (here, there)]
    both = (sizes[0] > 0) & (sizes[1] > 0)
    means = [
        np.bincount(block[side], values[side], minlength=count)[both] / size[both]
        for side, size in zip((here, there), sizes, strict=True)
    ]
    return means[0] - means[1]


def without_position(values: Array, block: Numbers, position: Numbers) -> Array:
    """Take from values what their place in the prompt alone gives: the mean over blocks of that size and place."""
    centred = values - (np.bincount(block, values) / np.bincount(block))[block]
    _, cell = np.unique(np.stack([np.bincount(block)[block], position]), axis=1, return_inverse=True)
    cell = cell.reshape(-1)
    return values - (np.bincount(cell, centred) / np.bincount(cell))[cell]


def positions(ranks: Array, block: Numbers, position: Numbers, *, seed: int = 0) -> tuple[Array, Wins, float]:
    """Test whether the place in the prompt matters: mean rank and wins by place, and p of the ranks by dealing."""
    _, place = np.unique(position, return_inverse=True)
    means = np.bincount(place, ranks) / np.bincount(place)
    return means, wins(first(ranks, block), block, place, seed=seed), omnibus(ranks, block, place, seed=seed)[1]


def ranked(values: Array, block: Numbers, *, high_first: bool) -> Array:
    """Rank within blocks, from 1 on; equal values share the mean of their ranks."""
    signed = -values if high_first else values
    order = np.lexsort((signed, block))
    ranks = np.empty(len(values))
    start = np.searchsorted(block[order], block[order], "left")
    ranks[order] = np.arange(len(values)) - start + 1
    _, tied = np.unique(np.stack([block, signed]), axis=1, return_inverse=True)
    tied = tied.reshape(-1)
    return (np.bincount(tied, ranks) / np.bincount(tied))[tied]


def first(ranks: Array, block: Numbers) -> Array:
    """Mark who is first in each block: 1, else 0."""
    best = np.full(int(block.max()) + 1, math.inf)
    np.minimum.at(best, block, ranks)
    return (ranks <= best[block]).astype(np.float64)


def _dealt(values: Array, block: Numbers, seed: int, deals: int) -> Iterator[Array]:
    """Deal values anew within their blocks, `deals` times, some at once."""
    rng = np.random.default_rng(seed)
    order = np.argsort(block, kind="stable")
    at_once = max(_AT_ONCE // len(values), 1)
    for start in range(0, deals, at_once):
        keys = rng.random((min(at_once, deals - start), len(values))) + block[order]
        dealt = np.empty_like(keys)
        # sorted by block first, and at random within it: places stay in their block
        dealt[:, order] = values[order][np.argsort(keys, axis=1)]
        yield dealt


def _deals(deals: int, candidates: int) -> int:
    return min(deals, max(_WORK // candidates, 199))
