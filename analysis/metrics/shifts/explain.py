"""Explaining a shift: the change of a metric between two samples, split exactly by the groups of a field."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from analysis.metrics.blocks import blocks
from analysis.metrics.facets import dimensions
from analysis.metrics.kept.facets import IDENTIFIERS
from analysis.metrics.lookup import find
from analysis.metrics.shifts import split
from analysis.metrics.shifts.parts import DRAWS, MOST, gather

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from analysis.metrics.blocks import Blocks
    from analysis.metrics.filter import Filter
    from analysis.metrics.metric import Metric
    from analysis.metrics.shifts.parts import Parts
    from analysis.metrics.shifts.split import Effects
    from analysis.store import Store

    Array = NDArray[np.float64]

REPEATS, REPEATS_OF_PERCENTILE = 999, 99
"""Draws of the bootstrap."""
FEWEST = 20
"""Hands with a record in them, of each sample, from which on there are intervals."""
CHANCE = 0.05
"""Chance that a group is said to stand out where none does, for a field as a whole."""


OUTCOMES = ("status", "finish_reason")
"""Fields that say how an answer ended, which explains nothing of how it ended."""
VERSIONS = ("release", "prompt_version")
"""Fields whose values follow one another: any change comes with them, whatever its cause."""


class NotExplainedError(ValueError):
    """A change cannot be split: one of the samples holds nothing of the metric."""


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
class Part:
    """What a group has of a change.

    Parameters
    ----------
    group : str
    before, now : float or None
        The metric in the group: of a sum the sum, of a rate the rate; null where it has no records.
    share_before, share_now : float
        The group's share of what the metric is measured over.
    effect : Span
        Its part of the change, in the metric's unit; the parts of all groups sum to the change.
    volume, mix, rate : float
        What of that comes of there being more records altogether, of the group's share of them, and of what its
        records are like.
    stands_out : bool
        Whether its effect is larger than its share of a change that all groups had alike, beyond chance.
    """

    group: str
    before: float | None
    now: float | None
    share_before: float
    share_now: float
    effect: Span
    volume: float
    mix: float
    rate: float
    stands_out: bool


@dataclass(frozen=True)
class Shift:
    """The change of a metric between two samples, split by a field.

    Parameters
    ----------
    metric : Metric
    by : str
        The field.
    before, now : float
        The metric in the two samples; a percentile to half a percent.
    change, volume, mix, rate : Span
        The change and its three parts: of more records altogether (sums alone), of other shares, of other records.
    parts : tuple of Part
        The groups, those with the largest effects first.
    explains : float
        How much of the change, as a share of it, is not one that all groups had alike: the mix, where it is beyond
        chance, and what the groups that stand out differ from the others. Fields are ranked by it.
    blocks : str
        What the intervals take for one draw: "user", "conversation" or "request".
    """

    metric: Metric
    by: str
    before: float
    now: float
    change: Span
    volume: Span
    mix: Span
    rate: Span
    parts: tuple[Part, ...]
    explains: float
    blocks: str


def explain(store: Store, name: str, before: Filter, now: Filter, by: str) -> Shift:
    """Split the change of a metric from one sample to another by the groups of a field.

    Raises
    ------
    UnknownMetricError, UnknownFieldError
        If there is no such metric, or no such field with a single value for a record.
    NotExplainedError
        If one of the samples holds nothing of the metric.
    """
    return _explained(store, find(store, name), before, now, by, blocks(store, (before, now)))


def candidates(store: Store, before: Filter, now: Filter) -> list[str]:
    """List the fields worth splitting by: those of which both samples together have some values, not one a record."""
    starts, ends = (before.start, now.start), (before.end, now.end)
    both = now.during(
        None if None in starts else min(start for start in starts if start is not None),
        None if None in ends else max(end for end in ends if end is not None),
    )
    held = {condition.field for condition in now.conditions if condition.op == "=" and len(condition.values) == 1}
    return [
        found.field for found in dimensions(store, both)
        if 1 < found.values <= MOST and found.field not in (*held, *IDENTIFIERS, *OUTCOMES)
    ]  # fmt: skip


def explain_by(store: Store, name: str, before: Filter, now: Filter, by: Sequence[str]) -> list[Shift]:
    """Split a change by several fields; those whose groups stand out most come first, versions last."""
    metric, drawn = find(store, name), blocks(store, (before, now))
    shifts = [_explained(store, metric, before, now, field, drawn) for field in by]
    return sorted(shifts, key=lambda shift: (shift.by in VERSIONS, -shift.explains))


def _explained(store: Store, metric: Metric, before: Filter, now: Filter, by: str, drawn: Blocks) -> Shift:
    parts = gather(store, metric, before, now, by, drawn)
    sides = [_Side.of(parts, *sums) for sums in ((parts.above0, parts.below0), (parts.above, parts.below))]
    for side, when in zip(sides, ("before", "now"), strict=True):
        if side.whole is None:
            raise NotExplainedError(f"{metric.title} is not known in the sample of {when}: nothing can be split.")
    effects, draws = parts.split(np.ones((1, DRAWS))), _bootstrapped(parts)
    alike = _alike(parts, sides)
    larger = _larger(effects, draws, alike)
    ranked = np.argsort(-np.abs(effects.total[0]), kind="stable")
    return Shift(
        metric=metric, by=by, before=sides[0].whole or 0.0, now=sides[1].whole or 0.0,
        change=_span(effects, draws, lambda found: found.total.sum(-1)),
        volume=_span(effects, draws, lambda found: found.volume.sum(-1)),
        mix=_span(effects, draws, lambda found: found.mix.sum(-1)),
        rate=_span(effects, draws, lambda found: found.rate.sum(-1)),
        parts=tuple(_part(parts, sides, effects, draws, int(place), bool(larger[place])) for place in ranked),
        explains=_explains(metric, effects, draws, alike), blocks=drawn.name,
    )  # fmt: skip


@dataclass(frozen=True)
class _Side:
    """One sample: the metric in all of it and in each group, and the groups' shares; null where nothing is known."""

    whole: float | None
    values: list[float | None]
    shares: Array

    @classmethod
    def of(cls, parts: Parts, above: Array, below: Array) -> _Side:
        above, below = above.sum(0), below.sum(0)
        sizes = below.sum(-1) if len(parts.bins) else below
        shares = sizes / sizes.sum() if sizes.sum() > 0 else sizes
        return cls(
            _value(parts, above.sum(0), below.sum(0)),
            [_value(parts, *sums) for sums in zip(above, below, strict=True)], shares,
        )  # fmt: skip


