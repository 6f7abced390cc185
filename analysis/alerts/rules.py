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
    from datetime import datetime

    from analysis.state.database import State

AFTERWORD = "Afterword"
"""Whose the ready-made rules are."""


@dataclass(frozen=True)
class Kept:
    """A rule as it holds, by whom and since when; a ready-made one that nobody changed is Afterword's."""

    rule: Rule
    who: str
    made: datetime | None


def everything(state: State) -> list[Kept]:
    """List the rules, the ready-made ones first in their order."""
    newest = select(func.max(alert_rules.c.id)).group_by(alert_rules.c.name)
    with state.read() as connection:
        rows = connection.execute(select(alert_rules).where(alert_rules.c.id.in_(newest)).order_by(alert_rules.c.id))
        own = {row["name"]: row for row in rows.mappings()}
    found = [Kept(rule, AFTERWORD, None) for name, rule in READY.items() if name not in own]
    found += [Kept(read(row["body"]), row["who"], row["made"]) for row in own.values() if row["body"] is not None]
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
    known = {one.rule.name: one.rule for one in everything(state)}
    if name not in known:
        raise RuleError(f"There is no rule {name!r}. Rules: {', '.join(known) or 'none'}.")
    return known[name]


def save(state: State, rule: Rule, *, who: str) -> None:
    """Keep a rule; one of the same name gives way to it."""
    _write(state, rule.name, rule, who)


def switch(state: State, name: str, *, on: bool, who: str) -> Rule:
    """Switch a rule on or off."""
    rule = switched(find(state, name), on=on)
    _write(state, name, rule, who)
    return rule


def remove(state: State, name: str, *, who: str) -> None:
    """Take a rule away; its alerts stay.

    Raises
    ------
    RuleError
        If there is none.
    """
    find(state, name)
    _write(state, name, None, who)


def _write(state: State, name: str, rule: Rule | None, who: str) -> None:
    body = null() if rule is None else rule.as_json()
    with state.write() as connection:
        connection.execute(insert(alert_rules).values(name=name, body=body, who=who, made=now()))
