"""What people do with an alert on its page, and what came of telling it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from analysis.alerts import deeds, history, outbox, silences, told
from analysis.state.database import now
from app import beacon, identity, moments, navigation, runtime, states, units
from app.printed_alerts_senders import STATES
from app.sizes import counted
from app.text import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.alerts.history import Alert
    from analysis.alerts.outbox import Message

_PROBLEM = "alert-problem"
_WIDTHS = (1, 5)
_SAYS = {told.ACKNOWLEDGE: ", that it was seen", told.RESOLVE: ", that it is over"}


def draw(alert: Alert) -> None:
    """Draw what may be done with an alert."""
    if not may():
        return
    with st.container(key="alert-deeds", horizontal=True, vertical_alignment="bottom", gap="medium"):
        if alert.resolved is None:
            if alert.acknowledged is None:
                st.button("Acknowledge", key="alert-acknowledge", on_click=acknowledge, args=(alert.id,))
            st.button("Resolve", key="alert-resolve", on_click=_resolve, args=(alert.id,))
            _quiet(alert)
        st.text_input("Whose it is", value=alert.assigned, key=f"alert-whose-{alert.id}", max_chars=100, width=150)
        st.button("Assign", key="alert-assign", type="tertiary", on_click=_assign, args=(alert.id, alert.assigned))
        st.text_input("A remark, or what it was", key=f"alert-words-{alert.id}", max_chars=1000, width=240)
        st.button("Add", key="alert-comment", type="tertiary", on_click=_comment, args=(alert.id,))
    problem()


def problem() -> None:
    """Say what was not done, and why."""
    states.problem(st.session_state.pop(_PROBLEM, ""), limit=300)


def happened(alert: Alert) -> None:
    """Draw what happened to an alert, and what was not delivered of it."""
    states.heading("What happened")
    keys = {(event.body or {}).get("notice") for event in alert.events if event.kind == history.TOLD}
    left = [one for one in reversed(outbox.undelivered(runtime.current().state)) if one.notice.key in keys]
    lines = [(alert.made, "opened" + (f", {told.late(alert)}" if told.late(alert) else ""))]
    lines += [(event.made, words) for event in alert.events if (words := _event(event, left))]
    lines += [(one.made, f"{STATES[one.state]} by {one.sender}{_SAYS.get(one.event, '')}: {one.error}") for one in left]
    for made, words in lines:
        time, what = st.columns(_WIDTHS)
        with time:
            st.caption(escape(moments.brief(made)))
        with what:
            st.markdown(escape(words, limit=1200))


def undelivered() -> None:
    """Say how many messages were not delivered, if any, and lead to them."""
    found = outbox.undelivered(runtime.current().state)
    if found:
        with st.container(key="alerts-undelivered", horizontal=True, vertical_alignment="center", gap="medium"):
            said = f"{counted(len(found), 'message')} not delivered; the newest, by {found[0].sender}: {found[0].error}"
            st.markdown(f":red[{escape(said, limit=300)}]", width="content")
            if st.button("Where alerts are sent", key="alerts-senders", type="tertiary"):
                st.switch_page(navigation.page("settings"))


def may() -> bool:
    """Whether the person may do something about alerts."""
    return identity.current().may("analyst", "engineer")


def link() -> str:
    """Give the app's address for what is sent out."""
    return beacon.public(runtime.current().workspace)


def acknowledge(number: int) -> None:
    """Say that the person has seen an alert, or who was quicker."""
    held, me = runtime.current(), identity.current().name
    done = _try(lambda: deeds.acknowledge(held.store, held.state, number, who=me, address=link()))
    if done and done.acknowledged and done.acknowledged.who != me:
        st.session_state[_PROBLEM] = f"{done.acknowledged.who} has acknowledged it already."


def _quiet(alert: Alert) -> None:
    """Draw the button that silences an alert, or who has done so."""
    held = silences.in_force(runtime.current().state, now())
    one = next((one for one in held if one.covers(alert.rule, alert.group, now())), None)
    if one is None:
        st.button("Silence for a day", key="alert-silence", type="tertiary", on_click=_silence, args=(alert,))
    else:
        until = "" if one.weekly else f" to {moments.brief(one.end)}"
        st.caption(escape(f"silenced by {one.who}{until}", limit=200), width="content")


def _event(event: history.Event, left: Sequence[Message]) -> str:
    """Put an event in words; `left` are the messages of its alert that were not delivered."""
    body, who = event.body or {}, event.who
    if event.kind == history.RESOLVED:
        return told.ended(event) if who else f"over: {told.ended(event)}"
    if event.kind == history.TOLD:
        not_by = {one.sender for one in left if (one.event, one.notice.key) == (told.TRIGGER, body.get("notice"))}
        by = units.listed([name for name in body.get("senders", []) if name not in not_by])
        return f"told by {by}" if by else "" if not_by else "told by nobody: no sender is set up"
    return {
        history.ACKNOWLEDGED: f"seen by {who}",
        history.ASSIGNED: f"given to {body.get('to') or 'nobody'} by {who}",
        history.COMMENTED: f"{who}: {body.get('text', '')}",
        history.REOPENED: "opened again: the figure was not back",
    }[event.kind]


def _resolve(number: int) -> None:
    held, key = runtime.current(), f"alert-words-{number}"
    reason = st.session_state.get(key, "")
    if _try(lambda: deeds.resolve(
        held.store, held.state, number, who=identity.current().name, reason=reason, address=link()
    )):  # fmt: skip
        st.session_state[key] = ""


def _assign(number: int, seen: str) -> None:
    to = st.session_state.get(f"alert-whose-{number}", "")
    _try(lambda: deeds.assign(runtime.current().state, number, to, who=identity.current().name, seen=seen))


def _comment(number: int) -> None:
    key = f"alert-words-{number}"
    if _try(lambda: deeds.comment(runtime.current().state, number, st.session_state[key], who=identity.current().name)):
        st.session_state[key] = ""


def _silence(alert: Alert) -> None:
    _try(lambda: silences.add(
        runtime.current().state, now(), now() + timedelta(days=1), who=identity.current().name, rule=alert.rule,
        group=alert.group or None, reason=alert.as_it_was.title,
    ))  # fmt: skip


def _try(does: Any) -> Any:  # noqa: ANN401 - a function, and what it gives
    try:
        return does()
    except ValueError as error:
        st.session_state[_PROBLEM] = str(error)
        return None
