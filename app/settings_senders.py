"""Settings: where alerts are sent, whether that works, and what was not delivered."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import streamlit as st

from analysis.alerts import outbox, senders
from analysis.alerts.senders import settings
from analysis.alerts.senders.words import heading
from app import identity, runtime, states
from app.import_report import moment
from app.list_editor import ListEditor
from app.printed_alerts_senders import STATES
from app.sizes import counted
from app.text import escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.alerts.senders import Listed

EXAMPLE = """[
  {"name": "support channel", "kind": "slack", "url_env": "SUPPORT_SLACK_WEBHOOK"},
  {"name": "on call", "kind": "pagerduty", "key_env": "SUPPORT_PAGERDUTY_KEY"},
  {"name": "weekly readers", "kind": "mail", "to": "ops@example.org, ana@example.org"}
]"""

SHOWN = 20
"""Messages that are listed, the latest first."""

_TRIED = "senders-tried"
_EDITOR = ListEditor(
    "senders", "Senders with names of their own", EXAMPLE,
    lambda: settings.text_of(settings.kept(runtime.current().state)),
    lambda text: settings.keep(runtime.current().state, text, senders.KINDS, who=identity.current().name),
    roles=("engineer",),
)  # fmt: skip
_WIDTHS = (2, 5, 1.6)


def draw() -> None:
    """Draw the senders, the list of those with names of their own, and the messages that wait for a decision."""
    may = identity.current().may("engineer")
    st.subheader("Where alerts are sent")
    with st.container(width=720):
        st.markdown(
            "Addresses and keys come from the environment of the process that serves Afterword, so nobody can read "
            "them here or point alerts elsewhere. Set them there and start it again."
        )
    _list(may)
    _undelivered(may)
    _editor()
    if not may:
        st.caption("Engineers can change this.")


def _list(may: bool) -> None:
    found = senders.listed(runtime.current().state)
    with st.container(key="senders-list", gap="small"):
        for place, one in enumerate(found):
            name, words, test = st.columns(_WIDTHS, vertical_alignment="center")
            with name:
                if one.name == one.kind.name:
                    st.markdown(f"**{escape(one.kind.title)}**")
                else:
                    st.markdown(f"**{escape(one.name)}**  \n:gray[{escape(one.kind.title)}]")
            with words:
                _words(one)
            with test:
                st.button(
                    "Test", key=f"sender-test-{place}", type="tertiary", on_click=_test, args=(one.name,),
                    disabled=not may or one.sender is None, help="Sends a message that says it is a test",
                )  # fmt: skip
    kinds = [one.kind for one in found]
    others = [kind for kind in senders.KINDS.values() if kind not in kinds]
    if others:
        ways = "; ".join(f"{kind.title} by {' and '.join(kind.needs.values())}" for kind in others)
        st.caption(escape(f"{'More' if found else 'None yet'}: {ways}.", limit=600))


def _words(one: Listed) -> None:
    """Say where a sender sends to, or what it lacks, and how a test of it went."""
    problem = st.session_state.get(_TRIED, {}).get(one.name)
    if one.sender is None:
        states.problem(one.problem, limit=300)
    elif problem is None:
        st.markdown(escape(one.sender.where, limit=300))
    elif problem:
        st.markdown(f"{escape(one.sender.where, limit=300)}  \n:red[{escape(problem, limit=400)}]")
    else:
        st.markdown(f"{escape(one.sender.where, limit=300)}  \n:gray[The test was taken.]")


def _undelivered(may: bool) -> None:
    """List the messages that were not delivered."""
    found = outbox.undelivered(runtime.current().state)
    if not found:
        return
    st.markdown(f"**{escape(counted(len(found), 'message'))} not delivered**")
    with st.container(key="senders-undelivered", gap="small"):
        for one in found[:SHOWN]:
            name, words, again, drop = st.columns((*_WIDTHS[:2], 0.9, 0.7), vertical_alignment="center")
            with name:
                st.markdown(f"{escape(one.sender)}  \n:gray[{escape(moment(one.made))}]")
            with words:
                held = f", with {counted(one.holds, 'message')} in it" if one.holds else ""
                told = f"{heading(one.notice)}{held}"
                why = f"{STATES[one.state].capitalize()} after {counted(one.tries, 'try', 'tries')}. {one.error}"
                st.markdown(f"{escape(told, limit=300)}  \n:gray[{escape(why, limit=400)}]")
            with again:
                st.button(
                    "Try again", key=f"again-{one.id}", type="tertiary", on_click=_decide, args=(outbox.again, one.id),
                    disabled=not may,
                )  # fmt: skip
            with drop:
                st.button(
                    "Drop", key=f"drop-{one.id}", type="tertiary", on_click=_decide, args=(outbox.drop, one.id),
                    disabled=not may,
                )  # fmt: skip
    if len(found) > SHOWN:
        st.caption(f"and {len(found) - SHOWN:,} more, which `afterword alerts undelivered` lists")


def _editor() -> None:
    """Draw the list of senders with names of their own, for those who need several of a kind."""
    with st.expander("Several of a kind, or other variables"):
        _EDITOR.draw(
            f"A JSON list of objects. name and kind, one of {', '.join(senders.KINDS)}, are needed; url_env, for "
            "pagerduty key_env, for webhook secret_env too, name the variables that hold the values. mail may have "
            "to and from. insecure, true, lets one do without TLS.",
            "Save senders",
            _save,
        )


def _test(name: str) -> None:
    """Try a sender, which may take as long as its server lets it; for the button's callback."""
    if not identity.current().may("engineer"):
        return
    try:
        problem = senders.try_out(runtime.current().state, name)
    except ValueError as error:  # somebody else has taken it away
        problem = str(error)
    st.session_state[_TRIED] = {**st.session_state.get(_TRIED, {}), name: problem}


def _save() -> None:
    if _EDITOR.save():
        st.session_state[_TRIED] = {}


def _decide(decision: Callable[..., None], number: int) -> None:
    me = identity.current()
    # Somebody else may have decided meanwhile, which is as well.
    with contextlib.suppress(ValueError):
        if me.may("engineer"):
            decision(runtime.current().state, number, who=me.name)
