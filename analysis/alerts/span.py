"""Which stretch of time a check looks at: what is new since the last one, and what has changed before that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from analysis.alerts.rule import ABSENCE, DAY, DRIFT, PROJECTED, UNDER, WEEK
from analysis.alerts.windows import floor
from analysis.metrics.extent import extent
from analysis.metrics.lookup import find
from analysis.metrics.scan import MARKED, SCORED
from analysis.state.database import now as the_time
from analysis.state.schema import alert_checks

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from analysis.alerts.history import Alert
    from analysis.alerts.rule import Rule
    from analysis.store import Store

RECENT = DAY
"""Alerts of what ended longer ago are history: they are kept, and nobody is told. An imported quarter pages no one."""
LOOK_BACK = WEEK
"""So much is looked at on every check, for records and scores come later than their times."""
HISTORY = timedelta(days=92)
"""What an import brings is looked at so far back; `alerts try` looks wherever it is told to."""


@dataclass(frozen=True)
class Span:
    """From when to when a rule is looked at, and what to remember of it."""

    start: datetime
    end: datetime
    before: datetime
    records: int
    seen: int
    print: str


def to_look_at(store: Store, rule: Rule, connection: Connection, open_: list[Alert], now: datetime) -> Span | None:
    """Find what a rule has to look at; None where nothing is new."""
    held = extent(store)
    if held.first is None or held.last is None or held.first >= now:
        return None
    newest = min(held.last, now)
    end = last(rule, newest, now, running=any(one.end is None and one.start >= newest - RECENT for one in open_))
    earliest = max(floor(held.first, rule.step), floor(end - HISTORY, rule.step))
    kept = connection.execute(select(alert_checks).where(alert_checks.c.rule == rule.name)).mappings().first()
    mark = _print(rule)
    start, seen = earliest, _counted(store, rule, end)
    if kept is not None and (kept["body"], kept["until"], kept["seen"]) == (mark, end, seen):
        return None
    if kept is not None and kept["body"] == mark and _counted(store, rule, kept["before"]) == kept["records"]:
        start = max(kept["before"] - rule.lasting, earliest)
    if rule.kind == PROJECTED:  # what a day was once to come to concerns nobody
        start = max(start, floor(end - RECENT, rule.step))
    # an alert that goes on, or ended since, is looked at from its beginning, or it would seem to begin anew
    running = [one.start for one in open_ if one.end is None or one.end >= start]
    start = max(min([start, *running]), earliest)
    before = floor(max(end - max(LOOK_BACK, rule.window), held.first), rule.step)
    return Span(start, end, before, _counted(store, rule, before), seen, mark)


def recent(rule: Rule) -> timedelta:
    """How long after its time an alert is told; a rule that looks once a week has that long."""
    return max(RECENT, rule.step)


def last(rule: Rule, newest: datetime, now: datetime, *, running: bool = False) -> datetime:
    """Find the end of what a rule sees.

    It is that of the newest record, and not the clock's time, or files that are imported once a week would seem an
    outage in between. Where nothing coming is what is looked for, the clock counts, for :data:`RECENT` after it; of old
    records, whose end nobody saw live, it does not, unless such an alert is `running`.
    """
    if rule.kind == ABSENCE and (running or now - newest <= RECENT):
        return floor(min(now, newest + RECENT), rule.step)
    complete = floor(newest, rule.step)
    if rule.kind in (ABSENCE, DRIFT) or rule.direction == UNDER:
        return complete
    return min(floor(now, rule.step), complete + rule.step)


def remember(connection: Connection, rule: Rule, span: Span) -> None:
    """Write down how far a rule was looked at."""
    values = {
        "rule": rule.name, "until": span.end, "before": span.before, "records": span.records, "seen": span.seen,
        "body": span.print, "made": the_time(),
    }  # fmt: skip
    make: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[connection.dialect.name]
    connection.execute(make(alert_checks).values(values).on_conflict_do_update(index_elements=["rule"], set_=values))


def _counted(store: Store, rule: Rule, before: datetime) -> int:
    """Count what a rule rests on before a moment; where that differs, something came late or was taken back."""
    where, given = rule.filter.during(None, before).predicate()
    source, only = "records r", ""
    if rule.kind != DRIFT:
        metric = find(store, rule.metric)
        if metric.score is not None:
            source, only = (MARKED if metric.source == "marks" else SCORED), " AND s.name = $score"
            given |= {"score": metric.score}
    ((found,),) = store.frame(f"SELECT count(*) FROM {source} WHERE {where}{only}", given).rows()
    return int(found)


def _print(rule: Rule) -> str:
    return sha256(orjson.dumps(rule.as_json(), option=orjson.OPT_SORT_KEYS)).hexdigest()
