"""Alerts beside releases: which began in a time, and how many are open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from analysis.state.schema import alert_events, alerts

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.state.database import State


@dataclass(frozen=True)
class Fired:
    """An alert: its rule, its group (empty where it has none), and when it began."""

    rule: str
    group: str
    start: datetime


def fired(state: State, start: datetime, end: datetime) -> list[Fired]:
    """List the alerts that began in a time, the earliest first."""
    query = select(alerts.c.rule, alerts.c.group, alerts.c.start).where(alerts.c.start >= start, alerts.c.start < end)
    with state.read() as connection:
        return [Fired(*row) for row in connection.execute(query.order_by(alerts.c.start, alerts.c.id))]


def unresolved(state: State) -> int:
    """Count the alerts that are open: resolved by nobody, nor by themselves, since they were opened last."""
    resolved, reopened = (
        select(func.count()).where(alert_events.c.alert == alerts.c.id, alert_events.c.kind == kind).scalar_subquery()
        for kind in ("resolved", "reopened")
    )
    query = select(func.count()).select_from(alerts).where(resolved <= reopened)
    with state.read() as connection:
        return int(connection.execute(query).scalar_one())
