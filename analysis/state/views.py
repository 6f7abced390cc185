"""Saved views: a page with its filter, under a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, null, select

from analysis.state.database import now
from analysis.state.schema import views

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.state.database import State


@dataclass(frozen=True)
class View:
    """A page and the query parameters of its link."""

    id: int
    name: str
    page: str
    query: dict[str, Any]
    who: str
    made: datetime


def save(state: State, name: str, page: str, query: dict[str, Any], *, who: str) -> None:
    """Keep a view; one of the same name gives way to it.

    Raises
    ------
    ValueError
        If the name is empty.
    """
    if not name.strip():
        raise ValueError("A view needs a name.")
    _insert(state, name.strip(), page, query, who)


def remove(state: State, name: str, *, who: str) -> None:
    """Take a view off the list."""
    _insert(state, name, "", None, who)


def saved(state: State) -> list[View]:
    """The newest version of every view, by name."""
    newest = select(func.max(views.c.id)).group_by(views.c.name)
    query = select(views).where(views.c.id.in_(newest)).order_by(views.c.name)
    with state.read() as connection:
        return [View(**row) for row in connection.execute(query).mappings() if row["query"] is not None]


def _insert(state: State, name: str, page: str, query: dict[str, Any] | None, who: str) -> None:
    values = {"name": name, "page": page, "query": null() if query is None else query, "who": who, "made": now()}
    with state.write() as connection:
        connection.execute(insert(views).values(values))
