"""What `afterword alerts` can do: see :mod:`app.commands`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from analysis.alerts import deeds, history, rules, silences, told
from analysis.alerts.evaluate import check, evaluate
from analysis.alerts.rule import PROJECTED, read, span
from analysis.alerts.rule_file import parse
from analysis.alerts.span import last
from analysis.metrics.extent import extent
from analysis.metrics.lookup import UnknownMetricError, find
from analysis.state.database import now
from app import beacon
from app.command import Call, Command, moment, plain

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.alerts.episodes import Episode
    from analysis.alerts.history import Alert
    from analysis.alerts.rule import Rule
    from analysis.alerts.silences import Silence
    from analysis.metrics.metric import Metric
    from analysis.state.database import State
    from analysis.store import Store

TRIED = timedelta(days=92)
"""A rule is tried on so much, up to the newest record, where no period is named; ..."""
TRIED_PROJECTED = timedelta(days=14)
"""... a projection, which takes a while, on so much."""


def tried(store: Store, rule: Rule, start: datetime | None, end: datetime | None) -> tuple[datetime, datetime] | None:
    """Find the stretch of time that a rule is tried on; None where no record has a time."""
    held = extent(store)
    if held.first is None or held.last is None:
        return None
    until = end or last(rule, held.last, held.last + rule.step)
    back = TRIED_PROJECTED if rule.kind == PROJECTED else TRIED
    return max(start or until - back, held.first), until


def _list(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List alerts, the newest first."""
    every = history.everything(call.runtime.state, limit=int(arguments.get("limit") or 100))
    firing = bool(arguments.get("firing"))
    return {"alerts": [_about(call.runtime.store, one) for one in every if not firing or one.resolved is None]}


def _rules(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List the rules."""
    store = call.runtime.store
    return {
        "rules": [
            {"name": kept.rule.name, "on": kept.rule.on, "severity": kept.rule.severity, "title": kept.rule.title,
             "says": told.in_words(kept.rule, metric_of(store, kept.rule)), "who": kept.who,
             "made": plain(kept.made), "rule": kept.rule.as_json()}
            for kept in rules.everything(call.runtime.state)
        ]
    }  # fmt: skip


def _check(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Look at every rule that is on."""
    at, store, state = arguments.get("now"), call.runtime.store, call.runtime.state
    found = check(store, state, now=moment(at) if at else None, address=beacon.public(call.runtime.workspace))
    firing = [_about(store, one) for one in history.everything(state) if one.resolved is None]
    return {"rules": [plain(asdict(one)) for one in found.outcomes], "firing": firing}


def _try(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Tell when rules would have fired; nothing is kept and nobody is told."""
    store, text = call.runtime.store, arguments.get("text")
    named = parse(text, file=arguments["file"]) if text else [rules.find(call.runtime.state, arguments["name"])]
    start, end = (moment(given) if (given := arguments.get(key)) else None for key in ("from", "to"))
    return {"tried": [_tried(store, rule, start, end) for rule in named]}


def _tried(store: Store, rule: Rule, start: datetime | None, end: datetime | None) -> dict[str, Any]:
    span_ = tried(store, rule, start, end)
    found = evaluate(store, rule, *span_).episodes if span_ else ()
    return {
        "rule": rule.name, "title": rule.title, "says": told.in_words(rule, metric_of(store, rule)),
        "from": plain(span_[0]) if span_ else None, "to": plain(span_[1]) if span_ else None,
        "episodes": [_episode(store, rule, one) for one in found],
    }  # fmt: skip


def _episode(store: Store, rule: Rule, one: Episode) -> dict[str, Any]:
    return {
        "group": one.group, "start": plain(one.start), "fired": plain(one.fired), "end": plain(one.end),
        "says": told.text(store, rule, one.worst), "worst": plain(asdict(one.worst)),
    }  # fmt: skip


def _set(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Keep the rules of a file."""
    made = parse(arguments["text"], file=arguments["file"])
    for rule in made:
        if rule.metric:
            find(call.runtime.store, rule.metric)
    rules.save(call.runtime.state, *made, who=call.who)
    return {"kept": [rule.name for rule in made]}


def _switch(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Switch a rule on or off."""
    rule = rules.switch(call.runtime.state, arguments["name"], on=bool(arguments["on"]), who=call.who)
    return {"rule": rule.name, "on": rule.on}


def _remove(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Take a rule away."""
    rules.remove(call.runtime.state, arguments["name"], who=call.who)
    return {"removed": arguments["name"]}


def _do(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Acknowledge, assign, resolve or remark on an alert."""
    store, state, number, text = call.runtime.store, call.runtime.state, int(arguments["id"]), arguments.get("text", "")
    link = beacon.public(call.runtime.workspace)
    does: dict[str, Any] = {
        "acknowledge": lambda: deeds.acknowledge(store, state, number, who=call.who, address=link),
        "resolve": lambda: deeds.resolve(store, state, number, who=call.who, reason=text, address=link),
        "assign": lambda: deeds.assign(state, number, text, who=call.who),
        "comment": lambda: deeds.comment(state, number, text, who=call.who),
    }
    return {"alert": _about(store, does[arguments["deed"]]())}


def _silence(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Keep alerts from being told for a while."""
    start = arguments.get("from")
    made = silence(
        call.runtime.state, arguments["for"], who=call.who, start=moment(start) if start else None,
        rule=arguments.get("rule"), group=arguments.get("group"), weekly=bool(arguments.get("weekly")),
        reason=arguments.get("reason") or "",
    )  # fmt: skip
    return {"silence": plain(asdict(made))}


def silence(
    state: State, lasting: str, *, who: str, start: datetime | None = None, rule: str | None = None,
    group: str | None = None, weekly: bool = False, reason: str = "",
) -> Silence:  # fmt: skip
    """Keep alerts from being told for a length of time, from now on where no `start` is named.

    Raises
    ------
    ValueError
        If there is no such rule, `lasting` is no length of time, or no silence can be of it: a weekly one longer than a
        week, one that would be over already.
    """
    start = start or now()
    end = start + span(lasting, "for")
    if rule:
        rules.find(state, rule)
    if end <= now() and not weekly:
        raise ValueError("It would be over already. Let it start later, last longer or come every week.")
    return silences.add(state, start, end, who=who, rule=rule, group=group, reason=reason, weekly=weekly)


def metric_of(store: Store, rule: Rule) -> Metric | None:
    """Find a rule's metric; None where it has none, or the workspace has no such score."""
    try:
        return find(store, rule.metric) if rule.metric else None
    except UnknownMetricError:
        return None


def _about(store: Store, alert: Alert) -> dict[str, Any]:
    rule = read(alert.body["rule"])
    return {
        "id": alert.id, "rule": alert.rule, "title": rule.title, "severity": rule.severity, "group": alert.group,
        "state": alert.state, "start": plain(alert.start), "fired": plain(alert.fired), "end": plain(alert.end),
        "late": alert.late, "told": alert.told is not None, "assigned": alert.assigned,
        "says": told.text(store, rule, alert.worst), "why": alert.body["why"],
        "events": [
            {"kind": one.kind, "who": one.who, "made": plain(one.made), "body": one.body} for one in alert.events
        ],
    }  # fmt: skip


COMMANDS: dict[str, Command] = {
    "alerts list": _list,
    "alerts rules": _rules,
    "alerts check": _check,
    "alerts try": _try,
    "alerts set": _set,
    "alerts switch": _switch,
    "alerts remove": _remove,
    "alerts do": _do,
    "alerts silence": _silence,
}
