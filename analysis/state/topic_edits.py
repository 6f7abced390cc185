"""Edits of topics by people: names given, topics merged and split. An edit is taken back by a row of its own.

What an edit speaks of, it names by texts (their keys) and never by a topic's number, which the next map gives anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from analysis.state.database import now
from analysis.state.schema import topic_edits

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.state.database import State

RENAME, NAMES, MERGE, SPLIT, TAKE_BACK = "rename", "names", "merge", "split", "take back"


@dataclass(frozen=True)
class Edit:
    """One edit of the topics of a column's map.

    Parameters
    ----------
    body : dict
        Of a rename ``name``, ``texts`` and ``was``; of names by a model ``names`` (dictionaries with ``name`` and
        ``texts``), ``model`` and ``was``; of a merge ``parts`` (the texts of each topic, the one that stays
        first) and ``was``; of a split ``parts`` (dictionaries with ``texts``, ``name``, …) and ``was``; of a taking
        back ``edit``. ``was`` names the topics as they were then, for people.
    """

    id: int
    of: str
    kind: str
    body: dict[str, Any]
    who: str
    made: datetime


def add(state: State, of: str, kind: str, body: dict[str, Any], *, who: str) -> Edit:
    """Write an edit down."""
    values: dict[str, Any] = {"of": of, "kind": kind, "body": body, "who": who, "made": now()}
    with state.write() as connection:
        made = connection.execute(insert(topic_edits).values(values).returning(topic_edits.c.id)).scalar_one()
    return Edit(id=made, **values)


def everything(state: State, of: str) -> list[Edit]:
    """Every edit of a column's map in its order, with those taken back and the taking back."""
    with state.read() as connection:
        rows = connection.execute(select(topic_edits).where(topic_edits.c.of == of).order_by(topic_edits.c.id))
        return [Edit(**row) for row in rows.mappings()]


def in_force(edits: list[Edit]) -> list[Edit]:
    """Of all edits those that hold."""
    gone = {edit.body["edit"] for edit in edits if edit.kind == TAKE_BACK}
    return [edit for edit in edits if edit.kind != TAKE_BACK and edit.id not in gone]
