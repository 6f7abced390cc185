"""Labels in the log store, as scores that people gave, so that they correct automatic rates like any other.

All of it can be made anew from the state store: it is, when a process first asks.
"""

from __future__ import annotations

import hashlib
import threading
import time
from typing import TYPE_CHECKING, Any
from uuid import UUID
from weakref import WeakKeyDictionary

import polars as pl
from sqlalchemy import func, select

from analysis.review import events, queue
from analysis.review.labels import gathered
from analysis.review.plan import CHECKS
from analysis.review.ready_made import NO, YES
from analysis.review.rubrics import SCALE, SPAN
from analysis.state.schema import labels

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.review.events import Event
    from analysis.review.queue import Kept
    from analysis.review.rubrics import Question, Rubric
    from analysis.state.database import State
    from analysis.store import Store

FEW = 500
"""Items that are asked for one by one; more, and the whole queue is read."""

DECIDED = "(decided)"
"""Stands for the person where an item is decided."""

Row = tuple[str, str, str, float | None, str | None, "datetime"]
"""Id, record, name, value, label, time."""

_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.String, "record_id": pl.String, "name": pl.String, "value": pl.Float64, "label": pl.String,
    "time": pl.Datetime("us"),
}  # fmt: skip
_OWN = "import_id IS NULL AND origin = 'human'"
"""The scores that came of labels and of no file."""

_seen: WeakKeyDictionary[Store, dict[int, int]] = WeakKeyDictionary()
"""The last event of each queue that a store has; the events of a queue come in the order of their numbers."""

PACE = 5.0
"""Seconds between two writes where people read pages while others label."""
_wrote: WeakKeyDictionary[Store, float] = WeakKeyDictionary()
_syncing = threading.Lock()


def keep_up(store: Store, state: State) -> None:
    """Do as :func:`sync`, but for :data:`PACE` after it wrote: what was read then is remembered so long."""
    if time.monotonic() - _wrote.get(store, -PACE) >= PACE:
        sync(store, state)


def sync(store: Store, state: State) -> int:
    """Bring the log store's scores to what the labels say; what is there already is not written again.

    It is done where scores are about to be read, not at each label: a write makes everything be read anew. A yes is 1
    and a no 0, a point of a scale its number, any other answer a label. Where an item is decided, that is its one
    score. Gold and attention items give none, spans neither.

    Returns
    -------
    int
        How many items were looked at.
    """
    with _syncing:  # two at once would both find the same label missing, and write it twice
        return _synced(store, state)


def forget(store: Store) -> None:
    """Have the next :func:`sync` make every score anew: labels are gone."""
    with _syncing:
        _seen.pop(store, None)


def _synced(store: Store, state: State) -> int:
    first = store not in _seen
    done = dict(_seen.get(store, {}))
    with state.read() as connection:
        last = select(labels.c.queue, func.max(labels.c.id)).group_by(labels.c.queue)
        newest: dict[int, int] = {row[0]: row[1] for row in connection.execute(last)}
    rows: list[Row] = []
    gone: set[str] = set()
    items = 0
    for one in queue.everything(state):
        since = done.get(one.id, 0)
        if newest.get(one.id, 0) <= since:
            continue
        rubric = queue.rubric_of(state, one)
        with state.read() as connection:
            touched = events.touched(connection, one, since)
            some = touched if len(touched) <= FEW else None
            history = events.within(connection, one, some)
            rows += _rows(rubric, queue.within(connection, one, some), history)
        gone |= _ids(rubric, history)
        items += len(touched)
        done[one.id] = max(event.id for event in history)
    if first or items:
        _put(store, rows, None if first else gone)
    _seen[store] = done
    return items


def _rows(rubric: Rubric, items: list[Kept], history: list[Event]) -> list[Row]:
    found = []
    for one in gathered(items, history):
        if one.item.arm in CHECKS or not _is_id(one.item.record_id):
            continue
        for event in [one.decision] if one.decision else one.labels:
            who = DECIDED if one.decision else event.who
            for question in rubric.questions:
                answer = (event.answers or {}).get(question.name)
                if answer is not None and question.kind != SPAN:
                    id = _id(one.item.id, who, question.name)
                    found.append((id, one.item.record_id, question.name, *as_score(question, answer), event.made))
    return found


def as_score(question: Question, answer: Any) -> tuple[float | None, str | None]:  # noqa: ANN401 - text or number
    """Give an answer as the value or the label of a score: a yes is 1 and a no 0, a point of a scale its number."""
    value = float(answer) if question.kind == SCALE else {YES: 1.0, NO: 0.0}.get(answer)
    return value, None if value is not None else str(answer)


def _ids(rubric: Rubric, history: list[Event]) -> set[str]:
    """Every score that events may have given."""
    people = {(event.item, who) for event in history for who in (event.who, DECIDED)}
    return {_id(item, who, question.name) for item, who in people for question in rubric.questions}


def _put(store: Store, rows: list[Row], gone: set[str] | None) -> None:
    """Write scores in the place of those in `gone`, or of all that came of labels."""
    there = store.rows(
        f"""SELECT id::VARCHAR AS id, target_key, name, value, label, time FROM scores WHERE {_OWN}
        AND ($all OR id IN (SELECT unnest($gone)::UUID))""",
        {"all": gone is None, "gone": sorted(gone or ())},
    )
    if {tuple(row.values()) for row in there} == set(rows):
        return
    frame = pl.DataFrame(rows, schema=_COLUMNS, orient="row")
    _wrote[store] = time.monotonic()
    with store.write() as cursor:
        cursor.execute(f"DELETE FROM scores WHERE {_OWN} AND id IN (SELECT unnest($ids)::UUID)",
                       {"ids": [row["id"] for row in there]})  # fmt: skip
        cursor.register("given", frame.to_arrow())
        cursor.execute(
            """INSERT INTO scores (id, record_id, target, target_key, name, value, label, origin, time)
            SELECT g.id::UUID, r.id, 'call', g.record_id, g.name, g.value, g.label, 'human', g.time
            FROM given g LEFT JOIN records r ON r.id = g.record_id::UUID"""
        )
        cursor.unregister("given")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _id(item: int, who: str, question: str) -> str:
    return str(UUID(hashlib.md5(f"review {item} {who} {question}".encode(), usedforsecurity=False).hexdigest()))
