"""A user: what they asked of the application altogether, over time, and their conversations."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from analysis.metrics import conversations
from analysis.metrics.fields import NONE
from analysis.metrics.filter import Filter
from app import data, figures, moments, record, records, trends, units, words
from app.address import SIZE, Address
from app.page import Scope
from app.text import escape, log_text
from app.view import View

if TYPE_CHECKING:
    from analysis.metrics.conversations import User
    from app.charts.trend import Note

_FIGURES = ("requests", "conversations", "total_tokens", "cost", "error_rate", "thumbs_up_rate")
_LONG = timedelta(days=3)
"""A user seen for less than this has no trend."""
_LONG_WEEKS = timedelta(weeks=6)
"""A trend of more than this is by week."""


class _Plain(Scope):
    """A scope whose trends bear no notes: what the application released says little of one user."""

    def notes(self) -> list[Note]:
        """Give none."""
        return []


def show(here: Address, id: str) -> None:
    """Draw a user, over all time whatever the filter of the list."""
    found = conversations.user(data.store(), id)
    if found is None:
        record.missing(here, "user", id)
        return
    with st.container(key="way", horizontal=True, gap="medium"):
        here.link("Back to the list")
    st.title(f"User {escape(id, limit=60)}")
    with st.container(key="summary"):
        st.markdown(escape(f"All that the logs hold of this user, {_when(found)}.", limit=600))
    scope = _scope(found, id)
    with st.container(key="ways", horizontal=True, gap="medium"):
        Address(scope.view).link("Their records as a list")
    now, _ = scope.figures(*_FIGURES)
    shown = [name for name, figure in now.items() if figure.metric.interval == "none" or not words.few(figure.n)]
    figures.row("user", now, {}, names=shown)
    first, last = found.totals["first"], found.totals["last"]
    if first is not None and last - first >= _LONG:
        trends.one(scope, now["requests"].metric)
    _sessions(here, found, id)


def _when(found: User) -> str:
    return moments.span(found.totals["first"], found.totals["last"]) or "at times that they do not give"


def _scope(found: User, id: str) -> Scope:
    view = View(period="all", compare=False, conditions=Filter().where("user_id", id).conditions)
    extent = data.whole()
    first, last = found.totals["first"], found.totals["last"]
    grain = view.buckets(replace(extent, first=first, last=last))
    if grain != "month":
        grain = "week" if first is not None and last - first > _LONG_WEEKS else "day"
    return _Plain(view, view.filter(extent), None, grain, (extent.first, extent.last), first)


def _sessions(here: Address, found: User, id: str) -> None:
    total = found.totals["sessions"]
    st.subheader(f"Conversations: {total:,}")
    named = found.sessions.filter(found.sessions["session_id"].is_not_null()).to_dicts()
    start = min(here.turn, max(1, len(named))) - 1
    with st.container(key="records", gap=None):
        for place, session in enumerate(named[start : start + SIZE], start + 1):
            _session(here, session, place)
    here.onward("Conversations", "user", id, size=SIZE, total=len(named))
    if len(named) < total:
        st.caption(f"The latest {len(named):,} are listed.")
    if len(named) < len(found.sessions):
        view = View.custom(Filter().where("user_id", id).where("session_id", NONE))
        Address(view).link("Records outside any conversation")


def _session(here: Address, session: dict[str, Any], place: int) -> None:
    with st.container(key=f"record-{place}"):
        when, text, measured = st.columns([1.35, 6, 1.25], gap="medium")
        with when:
            here.link(moments.brief(session["last"]), "session", session["session_id"])
            st.caption(escape(session["session_id"], limit=40))
        with text:
            log_text(records.excerpt(session["prompt"]) or "No prompt was logged.")
        with measured:
            st.caption("1 call" if session["requests"] == 1 else f"{session['requests']:,} calls")
            st.caption(escape(units.money(session["cost"])))
            if session["errors"]:
                st.caption(f":red[{session['errors']:,} failed]")
