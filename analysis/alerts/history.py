"""Alerts as they are kept: an episode of a rule and a group, and what happened to it since, event by event.

An alert is known by its rule, its group and the start of its episode; whoever looks first opens it, and nobody twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from analysis.alerts.episodes import Look
from analysis.alerts.rule import Rule, read
from analysis.state.database import now
from analysis.state.schema import alert_events, alerts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Table

    from analysis.alerts.episodes import Episode
    from analysis.state.database import State

TOLD, ACKNOWLEDGED, ASSIGNED = "told", "acknowledged", "assigned"
COMMENTED, RESOLVED, REOPENED = "commented", "resolved", "reopened"
ITSELF = ""
"""Who resolves an alert whose figure is back."""
ON_TIME, LATE, HISTORY = "", "late", "history"
"""How long after its time an alert was found: as it came; with records that came late; of old records, not told."""


@dataclass(frozen=True)
class Event:
    """Something that happened to an alert."""

    id: int
    alert: int
    kind: str
    once: str | None
    body: dict[str, Any] | None
    who: str
    made: datetime


@dataclass(frozen=True)
class Alert:
    """An alert with its history.

    Parameters
    ----------
    rule, group : str
    start : datetime
        Of the episode.
    late : str
        :data:`ON_TIME`, :data:`LATE` or :data:`HISTORY`.
    body : dict
        ``rule`` as it was, ``fired``, the looks ``first`` and ``worst``, ``why``.
    events : tuple of Event
        In their order.
    """

    id: int
    rule: str
    group: str
    start: datetime
    late: str
    body: dict[str, Any]
    made: datetime
    events: tuple[Event, ...] = ()

    @property
    def told(self) -> Event | None:
        """How it was told, since it was opened last."""
        return next((one for one in reversed(self.events) if one.once == f"{TOLD} {self.times}"), None)

    @property
    def times(self) -> int:
        """How often it was opened again."""
        return sum(one.kind == REOPENED for one in self.events)

    @property
    def resolved(self) -> Event | None:
        """What ended it; None while it goes on."""
        last = next((one for one in reversed(self.events) if one.kind in (RESOLVED, REOPENED)), None)
        return last if last is not None and last.kind == RESOLVED else None

    @property
    def end(self) -> datetime | None:
        """When its figure was back, else when somebody resolved it; None while it goes on."""
        return datetime.fromisoformat((self.resolved.body or {})["end"]) if self.resolved else None

    @property
    def acknowledged(self) -> Event | None:
        """Who has seen it."""
        return next((one for one in reversed(self.events) if one.once == f"{ACKNOWLEDGED} {self.times}"), None)

    @property
    def assigned(self) -> str:
        """Whose it is; empty where nobody's."""
        last = next((one for one in reversed(self.events) if one.kind == ASSIGNED), None)
        return str((last.body or {})["to"]) if last else ""

    @property
    def state(self) -> str:
        """``firing``, ``acknowledged`` or ``resolved``."""
        return "resolved" if self.resolved else "acknowledged" if self.acknowledged else "firing"

    @property
    def as_it_was(self) -> Rule:
        """The rule as it was when it fired."""
        return read(self.body["rule"])

    @property
    def fired(self) -> datetime:
        """When it had lasted long enough."""
        return datetime.fromisoformat(self.body["fired"])

    @property
    def first(self) -> Look:
        """The window with which it fired."""
        return _look(self.body["first"])

    @property
    def worst(self) -> Look:
        """The window farthest beyond the line."""
        return _look(self.body["worst"])

    @property
    def key(self) -> str:
        """A name for it outside, the same for all that is told of it."""
        return key(self.rule, self.group, self.start)


def key(rule: str, group: str, start: datetime) -> str:
    """Name an alert for the outside."""
    name = f"{rule}-{start:%Y%m%dT%H%M}"
    return f"{name}-{sha256(group.encode()).hexdigest()[:8]}" if group else name


def opened(connection: Connection, rule: Rule, episode: Episode, late: str, why: Sequence[str]) -> int | None:
    """Keep an episode as an alert; None where somebody else has just done so."""
    body = {
        "rule": rule.as_json(), "fired": episode.fired.isoformat(), "first": _plain(episode.first),
        "worst": _plain(episode.worst), "why": list(why),
    }  # fmt: skip
    values = {
        "rule": rule.name,
        "group": episode.group,
        "start": episode.start,
        "late": late,
        "body": body,
        "made": now(),
    }
    return _once(connection, alerts, values)


