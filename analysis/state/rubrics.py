"""Rubrics by which people label, version by version; a version is never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from analysis.state.database import now
from analysis.state.schema import rubrics

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from analysis.state.database import State


@dataclass(frozen=True)
class Version:
    """One version of a rubric; `body` is the form of :mod:`analysis.review.rubrics`."""

    id: int
    name: str
    version: int
    body: dict[str, Any]
    who: str
    made: datetime


def save(state: State, name: str, body: dict[str, Any], *, who: str) -> Version:
    """Write a rubric down as its next version; where it is what the newest says, that one stays."""
    with state.write() as connection:
        return add(connection, name, body, who=who)


def add(connection: Connection, name: str, body: dict[str, Any], *, who: str) -> Version:
    """Do as :func:`save` within a transaction."""
    newest = select(rubrics).where(rubrics.c.name == name).order_by(rubrics.c.version.desc()).limit(1)
    row = connection.execute(newest).mappings().first()
    if row is not None and row["body"] == body:
        return Version(**row)
    values: dict[str, Any] = {
        "name": name,
        "version": row["version"] + 1 if row else 1,
        "body": body,
        "who": who,
        "made": now(),
    }
    made = connection.execute(insert(rubrics).values(values).returning(rubrics.c.id)).scalar_one()
    return Version(id=made, **values)


def get(state: State, name: str, version: int | None = None) -> Version:
    """One version of a rubric, the newest where none is named.

    Raises
    ------
    KeyError
        If there is none.
    """
    query = select(rubrics).where(rubrics.c.name == name).order_by(rubrics.c.version.desc()).limit(1)
    if version is not None:
        query = query.where(rubrics.c.version == version)
    with state.read() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        raise KeyError(f"There is no rubric {name}{'' if version is None else f', version {version}'}.")
    return Version(**row)


def newest(state: State) -> list[Version]:
    """The newest version of each rubric, by name."""
    last = select(rubrics.c.name, func.max(rubrics.c.version).label("version")).group_by(rubrics.c.name).subquery()
    query = select(rubrics).join(
        last, (rubrics.c.name == last.c.name) & (rubrics.c.version == last.c.version)
    ).order_by(rubrics.c.name)  # fmt: skip
    with state.read() as connection:
        return [Version(**row) for row in connection.execute(query).mappings()]
