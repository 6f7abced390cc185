"""Rules that look beyond one figure: whether questions have drifted, and what a total will come to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from analysis.alerts.episodes import Look
from analysis.alerts.rule import DAY
from analysis.alerts.windows import floor
from analysis.drift import reference
from analysis.drift.examine import DRIFTED, FEW, examine
from analysis.drift.sample import draw
from analysis.forecast.project import project
from analysis.forecast.series import TooFewDaysError
from analysis.metrics import fields
from analysis.metrics.extent import extent
from analysis.units import share

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from analysis.alerts.rule import Rule
    from analysis.store import Store

LIKELY = 0.8
"""The chance of passing a budget from which on it is told, and ..."""
UNLIKELY = 0.5
"""... from which on downwards it is over."""
_NAMED = 3
"""Groups that are named where something drifted."""


def drifted(store: Store, rule: Rule, start: datetime, end: datetime) -> Iterator[Look]:
    """Compare each window that ends within a span with the four weeks before it.

    The figure is how far the share of some topic, language or word moved; one that moved by less than the limit is no
    alert, however sure it is.
    """
    since = extent(store).first
    at = floor(start, rule.step)
    while at + rule.step <= end:
        window = rule.filter.during(at + rule.step - rule.window, at + rule.step)
        before = reference.weekdays(window)
        assert window.start is not None
        assert before.start is not None
        # a reference of less than two whole windows would be compared with its own beginning
        if since is not None and window.start - max(since, before.start) >= min(2 * rule.window, 14 * DAY):
            yield _compared(store, rule, window, before, at)
        at += rule.step


def _compared(store: Store, rule: Rule, window: Any, before: Any, at: datetime) -> Look:  # noqa: ANN401 - filters
    found = examine(draw(store, before, window, [fields.TOPIC, fields.LANGUAGE]))
    moved = sorted(
        (group for aspect in found.aspects if aspect.drifted for group in aspect.groups),
        key=lambda group: -abs(group.difference),
    )
    named = tuple(f"{group.name} {share(group.before)} → {share(group.now)}" for group in moved[:_NAMED])
    most, limit = (abs(moved[0].difference) if moved else 0.0), rule.limit or 0.0
    enough = min(found.records) >= rule.least and found.verdict != FEW
    is_it = enough and found.verdict == DRIFTED and most >= limit
    return Look(
        at, window.start, window.end, most if enough else None, found.records[1], None, None, None, limit, is_it,
        enough and not is_it, is_it, named,
    )  # fmt: skip


def projected(store: Store, rule: Rule, start: datetime, end: datetime) -> Iterator[Look]:
    """Project the running day's total, or the running month's where the window is longer, at each step of a span."""
    at = floor(start, rule.step)
    while at + rule.step <= end:
        now = at + rule.step
        until = _until(rule, now)
        try:
            found = project(store, rule.metric, rule.filter, at=now, until=until)
        except TooFewDaysError:
            pass
        else:
            chance = found.chance(rule.limit or 0)
            yield Look(
                at, until - rule.window, now, found.total, found.days_known, found.low, found.high, None, rule.limit,
                chance >= LIKELY, chance < UNLIKELY, found.total > (rule.limit or 0), (f"{share(chance)} likely",),
            )  # fmt: skip
        at += rule.step


def _until(rule: Rule, now: datetime) -> datetime:
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return day + DAY if rule.window <= DAY else (day.replace(day=1) + timedelta(days=32)).replace(day=1)
