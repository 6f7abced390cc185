"""The rules of a workspace: the ready-made ones, and over them what people wrote. Each change is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, null, select

from analysis.alerts.ready_made import READY
from analysis.alerts.rule import Rule, RuleError, read, switched
from analysis.state.database import now
from analysis.state.schema import alert_rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from analysis.state.database import State

AFTERWORD = "Afterword"
"""Whose the ready-made rules are."""


@dataclass(frozen=True)
class Kept:
    """A rule as it holds, by whom and since when; a ready-made one that nobody changed is Afterword's.

    `change` is the number of the change that made it so, 0 where nobody changed it; None where it is gone.
    """

    rule: Rule
    who: str
    made: datetime | None
    change: int | None = 0


class ChangedError(RuleError):
    """Somebody else has made, changed or taken away the rule `name`: `change` is that of now, None where it is gone."""

    def __init__(self, name: str, change: int | None, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.change = change


def everything(state: State) -> list[Kept]:
    """List the rules, the ready-made ones first in their order."""
    with state.read() as connection:
        return _held(connection)


def _held(connection: Connection) -> list[Kept]:
    newest = select(func.max(alert_rules.c.id)).group_by(alert_rules.c.name)
    rows = connection.execute(select(alert_rules).where(alert_rules.c.id.in_(newest)).order_by(alert_rules.c.id))
    own = {row["name"]: row for row in rows.mappings()}
    found = [Kept(rule, AFTERWORD, None) for name, rule in READY.items() if name not in own]
    found += [
        Kept(read(row["body"]), row["who"], row["made"], row["id"])
        for row in own.values() if row["body"] is not None
    ]  # fmt: skip
    order = list(READY)
    return sorted(found, key=lambda one: order.index(one.rule.name) if one.rule.name in READY else len(order))


def latest(state: State) -> int:
    """Give the number of the last change of any rule; 0 where there was none."""
    with state.read() as connection:
        return int(connection.execute(select(func.coalesce(func.max(alert_rules.c.id), 0))).scalar_one())


def find(state: State, name: str) -> Rule:
    """Find a rule.

    Raises
    ------
    RuleError
        If there is none; the message lists them.
    """
    with state.read() as connection:
        return _found(connection, name)


def _found(connection: Connection, name: str) -> Rule:
    known = {one.rule.name: one.rule for one in _held(connection)}
    if name not in known:
        raise RuleError(f"There is no rule {name!r}. Rules: {', '.join(known) or 'none'}.")
    return known[name]


def save(state: State, *made: Rule, who: str, over: Mapping[str, int | None] | None = None) -> None:
    """Keep rules, all or none; one of the same name gives way.

    Parameters
    ----------
    over : mapping, optional
        Of each rule that may give way the change that was seen (:attr:`Kept.change`). One that is not as it was seen
        does not give way, nor does any other.

    Raises
    ------
    ChangedError
        If somebody else was quicker.
    """
    with state.write(alone=alert_rules.name) as connection:
        for rule in made:
            if over is not None:
                _unchanged(connection, rule.name, over.get(rule.name))
            _write(connection, rule.name, rule, who)


def switch(state: State, name: str, *, on: bool, who: str) -> Rule:
    """Switch a rule on or off.

    Raises
    ------
    RuleError
        If there is none.
    """
    with state.write(alone=alert_rules.name) as connection:
        rule = switched(_found(connection, name), on=on)
        _write(connection, name, rule, who)
    return rule


def remove(state: State, name: str, *, who: str, over: Mapping[str, int | None] | None = None) -> None:
    """Take a rule away; its alerts stay. `over` is what was seen, as for :func:`save`.

    Raises
    ------
    RuleError
        If there is none, or somebody else was quicker.
    """
    with state.write(alone=alert_rules.name) as connection:
        if over is not None:
            _unchanged(connection, name, over.get(name))
        _found(connection, name)
        _write(connection, name, None, who)


def _unchanged(connection: Connection, name: str, seen: int | None) -> None:
    """Hold a rule to be as it was seen; None where there was none."""
    query = select(alert_rules).where(alert_rules.c.name == name).order_by(alert_rules.c.id.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    there = row["body"] is not None if row else name in READY
    change = (row["id"] if row else 0) if there else None
    if change == seen:
        return
    if row is None or seen is None:
        raise ChangedError(name, change, f"There is a rule {name} already. Change that one, or give this another name.")
    did = "changed this rule" if there else "took this rule away"
    said = f"{row['who']} {did} on {row['made']:%-d %B, %H:%M} UTC, after it was opened here."
    raise ChangedError(name, change, said)


def _write(connection: Connection, name: str, rule: Rule | None, who: str) -> None:
    body = null() if rule is None else rule.as_json()
    connection.execute(insert(alert_rules).values(name=name, body=body, who=who, made=now()))
