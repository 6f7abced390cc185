"""Labels in use: what holds of an item, where reviewers differ, and what is decided then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.review import claims, events
from analysis.review.events import ADJUDICATE, SUBMIT, Event
from analysis.review.plan import CHECKS
from analysis.review.queue import contents, rubric_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.review.queue import Kept, Queue
    from analysis.review.rubrics import Answers
    from analysis.state.database import State


@dataclass(frozen=True)
class Labelled:
    """An item with the label of each person that labelled it, in order, and the decision where there is one."""

    item: Kept
    labels: tuple[Event, ...]
    decision: Event | None = None

    def answers(self, question: str) -> list[object]:
        """The answers to a question that hold: the decision's, else each reviewer's; none where it was not answered."""
        holding = [self.decision] if self.decision else self.labels
        given = [(event.answers or {}).get(question) for event in holding]
        return [answer for answer in given if answer is not None]


@dataclass(frozen=True)
class Disagreement:
    """An item on which reviewers differ, in the questions named."""

    labelled: Labelled
    questions: tuple[str, ...]


def labelled(state: State, queue: Queue) -> list[Labelled]:
    """Every item of a queue in its order with what holds of it: the newest label of each person, none taken back."""
    return gathered(contents(state, queue), events.of_queue(state, queue))


def gathered(items: Iterable[Kept], history: Iterable[Event]) -> list[Labelled]:
    """Gather events in order to what holds of each item."""
    newest: dict[int, dict[str, Event]] = {}
    decided: dict[int, Event] = {}
    for event in events.standing(history):
        if event.kind == SUBMIT:
            newest.setdefault(event.item, {})[event.who] = event
        elif event.kind == ADJUDICATE:
            decided[event.item] = event
    return [Labelled(item, tuple(newest.get(item.id, {}).values()), decided.get(item.id)) for item in items]


def disagreements(state: State, queue: Queue, *, decided: bool = False) -> list[Disagreement]:
    """List the items with all their labels whose required answers differ; those decided already only where asked for.

    A question that only some were asked does not count: the one that it hangs on differs. Of gold and attention items
    the answer is known: there is nothing to decide.
    """
    required = [question for question in rubric_of(state, queue).questions if question.required]
    found = []
    for one in labelled(state, queue):
        if one.item.arm in CHECKS or len(one.labels) < max(queue.reviewers, 2) or (one.decision and not decided):
            continue
        given = [event.answers or {} for event in one.labels]
        differing = tuple(
            question.name
            for question in required
            if all(question.name in answers for answers in given)
            and any(answers[question.name] != given[0][question.name] for answers in given)
        )
        if differing:
            found.append(Disagreement(one, differing))
    return found


def adjudicate(state: State, item: int, who: str, answers: Answers, *, note: str = "") -> int:
    """Decide an item; the labels stay as they are, and the decision holds wherever labels are counted.

    Returns
    -------
    int
        The number of the event.

    Raises
    ------
    AnswersError
        If the answers do not fit the rubric.
    ValueError
        If nobody has labelled the item.
    """
    queue = claims.queue_of(state, item)
    kept = rubric_of(state, queue).fitting(answers)
    with state.write() as connection:
        claims.lock(connection, queue.id)
        history = events.standing(events.of_item(connection, item))
        if not any(event.kind == SUBMIT for event in history):
            raise ValueError("Nobody has labelled this item yet: there is nothing to decide.")
        before = next((event.answers for event in reversed(history) if event.kind == ADJUDICATE), None)
        return events.add(connection, queue, item, ADJUDICATE, who, answers=kept, before=before, note=note)
