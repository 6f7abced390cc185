"""Before a release and after: how far each metric moved, how surely, and whether that is better."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from analysis.drift.differences import benjamini_hochberg
from analysis.metrics import change
from analysis.metrics.catalogue import MIN_N
from analysis.metrics.query import summary
from analysis.metrics.shifts import split
from analysis.metrics.shifts.draws import REPEATS, Span, weights
from analysis.metrics.shifts.parts import gather

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.metrics.blocks import Blocks
    from analysis.metrics.query import Figure
    from analysis.metrics.shifts.parts import Parts
    from analysis.releases.measures import Measure
    from analysis.releases.windows import Windows
    from analysis.store import Store

    Array = NDArray[np.float64]

BETTER, WORSE, MOVED, SAME, FEW = "better", "worse", "moved", "no difference seen", "too few"
FOUND = 0.05
"""Share of the differences told that are expected to be chance (Benjamini-Hochberg)."""
POWER = 0.8


@dataclass(frozen=True)
class Outcome:
    """What became of a metric.

    Parameters
    ----------
    before, now : Figure
    change : Span
        Now less before, with its 95 % interval by a bootstrap over users or conversations.
    verdict : str
        :data:`BETTER`, :data:`WORSE`, :data:`MOVED` (neither side is better), :data:`SAME` or :data:`FEW`.
    p, q : float or None
        The chance of as large a change were there none; the same corrected for the number of metrics
        (Benjamini & Hochberg 1995, JRSS B 57, 289-300). None where there are too few.
    smallest : float or None
        The smallest change that would have been seen in four of five cases.
    """

    measure: Measure
    before: Figure
    now: Figure
    change: Span
    verdict: str
    p: float | None = None
    q: float | None = None
    smallest: float | None = None

    @property
    def moved(self) -> bool:
        """Whether it moved by more than chance."""
        return self.verdict in (BETTER, WORSE, MOVED)

    @property
    def times(self) -> float | None:
        """How many times what it was it is."""
        before, now = self.before.value, self.now.value
        return now / before if before and now is not None and before > 0 else None


@dataclass(frozen=True)
class Error:
    """How sure a change is: its standard error, the degrees of freedom of that, and its draws, array (draws,)."""

    size: float
    freedom: int
    draws: Array

    def span(self, difference: float, parts: Parts) -> Span:
        """Put the 95 % interval to a change; a percentile's draws are read off bins, and move along with the figure."""
        along = difference - self.draws.mean() if len(parts.bins) else 0.0
        return Span(difference, *(np.percentile(self.draws, [2.5, 97.5]) + along).tolist())

    def chance(self, difference: float) -> float:
        """Give the chance of as large a change were there none, by Student's t."""
        from scipy.special import stdtr

        return float(2 * stdtr(self.freedom, -abs(difference) / self.size))

    def smallest(self, chance: float) -> float:
        """Give the smallest change that is seen in four of five cases, at that chance of a false alarm."""
        from scipy.special import stdtrit

        return float(NormalDist().inv_cdf(POWER) - stdtrit(self.freedom, chance / 2)) * self.size


def compare(store: Store, windows: Windows, measures: Sequence[Measure], blocks: Blocks) -> list[Outcome]:
    """Compare all metrics that have data; of versions that ran beside each other no sums, which their shares make."""
    asked = [measure for measure in measures if not (windows.beside and measure.metric.total)]
    names = [measure.name for measure in asked]
    before, now = (summary(store, names, side) for side in (windows.before, windows.now))
    sides = [(measure, before[measure.name], now[measure.name]) for measure in asked]
    held = [(measure, _nought(old), _nought(new)) for measure, old, new in sides if _held(old, new)]
    enough = [measure.metric for measure, *figures in held if _enough(measure, *figures)]
    parts = {one.metric.name: one for one in gather(store, enough, windows.before, windows.now, None, blocks)}
    return _judged([_compared(measure, old, new, parts.get(measure.name)) for measure, old, new in held])


def _held(before: Figure, now: Figure) -> bool:
    """Whether there is data of either sample."""
    return max(before.n, now.n) > 0 and not (before.value is None and now.value is None)


