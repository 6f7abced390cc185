"""Silences on the Alerts page: those that hold or come, and a form to make one."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from analysis.alerts import rules, silences
from analysis.metrics.filter import Filter
from analysis.state.database import now
from app import commands_alerts, data, identity, moments, runtime, states, units
from app.alert_deeds import may
from app.text import escape, plain_label

if TYPE_CHECKING:
    from analysis.alerts.silences import Silence

_PROBLEM = "silence-problem"
_ALL = ""


def draw() -> None:
    """Draw the silences that hold or come, and for those who may the form of a new one."""
    found = silences.in_force(runtime.current().state, now())
    if not found and not may():
        return
    states.heading("Silences")
    if not found:
        st.caption("None holds or comes: all that fires is told.")
    for one in found:
        with st.container(key=f"silence-{one.id}", horizontal=True, vertical_alignment="center", gap="medium"):
            of = f", {units.group(one.group)}" if one.group else ""
            said = f"{one.rule or 'All rules'}{of}: {_when(one)}, by {one.who}. {one.reason}"
            st.markdown(escape(said, limit=300), width="content")
            if may():
                st.button("Lift", key=f"silence-lift-{one.id}", type="tertiary", on_click=_lift, args=(one.id,))
    if may():
        _form()


def _when(one: Silence) -> str:
    """Say when it holds: ``every Sunday, 02:00 to 04:00 UTC``."""
    if not one.weekly:
        return f"{moments.brief(one.start)} to {moments.brief(one.end)} UTC"
    until = f"{one.end:%H:%M}" if one.end.date() == one.start.date() else f"{one.end:%A}, {one.end:%H:%M}"
    first = f", from {moments.day(one.start)} on" if one.start > now() else ""
    return f"every {one.start:%A}, {one.start:%H:%M} to {until} UTC{first}"


def _form() -> None:
    titles = {kept.rule.name: kept.rule.title for kept in rules.everything(runtime.current().state)}
    with st.expander("Keep alerts from being told for a while", key="silence-new"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            rule = st.selectbox("Rule", [_ALL, *titles], key="silence-rule", width=300,
                                format_func=lambda name: plain_label(titles.get(name, "All rules")))  # fmt: skip
            group = _group(rule)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            st.datetime_input("From (UTC), else from now", value=None, key="silence-from", width=220)
            st.text_input("For", key="silence-for", placeholder="30 min, 2 h, 3 d", max_chars=20, width=140)
            st.text_input("Why", key="silence-reason", max_chars=200, width=260)
            st.checkbox("Every week at this time", key="silence-weekly")
        st.button("Silence", key="silence-add", type="primary", on_click=_add, args=(group,))
        states.problem(st.session_state.get(_PROBLEM, ""), limit=300)
        st.caption("What fires is kept all the same.")


def _group(name: str) -> str | None:
    """Ask for a group of a rule that watches each by itself."""
    rule = rules.find(runtime.current().state, name) if name else None
    if rule is None or not rule.by:
        return None
    offered = data.values(rule.by, Filter())
    return st.selectbox("Only this group", offered, index=None, key=f"silence-group-{name}", placeholder="all of them",
                        format_func=plain_label, width=220)  # fmt: skip


def _add(group: str | None) -> None:
    asked = {name: st.session_state[f"silence-{name}"] for name in ("rule", "from", "for", "reason", "weekly")}
    st.session_state[_PROBLEM] = ""
    try:
        commands_alerts.silence(
            runtime.current().state, asked["for"], who=identity.current().name, start=asked["from"],
            rule=asked["rule"] or None, group=group, weekly=asked["weekly"], reason=asked["reason"],
        )  # fmt: skip
    except ValueError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    st.session_state.update({"silence-from": None, "silence-for": "", "silence-reason": "", "silence-weekly": False})


def _lift(number: int) -> None:
    with suppress(KeyError):  # somebody else was first
        silences.lift(runtime.current().state, number, who=identity.current().name)
