"""Figures in words: plain text, which :func:`app.text.escape` makes fit for a page."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from analysis.metrics import fields, period
from analysis.metrics.catalogue import MIN_N
from analysis.metrics.change import compare
from analysis.units import group as group
from analysis.units import listed as listed
from app import units
from app.sizes import counted
from app.view import PERIOD_WORDS

if TYPE_CHECKING:
    from analysis.metrics.extent import Extent
    from analysis.metrics.filter import Filter
    from analysis.metrics.metric import Metric
    from analysis.metrics.query import Figure
    from app.view import View

TOO_FEW = "too few"

A_BUCKET = {"hour": "an hour", "day": "a day", "week": "a week", "month": "a month"}

_LABELS = {
    "output_tokens_per_second": "Tokens per second", "thumbs_coverage": "With a thumb",
    "cost_per_conversation": "Per conversation", "cost_per_request": "Per request",
    "cost_per_user_day": "Per user and day", "cost_per_1k_tokens": "Per 1,000 tokens",
}  # fmt: skip

STEADY = 0.005
"""A figure that moved by less than this share of itself held."""


_BRIEF = 34
"""Letters that fit above a small chart."""


def headline(now: Figure, before: Figure | None, *, brief: bool = False) -> str:
    """Say what is seen: ``Cost fell 18 % to $84.10``, ``Error rate held at 1.2 %``, ``Requests: 6,221``.

    A `brief` one fits above a small chart.
    """
    title, unit = label(now.metric) if brief else now.metric.title, now.metric.unit
    value = units.figure(now.value, unit)
    if now.value is None:
        return f"{title}: nothing known"
    if now.metric.interval != "none" and few(now.n):
        return f"{title}: {TOO_FEW}"
    change = compare(now, before) if before is not None else None
    if change is None or before is None:
        return f"{title}: {value}"
    steady = now.metric.interval != "none" and not change.notable
    if steady or abs(change.difference) < STEADY * abs(before.value or 0):
        return f"{title} held at {value}"
    moved = units.change(now.value, before.value, unit).lstrip(f"+{units.MINUS}")
    if moved.startswith("from"):
        return f"{title} rose {moved} to {value}"
    if moved.endswith("times"):
        return f"{title} grew {moved}, to {value}"
    sentence = f"{title} {'rose' if change.difference > 0 else 'fell'} {moved} to {value}"
    if brief and len(sentence) > _BRIEF:
        return f"{title}: {value}, {units.change(now.value, before.value, unit)}"
    return sentence


def rests_on(figure: Figure) -> str:
    """Say on how many of how many a figure rests; a count of everything rests on all there is."""
    if figure.n == figure.of and figure.metric.interval == "none":
        return ""
    return f"on {units.of(figure.n, figure.of)}"


def few(n: int) -> bool:
    """Whether nothing may be concluded from so many."""
    return n < MIN_N


def looking_at(view: View, chosen: Filter, before: Filter | None, newest: datetime | None) -> str:
    """Say in one sentence what a page looks at."""
    what = ", ".join(condition.sentence() for condition in view.conditions)
    when = _period(view, chosen, newest)
    compared = f", beside {_length(view)} before" if before is not None else _uncompared(view, chosen)
    return f"{_capital(what) + ': ' if what else ''}{when if what else _capital(when)}{compared}."


def _period(view: View, chosen: Filter, newest: datetime | None) -> str:
    if view.period in ("all", "custom") or newest is None:
        return period.words(chosen.start, chosen.end)
    return f"{_length(view)} up to the newest record, {newest.day} {newest:%b %Y, %H:%M} UTC"


def _uncompared(view: View, chosen: Filter) -> str:
    return ", with nothing to compare: the logs do not reach back so far" if view.compare and chosen.previous() else ""


def _length(view: View) -> str:
    return (
        f"the {PERIOD_WORDS[view.period]}" if view.period not in ("all", "custom") else "the period of the same length"
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def unit(metric: Metric) -> str:
    """Name a metric's unit at the top of a chart."""
    names = {"USD": "US dollars", "s": "Seconds", "share": "Share", "": metric.title, "stars": "Stars"}
    return names.get(metric.unit, _capital(metric.unit))


def field(name: str) -> str:
    """Name a field as a heading."""
    return fields.title(name)


def label(metric: Metric) -> str:
    """Name a metric above its figure, where there is little room."""
    return _LABELS.get(metric.name, metric.title.replace("Time to first token", "First token"))


def from_nought(metric: Metric) -> bool:
    """Whether a trend's axis begins at nought: for all but means, whose changes would drown in it."""
    return metric.interval != "mean"


def short(metric: Metric) -> str:
    """Name a metric beside others of its kind: ``p95`` of "Latency, p95"."""
    return metric.title.rsplit(", ", 1)[-1]


def length(span: timedelta | None) -> str:
    """Name a length of time: ``4 weeks``, ``1 day``, ``24 hours``."""
    if span is None:
        return ""
    for size, name in ((timedelta(weeks=1), "week"), (timedelta(days=1), "day"), (timedelta(hours=1), "hour")):
        if span >= size and not span % size and not (name == "day" and span == size):
            count = span // size
            return f"{count} {name}{'s' if count > 1 else ''}"
    return "the same length"


def holding(extent: Extent) -> str:
    """Say what the log store holds."""
    if not extent.records:
        return "No records yet"
    if extent.first is None or extent.last is None:
        return counted(extent.records, "record")
    first, last = (datetime.combine(moment.date(), time.min) for moment in (extent.first, extent.last))
    return f"{counted(extent.records, 'record')}, {period.words(first, last + timedelta(days=1))}"
