"""What the labels of a queue say of all the records that it was drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.metrics.intervals import wilson
from analysis.review.labels import labelled
from analysis.review.plan import PLAN, RANDOM
from analysis.review.queue import rubric_of
from analysis.review.rubrics import CHOICE, SCALE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.review.labels import Labelled
    from analysis.review.queue import Queue
    from analysis.review.rubrics import Question
    from analysis.state.database import State

ALL = ""
"""The name of the stratum that the whole frame is where there are no others."""


@dataclass(frozen=True)
class Part:
    """A stratum: the records it has in the frame, and the values (0 to 1) of the items that were labelled of it."""

    frame: int
    values: Sequence[float]


@dataclass(frozen=True)
class Rate:
    """A rate among the records of a frame, with its 95 % interval.

    Parameters
    ----------
    n : int
        Labelled items that it rests on.
    frame : int
        Records that it speaks of: those of the strata of which something was labelled.
    missing : int
        Records of the other strata, of which nothing is known.
    """

    value: float
    low: float
    high: float
    n: int
    frame: int
    missing: int = 0


def estimate(state: State, queue: Queue, question: str, answer: object) -> Rate | None:
    """Estimate the share of the frame's records whose answer to a question is this one, by those labelled so far.

    An item counts with the share of its labels that say so, or as it was decided. A label that was not asked the
    question counts as not saying so; one that was, and left it out, does not count. Nor do items of an arm with an
    unknown probability, gold and attention items.

    Returns
    -------
    Rate or None
        None where nothing that could count is labelled.
    """
    return _estimated(queue, _counting(state, queue), rubric_of(state, queue).question(question), answer)


def estimates(state: State, queue: Queue) -> list[tuple[Question, object, Rate]]:
    """Estimate as :func:`estimate` does each answer to each choice and scale; empty where nothing that counts is."""
    counting = _counting(state, queue)
    return [
        (question, answer, rate)
        for question in rubric_of(state, queue).questions if question.kind in (CHOICE, SCALE)
        for answer in question.options or range(question.low, question.high + 1)
        if (rate := _estimated(queue, counting, question, answer)) is not None
    ]  # fmt: skip


def _counting(state: State, queue: Queue) -> list[Labelled]:
    """The labelled items that speak for the frame."""
    return [
        one for one in labelled(state, queue)
        if one.labels and one.item.arm in (PLAN, RANDOM) and one.item.probability is not None
    ]  # fmt: skip


def _estimated(queue: Queue, counting: Sequence[Labelled], question: Question, answer: object) -> Rate | None:
    sizes = {one["name"]: one["frame"] for one in queue.plan.get("strata") or ()} or {ALL: queue.plan.get("frame", 0)}
    values: dict[str, list[float]] = {name: [] for name in sizes}
    for one in counting:
        share = _share(one, question, answer)
        if share is not None:
            values[one.item.stratum or ALL].append(share)
    return weighted([Part(sizes[name], values[name]) for name in sizes])


def weighted(parts: Sequence[Part]) -> Rate | None:
    """Estimate a rate from a stratified random sample, each stratum weighted by its size in the frame.

    The interval is Wilson's for the number of items of a simple random sample that would be as exact, with the
    correction for a frame that is not endless. A stratum with one item has the spread of all items.

    Returns
    -------
    Rate or None
        None where no stratum has an item.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd edition, formulas 5.1 and 5.7; the interval as Korn & Graubard (1998),
    Survey Methodology 24, 193-201, with Wilson's in place of Clopper and Pearson's.
    """
    seen = [part for part in parts if part.values]
    if not seen:
        return None
    frame = sum(part.frame for part in seen)
    means = [sum(part.values) / len(part.values) for part in seen]
    value = sum(part.frame / frame * mean for part, mean in zip(seen, means, strict=True))
    # of a frame that was labelled whole nothing is left to chance
    left = [(part.frame / frame) ** 2 * (1 - len(part.values) / part.frame) for part in seen]
    pooled = value * (1 - value)
    variance = sum(
        share * (_variance(part.values, mean) if len(part.values) > 1 else pooled) / len(part.values)
        for share, part, mean in zip(left, seen, means, strict=True)
    )
    if variance <= 0:  # all items alike: as exact as the design is for a rate of any size
        variance = sum(share / len(part.values) for share, part in zip(left, seen, strict=True))
        pooled = 1.0
    low, high = wilson(value, pooled / variance) if variance > 0 else (value, value)
    n = sum(len(part.values) for part in seen)
    return Rate(value, low, high, n, frame, sum(part.frame for part in parts) - frame)


def _share(one: Labelled, question: Question, answer: object) -> float | None:
    given = [event.answers or {} for event in ([one.decision] if one.decision else one.labels)]
    told = [answers for answers in given if question.name in answers or not question.asked(answers)]
    return sum(answers.get(question.name) == answer for answers in told) / len(told) if told else None


def _variance(values: Sequence[float], mean: float) -> float:
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)
