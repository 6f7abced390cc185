"""An alert in words: what fired, on how much, against what, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from analysis import units
from analysis.alerts.history import HISTORY, ITSELF, LATE
from analysis.alerts.judge import counts
from analysis.alerts.notice import Notice
from analysis.alerts.rule import ABSENCE, CHANGE, DAY, DRIFT, OVER, PROJECTED, SPIKE, THRESHOLD, WEEK, length
from analysis.metrics import fields
from analysis.metrics.lookup import UnknownMetricError, find
from analysis.metrics.shifts.explain import NotExplainedError, candidates, explain_by
from analysis.metrics.shifts.reasons import sentence as because

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from analysis.alerts.episodes import Look
    from analysis.alerts.history import Alert, Event
    from analysis.alerts.rule import Rule
    from analysis.metrics.filter import Filter
    from analysis.metrics.metric import Metric
    from analysis.metrics.shifts.explain import Shift
    from analysis.store import Store

TRIGGER, ACKNOWLEDGE, RESOLVE = "trigger", "acknowledge", "resolve"
TOGETHER = 3
"""Alerts of one rule at once; more are told in one notice."""
_BEFORE = 4 * WEEK
_TRIED = 12
"""Fields that a shift is split by, at most."""
_FIELDS = 2
"""Fields by which a shift is told."""


def notice(
    store: Store, alert: Alert, event: str, at: datetime, *, address: str, key: str, others: Sequence[Alert] = ()
) -> Notice:
    """Make the notice of an alert, and of others of its rule that are told with it."""
    rule = alert.as_it_was
    facts = [("Window", period(alert.worst.start, alert.worst.end))]
    if rule.by:
        names = [one.group for one in (alert, *others)]
        facts.append(("Group" if not others else "Groups", units.listed([units.group(name) for name in names])))
    if rule.where:
        facts.append(("Where", rule.filter.sentence()))
    if alert.late == LATE and event == TRIGGER:
        facts.append(("Late", f"its records came {ago(at - alert.worst.end)} after their time"))
    if alert.acknowledged and event == ACKNOWLEDGE:
        facts.append(("Seen by", alert.acknowledged.who))
    if alert.resolved and event == RESOLVE and not others:
        facts.append(("Over", ended(alert.resolved)))
    if rule.note:
        facts.append(("What to do", rule.note))
    link = f"{address.rstrip('/')}/alerts?{urlencode({'alert': alert.id})}" if address else ""
    return Notice(
        key=key, event=event, severity=rule.severity, rule=rule.name, title=rule.title if others else title(alert),
        text=text(store, rule, alert.worst), facts=tuple(facts), why=tuple(alert.body["why"]), at=at, link=link,
    )  # fmt: skip


def text(store: Store, rule: Rule, look: Look) -> str:
    """Say in one sentence what a window measured, on how much, and against what."""
    if rule.kind == DRIFT:
        moved = units.listed(look.detail, most=3)
        return f"What people ask has drifted: {moved}, in {units.count(look.n)} requests against the four weeks before."
    try:
        metric = find(store, rule.metric)
    except UnknownMetricError:
        return f"{rule.metric}: {look.value}, on {look.n}."
    if rule.kind == ABSENCE:
        about = f"; {units.plain(look.expected)} are usual at these hours" if look.expected is not None else ""
        return f"{metric.title}: none in {length(rule.window)}{about}."
    if rule.kind == PROJECTED:
        chance = f"; {look.detail[0]} to pass" if look.detail else "; over"
        ends = _ends(look, metric)
        total, limit = units.figure(look.value, metric.unit), rounded(rule.limit, metric.unit)
        return f"{metric.title} will come to {total}{ends}{chance} the limit of {limit}."
    value, n = units.figure(look.value, metric.unit), units.count(look.n)
    if rule.kind == SPIKE and metric.unit == "share" and look.value is not None:
        figure = f"{metric.title}: {units.count(look.value * look.n)} of {n}, {value}{_ends(look, metric)}"
    else:
        what = "requests" if metric.source == "records" else "scores"
        figure = f"{metric.title}: {value}{_ends(look, metric)} on {n} {what}"
    return f"{figure}{_against(rule, metric, look)}."


def _against(rule: Rule, metric: Metric, look: Look) -> str:
    usual = units.figure(look.expected, metric.unit) if look.expected is not None else ""
    if rule.kind == SPIKE and look.expected is not None and counts(metric):
        many = look.expected * look.n if metric.unit == "share" else look.expected
        return "; less than one is usual" if many < 1 else f"; {units.plain(many)} are usual"
    if rule.kind == THRESHOLD:
        side = "over" if rule.direction == OVER else "under"
        said = f", {side} the limit of {rounded(rule.limit, metric.unit)}"
        return f"{said}; {usual} is usual" if usual else said
    return f"; {usual} is usual at these hours" if usual else ""


def _ends(look: Look, metric: Metric) -> str:
    ends = units.interval(look.low, look.high, metric.unit)
    return f" ({ends})" if ends else ""


def in_words(rule: Rule, metric: Metric | None) -> str:
    """Put a rule into a sentence."""
    title = metric.title if metric else rule.metric
    limit = rounded(rule.limit, metric.unit if metric and rule.kind != SPIKE else "")
    over = rule.direction == OVER
    many = f", {limit} or more" if rule.limit else ""
    said = {
        THRESHOLD: f"{title} {'over' if over else 'under'} {limit}{' and more than usual' if rule.unusual else ''}",
        CHANGE: f"{title} {rounded(rule.limit, 'share')} {'over' if over else 'under'} the same hours of four weeks",
        SPIKE: f"{title}: {'many more' if over else 'far fewer'} than in the same hours of four weeks{many}",
        ABSENCE: f"{title}: none, where the same hours of four weeks had some",
        DRIFT: f"A topic, language or word {rounded(rule.limit or 0, 'share')} or more off the four weeks before",
        PROJECTED: f"{title} of the {'day' if rule.window <= DAY else 'month'} likely to pass {limit}",
    }[rule.kind]
    parts = [f"{said}, in {length(rule.window)}"]
    parts += [f"every {length(rule.step)}"] if rule.step != rule.window else []
    parts += [f"for {length(rule.lasting)}"] if rule.lasting else []
    parts += [f"each {field(rule.by)} by itself"] if rule.by else []
    parts += [f"only {', '.join(condition.sentence() for condition in rule.filter.conditions)}"] if rule.where else []
    parts += [f"of {rule.least:,} or more"] if rule.kind in (THRESHOLD, CHANGE, DRIFT) else []
    return ", ".join(parts)


def rounded(limit: float | None, unit: str) -> str:
    """Write a limit as somebody set it: ``5 %``, ``$10.00``, ``5``."""
    if limit is None:
        return ""
    if unit == "share":
        return f"{limit * 100:g}{units.THIN}%"
    return units.figure(limit, unit) if unit in ("USD", "s") else f"{limit:g}"


def field(name: str) -> str:
    """Name a field within a sentence."""
    title = fields.title(name)
    return title if name.startswith(fields.ATTRIBUTE) else title[0].lower() + title[1:]


def title(alert: Alert) -> str:
    """Name an alert: its rule's title, and its group."""
    return alert.as_it_was.title + (f": {units.group(alert.group)}" if alert.group else "")


