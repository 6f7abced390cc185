"""A monitor page's frame: its title, the filter bar, the sentence, and what the rest of the page asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from analysis.metrics import fields
from analysis.releases.release import LOGS
from analysis.state import notes as marks
from app import data, filters, runtime, states, words
from app.charts.trend import Note, Span
from app.text import escape, plain_label

if TYPE_CHECKING:
    from datetime import date

    from analysis.metrics.extent import Extent
    from analysis.metrics.filter import Filter
    from analysis.metrics.query import Figure
    from analysis.releases.release import Release
    from app.view import View

_ARRIVALS = {"prompt_version": "prompt {}", "model": "first {}"}
_MOST_NOTES = 5
_WEEK = timedelta(weeks=1)
_WIDTHS = {"hour": timedelta(days=1), "day": _WEEK}
_BUCKETS = 4
"""A trend has at least so many points."""
_SLACK = 0.03
"""So much of the period before may lie ahead of the first record; with more, comparing would mislead."""


@dataclass(frozen=True)
class Scope:
    """What a page looks at.

    Parameters
    ----------
    view : View
        As it stands in the link.
    chosen, before : Filter
        The records looked at, and those of the period before, where the logs reach back to them.
    grain : str
        The width of the trend's buckets.
    span : pair of datetime
        From when to when there are records.
    first : datetime or None
        The time of the first record of all.
    """

    view: View
    chosen: Filter
    before: Filter | None
    grain: str
    span: Span
    first: datetime | None

    @property
    def shift(self) -> timedelta | None:
        """How far before stands the line drawn beside a trend: whole weeks where the period has them."""
        if self.before is None or self.chosen.start is None or self.before.start is None:
            return None
        length = self.chosen.start - self.before.start
        return round(length / _WEEK) * _WEEK if length >= _WEEK else length

    @property
    def long(self) -> bool:
        """Whether wider buckets would still make a trend."""
        start, end = self.span
        return start is not None and end is not None and end - start >= _BUCKETS * _WIDTHS.get(self.grain, _WEEK)

    @property
    def by(self) -> str:
        """The field to break down by."""
        return self.view.by

    @property
    def by_words(self) -> str:
        """The field to break down by, in words within a sentence."""
        title = fields.title(self.by)
        return title if self.by.startswith(fields.ATTRIBUTE) else title[0].lower() + title[1:]

    def figures(self, *names: str) -> tuple[dict[str, Figure], dict[str, Figure]]:
        """Compute metrics, and the same in the period before (empty without one)."""
        now = data.summary(names, self.chosen)
        return now, data.summary(names, self.before) if self.before is not None else {}

    def notes(self) -> list[Note]:
        """Say what began within the period: what people marked, then releases, prompts and models seen first."""
        releases = sorted(self._releases(), key=lambda one: one.start)
        told = [
            *((note.time, plain_label(note.text, limit=24))
              for note in marks.between(runtime.current().state, self.chosen.start, self.chosen.end)
              if note.kind != "release"),  # these are among the releases
            *(_named(one) for one in releases if one.source != LOGS),
        ]  # fmt: skip
        marked: dict[date, tuple[datetime, list[str]]] = {}
        for time, text in told:
            marked.setdefault(time.date(), (time, []))[1].append(text)
        arrived = [_named(one) for one in releases if one.source == LOGS]
        for field, form in _ARRIVALS.items():
            seen = data.arrivals(field, self.chosen).iter_rows()
            arrived += [(time, form.format(plain_label(value, limit=24))) for value, time in seen]
        found: dict[date, tuple[datetime, list[str]]] = {}
        for time, text in arrived:
            day = marked.get(time.date()) or found.setdefault(time.date(), (time, []))
            day[1].append(text)
        days = [*sorted(marked.items()), *sorted(found.items())][:_MOST_NOTES]
        return [Note(time, words.listed(names, most=2)) for _, (time, names) in sorted(days)]

    def _releases(self) -> list[Release]:
        """List the releases within the period, of the applications looked at."""
        apps = self.view.values("app")
        start, end = self.chosen.start or datetime.min, self.chosen.end or datetime.max
        return [
            one for one in data.releases()
            if start <= one.start < end and (not apps or one.app is None or one.app in apps)
        ]  # fmt: skip


def _named(release: Release) -> tuple[datetime, str]:
    return release.start, f"release {plain_label(release.name, limit=24)}"


def begin(title: str) -> Scope:
    """Draw the top of a page; where there is nothing to show, say so and end the page there."""
    st.title(escape(title))
    extent = data.whole()
    if not extent.records:
        states.newcomer()
        st.stop()
    view = filters.current()
    chosen = view.filter(extent)
    before = _covered(chosen.previous(), extent) if view.compare else None
    filters.bar(view, chosen)
    with st.container(key="sentence"):
        st.markdown(escape(words.looking_at(view, chosen, before, extent.last), limit=600))
    if data.summary(["requests"], chosen)["requests"].n == 0:
        states.nothing_found("reset-page")
        st.stop()
    span = (chosen.start or extent.first, chosen.end or extent.last)
    return Scope(view, chosen, before, view.buckets(extent), span, extent.first)


def _covered(before: Filter | None, extent: Extent) -> Filter | None:
    """Give the period before, where the logs reach back to its start."""
    if before is None or extent.first is None or before.start is None or before.end is None:
        return None
    return before if extent.first <= before.start + (before.end - before.start) * _SLACK else None
