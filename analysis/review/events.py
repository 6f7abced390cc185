"""What people did with items: events, to which only further ones are added, and which of them stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, insert, select

from analysis.state.database import now
from analysis.state.schema import items, labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from analysis.review.queue import Queue
    from analysis.review.rubrics import Answers
    from analysis.state.database import State

SUBMIT, SKIP, FLAG, COMMENT, UNDO, ADJUDICATE = "submit", "skip", "flag", "comment", "undo", "adjudicate"
REVEAL = "reveal"
"""Somebody who has labelled an item looked at what others said of it."""


@dataclass(frozen=True)
class Event:
    """One thing that somebody did with an item.

    Parameters
    ----------
    answers, before : dict or None
        Of a label or a decision, and those that it comes after.
    seconds : float or None
        How long it took.
    reason, note : str or None
        Why an item was skipped; words that go with it.
    undoes : int or None
        The event that is taken back.
    """

    id: int
    queue: int
    item: int
    record_id: str
    who: str
    made: datetime
    kind: str
    rubric_version: int
    answers: Answers | None = None
    before: Answers | None = None
    seconds: float | None = None
    reason: str | None = None
    note: str | None = None
    undoes: int | None = None


def add(connection: Connection, queue: Queue, item: int, kind: str, who: str, **values: Any) -> int:  # noqa: ANN401
    """Write an event down within a transaction that holds the queue's lock; gives its number."""
    record_id = connection.execute(select(items.c.record_id).where(items.c.id == item)).scalar_one()
    fixed: dict[str, Any] = {
        "queue": queue.id,
        "item": item,
        "record_id": record_id,
        "who": who,
        "made": now(),
        "kind": kind,
        "rubric_version": queue.rubric_version,
    }
    return connection.execute(insert(labels).values(fixed | values).returning(labels.c.id)).scalar_one()


def of_item(connection: Connection, item: int) -> list[Event]:
    """Every event of an item, in order."""
    return list(_read(connection, labels.c.item == item))


def of_queue(state: State, queue: Queue) -> list[Event]:
    """Every event of a queue, in order."""
    with state.read() as connection:
        return within(connection, queue)


def within(connection: Connection, queue: Queue, some: Sequence[int] | None = None) -> list[Event]:
    """Do as :func:`of_queue` within a transaction, or for some items alone."""
    own = labels.c.queue == queue.id
    return list(_read(connection, own if some is None else own & labels.c.item.in_(some)))


def touched(connection: Connection, queue: Queue, since: int) -> list[int]:
    """The items of a queue of which there are events after the one numbered `since`."""
    query = select(labels.c.item).where(labels.c.queue == queue.id, labels.c.id > since).distinct()
    return list(connection.execute(query).scalars())


def standing(events: Iterable[Event]) -> list[Event]:
    """Of events in order those that hold: not taken back, and no taking back."""
    every = list(events)
    gone = {event.undoes for event in every if event.kind == UNDO}
    return [event for event in every if event.kind != UNDO and event.id not in gone]


def last_of(connection: Connection, queue: Queue, who: str) -> Event | None:
    """The last thing that somebody did in a queue and can take back: a label, a skip or a flag."""
    later = labels.alias()
    query = select(labels).where(
        labels.c.queue == queue.id, labels.c.who == who, labels.c.kind.in_((SUBMIT, SKIP, FLAG)),
        ~exists().where(later.c.undoes == labels.c.id, later.c.item == labels.c.item),
    ).order_by(labels.c.id.desc()).limit(1)  # fmt: skip
    row = connection.execute(query).mappings().first()
    return Event(**row) if row else None


def _read(connection: Connection, which: Any) -> Iterator[Event]:  # noqa: ANN401 - an SQL expression
    for row in connection.execute(select(labels).where(which).order_by(labels.c.id)).mappings():
        yield Event(**row)
