"""Explaining a shift: the change of a metric between two samples, split exactly by the groups of a field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.metrics.blocks import blocks
from analysis.metrics.facets import dimensions
from analysis.metrics.kept.facets import IDENTIFIERS
from analysis.metrics.lookup import find
from analysis.metrics.query import summary
from analysis.metrics.shifts import split
from analysis.metrics.shifts.draws import known
from analysis.metrics.shifts.parts import MOST, gather

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.metrics.blocks import Blocks
    from analysis.metrics.filter import Filter
    from analysis.metrics.metric import Metric
    from analysis.metrics.shifts.draws import Known, Span
    from analysis.metrics.shifts.parts import Parts
    from analysis.store import Store

    Array = NDArray[np.float64]

OUTCOMES = ("status", "finish_reason")
"""Fields that say how an answer ended, which explains nothing of how it ended."""
VERSIONS = ("release", "prompt_version")
"""Fields whose values follow one another: any change comes with them, whatever its cause."""


class NotExplainedError(ValueError):
    """A change cannot be split: one of the samples holds nothing of the metric."""


@dataclass(frozen=True)
class Part:
    """What a group has of a change.

    Parameters
    ----------
    group : str
    before, now : float or None
        The metric in the group: of a sum the sum, of a rate the rate, of a percentile to one percent; null where it has
        no records.
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
        The metric in the two samples.
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
        If one of the samples holds nothing of the metric; of a sum, if both do.
    """
    return explain_by(store, name, before, now, [by])[0]


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
    own = _own(store, metric, (before, now))
    shifts = [_explained(store, metric, before, now, field, drawn, own) for field in by]
    return sorted(shifts, key=lambda shift: (shift.by in VERSIONS, -shift.explains))


def _own(store: Store, metric: Metric, samples: Sequence[Filter]) -> list[float | None]:
    """Measure in the samples what its parts give roughly: a percentile is counted by bins, users are shared out."""
    if metric.merges != "histogram" and metric.apart is None:
        return []
    return [summary(store, [metric.name], sample)[metric.name].value for sample in samples]


def _explained(
    store: Store, metric: Metric, before: Filter, now: Filter, by: str, drawn: Blocks, own: Sequence[float | None]
) -> Shift:
    (parts,) = gather(store, [metric], before, now, by, drawn)
    sides = [_Side.of(parts, *sums) for sums in ((parts.above0, parts.below0), (parts.above, parts.below))]
    figures = _known(metric, own or [side.whole for side in sides])
    found = known(parts, *figures, _alike(parts, sides))
    change, volume, mix, rate = (found.span(part) for part in ("total", "volume", "mix", "rate"))
    beyond, outstanding = found.beyond("total")
    groups = [_part(parts, sides, found, place, outstanding=bool(outstanding[place])) for place in range(len(beyond))]
    if not metric.total:  # what came or went is mix: that it has no rate makes those that stayed no exception
        beyond, outstanding = found.beyond("rate", (sides[0].shares > 0) & (sides[1].shares > 0))
    mixed = abs(mix.value) if mix.sure and not metric.total else 0.0
    apart = float(np.abs(beyond[outstanding]).sum()) + mixed
    return Shift(
        metric, by, *figures, change, volume, mix, rate,
        tuple(sorted(groups, key=lambda part: -abs(part.effect.value))),
        apart / abs(change.value) if change.value else 0.0, drawn.name,
    )  # fmt: skip


def _known(metric: Metric, figures: Sequence[float | None]) -> tuple[float, float]:
    """Give the metric in both samples; a sum is nought in one that holds nothing."""
    nothing = [when for when, figure in zip(("before", "now"), figures, strict=True) if figure is None]
    if nothing and not (metric.total and len(nothing) == 1):
        raise NotExplainedError(f"{metric.title} is not known in the sample of {nothing[0]}: nothing can be split.")
    return figures[0] or 0.0, figures[1] or 0.0


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


def _alike(parts: Parts, sides: Sequence[_Side]) -> Array:
    """Give each group's share of a change that all groups had alike."""
    if parts.metric.total:
        sums = (parts.above0 + parts.above).sum(0)
        return sums / sums.sum() if sums.sum() else sums
    return (sides[0].shares + sides[1].shares) / 2


def _part(parts: Parts, sides: Sequence[_Side], found: Known, place: int, *, outstanding: bool) -> Part:
    before, now = sides
    effect = found.span("total", place)
    volume, mix, rate = (float(found.values(part)[place]) for part in ("volume", "mix", "rate"))
    larger = bool(abs(effect.value) > found.alike[place] * abs(found.values("total").sum()))
    return Part(
        parts.groups[place], before.values[place], now.values[place], float(before.shares[place]),
        float(now.shares[place]), effect, volume, mix, rate, outstanding and effect.sure and larger,
    )  # fmt: skip