def happened(
    connection: Connection, alert: int, kind: str, *, who: str, body: dict[str, Any] | None = None,
    once: str | None = None,
) -> bool:  # fmt: skip
    """Add an event; False where `once` says that it happens once and it has."""
    values = {"alert": alert, "kind": kind, "once": once, "body": body, "who": who, "made": now()}
    return _once(connection, alert_events, values) is not None


def of_rule(connection: Connection, rule: str) -> list[Alert]:
    """List the alerts of a rule, the newest first."""
    query = select(alerts).where(alerts.c.rule == rule).order_by(alerts.c.start.desc(), alerts.c.id.desc())
    return _read(connection, query)


def everything(state: State, *, limit: int = 500) -> list[Alert]:
    """List the newest alerts of all rules, those that began last first."""
    with state.read() as connection:
        return _read(connection, select(alerts).order_by(alerts.c.start.desc(), alerts.c.id.desc()).limit(limit))


def began(state: State, start: datetime, end: datetime) -> list[Alert]:
    """List the alerts that began in a time, the earliest first."""
    query = select(alerts).where(alerts.c.start >= start, alerts.c.start < end).order_by(alerts.c.start, alerts.c.id)
    with state.read() as connection:
        return _read(connection, query)


def unresolved(state: State) -> dict[str, int]:
    """Count the alerts of each rule that are open: nobody has resolved them, nor did they so themselves, since."""
    resolved, reopened = (
        select(func.count()).where(alert_events.c.alert == alerts.c.id, alert_events.c.kind == kind).scalar_subquery()
        for kind in (RESOLVED, REOPENED)
    )
    query = select(alerts.c.rule, func.count()).where(resolved <= reopened).group_by(alerts.c.rule)
    with state.read() as connection:
        return {row[0]: int(row[1]) for row in connection.execute(query)}


def find(state: State, number: int) -> Alert:
    """Find an alert by its number.

    Raises
    ------
    ValueError
        If there is none.
    """
    with state.read() as connection:
        return found(connection, number)


def found(connection: Connection, number: int) -> Alert:
    """Find an alert within a transaction.

    Raises
    ------
    ValueError
        If there is none.
    """
    rows = _read(connection, select(alerts).where(alerts.c.id == number))
    if not rows:
        raise ValueError(f"There is no alert {number}. `afterword alerts list` lists them.")
    return rows[0]


def told_by(connection: Connection, key_: str) -> list[Alert]:
    """List the alerts that one notice told of."""
    query = select(alert_events).where(alert_events.c.kind == TOLD)
    ids = {row["alert"] for row in connection.execute(query).mappings() if (row["body"] or {}).get("key") == key_}
    return _read(connection, select(alerts).where(alerts.c.id.in_(ids))) if ids else []


def _read(connection: Connection, query: Any) -> list[Alert]:  # noqa: ANN401 - a select
    rows = connection.execute(query).mappings().all()
    ids = [row["id"] for row in rows]
    events: dict[int, list[Event]] = {}
    for row in connection.execute(
        select(alert_events).where(alert_events.c.alert.in_(ids)).order_by(alert_events.c.id)
    ).mappings():
        events.setdefault(row["alert"], []).append(Event(**row))
    return [Alert(**row, events=tuple(events.get(row["id"], ()))) for row in rows]


def _once(connection: Connection, table: Table, values: dict[str, Any]) -> int | None:
    make: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[connection.dialect.name]
    made = make(table).values(values).on_conflict_do_nothing().returning(table.c.id)
    number: int | None = connection.execute(made).scalar_one_or_none()
    return number


_TIMES = ("at", "start", "end")


def _plain(look: Look) -> dict[str, Any]:
    found = {name: getattr(look, name) for name in Look.__dataclass_fields__}
    return found | {name: found[name].isoformat() for name in _TIMES} | {"detail": list(look.detail)}


def _look(body: dict[str, Any]) -> Look:
    times = {name: datetime.fromisoformat(body[name]) for name in _TIMES}
    return Look(**{**body, **times, "detail": tuple(body["detail"])})
