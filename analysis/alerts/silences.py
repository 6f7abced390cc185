"""Silences and maintenance windows: what fires meanwhile is kept, and not told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from analysis.state.database import now
from analysis.state.schema import alert_silences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.state.database import State

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Silence:
    """From when to when nothing is told: of a rule or of all, of a group or of all; every week anew where `weekly`."""

    id: int
    rule: str | None
    group: str | None
    start: datetime
    end: datetime
    weekly: bool
    reason: str
    who: str
    made: datetime
    lifted: datetime | None = None
    lifted_by: str | None = None

    def covers(self, rule: str, group: str, at: datetime) -> bool:
        """Whether it keeps an alert of a rule and a group from being told at a moment."""
        if self.lifted is not None or self.rule not in (None, rule) or self.group not in (None, group):
            return False
        since = at - self.start
        if self.weekly and since >= timedelta(0):
            since %= _WEEK
        return timedelta(0) <= since < self.end - self.start


def add(
    state: State, start: datetime, end: datetime, *, who: str, reason: str = "", rule: str | None = None,
    group: str | None = None, weekly: bool = False,
) -> Silence:  # fmt: skip
    """Keep alerts from being told.

    Raises
    ------
    ValueError
        If it would end before it starts, or a weekly one last longer than a week.
    """
    if end <= start:
        raise ValueError("A silence ends after it starts.")
    if weekly and end - start > _WEEK:
        raise ValueError("A window that comes every week is no longer than a week.")
    values: dict[str, Any] = {
        "rule": rule, "group": group, "start": start, "end": end, "weekly": int(weekly), "reason": reason.strip(),
        "who": who, "made": now(),
    }  # fmt: skip
    with state.write() as connection:
        made = connection.execute(insert(alert_silences).values(values).returning(alert_silences.c.id)).scalar_one()
    return Silence(id=made, **values | {"weekly": weekly})


def lift(state: State, silence: int, *, who: str) -> None:
    """End a silence now; it stays in the store with the name of who did so.

    Raises
    ------
    KeyError
        If there is no such silence, or it is lifted already.
    """
    change = (
        update(alert_silences)
        .where(alert_silences.c.id == silence, alert_silences.c.lifted.is_(None))
        .values(lifted=now(), lifted_by=who)
    )
    with state.write() as connection:
        if connection.execute(change).rowcount == 0:
            raise KeyError(f"There is no silence {silence} to lift.")


def in_force(state: State, at: datetime) -> list[Silence]:
    """List the silences that hold at a moment or later, those that end first first."""
    query = (
        select(alert_silences)
        .where(alert_silences.c.lifted.is_(None), (alert_silences.c.end > at) | (alert_silences.c.weekly == 1))
        .order_by(alert_silences.c.end, alert_silences.c.id)
    )
    with state.read() as connection:
        return [Silence(**{**row, "weekly": bool(row["weekly"])}) for row in connection.execute(query).mappings()]


def silenced(silences: Iterable[Silence], rule: str, group: str, at: datetime) -> bool:
    """Whether any of some silences holds."""
    return any(one.covers(rule, group, at) for one in silences)
