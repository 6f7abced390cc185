"""Alerts beside releases, where alerts are kept: which began in a time, and how many nobody has resolved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import column, exists, func, inspect, select, table

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.state.database import State

# named here and not imported: a workspace may have none of them
_ALERTS = table("alerts", column("id"), column("rule"), column("group"), column("start"))
_EVENTS = table("alert_events", column("alert"), column("kind"))


@dataclass(frozen=True)
class Fired:
    """An alert: its rule, its group (empty where it has none), and when it began."""

    rule: str
    group: str
    start: datetime


def fired(state: State, start: datetime, end: datetime) -> list[Fired]:
    """List the alerts that began in a time, the earliest first."""
    query = select(_ALERTS.c.rule, _ALERTS.c.group, _ALERTS.c.start).where(
        _ALERTS.c.start >= start, _ALERTS.c.start < end
    )
    with state.read() as connection:
        if not inspect(connection).has_table("alerts"):
            return []
        return [Fired(*row) for row in connection.execute(query.order_by(_ALERTS.c.start, _ALERTS.c.id))]


def unresolved(state: State) -> int | None:
    """Count the alerts that nobody has resolved, nor they themselves; None where none are kept."""
    resolved = exists().where(_EVENTS.c.alert == _ALERTS.c.id, _EVENTS.c.kind == "resolved")
    with state.read() as connection:
        if not inspect(connection).has_table("alerts"):
            return None
        query = select(func.count()).select_from(_ALERTS).where(~resolved)
        return int(connection.execute(query).scalar_one())