def _enough(measure: Measure, before: Figure, now: Figure) -> bool:
    known = before.value is not None and now.value is not None
    return known and (measure.metric.total or min(before.n, now.n) >= MIN_N)


def _compared(measure: Measure, before: Figure, now: Figure, parts: Parts | None) -> tuple[Outcome, Error | None]:
    if before.value is None or now.value is None:
        return Outcome(measure, before, now, Span(float("nan")), FEW), None
    difference = now.value - before.value
    drawn = None if parts is None else weights(parts, REPEATS)
    if parts is None or drawn is None:
        return Outcome(measure, before, now, Span(difference), FEW), None
    found = error(parts, figures(parts, drawn, np.ones(len(parts.groups), bool)))
    if found is None:
        return _still(measure, before, now), None
    return Outcome(measure, before, now, found.span(difference, parts), SAME, found.chance(difference)), found


def _still(measure: Measure, before: Figure, now: Figure) -> Outcome:
    """Say of what never varied within either sample, such as a flag that nothing has, what the figures alone say."""
    assert before.value is not None
    assert now.value is not None
    if not math.isclose(before.value, now.value):
        difference = now.value - before.value
        told = Outcome(measure, before, now, Span(difference, difference, difference), SAME, 0.0, 0.0)
        return replace(told, verdict=_verdict(told))
    alone = change.compare(now, before)
    span = Span(0.0) if alone is None else Span(0.0, alone.low, alone.high)
    return Outcome(measure, before, now, span, SAME, smallest=span.high)


def _nought(figure: Figure) -> Figure:
    """Take a sum of nothing for nought."""
    return replace(figure, value=0.0) if figure.metric.total and figure.value is None else figure


def figures(parts: Parts, weights: Array, groups: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Measure the metric in some groups together, before and now, with each hand as often as `weights` say.

    Returns
    -------
    pair of array (draws,)
        Not a number where a draw holds nothing.
    """
    sides = []
    for above, below in ((parts.above0, parts.below0), (parts.above, parts.below)):
        under = np.tensordot(weights, below[:, groups].sum(1), axes=1)
        if len(parts.bins):
            some = under.sum(-1) > 0
            sides.append(np.where(some, split.percentile(under, parts.bins, parts.point), np.nan))
            continue
        over = weights @ above[:, groups].sum(1)
        if parts.metric.total:
            sides.append(over)
            continue
        sides.append(np.divide(over, under, out=np.full_like(over, np.nan), where=under > 0))
    return sides[0], sides[1]


def error(parts: Parts, drawn: tuple[Array, Array]) -> Error | None:
    """Read the error of a change off its draws; None where they are all alike."""
    changes = drawn[1] - drawn[0]
    changes = changes[np.isfinite(changes)]
    if len(changes) < len(drawn[0]) / 2 or not changes.std() > 0:
        return None
    held = [below.reshape(len(below), -1).any(axis=1).sum() for below in (parts.below0, parts.below)]
    return Error(float(changes.std(ddof=1)), int(min(held)) - 1, changes)


def _judged(found: Sequence[tuple[Outcome, Error | None]]) -> list[Outcome]:
    tested = [outcome.p for outcome, error in found if error is not None]
    corrected = benjamini_hochberg(np.array(tested, dtype=np.float64)).tolist()
    # a further change would have been told at the chance that the next place in the order allows
    seen = sum(q <= FOUND for q in corrected)
    chance = FOUND * min(seen + 1, len(tested)) / max(len(tested), 1)
    adjusted = iter(corrected)
    judged = []
    for outcome, error in found:
        if error is None:
            judged.append(outcome)
            continue
        q = next(adjusted)
        verdict = _verdict(outcome) if q <= FOUND else SAME
        judged.append(replace(outcome, q=q, verdict=verdict, smallest=error.smallest(chance)))
    return judged


def _verdict(outcome: Outcome) -> str:
    better = outcome.measure.better
    if better is None:
        return MOVED
    return BETTER if (outcome.change.value > 0) is (better == "higher") else WORSE
