"""From episodes to alerts that are kept and told: opened, resolved by themselves, opened again, each once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.alerts import history, outbox, senders, told
from analysis.alerts.history import HISTORY, ITSELF, LATE, ON_TIME, REOPENED, RESOLVED, TOLD
from analysis.alerts.rule import HOUR
from analysis.alerts.silences import silenced
from analysis.alerts.span import recent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from analysis.alerts.episodes import Episode
    from analysis.alerts.history import Alert
    from analysis.alerts.rule import Rule
    from analysis.alerts.silences import Silence
    from analysis.state.database import State
    from analysis.store import Store

GONE = "it does not fire by its rule and its records as they are now"
LEFT = "its rule was switched off or taken away"
"""Why an alert is over whose figure was not seen to come back."""


@dataclass(frozen=True)
class Around:
    """What a check goes by besides the records."""

    store: Store
    now: datetime
    address: str
    senders: tuple[str, ...]
    silences: Sequence[Silence]


@dataclass
class Kept:
    """Numbers of the alerts that were opened, resolved, opened again, and told."""

    opened: list[int] = field(default_factory=list)
    resolved: list[int] = field(default_factory=list)
    reopened: list[int] = field(default_factory=list)
    told: list[int] = field(default_factory=list)


def keep(
    connection: Connection, rule: Rule, found: Sequence[Episode], whys: dict[tuple[str, datetime], list[str]],
    around: Around,
) -> Kept:  # fmt: skip
    """Bring the alerts of a rule to what was found, in the caller's transaction."""
    kept, known = Kept(), history.of_rule(connection, rule.name)
    met: dict[int, Episode] = {}
    ends: dict[int, datetime | None] = {}
    for episode in found:
        alert = match(known, episode, ends)
        if alert is None:
            why = whys.get((episode.group, episode.start), [])
            number = history.opened(connection, rule, episode, lateness(rule, episode, around.now), why)
            if number is None:
                continue
            kept.opened.append(number)
            alert = history.found(connection, number)
            known.append(alert)
        elif episode.firing and alert.resolved is not None:
            _reopen(connection, alert, kept)
        met[alert.id], ends[alert.id] = episode, episode.end
    _tell(connection, rule, met, kept, around)
    for alert in known:
        # one that was open and is not met is over: records that came late, or were taken back, have ended its breach
        ended, reason = (met[alert.id].end, "") if alert.id in met else (around.now, GONE)
        if ended is not None and alert.resolved is None:
            _resolve(connection, alert, ended, kept, reason)
    _tell_over(connection, kept, around)
    return kept


def match(known: Sequence[Alert], episode: Episode, ends: Mapping[int, datetime | None] | None = None) -> Alert | None:
    """Find the alert that an episode is already: one of its group that overlaps it, however its start has shifted.

    Where a person ended it, what it fired with is what counts, for they did so at a time of their own. `ends` are the
    ends of those that were met before.
    """
    for alert in known:
        end = alert.end if alert.resolved is None or alert.resolved.who == ITSELF else alert.fired
        end = (ends or {}).get(alert.id, end)
        begun = episode.end is None or alert.start < episode.end
        if alert.group == episode.group and begun and (end is None or episode.start < end):
            return alert
    return None


def lateness(rule: Rule, episode: Episode, now: datetime) -> str:
    """Tell how long after its time an episode was found."""
    lag = now - episode.last.end
    if lag > recent(rule):
        return HISTORY
    return LATE if lag > max(2 * rule.step, 2 * HOUR) else ON_TIME


def _reopen(connection: Connection, alert: Alert, kept: Kept) -> None:
    """Open an alert again whose figure had only seemed to be back."""
    once = f"{REOPENED} {alert.times + 1}"
    by_itself = alert.resolved is not None and alert.resolved.who == ITSELF
    if by_itself and history.happened(connection, alert.id, REOPENED, who=ITSELF, once=once):
        kept.reopened.append(alert.id)


def _resolve(connection: Connection, alert: Alert, end: datetime, kept: Kept, reason: str) -> None:
    once, body = f"{RESOLVED} {alert.times}", {"end": end.isoformat(), "reason": reason}
    if history.happened(connection, alert.id, RESOLVED, who=ITSELF, body=body, once=once):
        kept.resolved.append(alert.id)


def let_go(connection: Connection, rule: str, around: Around) -> Kept:
    """End what is open of a rule that nobody looks at any more."""
    kept = Kept()
    for alert in history.of_rule(connection, rule):
        if alert.resolved is None:
            _resolve(connection, alert, around.now, kept, LEFT)
    _tell_over(connection, kept, around)
    return kept


def _tell(connection: Connection, rule: Rule, met: dict[int, Episode], kept: Kept, around: Around) -> None:
    """Tell what is new, many at once in one notice; what ended untold is told only if nobody had looked before."""
    new = []
    for number, episode in met.items():
        alert = history.found(connection, number)
        fresh = number in kept.opened or number in kept.reopened
        if around.now - episode.last.end > recent(rule):
            continue
        quiet = silenced(around.silences, rule.name, alert.group, around.now)
        open_ = alert.resolved is None and episode.end is None
        if alert.told is None and not quiet and (open_ or fresh):
            new.append(alert)
    bundles = [new] if len(new) > told.TOGETHER else [[alert] for alert in new]
    for bundle in bundles:
        if bundle:
            kept.told += _told(connection, bundle, around)


def _tell_over(connection: Connection, kept: Kept, around: Around) -> None:
    keys = set()
    for number in kept.resolved:
        told_ = history.found(connection, number).told
        key = (told_.body or {})["key"] if told_ is not None else None
        if key not in keys:
            tell_over(connection, around.store, number, around.now, address=around.address)
        keys.add(key)


def _told(connection: Connection, bundle: Sequence[Alert], around: Around) -> list[int]:
    first, *others = bundle
    body = {"key": first.key, "notice": _told_as(first), "senders": list(around.senders)}
    news = [
        alert for alert in bundle
        if history.happened(connection, alert.id, TOLD, who=ITSELF, body=body, once=f"{TOLD} {alert.times}")
    ]  # fmt: skip
    if news:
        made = told.notice(
            around.store, first, told.TRIGGER, around.now, address=around.address, key=_told_as(first), others=others
        )
        outbox.put(connection, made, around.senders)
    return [alert.id for alert in news]


def _told_as(alert: Alert) -> str:
    """Name what is told of an alert: what is told again, after it was opened again, is another thing."""
    return f"{alert.key}-{alert.times}" if alert.times else alert.key


def tell_over(
    connection: Connection, store: Store, number: int, now: datetime, *, address: str, event: str = told.RESOLVE
) -> None:
    """Tell that an alert was seen or is over, where it was told at all; of several told together, once all are."""
    alert = history.found(connection, number)
    if alert.told is None or alert.told.body is None:
        return
    together = history.told_by(connection, alert.told.body["key"])
    done = [one for one in together if (one.resolved if event == told.RESOLVE else one.acknowledged)]
    if len(done) < len(together):
        return
    first = next((one for one in together if one.key == alert.told.body["key"]), alert)
    others = [one for one in together if one.id != first.id]
    made = told.notice(store, first, event, now, address=address, key=_told_as(first), others=others)
    outbox.put(connection, made, alert.told.body["senders"])


def senders_of(state: State, rule: Rule) -> tuple[str, ...]:
    """Give who tells a rule's alerts: those that it names, else all that are set up."""
    if rule.senders:
        return rule.senders
    return tuple(senders.configured(state))