def _value(parts: Parts, above: Array, below: Array) -> float | None:
    if not below.sum() > 0:
        return None
    if len(parts.bins):
        return float(split.percentile(below, parts.bins, parts.point))
    return float(above if parts.metric.total else above / below)


def _bootstrapped(parts: Parts) -> Effects | None:
    """Split the change of samples drawn with replacement from the blocks, in hands; None where there are too few."""
    held = [below.reshape(DRAWS, -1).any(axis=1) for below in (parts.below0, parts.below)]
    if min(hands.sum() for hands in held) < FEWEST:
        return None
    either = held[0] | held[1]
    weights = np.zeros((REPEATS_OF_PERCENTILE if len(parts.bins) else REPEATS, DRAWS))
    rng = np.random.default_rng(0)
    weights[:, either] = rng.multinomial(either.sum(), np.full(either.sum(), 1 / either.sum()), len(weights))
    return parts.split(weights)


def _alike(parts: Parts, sides: Sequence[_Side]) -> Array:
    """Give each group's share of a change that all groups had alike."""
    if parts.metric.total:
        sums = (parts.above0 + parts.above).sum(0)
        return sums / sums.sum() if sums.sum() else sums
    return (sides[0].shares + sides[1].shares) / 2


def _outstanding(
    effects: Effects, draws: Effects | None, read: Callable[[Effects], Array], alike: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """Give what each group has beyond its share, and tell where that is more than chance in any group (Bonferroni)."""
    (beyond,) = read(effects) - alike * read(effects).sum(-1, keepdims=True)
    if draws is None:
        return beyond, np.zeros(len(beyond), bool)
    error = (read(draws) - alike * read(draws).sum(-1, keepdims=True)).std(axis=0)
    return beyond, np.abs(beyond) > NormalDist().inv_cdf(1 - CHANCE / 2 / len(beyond)) * error


def _larger(effects: Effects, draws: Effects | None, alike: Array) -> NDArray[np.bool_]:
    if draws is None:
        return np.zeros(len(alike), bool)
    _, outstanding = _outstanding(effects, draws, lambda found: found.total, alike)
    low, high = np.percentile(draws.total, [2.5, 97.5], axis=0)
    own = np.abs(effects.total[0])
    return outstanding & (low * high > 0) & (own > alike * abs(effects.total.sum()))


def _explains(metric: Metric, effects: Effects, draws: Effects | None, alike: Array) -> float:
    change = effects.total.sum()
    if not change:
        return 0.0
    if metric.total:
        beyond, outstanding = _outstanding(effects, draws, lambda found: found.total, alike)
        return float(np.abs(beyond[outstanding]).sum() / abs(change))
    beyond, outstanding = _outstanding(effects, draws, lambda found: found.rate, alike)
    mix = _span(effects, draws, lambda found: found.mix.sum(-1))
    return float((np.abs(beyond[outstanding]).sum() + (abs(mix.value) if mix.sure else 0.0)) / abs(change))


def _span(effects: Effects, draws: Effects | None, read: Callable[[Effects], Array]) -> Span:
    (value,) = read(effects)
    if draws is None:
        return Span(float(value))
    low, high = np.percentile(read(draws), [2.5, 97.5])
    return Span(float(value), float(low), float(high))


def _part(
    parts: Parts, sides: Sequence[_Side], effects: Effects, draws: Effects | None, place: int,
    stands_out: bool,
) -> Part:  # fmt: skip
    before, now = sides
    return Part(
        parts.groups[place], before.values[place], now.values[place], float(before.shares[place]),
        float(now.shares[place]), _span(effects, draws, lambda found: found.total[:, place]),
        float(effects.volume[0, place]), float(effects.mix[0, place]), float(effects.rate[0, place]),
        stands_out,
    )  # fmt: skip
