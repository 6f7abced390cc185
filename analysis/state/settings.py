"""Settings of the workspace: each change is kept with who made it, the newest holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, null, select

from analysis.state.database import now
from analysis.state.schema import settings

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.state.database import State


@dataclass(frozen=True)
class Change:
    """One change of a setting; a value of None went back to the default."""

    id: int
    key: str
    value: Any
    who: str
    made: datetime


def put(state: State, key: str, value: Any, *, who: str) -> None:  # noqa: ANN401 - any JSON
    """Set `key` to a JSON value; None takes it back to its default."""
    stored = null() if value is None else value
    with state.write() as connection:
        connection.execute(insert(settings).values(key=key, value=stored, who=who, made=now()))


def get(state: State, key: str, default: Any = None) -> Any:  # noqa: ANN401 - any JSON
    """The value of `key`, or `default` where it was never set."""
    query = select(settings.c.value).where(settings.c.key == key).order_by(settings.c.id.desc()).limit(1)
    with state.read() as connection:
        value = connection.execute(query).scalar()
    return default if value is None else value


def everything(state: State) -> dict[str, Any]:
    """All settings that are set."""
    newest = select(func.max(settings.c.id)).group_by(settings.c.key)
    with state.read() as connection:
        rows = connection.execute(select(settings).where(settings.c.id.in_(newest)).order_by(settings.c.key))
        return {row["key"]: row["value"] for row in rows.mappings() if row["value"] is not None}


def history(state: State, key: str) -> list[Change]:
    """Every change of `key`, newest first."""
    with state.read() as connection:
        rows = connection.execute(select(settings).where(settings.c.key == key).order_by(settings.c.id.desc()))
        return [Change(**row) for row in rows.mappings()]
