"""Settings: releases, incidents and remarks that stand beside every trend."""

from __future__ import annotations

import streamlit as st

from analysis.state import notes
from app import identity, runtime
from app.import_report import moment
from app.text import escape

SHOWN = 30
"""Markers that are listed, the latest first."""

_PROBLEM = "notes-problem"
_KINDS = {"release": "Release", "incident": "Incident", "note": "Remark"}


def draw() -> None:
    """Draw the markers, and the form of a new one."""
    st.subheader("Markers on the time axis")
    with st.container(width=720):
        st.markdown("What happened when: each stands in the margin of every trend of its time, for everyone.")
    with st.container(key="note-form"), st.form("note-new", border=False, clear_on_submit=True):
        when, kind, text, add = st.columns((2, 1.4, 4, 1), vertical_alignment="bottom")
        with when:
            st.datetime_input("When (UTC)", value=None, key="note-time", step=60)
        with kind:
            st.selectbox("What", notes.KINDS, format_func=_KINDS.__getitem__, key="note-kind")
        with text:
            st.text_input("In a few words", key="note-text", max_chars=200, placeholder="Prompt 12 goes live")
        with add:
            st.form_submit_button("Add", key="note-add", on_click=_add)
    problem = st.session_state.get(_PROBLEM, "")
    if problem:
        st.caption(f":red[{escape(problem, limit=200)}]")
    _list()


def _list() -> None:
    found = notes.between(runtime.current().state)[::-1]
    with st.container(key="notes-list", gap="small"):
        for note in found[:SHOWN]:
            when, text, remove = st.columns((2, 5.4, 1), vertical_alignment="center")
            with when:
                st.caption(escape(moment(note.time)))
            with text:
                st.markdown(f"{escape(note.text, limit=200)}  \n:gray[{escape(f'{_KINDS[note.kind]}, by {note.who}')}]")
            with remove:
                st.button("Take back", key=f"note-{note.id}", type="tertiary", on_click=_retract, args=(note.id,))
    if len(found) > SHOWN:
        st.caption(f"and {len(found) - SHOWN:,} earlier ones")
    if not found:
        st.caption("None yet.")


def _add() -> None:
    st.session_state[_PROBLEM] = ""
    time, text = st.session_state["note-time"], st.session_state["note-text"]
    if time is None or not text.strip():
        st.session_state[_PROBLEM] = "A marker needs a time and a few words."
        return
    notes.add(
        runtime.current().state, time, text, kind=st.session_state["note-kind"], who=identity.current().name
    )  # fmt: skip


def _retract(number: int) -> None:
    st.session_state[_PROBLEM] = ""
    try:
        notes.retract(runtime.current().state, number, who=identity.current().name)
    except KeyError:
        st.session_state[_PROBLEM] = "Somebody else has taken it back already."
