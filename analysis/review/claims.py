"""Labelling: an item is held by one person a slot, labelled, skipped or given back, each in one transaction.

Whoever changes anything of a queue takes its lock first: SQLite has one writer at a time, PostgreSQL locks the queue's
row. So no two people ever get the same slot, and events of a queue become visible in the order of their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, exists, func, insert, or_, select, update

from analysis.review import events
from analysis.review.events import COMMENT, FLAG, REVEAL, SKIP, SUBMIT, UNDO, Event
from analysis.review.queue import Queue, rubric_of
from analysis.state.database import now
from analysis.state.schema import drafts, items, labels, queues, slots

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from analysis.review.rubrics import Answers, Rubric
    from analysis.state.database import State

CLAIM = timedelta(minutes=15)
"""How long an item is held for somebody after the last sign of them."""

REASONS: tuple[str, ...] = ("unclear", "not enough context", "conflict of interest", "distressing", "other")
"""Why an item can be skipped. A skipped item is no "no"."""


class ClaimLostError(Exception):
    """The item was given to others meanwhile; the draft is kept."""

    def __init__(self) -> None:
        super().__init__(
            "This item was given to another reviewer, because nothing was heard of you for a while. It has all its "
            "labels or will get them; your draft is kept, and the next item waits."
        )


@dataclass(frozen=True)
class Item:
    """What a reviewer may know of an item before labelling it: the record, the questions, and their own draft."""

    id: int
    record_id: str
    rubric: Rubric
    draft: Answers


def next_item(state: State, queue: Queue, who: str) -> Item | None:
    """Give the next item to somebody, the one they hold where they hold one; None where nothing is left for them."""
    rubric = rubric_of(state, queue)
    with state.write() as connection:
        lock(connection, queue.id)
        mine = select(slots.c.item).join(items, items.c.id == slots.c.item).where(
            items.c.queue == queue.id, slots.c.who == who, slots.c.until.is_not(None)
        ).order_by(items.c.place).limit(1)  # fmt: skip
        item = connection.execute(mine).scalar() or connection.execute(_open(queue, who).limit(1)).scalar()
        if item is None:
            return None
        _hold(connection, queue, item, who)
        record_id = connection.execute(select(items.c.record_id).where(items.c.id == item)).scalar_one()
        return Item(item, record_id, rubric, _draft(connection, item, who))


def save_draft(state: State, item: int, who: str, answers: Answers) -> None:
    """Keep what somebody has of an item so far, and hold it for them anew.

    Raises
    ------
    ClaimLostError
        If others have it now; the draft is kept all the same.
    """
    with state.write() as connection:
        queue = locked_queue(connection, item)
        _keep_draft(connection, item, who, answers)
        held = _hold(connection, queue, item, who)
    if not held:
        raise ClaimLostError


def submit(state: State, item: int, who: str, answers: Answers, *, seconds: float | None = None) -> int:
    """Label an item. The label is on disk when this returns; said twice, as after a lost connection, it is there once.

    Parameters
    ----------
    seconds : float or None
        How long it took.

    Returns
    -------
    int
        The number of the event.

    Raises
    ------
    AnswersError
        If the answers do not fit the rubric.
    ClaimLostError
        If others have the item now; the draft is kept.
    ValueError
        If this person has labelled it otherwise already.
    """
    rubric = rubric_of(state, queue_of(state, item))
    kept = rubric.fitting(answers)
    with state.write() as connection:
        queue = locked_queue(connection, item)
        history = events.of_item(connection, item)
        own = [event for event in events.standing(history) if event.who == who and event.kind == SUBMIT]
        if own and own[-1].answers == kept:
            return own[-1].id
        if own:
            raise ValueError("You have labelled this item already. Take that back first.")
        held = _hold(connection, queue, item, who)
        if held:
            before = next((e.answers for e in reversed(history) if e.who == who and e.kind == SUBMIT), None)
            event = events.add(
                connection, queue, item, SUBMIT, who, answers=kept, before=before, seconds=seconds
            )  # fmt: skip
            connection.execute(update(slots).where(slots.c.item == item, slots.c.who == who).values(until=None))
            connection.execute(delete(drafts).where(drafts.c.item == item, drafts.c.who == who))
        else:
            _keep_draft(connection, item, who, answers)
    if not held:
        raise ClaimLostError
    return event


def skip(state: State, item: int, who: str, reason: str, *, note: str = "", seconds: float | None = None) -> int:
    """Leave an item to others, for one of :data:`REASONS`; it takes up no slot and is not offered to them again.

    Raises
    ------
    ValueError
        If the reason is none, or this person has labelled the item.
    """
    if reason not in REASONS:
        raise ValueError(f"{reason!r} is no reason. Reasons: {', '.join(REASONS)}.")
    with state.write() as connection:
        queue = locked_queue(connection, item)
        gone = delete(slots).where(slots.c.item == item, slots.c.who == who, slots.c.until.is_not(None))
        if not connection.execute(gone).rowcount and has_labelled(connection, item, who):
            raise ValueError("You have labelled this item already. Take that back first.")
        return events.add(connection, queue, item, SKIP, who, reason=reason, note=note, seconds=seconds)


def flag(state: State, item: int, who: str, note: str = "") -> int:
    """Flag an item for whoever runs the queue; beside its label, not instead of it."""
    with state.write() as connection:
        return events.add(connection, locked_queue(connection, item), item, FLAG, who, note=note)


def comment(state: State, item: int, who: str, note: str) -> int:
    """Remark on an item; others see it once they have labelled it.

    Raises
    ------
    ValueError
        If it is empty.
    """
    if not note.strip():
        raise ValueError("A comment needs words.")
    with state.write() as connection:
        return events.add(connection, locked_queue(connection, item), item, COMMENT, who, note=note.strip())


def undo(state: State, queue: Queue, who: str) -> Event | None:
    """Take back the last thing that somebody did in a queue; a label becomes their draft again, and is held for them.

    Returns
    -------
    Event or None
        What was taken back; None where there is nothing.

    Raises
    ------
    ValueError
        If the item has been decided since, or this person has looked at what others said of it: a label given anew
        would not be blind.
    """
    with state.write() as connection:
        lock(connection, queue.id)
        done = events.last_of(connection, queue, who)
        if done is None:
            return None
        later = [event for event in events.of_item(connection, done.item) if event.id > done.id]
        if done.kind == SUBMIT and any(event.kind == events.ADJUDICATE for event in later):
            raise ValueError("This item has been decided since; its labels stay.")
        if done.kind == SUBMIT and any(event.kind == REVEAL and event.who == who for event in later):
            raise ValueError("You have looked at what others said of this item since; your label stays.")
        events.add(connection, queue, done.item, UNDO, who, undoes=done.id)
        if done.kind == SUBMIT:
            own = update(slots).where(slots.c.item == done.item, slots.c.who == who)
            connection.execute(own.values(until=now() + CLAIM))
            _keep_draft(connection, done.item, who, done.answers or {})
        return done


def lock(connection: Connection, queue: int) -> Any:  # noqa: ANN401 - a row
    """Take the lock of a queue within a transaction, and read its row."""
    return connection.execute(select(queues).where(queues.c.id == queue).with_for_update()).mappings().one()


def queue_of(state: State, item: int) -> Queue:
    """The queue that an item is in.

    Raises
    ------
    ValueError
        If there is no such item.
    """
    query = select(queues).join(items, items.c.queue == queues.c.id).where(items.c.id == item)
    with state.read() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        raise ValueError(f"There is no item {item}.")
    return Queue(**row)


def left(state: State, queue: Queue, who: str) -> tuple[int, int]:
    """Count the items that somebody has labelled, and those that they may still be given; quick, for every screen."""
    own = select(func.count()).select_from(slots).join(items, items.c.id == slots.c.item).where(
        items.c.queue == queue.id, slots.c.who == who
    )  # fmt: skip
    with state.read() as connection:
        done = connection.execute(own.where(slots.c.until.is_(None))).scalar_one()
        held = connection.execute(own.where(slots.c.until > now())).scalar_one()
        free = _open(queue, who).where(
            ~exists().where(slots.c.item == items.c.id, slots.c.who == who, slots.c.until > now())
        )  # fmt: skip
        return done, held + connection.execute(select(func.count()).select_from(free.subquery())).scalar_one()


def _open(queue: Queue, who: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """Select the items that have a free slot and that somebody has neither labelled nor skipped, in order."""
    taken = select(func.count()).select_from(slots).where(slots.c.item == items.c.id, _live(now())).scalar_subquery()
    own = exists().where(slots.c.item == items.c.id, slots.c.who == who, slots.c.until.is_(None))
    taken_back = labels.alias()
    skipped = exists().where(
        labels.c.item == items.c.id, labels.c.who == who, labels.c.kind == SKIP,
        ~exists().where(taken_back.c.undoes == labels.c.id, taken_back.c.item == labels.c.item),
    )  # fmt: skip
    return select(items.c.id).where(
        items.c.queue == queue.id, ~own, ~skipped, taken < queue.reviewers
    ).order_by(items.c.place)  # fmt: skip


def _live(moment: datetime):  # type: ignore[no-untyped-def]  # noqa: ANN202
    return or_(slots.c.until.is_(None), slots.c.until > moment)


def _hold(connection: Connection, queue: Queue, item: int, who: str) -> bool:
    """Hold an item for somebody, in the slot that they have or in a free one; False where there is none."""
    until = now() + CLAIM
    own = and_(slots.c.item == item, slots.c.who == who, slots.c.until.is_not(None))
    if connection.execute(update(slots).where(own).values(until=until)).rowcount:
        return True
    rows = connection.execute(select(slots.c.slot, slots.c.who, slots.c.until).where(slots.c.item == item)).all()
    if any(row.who == who for row in rows):
        return False  # labelled
    used = {row.slot for row in rows}
    free = next((slot for slot in range(1, queue.reviewers + 1) if slot not in used), None)
    if free is not None:
        connection.execute(insert(slots).values(item=item, slot=free, who=who, until=until))
        return True
    late = min((row.slot for row in rows if row.until is not None and row.until <= now()), default=None)
    if late is None:
        return False
    over = update(slots).where(slots.c.item == item, slots.c.slot == late)
    connection.execute(over.values(who=who, until=until))
    return True


def has_labelled(connection: Connection, item: int, who: str) -> bool:
    """Whether somebody's label of an item is in."""
    own = select(slots.c.id).where(slots.c.item == item, slots.c.who == who, slots.c.until.is_(None))
    return connection.execute(own).first() is not None


def _draft(connection: Connection, item: int, who: str) -> Answers:
    query = select(drafts.c.answers).where(drafts.c.item == item, drafts.c.who == who)
    return connection.execute(query).scalar() or {}


def _keep_draft(connection: Connection, item: int, who: str, answers: Answers) -> None:
    own = update(drafts).where(drafts.c.item == item, drafts.c.who == who)
    if not connection.execute(own.values(answers=answers, made=now())).rowcount:
        connection.execute(insert(drafts).values(item=item, who=who, answers=answers, made=now()))


def locked_queue(connection: Connection, item: int) -> Queue:
    """Take the lock of the queue that an item is in within a transaction; gives the queue."""
    queue = connection.execute(select(items.c.queue).where(items.c.id == item)).scalar()
    if queue is None:
        raise ValueError(f"There is no item {item}.")
    return Queue(**lock(connection, queue))
