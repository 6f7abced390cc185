"""The Alerts page: what fires now, what fired, and one alert in full with what people did about it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from analysis.alerts import history, told
from analysis.alerts.evaluate import check
from analysis.alerts.rule import WEEK
from analysis.metrics import fields
from app import alert_chart, alert_deeds, breakdowns, data, drill, moments, rounds, runtime, states, units
from app.charts import episodes, frame
from app.charts.episodes import Bar
from app.charts.listing import Column
from app.charts.sheet import PICK
from app.text import escape, plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from analysis.alerts.history import Alert
    from analysis.alerts.rule import Rule

ALERT, RULE = "alert", "rule"
"""The link's parameters: the alert that is open, the rule that is being changed."""
_PICKED, _DONE = "alert-picked", "alert-done"
LISTED = 12
"""Alerts of the past that are listed below the timeline."""
_BEFORE, _AFTER = WEEK, timedelta(days=3)
"""An alert is drawn in so much time at most, and in"""
_WINDOWS = 96
"""windows of its rule."""


def begin() -> Alert | None:
    """Draw the title; gives the alert that the link opens."""
    number = st.query_params.get(ALERT, "")
    if not number.isdecimal():
        st.title("Alerts")
        if not data.whole().records:
            states.newcomer()
            st.stop()
        return None
    with st.container(key="way", horizontal=True, vertical_alignment="center", gap="medium"):
        st.button("All alerts", key="alert-all", type="tertiary", on_click=_open, args=(None,))
    try:
        return history.find(runtime.current().state, int(number))
    except ValueError as error:
        st.title("Alerts")
        st.markdown(escape(error, limit=200))
        st.stop()


def firing() -> None:
    """Draw what fires now, and the button that looks again."""
    found = [one for one in _every() if one.resolved is None]
    with st.container(key="alerts-now", horizontal=True, vertical_alignment="center", gap="medium"):
        many = f"{units.exact(len(found))} firing" if found else "Nothing fires"
        st.markdown(f"**{escape(many)}**", width="content")
        st.button("Check the rules now", key="alert-check", type="tertiary", on_click=_check)
        done = st.session_state.pop(_DONE, "")
        if done:
            st.caption(escape(done, limit=300), width="content")
    if rounds.broken():
        st.markdown(
            ":red[Afterword looks neither at the rules nor at the folders that it watches any more: an error ended it. "
            "The output of its server has it. Start it anew.]"
        )
    alert_deeds.undelivered()
    alert_deeds.problem()
    for one in found:
        with st.container(key=f"group-alert-{one.id}", gap="small"):
            rule = one.as_it_was
            st.markdown(f"**{escape(told.title(one), limit=140)}**")
            st.markdown(escape(told.text(data.store(), rule, one.worst), limit=400))
            st.caption(escape(_status(one), limit=300))
            with st.container(horizontal=True, gap="medium"):
                st.button("Open", key=f"alert-open-{one.id}", on_click=_open, args=(one.id,))
                if one.acknowledged is None and alert_deeds.may():
                    st.button("Acknowledge", key=f"alert-seen-{one.id}", type="tertiary",
                              on_click=alert_deeds.acknowledge, args=(one.id,))  # fmt: skip


def past() -> None:
    """Draw the history: a timeline, and the newest as a list."""
    found = _every()
    if not found:
        states.absent(
            "No rule has fired yet.",
            "Rules are looked at on each check: by the button above, by the command alerts check, and by a server that "
            "watches. Try one on the past below: nothing is kept, and nobody is told.",
        )
        return
    states.heading("When which rule fired")
    newest = max(one.start for one in found)
    bars = [
        Bar(f"{one.id}", one.as_it_was.title, one.start, one.end or max(newest, one.worst.end),
            told.text(data.store(), one.as_it_was, one.worst), one.resolved is None)
        for one in found
    ]  # fmt: skip
    picked = frame.altair(episodes.timeline(bars), name="alerts-timeline", says="When which rule fired", select=PICK)
    _follow(picked, "timeline")
    columns = [
        Column("", 0), Column("group", 37, muted=True), Column("since", 51, muted=True),
        Column("until", 66, muted=True), Column("", 81, muted=True), Column("whose", 100, "right", muted=True),
    ]  # fmt: skip
    rows = [
        (f"{one.id}", [one.as_it_was.title, units.group(one.group), moments.brief(one.start, newest=newest),
                       moments.brief(one.end, newest=newest) if one.end else one.state, told.late(one), one.assigned])
        for one in found[:LISTED]
    ]  # fmt: skip
    more = f"The newest {LISTED} of {len(found)}. " if len(found) > LISTED else ""
    _follow(breakdowns.listed(_table(found), columns, rows, key="alerts", note=f"{more}Click one to open it."), "list")


