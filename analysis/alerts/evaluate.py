"""Evaluating rules: what a rule says of a span of time, and the check that keeps alerts of it and tells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.alerts import history, keeping, rules, told, wider
from analysis.alerts.episodes import Episode, Look, episodes, looks
from analysis.alerts.judge import judge
from analysis.alerts.rule import DRIFT, PROJECTED
from analysis.alerts.silences import in_force
from analysis.alerts.span import remember, to_look_at
from analysis.alerts.windows import WHOLE
from analysis.metrics.lookup import UnknownMetricError
from analysis.state.database import now as the_time

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from analysis.alerts.rule import Rule
    from analysis.alerts.silences import Silence
    from analysis.state.database import State
    from analysis.store import Store


@dataclass(frozen=True)
class Evaluated:
    """What a rule says of a span of time: the windows of each group, and the episodes made of them."""

    rule: Rule
    looks: dict[str, list[Look]]
    episodes: tuple[Episode, ...]


def evaluate(store: Store, rule: Rule, start: datetime, end: datetime) -> Evaluated:
    """Hold a rule against a span of time; a pure function of the records, which the check and the try share.

    Raises
    ------
    UnknownMetricError
        If there is no such metric here.
    """
    found = _looks(store, rule, start, end)
    made = [episode for group, own in found.items() for episode in episodes(group, own, rule.lasting)]
    return Evaluated(rule, found, tuple(sorted(made, key=lambda one: (one.start, one.group))))


def _looks(store: Store, rule: Rule, start: datetime, end: datetime) -> dict[str, list[Look]]:
    if rule.kind in (DRIFT, PROJECTED):
        wide = {DRIFT: wider.drifted, PROJECTED: wider.projected}[rule.kind]
        return {WHOLE: list(wide(store, rule, start, end))}
    frame = judge(store, rule, start, end)
    return {
        str(group): looks(own.iter_rows(named=True))
        for (group,), own in frame.partition_by("group", as_dict=True, maintain_order=True).items()
    }


@dataclass(frozen=True)
class Outcome:
    """What a check did with one rule: what was looked at, and the numbers of the alerts concerned.

    `problem` says why it could not be looked at.
    """

    rule: str
    start: datetime | None = None
    end: datetime | None = None
    opened: tuple[int, ...] = ()
    resolved: tuple[int, ...] = ()
    reopened: tuple[int, ...] = ()
    told: tuple[int, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Checked:
    """What a check did, and how many alerts are open after it."""

    outcomes: tuple[Outcome, ...]
    firing: int


def check(store: Store, state: State, *, now: datetime | None = None, address: str = "") -> Checked:
    """Look at every rule that is on, on what is new; keep the alerts that come of it, and what is to be told of them.

    It may be killed at any time, and run by several processes at once: an alert and its notices are on disk together,
    and once. With a `now`, records after it are not seen.

    Parameters
    ----------
    now : datetime, optional
        The clock, UTC.
    address : str
        The app's, for links.
    """
    moment = now or the_time()
    silences = in_force(state, moment)
    watched = [one.rule for one in rules.everything(state) if one.rule.on]
    outcomes = [_checked(store, state, rule, moment, address, silences) for rule in watched]
    # it was switched off, or taken away
    for name in sorted(history.unresolved(state).keys() - {rule.name for rule in watched}):
        with state.write() as connection:
            gone = keeping.let_go(connection, name, keeping.Around(store, moment, address, (), silences))
        outcomes.append(Outcome(name, resolved=tuple(gone.resolved)))
    firing = sum(history.unresolved(state).values())
    return Checked(tuple(outcomes), firing)


def _checked(
    store: Store, state: State, rule: Rule, now: datetime, address: str, silences: Sequence[Silence]
) -> Outcome:
    try:
        with state.read() as connection:
            known = history.of_rule(connection, rule.name)
            span = to_look_at(store, rule, connection, known, now)
        if span is None or span.end <= span.start:
            return Outcome(rule.name)
        found = evaluate(store, rule, span.start, span.end).episodes
    except UnknownMetricError as error:
        return Outcome(rule.name, problem=str(error))
    # what takes long is done before the transaction, which others wait for
    whys = {
        (one.group, one.start): _why(store, rule, one)
        for one in found
        if not any((alert.group, alert.start) == (one.group, one.start) for alert in known)
        and keeping.lateness(rule, one, now) != history.HISTORY
    }  # fmt: skip
    around = keeping.Around(store, now, address, keeping.senders_of(state, rule), silences)
    with state.write() as connection:
        kept = keeping.keep(connection, rule, found, whys, around)
        remember(connection, rule, span)
    return Outcome(
        rule.name, span.start, span.end, tuple(kept.opened), tuple(kept.resolved), tuple(kept.reopened),
        tuple(kept.told),
    )  # fmt: skip


def _why(store: Store, rule: Rule, episode: Episode) -> list[str]:
    start, end = told.stretch(rule, episode.start, episode.last.end, episode.worst)
    return told.why(store, rule, episode.group, start, end)
