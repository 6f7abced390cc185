"""Change points: since when, and until when, a series runs on another level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

SHORTEST = 2
"""Points of a stretch that counts as another level."""
LEAST = 12
"""Points of a series, and of a part of one, from which on changes are looked for."""
SHUFFLES, FIRST, ENOUGH = 1_999, 99, 10
"""Orders that are drawn; no more than the first, where so many of them have a stretch as different."""

MOST_ALIKE = 0.9
"""Correlation of points with the ones before them that is reckoned with at most."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of a series that runs on another level than the points about it.

    Parameters
    ----------
    start, end : int
        The places of its first point and of the one after its last.
    p : float
        The chance of a stretch as different were the points in any order as likely.
    """

    start: int
    end: int
    p: float


def stretches(values: Array, weights: Array, *, chance: float = 0.01, seed: int = 0) -> list[Stretch]:
    """Find the stretches of a series that run on another level, in their order.

    Circular binary segmentation: the stretch whose weighted mean differs most from the rest, kept where hardly any
    order of the same points has one as different, and again within and about it (Olshen, Venkatraman, Lucito & Wigler
    2004, Biostatistics 5, 557-572). A lasting change is a stretch that reaches to the end. Where points are like the
    ones before them, orders at random are too even: theirs is widened by the ratio of the two variances of a long mean,
    (1 + r) / (1 - r) for a correlation of r (an autoregression of first order).

    Parameters
    ----------
    values : array (points,)
        NaN where nothing is known.
    weights : array (points,)
        What each value rests on, such as its records.
    chance : float
        Of finding a stretch where there is none, for independent points; of points with correlations of .3 and .6 with
        the ones before it was twice that.
    """
    known = np.flatnonzero(~np.isnan(values) & (weights > 0))
    rng = np.random.default_rng(seed)
    found: list[Stretch] = []
    parts = [known]
    while parts:
        part = parts.pop()
        stretch = _most_different(values[part], weights[part], rng) if len(part) >= LEAST else None
        if stretch is None or stretch.p > chance:
            continue
        inside = part[stretch.start : stretch.end]
        found.append(Stretch(int(inside[0]), int(inside[-1]) + 1, stretch.p))
        parts += [part[: stretch.start], inside, part[stretch.end :]]
    return sorted(found, key=lambda stretch: stretch.start)


def _most_different(values: Array, weights: Array, rng: np.random.Generator) -> Stretch | None:
    order = np.arange(len(values))
    ((statistic,), (start,), (end,)) = _largest(values, weights, order[None])
    if not statistic > 0:
        return None
    wider = _persistence(values, int(start), int(end))
    as_large = shuffles = 0
    for many in (FIRST, SHUFFLES - FIRST):
        drawn = wider * _largest(values, weights, rng.permuted(np.tile(order, (many, 1)), axis=1))[0]
        as_large, shuffles = as_large + int((drawn >= statistic * (1 - 1e-9)).sum()), shuffles + many
        if as_large > ENOUGH:
            break
    p = (1 + as_large) / (1 + shuffles)
    # a stretch from the beginning is told by its end: what is new is what follows
    if start == 0:
        start, end = end, len(values)
    return Stretch(int(start), int(end), p)


def _persistence(values: Array, start: int, end: int) -> float:
    """Tell how many times wider means vary as points are like the ones before, on top of the stretch that was found.

    By the quadrant correlation about the medians (Blomqvist 1950), which a further change moves but little.
    """
    within = np.zeros(len(values), bool)
    within[start:end] = True
    rest = values.copy()
    for part in (within, ~within):
        if part.any():
            rest[part] -= np.median(values[part])
    alike = np.sin(np.pi / 2 * np.mean(np.sign(rest[1:]) * np.sign(rest[:-1])))
    alike = min(max(float(alike), 0.0), MOST_ALIKE)
    return (1 + alike) / (1 - alike)


def _largest(
    values: Array, weights: Array, orders: NDArray[np.int64]
) -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:
    """Find in each order the stretch that differs most: its statistic, its start and the place after its end."""
    points = len(values)
    centred = values - np.average(values, weights=weights)
    ordered = weights[orders]
    mass = np.zeros((len(orders), points + 1))
    sums = np.zeros((len(orders), points + 1))
    np.cumsum(ordered, axis=1, out=mass[:, 1:])
    np.cumsum(ordered * centred[orders], axis=1, out=sums[:, 1:])
    best = np.zeros(len(orders))
    starts, ends = np.zeros(len(orders), np.int64), np.full(len(orders), points)
    for length in range(SHORTEST, points - SHORTEST + 1):
        within, weight = sums[:, length:] - sums[:, :-length], mass[:, length:] - mass[:, :-length]
        # the sum of all is nought, so the rest has the same sum but for its sign
        statistic = within**2 / (weight * (1 - weight / mass[:, -1:]))
        place = statistic.argmax(axis=1)
        top = statistic[np.arange(len(orders)), place]
        better = top > best
        best[better], starts[better], ends[better] = top[better], place[better], place[better] + length
    return best, starts, ends