def ended(event: Event) -> str:
    """Say what ended an alert: who, and why; or what, where nobody did."""
    reason = str((event.body or {}).get("reason", ""))
    if event.who == ITSELF:
        return reason or "the figure was back"
    return f"resolved by {event.who}{': ' if reason else ''}{reason}"


def late(alert: Alert) -> str:
    """Say where an alert was not told as it came."""
    return {LATE: "found late", HISTORY: "history, not told"}.get(alert.late, "")


def why(store: Store, rule: Rule, group: str, start: datetime, end: datetime) -> list[str]:
    """Say where a figure came from: its shift against what was before, split by the fields that tell most.

    Nothing is said where the records are too few to tell groups apart.
    """
    found = shifts(store, rule, group, start, end)
    if not found or found[0].change.low is None:
        return []
    return [because(shift, found) for shift in found[:_FIELDS] if shift is found[0] or shift.explains]


def stretch(rule: Rule, start: datetime, end: datetime, worst: Look) -> tuple[datetime, datetime]:
    """Find what is to be explained: the episode, or its worst window where that is longer."""
    return (start, end) if end - start >= rule.window else (worst.start, worst.end)


def shifts(store: Store, rule: Rule, group: str, start: datetime, end: datetime) -> list[Shift]:
    """Split the change of a figure by every field worth it, the one that tells most first."""
    if rule.kind in (ABSENCE, DRIFT, PROJECTED):
        return []
    before, now = samples(store, rule, group, start, end)
    try:
        by = [field for field in candidates(store, before, now) if field != rule.by][:_TRIED]
        return explain_by(store, rule.metric, before, now, by) if by else []
    except (NotExplainedError, UnknownMetricError):
        return []


def samples(store: Store, rule: Rule, group: str, start: datetime, end: datetime) -> tuple[Filter, Filter]:
    """Give the records before and those of a stretch: of a total the same hours a week before, else four weeks."""
    now = behind(rule, group, start, end)
    if find(store, rule.metric).total:
        weeks = -((start - end) // WEEK)
        return now.during(start - weeks * WEEK, end - weeks * WEEK), now
    return now.during(start - _BEFORE, start), now


def behind(rule: Rule, group: str, start: datetime, end: datetime) -> Filter:
    """Give the records of a rule's group in a period."""
    found = rule.filter.during(start, end)
    return found.without(rule.by).where(rule.by, group) if rule.by else found


def period(start: datetime, end: datetime) -> str:
    """Put a stretch of time in words: ``4 November 09:00 to 10:00 UTC``."""
    if start.time() == end.time() and start.hour == 0 and start.minute == 0:
        last = end - DAY
        return f"{start:%-d %B}" + (f" to {last:%-d %B}" if last > start else "") + " UTC"
    ends = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%-d %B %H:%M}"
    return f"{start:%-d %B %H:%M} to {ends} UTC"


def ago(span: timedelta) -> str:
    """Put a length of time roughly: ``40 min``, ``3 h``, ``2 d``."""
    minutes = max(int(span.total_seconds() // 60), 0)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} d"
