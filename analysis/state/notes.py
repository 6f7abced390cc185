"""Notes on the time axis: releases, incidents and remarks, drawn beside every trend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from analysis.state.database import now
from analysis.state.schema import notes

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.state.database import State

KINDS: tuple[str, ...] = ("release", "incident", "note")


@dataclass(frozen=True)
class Note:
    """A moment (UTC) and what happened then."""

    id: int
    time: datetime
    kind: str
    text: str
    who: str
    made: datetime
    retracted: datetime | None = None
    retracted_by: str | None = None


def add(state: State, time: datetime, text: str, *, kind: str = "note", who: str) -> Note:
    """Mark a moment.

    Raises
    ------
    ValueError
        If the kind is unknown or the text empty.
    """
    if kind not in KINDS:
        raise ValueError(f"Unknown kind {kind!r}. Use one of {', '.join(KINDS)}.")
    if not text.strip():
        raise ValueError("A note needs a text.")
    values: dict[str, Any] = {"time": time, "kind": kind, "text": text.strip(), "who": who, "made": now()}
    with state.write() as connection:
        made = connection.execute(insert(notes).values(values).returning(notes.c.id)).scalar_one()
    return Note(id=made, **values)


def retract(state: State, note_id: int, *, who: str) -> None:
    """Take a note back; it stays in the store with the name of who did so.

    Raises
    ------
    KeyError
        If there is no such note, or it is taken back already.
    """
    change = (
        update(notes)
        .where(notes.c.id == note_id, notes.c.retracted.is_(None))
        .values(retracted=now(), retracted_by=who)
    )
    with state.write() as connection:
        if connection.execute(change).rowcount == 0:
            raise KeyError(f"There is no note {note_id} to take back.")


def between(state: State, start: datetime | None = None, end: datetime | None = None) -> list[Note]:
    """Notes of the period from `start` up to, but not including, `end`, in the order of their times."""
    query = select(notes).where(notes.c.retracted.is_(None)).order_by(notes.c.time, notes.c.id)
    if start is not None:
        query = query.where(notes.c.time >= start)
    if end is not None:
        query = query.where(notes.c.time < end)
    with state.read() as connection:
        return [Note(**row) for row in connection.execute(query).mappings()]