def one(alert: Alert) -> None:
    """Draw an alert in full."""
    rule, store = alert.as_it_was, data.store()
    st.title(escape(told.title(alert), limit=140))
    with st.container(key="lead"):
        st.markdown(escape(told.text(store, rule, alert.worst), limit=500))
    st.caption(escape(_status(alert), limit=300))
    alert_deeds.draw(alert)
    why = _why(alert) or list(alert.body["why"])
    if why:
        states.heading("Where it came from")
        for words in why:
            st.markdown(escape(words, limit=600))
    found = alert_chart.evaluated(rule, *_around(alert, rule))
    alert_chart.draw(rule, found, alert.group, rule.title, key=f"{alert.id}")
    with st.container(horizontal=True, gap="medium"):
        drill.link("The records behind it", _records(alert), key=f"alert-{alert.id}")
    if rule.note:
        states.heading("What to do")
        st.markdown(escape(rule.note, limit=800))
    alert_deeds.happened(alert)


def _around(alert: Alert, rule: Rule) -> tuple[datetime, datetime]:
    """Find the time to draw an alert in: some windows before and after it, of which there are records."""
    whole = data.whole()
    start = alert.start - min(_BEFORE, _WINDOWS * rule.window)
    end = max(alert.end or alert.worst.end, alert.worst.end)
    after = end + min(_AFTER, _WINDOWS * rule.window / 2)
    return max(start, whole.first or start), max(end, min(after, (whole.last or after) + rule.step))


def _why(alert: Alert) -> list[str]:
    held = data.store()
    return _explained((str(held.workspace.root), held.generation), alert)


@st.cache_data(max_entries=64, show_spinner="Looking for what moved it", hash_funcs={history.Alert: lambda one: one.id})
def _explained(at: tuple[str, int], alert: Alert) -> list[str]:
    rule = alert.as_it_was
    end = max(alert.end or alert.worst.end, alert.worst.end)
    return told.why(data.store(), rule, alert.group, *told.stretch(rule, alert.start, end, alert.worst))


def _records(alert: Alert) -> Any:  # noqa: ANN401 - a filter
    rule = alert.as_it_was
    chosen = told.behind(rule, alert.group, alert.worst.start, alert.worst.end)
    return drill.behind(rule.metric, chosen) if rule.metric else chosen


def _status(alert: Alert) -> str:
    rule = alert.as_it_was
    until = f" to {moments.brief(alert.end)}" if alert.end else ""
    parts = [rule.severity, f"since {moments.brief(alert.start)}{until} UTC", alert.state]
    parts += [f"whose: {alert.assigned}"] if alert.assigned else []
    parts += [words] if (words := told.late(alert)) else []
    parts += [f"{fields.title(rule.by)} by itself"] if rule.by else []
    return ", ".join(parts)


def _table(found: Sequence[Alert]) -> pl.DataFrame:
    return pl.DataFrame([
        {"id": one.id, "rule": one.rule, "title": one.as_it_was.title, "group": one.group, "state": one.state,
         "start": one.start, "fired": one.fired, "end": one.end, "late": one.late, "assigned": one.assigned,
         "value": one.worst.value, "low": one.worst.low, "high": one.worst.high, "n": one.worst.n,
         "usual": one.worst.expected, "line": one.worst.line}
        for one in found
    ], infer_schema_length=None)  # fmt: skip


def _every() -> list[Alert]:
    return history.everything(runtime.current().state)


def _follow(picked: Sequence[dict[str, Any]], where: str) -> None:
    """Open the alert clicked; a click is remembered by the chart, but was followed once."""
    for point in picked:
        key = (where, point.get("key"))
        if point.get("key") and st.session_state.get(_PICKED) != key:
            st.session_state[_PICKED] = key
            st.query_params[ALERT] = str(point["key"])
            st.rerun()


def _open(number: int | None) -> None:
    if number is None:
        st.query_params.pop(ALERT, None)
    else:
        st.query_params[ALERT] = str(number)


def _check() -> None:
    held = runtime.current()
    found = check(held.store, held.state, address=alert_deeds.link())
    opened = sum(len(one.opened) for one in found.outcomes)
    problems = [f"{one.rule}: {one.problem}" for one in found.outcomes if one.problem]
    said = f"{len(found.outcomes)} rules looked at, {opened} new."
    st.session_state[_DONE] = plain_label(" ".join([said, *problems]), limit=300)
