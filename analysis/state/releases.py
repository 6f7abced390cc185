"""Releases as people say them: each event is kept, the newest of a name and an application holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from analysis.state.database import now
from analysis.state.schema import release_events

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from analysis.state.database import State

SET, MOVED, TAKEN_BACK = "set", "moved", "taken back"
SAID, IMPORTED = "said", "imported"
LONGEST = 200
"""Characters of a name."""


@dataclass(frozen=True)
class Event:
    """What somebody said of a release: that it began at a time (UTC), or None where it was taken back."""

    id: int
    name: str
    app: str | None
    environment: str | None
    kind: str
    time: datetime | None
    note: str
    source: str
    who: str
    made: datetime


def put(
    state: State,
    name: str,
    time: datetime,
    *,
    app: str | None = None,
    environment: str | None = None,
    note: str = "",
    source: str = SAID,
    known: bool = False,
    who: str,
) -> Event:
    """Say when a release began; where the same is said already, that event is given.

    Parameters
    ----------
    app, environment : str or None
        Where; None for everywhere that the name is found.
    known : bool
        Whether the logs have it, so that this moves it.

    Raises
    ------
    ValueError
        If the name is empty or too long.
    """
    name = named(name)
    with state.write() as connection:
        last = _newest(connection, name, app)
        values: dict[str, Any] = {
            "name": name, "app": app, "environment": environment, "time": time, "note": note.strip(), "source": source,
        }  # fmt: skip
        if last is not None and all(last[key] == value for key, value in values.items() if key != "source"):
            return Event(**last)
        stands = last is not None and last["kind"] != TAKEN_BACK
        return _written(connection, values | {"kind": MOVED if stands or known else SET, "who": who})


def take_back(state: State, name: str, app: str | None = None, *, who: str) -> Event:
    """Take a release back; one that the logs have is listed no longer, until it is said anew."""
    gone: dict[str, Any] = {"environment": None, "time": None, "note": "", "source": SAID}
    with state.write() as connection:
        return _written(connection, {"name": named(name), "app": app, "kind": TAKEN_BACK, "who": who, **gone})


def named(name: str) -> str:
    """Check the name of a release.

    Raises
    ------
    ValueError
        If it is empty or too long.
    """
    name = name.strip()
    if not 0 < len(name) <= LONGEST:
        raise ValueError(f"A release needs a name, of {LONGEST} characters at most.")
    return name


def standing(state: State) -> list[Event]:
    """List the newest event of each name and application, those that take a release back among them."""
    newest = select(func.max(release_events.c.id)).group_by(release_events.c.name, release_events.c.app)
    query = select(release_events).where(release_events.c.id.in_(newest)).order_by(release_events.c.id)
    with state.read() as connection:
        return [Event(**row) for row in connection.execute(query).mappings()]


def history(state: State, name: str) -> list[Event]:
    """List every event of a name, the newest first."""
    query = select(release_events).where(release_events.c.name == name).order_by(release_events.c.id.desc())
    with state.read() as connection:
        return [Event(**row) for row in connection.execute(query).mappings()]


def _newest(connection: Connection, name: str, app: str | None) -> RowMapping | None:
    same = release_events.c.app.is_(None) if app is None else release_events.c.app == app
    query = select(release_events).where(release_events.c.name == name, same).order_by(release_events.c.id.desc())
    return connection.execute(query.limit(1)).mappings().first()


def _written(connection: Connection, values: dict[str, Any]) -> Event:
    whole = values | {"made": now()}
    id = connection.execute(insert(release_events).values(whole).returning(release_events.c.id)).scalar_one()
    return Event(id=id, **whole)
