"""What an audit takes from a queue: its items with their chances, the plan, the reviewers and how far they agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.audit.values import of_labels
from analysis.metrics import fields
from analysis.review import labels, queue
from analysis.review.agreeing import agreements
from analysis.review.plan import PLAN, RANDOM
from analysis.review.progress import progress
from analysis.review.rubrics import SPAN

if TYPE_CHECKING:
    from collections.abc import Collection

    from analysis.audit.spec import Outcome
    from analysis.review.agreement import Estimate
    from analysis.review.queue import Queue
    from analysis.state.database import State


@dataclass(frozen=True)
class Reviewed:
    """A queue as an audit needs it.

    Parameters
    ----------
    drawn : dict
        The records that speak for the frame, with the probability that each had of being drawn. Items that were looked
        for, gold and attention items do not.
    plan : str
        How it was drawn.
    people : list of str
        Who labelled by which rubric, and how far they agree: sentences.
    values : dict or None
        Where the outcome is a question of the queue's rubric, what its labels say of each record. Labels of other
        queues, and scores of the same name from elsewhere, are not among them.
    given : int
        Labels that `values` rest on.
    """

    drawn: dict[str, float]
    plan: str
    people: list[str]
    values: dict[str, float | None] | None = None
    given: int = 0


def of(state: State, name: str, outcome: Outcome) -> Reviewed:
    """Read a queue for an outcome.

    Raises
    ------
    ValueError
        If there is none of this name.
    """
    found = queue.find(state, name)
    drawn = {
        item.record_id: item.probability for item in queue.contents(state, found)
        if item.arm in (PLAN, RANDOM) and item.probability
    }  # fmt: skip
    plan = found.plan
    by = f" by {plan['by']}" if plan.get("by") else ""
    said = (
        f"the queue {found.name}, drawn {plan.get('method', 'elsewhere')}{by} from {plan.get('frame', 0):,} records "
        f"with seed {plan.get('seed', 0)}, {len(drawn):,} items with a known chance, weighted back to these records"
    )
    far = progress(state, found)
    people = [
        f"{sum(one.done > 0 for one in far.reviewers):,} reviewers gave {far.labels:,} of {far.wanted:,} labels by the "
        f"rubric {found.rubric}, version {found.rubric_version}; {far.decided:,} items were decided.",
        *(
            f"Agreement on {one.question}: alpha {one.overall.alpha.value:.2f}{_span(one.overall.alpha)}, "
            f"{one.overall.percent.n:,} items."
            for one in agreements(state, found) if one.overall.alpha.value is not None
        ),
    ]  # fmt: skip
    return Reviewed(drawn, said, people, *_values(state, found, outcome, drawn))


def _values(
    state: State, found: Queue, outcome: Outcome, drawn: Collection[str]
) -> tuple[dict[str, float | None] | None, int]:
    asked = {question.name: question for question in queue.rubric_of(state, found).questions}
    question = asked.get(outcome.read.removeprefix(fields.SCORE)) if outcome.read.startswith(fields.SCORE) else None
    if question is None or question.kind == SPAN:
        return None, 0
    given = {
        one.item.record_id: one.answers(question.name) for one in labels.labelled(state, found)
        if one.item.record_id in drawn
    }  # fmt: skip
    values = {record: of_labels(outcome, question, answers) for record, answers in given.items()}
    return values, sum(map(len, given.values()))


def _span(estimate: Estimate) -> str:
    return f" ({estimate.low:.2f} to {estimate.high:.2f})" if estimate.low is not None else ""
