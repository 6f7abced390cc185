"""Splitting a change by groups: what comes of how many records there are, of the groups' shares, and of their rates.

Every function takes arrays whose last axis are the groups, and gives effects that sum to the change exactly. A group
that is in one of the samples only has no rate in the other: it counts with the one it has, so that its coming or going
is mix.

References
----------
Kitagawa (1955), Components of a difference between two rates, JASA 50, 1168-1194. Oaxaca (1973) and Blinder (1973) for
means. Shapley (1953), A value for n-person games, as used for decomposition by Shorrocks (2013), Journal of Economic
Inequality 11, 99-126.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

ORDERS, ORDERS_OF_DRAWS = 12, 3
"""Orders in which the parts of a percentile's change are let happen, each also backwards; of many draws, fewer."""

_NOTHING = 1e-9
"""Records: less than this is what rounding leaves."""


@dataclass(frozen=True)
class Effects:
    """What each group has of a change, in the metric's unit: arrays (..., groups).

    Parameters
    ----------
    volume : array
        Of there being more records or fewer altogether; nought but for sums.
    mix : array
        Of the group's share of them.
    rate : array
        Of what its records are like.
    """

    volume: Array
    mix: Array
    rate: Array

    @property
    def total(self) -> Array:
        """All of it."""
        return self.volume + self.mix + self.rate

    def __add__(self, other: Effects) -> Effects:
        return Effects(self.volume + other.volume, self.mix + other.mix, self.rate + other.rate)

    def lacking(self, change: float, alike: Array) -> Effects:
        """Give what they lack of a change, shared out by their sizes; by `alike`, array (groups), where all are nought.

        Without effects of volume.
        """
        short = change - self.total.sum(-1, keepdims=True)
        mix, rate = np.abs(self.mix), np.abs(self.rate)
        whole = (mix + rate).sum(-1, keepdims=True)
        each = np.divide(short, whole, out=np.zeros_like(whole), where=whole > 0)
        return Effects(np.zeros_like(mix), each * mix, np.where(whole > 0, each * rate, short * alike))


def of_ratio(above0: Array, below0: Array, above: Array, below: Array) -> Effects:
    """Split the change of a ratio of sums (a rate, a mean) after Kitagawa.

    A group's mix is counted from the middle of the two ratios: more of a group that is like the rest changes nothing.

    Parameters
    ----------
    above0, below0, above, below : array (..., groups)
        What is divided, and by what, in the sample of before and in that of now.
    """
    share0, share = _shares(below0), _shares(below)
    rate0, rate = _rates(above0, below0, above, below)
    middle = ((share0 * rate0).sum(-1, keepdims=True) + (share * rate).sum(-1, keepdims=True)) / 2
    mix = (share - share0) * ((rate0 + rate) / 2 - middle)
    return Effects(np.zeros_like(mix), mix, (share0 + share) / 2 * (rate - rate0))


def of_sum(sums0: Array, records0: Array, sums: Array, records: Array) -> Effects:
    """Split the change of a sum, which is records altogether times a group's share times its rate, after Shapley.

    A sample without records has the other's shares and rates, so that all is volume.

    Parameters
    ----------
    sums0, records0, sums, records : array (..., groups)
        The sums and the records of the groups, before and now.
    """
    all0, all_ = records0.sum(-1, keepdims=True), records.sum(-1, keepdims=True)
    share0, share = _shares(records0), _shares(records)
    share0, share = np.where(all0 > 0, share0, share), np.where(all_ > 0, share, share0)
    rate0, rate = _rates(sums0, records0, sums, records)
    return Effects(
        (all_ - all0) * _between(share0, share, rate0, rate),
        (share - share0) * _between(all0, all_, rate0, rate),
        (rate - rate0) * _between(all0, all_, share0, share),
    )


def of_percentile(counts0: Array, counts: Array, bins: Array, point: float, *, seed: int = 0) -> Effects:
    """Split the change of a percentile: each group's share and its distribution change one after the other.

    Averaged over random orders (Castro, Gómez & Tejada 2009, Computers & Operations Research 36, 1726-1730), each of
    which sums to the change, as so does the mean.

    Parameters
    ----------
    counts0, counts : array (..., groups, bins)
        Records of each group in each bin, before and now.
    bins : array (bins, 2)
        Where each bin begins and ends, in ascending order.
    point : float
        The percentile, 0 to 1.
    """
    whole0, whole = (c.sum((-2, -1), keepdims=True) for c in (counts0, counts))
    # as many records before as now: more of every group alike is no group's doing
    counts0 = counts0 * np.divide(whole, whole0, out=np.ones_like(whole), where=(whole0 > 0) & (whole > 0))
    size0, size = counts0.sum(-1, keepdims=True), counts.sum(-1, keepdims=True)
    shape0, shape = (np.divide(c, s, out=np.zeros_like(c), where=s > 0) for c, s in ((counts0, size0), (counts, size)))
    shape0, shape = np.where(size0 > 0, shape0, shape), np.where(size > 0, shape, shape0)
    groups = counts.shape[-2]
    effects = np.zeros((2, *counts.shape[:-1]))
    rng = np.random.default_rng(seed)
    many = ORDERS if counts.shape[0] == 1 else ORDERS_OF_DRAWS
    drawn = [rng.permutation(2 * groups) for _ in range(many)]
    orders = [order for one in drawn for order in (one, one[::-1])]
    for order in orders:
        sizes, shapes, whole = size0.copy(), shape0.copy(), (size0 * shape0).sum(-2)
        last = percentile(whole, bins, point)
        for step in order:
            what, group = divmod(int(step), groups)
            before = sizes[..., group, :] * shapes[..., group, :]
            if what:
                shapes[..., group, :] = shape[..., group, :]
            else:
                sizes[..., group, :] = size[..., group, :]
            whole = whole + sizes[..., group, :] * shapes[..., group, :] - before
            # where every group of before went first, nothing is there for a step
            now = np.where(whole.sum(-1) > _NOTHING, percentile(whole, bins, point), last)
            effects[what, ..., group] += now - last
            last = now
    mix, rate = effects / len(orders)
    return Effects(np.zeros_like(mix), mix, rate)


def percentile(counts: Array, bins: Array, point: float) -> Array:
    """Read a percentile off counts (..., bins): in the first bin that so many records reach, as if evenly spread."""
    reach = counts.cumsum(-1)
    wanted = reach[..., -1:] * point
    place = (reach >= wanted - _NOTHING).argmax(-1)[..., None]
    held = np.take_along_axis(counts, place, -1)
    into = np.divide(wanted - np.take_along_axis(reach, place, -1) + held, held, out=np.ones_like(held), where=held > 0)
    low, high = bins[place[..., 0]].T
    found: Array = low.T + (high - low).T * into[..., 0].clip(0, 1)
    return found


def _shares(parts: Array) -> Array:
    whole = parts.sum(-1, keepdims=True)
    return np.divide(parts, whole, out=np.zeros_like(parts), where=whole > 0)


def _rates(above0: Array, below0: Array, above: Array, below: Array) -> tuple[Array, Array]:
    rate0 = np.divide(above0, below0, out=np.zeros_like(above0), where=below0 > 0)
    rate = np.divide(above, below, out=np.zeros_like(above), where=below > 0)
    return np.where(below0 > 0, rate0, rate), np.where(below > 0, rate, rate0)


def _between(one0: Array, one: Array, other0: Array, other: Array) -> Array:
    """Average the product of two factors over the orders in which they and a third may change (Shapley)."""
    return (one0 * other0 + one * other) / 3 + (one0 * other + one * other0) / 6
