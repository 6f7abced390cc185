"""Labels from other tools."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from analysis.review import claims, events, ready_made, scores
from analysis.review import queue as queues
from analysis.review.events import SUBMIT
from analysis.review.labels import gathered
from analysis.review.named import records
from analysis.review.plan import GOLD, IMPORTED, Drawn
from analysis.review.rubrics import CHOICE, SCALE, AnswersError, Question, Rubric, as_numbers
from analysis.review.table import LABELS
from analysis.state import rubrics as kept
from analysis.state import schema
from analysis.state.database import now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from analysis.review.queue import Kept, Queue
    from analysis.review.table import Table
    from analysis.state.database import State
    from analysis.store import Store

LABEL = "label"
"""The question of a rubric that is made for labels from elsewhere, where neither column nor queue give it a name."""


@dataclass(frozen=True)
class Report:
    """How an import of labels went.

    Parameters
    ----------
    labels, same : int
        Labels that were taken in, and those that were there already.
    without_record, several : list of str
        Items that name no record here, or more than one: they count for agreement, and in no rate.
    again, nameless : int
        Labels of which an earlier one by the same rater gave way, and those without an item or a rater, not taken.
    refused : list of str
        Which labels were not taken, and why.
    said : dict
        How often each label stands in the file, the commonest first.
    """

    queue: str
    question: str
    items: int
    raters: int
    labels: int
    same: int
    gold: int
    again: int
    nameless: int
    without_record: list[str]
    several: list[str]
    refused: list[str]
    said: dict[str, int]


def bring_in(
    store: Store, state: State, table: Table, name: str, *, order: Sequence[str] = (), who: str
) -> Report:  # fmt: skip
    """Take labels of other tools into a queue, which is made where there is none of that name.

    Items are named as :func:`analysis.review.named.records` says. Each rater is a reviewer. A label that is there
    already is not taken twice; another one by the same rater takes its place, and both are kept.

    Parameters
    ----------
    order : sequence of str
        Of labels that are words and have an order, from least to most; of a queue that is made.

    Raises
    ------
    ValueError
        If there is nothing to take, or a label is not in `order`.
    """
    if not table.labels:
        raise ValueError("There are no labels in it.")
    named = records(store, table.items)
    table = table.renamed(named.ids)
    made = _exists(state, name)
    if made and order:
        raise ValueError(f"The queue {name} has its rubric, and with it an order, already.")
    version = None if made else _own_rubric(state, name, table, order, who)
    with state.write() as connection:
        queue = _made(connection, state, name, table, version, who)
        rubric = queues.rubric_of(state, queue) if version is None else ready_made.read(version.body)
        question = _question(rubric, table)
        items = _items(connection, queue, table, question, named.ids)
        taken = _Taken(connection, queue, rubric, question, items)
        for item, rater, label in table.labels:
            taken.add(item, rater, label)
        taken.write()
    return Report(
        name, question.name, len(table.items), len(table.raters), len(taken.rows), taken.same, len(table.gold),
        table.again, table.nameless, named.nobody, named.several, taken.refused,
        dict(Counter(label for _, _, label in table.labels).most_common()),
    )  # fmt: skip


def take_back(store: Store, state: State, name: str) -> int:
    """Take an import of labels back: its queue goes, with its rubric's answers, and the scores they gave.

    Returns
    -------
    int
        How many labels went.

    Raises
    ------
    ValueError
        If there is no such queue, it was not made by an import, or people have worked in it since.
    """
    queue = queues.find(state, name)
    if queue.plan.get("method") != IMPORTED:
        raise ValueError(f"{name} was drawn here and not made by an import of labels; it stays.")
    own = select(schema.items.c.id).where(schema.items.c.queue == queue.id)
    with state.write() as connection:
        claims.lock(connection, queue.id)
        history = events.within(connection, queue)
        if any(event.kind != SUBMIT or event.seconds is not None for event in history):
            raise ValueError(f"People have worked in {name} since its labels came in; what they did stays.")
        for table in (schema.slots, schema.drafts):
            connection.execute(delete(table).where(table.c.item.in_(own)))
        for table, column in ((schema.labels, "queue"), (schema.items, "queue"), (schema.queues, "id")):
            connection.execute(delete(table).where(table.c[column] == queue.id))
    scores.forget(store)
    return len(history)


class _Taken:
    """Labels on their way into a queue."""

    def __init__(self, connection: Connection, queue: Queue, rubric: Rubric, question: Question,
                 items: dict[str, Kept]) -> None:  # fmt: skip
        self._connection, self._queue, self._rubric, self._question, self._items = (
            connection, queue, rubric, question, items,
        )  # fmt: skip
        history = events.within(connection, queue)
        self._there = {(one.item.id, event.who): event for one in gathered(items.values(), history)
                       for event in one.labels}  # fmt: skip
        slots = select(schema.slots.c.item, schema.slots.c.slot, schema.slots.c.who).join(
            schema.items, schema.items.c.id == schema.slots.c.item).where(schema.items.c.queue == queue.id)  # fmt: skip
        self._used: dict[int, dict[str, int]] = {}
        for row in connection.execute(slots):
            self._used.setdefault(row.item, {})[row.who] = row.slot
        self.rows: list[dict[str, Any]] = []
        self._slots: list[dict[str, Any]] = []
        self._held: list[tuple[int, str]] = []
        self.same = 0
        self.refused: list[str] = []

    def add(self, name: str, rater: str, label: str) -> None:
        """Take a label, unless it is there or does not fit."""
        item = self._items[name]
        try:
            answers = self._rubric.fitting({self._question.name: _value(self._question, label)})
        except AnswersError as error:
            self.refused.append(f"{name}, {rater}: {error}")
            return
        before = self._there.get((item.id, rater))
        if before is not None and before.answers == answers:
            self.same += 1
            return
        if before is None and not self._seat(item.id, rater):
            self.refused.append(f"{name}, {rater}: it has its {self._queue.reviewers} labels already.")
            return
        self.rows.append({
            "queue": self._queue.id, "item": item.id, "record_id": item.record_id, "who": rater, "made": now(),
            "kind": SUBMIT, "rubric_version": self._queue.rubric_version, "answers": answers,
            "before": before and before.answers,
        })  # fmt: skip

    def write(self) -> None:
        """Write down what was taken."""
        for item, rater in self._held:
            own = update(schema.slots).where(schema.slots.c.item == item, schema.slots.c.who == rater)
            self._connection.execute(own.values(until=None))
        if self._slots:
            self._connection.execute(insert(schema.slots), self._slots)
        if self.rows:
            self._connection.execute(insert(schema.labels), self.rows)

    def _seat(self, item: int, rater: str) -> bool:
        used = self._used.setdefault(item, {})
        if rater in used:
            self._held.append((item, rater))
            return True
        free = next((slot for slot in range(1, self._queue.reviewers + 1) if slot not in used.values()), None)
        if free is None:
            return False
        used[rater] = free
        self._slots.append({"item": item, "slot": free, "who": rater, "until": None})
        return True


def _exists(state: State, name: str) -> bool:
    return any(queue.name == name for queue in queues.everything(state))


def _own_rubric(state: State, name: str, table: Table, order: Sequence[str], who: str) -> kept.Version:
    """Make the rubric of labels from elsewhere: whole numbers are a scale, other numbers and words a choice."""
    texts = sorted({label for _, _, label in table.labels} | set(table.gold.values()))
    numbers = [int(text) for text in texts if text.lstrip("-").isdecimal()]
    title = name if table.label is None or table.label.lower() in LABELS else table.label
    # what is called alike becomes one score: two files with a column "label" are two things
    asked = re.sub(r"\W+", "_", title.lower()).strip("_") or LABEL
    odd = [text for text in texts if text not in order] if order else []
    if odd:
        raise ValueError(f"{odd[0]!r} is not in the order given: {', '.join(order)}.")
    if order:
        question = Question(asked, title, CHOICE, options=tuple(order), level="ordinal")
    elif len(numbers) == len(texts) and max(numbers) - min(numbers) <= 100:
        low, high = min(numbers), max(numbers)
        question = Question(asked, title, SCALE, low=low, high=max(high, low + 1), level="ordinal")
    else:
        values = as_numbers(texts)
        if values is not None:
            texts = sorted(texts, key=values.__getitem__)
        options = tuple(texts) if len(texts) > 1 else (*texts, "(another)")
        level = "interval" if values is not None and len(texts) > 1 else "nominal"
        question = Question(asked, title, CHOICE, options=options, level=level)
    rubric = Rubric(f"labels of {name}", f"Labels of {name}", (question,))
    return kept.save(state, rubric.name, rubric.as_json(), who=who)


def _made(
    connection: Connection, state: State, name: str, table: Table, version: kept.Version | None, who: str
) -> Queue:
    most = max(table.of_item.values())
    if version is not None:
        return queues.add(connection, name, version, {"method": IMPORTED}, reviewers=most, who=who)
    found = queues.find(state, name)
    queue = queues.Queue(**claims.lock(connection, found.id))
    raters: dict[str, set[str]] = {}
    for item, rater, _ in table.labels:
        raters.setdefault(item, set()).add(rater)
    if queue.plan.get("method") != IMPORTED:
        return queue
    for one in gathered(queues.within(connection, queue), events.within(connection, queue)):
        had = {event.who for event in one.labels} | raters.get(one.item.record_id, set())
        most = max(most, len(had))
    if most > queue.reviewers:  # of labels from elsewhere there are as many as there are
        connection.execute(update(schema.queues).where(schema.queues.c.id == queue.id).values(reviewers=most))
    return queues.Queue(**asdict(queue) | {"reviewers": max(most, queue.reviewers)})


def _question(rubric: Rubric, table: Table) -> Question:
    closed = [question for question in rubric.questions if question.kind in (CHOICE, SCALE)]
    named = [question for question in closed if question.name == table.label]
    if not closed:
        raise ValueError(f"The rubric {rubric.name} has no question with a closed answer to take labels for.")
    return (named or closed)[0]


def _items(
    connection: Connection, queue: Queue, table: Table, question: Question, ids: dict[str, str]
) -> dict[str, Kept]:
    there = {item.record_id: item for item in queues.within(connection, queue)}
    for name in [name for name in there if ids.get(name, name) not in there]:  # the record came after its labels
        item, id = there.pop(name), ids[name]
        connection.execute(update(schema.items).where(schema.items.c.id == item.id).values(record_id=id))
        connection.execute(update(schema.labels).where(schema.labels.c.item == item.id).values(record_id=id))
        there[id] = item
    queues.put(connection, queue, [
        Drawn(name, GOLD, expected={question.name: _value(question, table.gold[name])}) if name in table.gold
        else Drawn(name, IMPORTED) for name in table.items if name not in there
    ])  # fmt: skip
    return {item.record_id: item for item in queues.within(connection, queue)}


def _value(question: Question, label: str) -> object:
    whole = question.kind == SCALE and label.lstrip("-").isdecimal()
    return int(label) if whole else label
