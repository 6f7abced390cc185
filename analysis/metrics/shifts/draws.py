"""What is known of a split: its figures with intervals, and what is more than chance, by a bootstrap over blocks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from analysis.metrics.shifts.parts import DRAWS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.metrics.shifts.parts import Parts
    from analysis.metrics.shifts.split import Effects

    Array = NDArray[np.float64]

REPEATS, REPEATS_OF_PERCENTILE = 999, 99
"""Draws of the bootstrap."""
FEWEST = 20
"""Hands with a record in them, of each sample, from which on there are intervals; of a sum, of both together."""
CHANCE = 0.05
"""Chance that a group is said to stand out where none does, for a field as a whole."""
ROUNDING = 1e-9
"""What rounding leaves, as a share of the figures."""


@dataclass(frozen=True)
class Span:
    """A figure with the ends of its 95 % interval, null where there are too few blocks for one."""

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def sure(self) -> bool:
        """Whether the interval leaves out nought."""
        return self.low is not None and self.high is not None and self.low * self.high > 0


@dataclass(frozen=True)
class Known:
    """A split, and how sure it is.

    Parameters
    ----------
    effects : Effects
        Arrays (1, groups).
    draws : Effects or None
        Those of the bootstrap's draws, arrays (draws, groups); None where there are too few blocks.
    alike : array (groups,)
        Each group's share of a change that all groups had alike.
    noise : float
        What is no larger is what rounding leaves, and nought.
    """

    effects: Effects
    draws: Effects | None
    alike: Array
    noise: float

    def values(self, part: str) -> Array:
        """Give one part of the effects, such as "mix", of each group: array (groups,)."""
        (found,) = getattr(self.effects, part)
        return self._settled(found)

    def span(self, part: str, group: int | None = None) -> Span:
        """Give one part of the effects of a group, or of all together, with its interval."""
        which = slice(None) if group is None else slice(group, group + 1)
        (value,) = self._settled(getattr(self.effects, part)[:, which].sum(-1))
        if self.draws is None:
            return Span(float(value))
        low, high = self._settled(np.percentile(getattr(self.draws, part)[:, which].sum(-1), [2.5, 97.5]))
        return Span(float(value), float(low), float(high))

    def beyond(self, part: str, among: NDArray[np.bool_] | None = None) -> tuple[Array, NDArray[np.bool_]]:
        """Give what each group has beyond its share, and tell where that is more than chance in any (Bonferroni).

        Shares are those `among` some groups, where that is given: the others can have none of it.
        """
        alike = self.alike if among is None else np.where(among, self.alike, 0)
        alike = alike / (alike.sum() or 1)
        (apart,) = self._settled(_apart(getattr(self.effects, part), alike))
        if self.draws is None:
            return apart, np.zeros(len(apart), bool)
        error = _apart(getattr(self.draws, part), alike).std(axis=0)
        return apart, np.abs(apart) > NormalDist().inv_cdf(1 - CHANCE / 2 / len(apart)) * error

    def _settled(self, values: Array) -> Array:
        return np.where(np.abs(values) > self.noise, values, 0.0)


def _apart(effects: Array, alike: Array) -> Array:
    apart: Array = effects - alike * effects.sum(-1, keepdims=True)
    return apart


def known(parts: Parts, before: float, now: float, alike: Array) -> Known:
    """Split the change from `before` to `now`, and that of samples drawn with replacement from the blocks, in hands.

    A percentile is split by bins; what these lack of its change is shared out, and the draws move along.
    """
    effects, draws = parts.split(np.ones((1, DRAWS))), _drawn(parts)
    if len(parts.bins):
        lacking = effects.lacking(now - before, alike)
        effects, draws = effects + lacking, draws and draws + lacking
    return Known(effects, draws, alike, ROUNDING * max(abs(before), abs(now)))


def weights(parts: Parts, repeats: int) -> Array | None:
    """Draw hands with replacement: how often each is in each draw, array (repeats, hands); None where too few hold any.

    The draws are the same each time.
    """
    held = [below.reshape(DRAWS, -1).any(axis=1) for below in (parts.below0, parts.below)]
    either = held[0] | held[1]
    if (either.sum() if parts.metric.total else min(hands.sum() for hands in held)) < FEWEST:
        return None
    # how many hands hold something is chance too, and moves a sum
    among = np.ones(DRAWS, bool) if parts.metric.total else either
    return _often(tuple(np.flatnonzero(among).tolist()), repeats)


@lru_cache(maxsize=8)
def _often(among: tuple[int, ...], repeats: int) -> Array:
    """Draw from some hands; it is asked for again by every metric and field."""
    found = np.zeros((repeats, DRAWS))
    found[:, among] = np.random.default_rng(0).multinomial(len(among), np.full(len(among), 1 / len(among)), repeats)
    return found


def _drawn(parts: Parts) -> Effects | None:
    found = weights(parts, REPEATS_OF_PERCENTILE if len(parts.bins) else REPEATS)
    return None if found is None else parts.split(found)
