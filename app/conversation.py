"""A conversation or a trace, its calls in order: a transcript to read, with what each call took in the margin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from analysis.metrics import conversations
from analysis.metrics.filter import Filter
from app import data, margin, moments, record, speech, units
from app.address import Address
from app.text import escape
from app.view import View

if TYPE_CHECKING:
    from analysis.metrics.conversations import Turns

SIZE = 40
"""Calls shown at once."""

_READ = {"session": conversations.session, "trace": conversations.trace}
_FIELD = {"session": "session_id", "trace": "trace_id"}
_TITLE = {"session": "Conversation", "trace": "Trace"}
_PEOPLE = 3


def show(here: Address, kind: str, id: str) -> None:
    """Draw a conversation (``session``) or a ``trace``."""
    found = _READ[kind](data.store(), id)
    if found is None:
        record.missing(here, {"session": "conversation"}.get(kind, kind), id)
        return
    with st.container(key="way", horizontal=True, gap="medium"):
        here.link("Back to the list")
    st.title(f"{_TITLE[kind]} {escape(id, limit=60)}")
    with st.container(key="summary"):
        st.markdown(escape(sentence(found.totals), limit=600))
    with st.container(key="ways", horizontal=True, gap="medium"):
        for user in dict.fromkeys(turn["user_id"] for turn in found.turns if turn["user_id"]):
            here.link(f"User {user}", "user", user)
        listed = View.custom(Filter().where(_FIELD[kind], id))
        Address(listed).link("Its records as a list")
    _transcript(here, kind, id, found)


def sentence(totals: dict[str, Any]) -> str:
    """Say in one sentence what the calls took together."""
    requests = totals["requests"]
    parts = [" ".join(part for part in (_calls(requests), moments.span(totals["first"], totals["last"])) if part)]
    if totals["tokens"] is not None:
        parts.append(f"{units.exact(totals['tokens'])} tokens")
    if totals["cost"] is not None:
        of = "" if totals["costed"] == requests else f" for {units.of(totals['costed'], requests)}"
        parts.append(f"{units.money(totals['cost'])}{of}")
    if totals["latency"] is not None:
        parts.append(f"{units.seconds(totals['latency'])} of waiting for answers")
    if totals["errors"]:
        parts.append(f"{units.exact(totals['errors'])} failed")
    return ", ".join(parts) + "."


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{units.exact(count)} calls"


def _transcript(here: Address, kind: str, id: str, found: Turns) -> None:
    turns = found.turns
    start = min(here.turn, len(turns)) - 1
    if turns[0]["system_prompt"]:
        with st.expander(f"Instructions: {len(turns[0]['system_prompt']):,} characters", type="compact"):
            speech.said(turns[0]["system_prompt"])
    for place in range(start, min(start + SIZE, len(turns))):
        _call(here, turns[place], turns[place - 1] if place else None, place)
    here.onward("Calls", kind, id, size=SIZE, total=len(turns))
    if len(turns) < found.totals["requests"]:
        st.caption(f"Only the first {len(turns):,} of {found.totals['requests']:,} calls are shown here.")


def _call(here: Address, call: dict[str, Any], before: dict[str, Any] | None, place: int) -> None:
    """Draw one call: what came in since the model last spoke, its answer, and in the margin what it took."""
    if before is not None and _day(call) != _day(before):
        st.markdown(f"*{escape(moments.day(call['time']))}*")
    with st.container(key=f"call-{place}"):
        text, beside = st.columns([7, 2.2], gap="large")
        with text:
            earlier, new = speech.unanswered(call["messages"])
            if earlier and before is None:
                with st.expander(f"What was said before: {len(earlier):,} messages", type="compact"):
                    for number, body in enumerate(earlier):
                        speech.message(body, key=f"{place}-before-{number}")
            if before is not None and _input(call) == _input(before):
                st.caption("The same was put to the model again.")
            else:
                record.asked(call, new, key=str(place))
            record.answered(call, key=str(place))
        with beside, st.container(key=f"margin-{place}", gap=None):
            _beside(here, call)


def _beside(here: Address, call: dict[str, Any]) -> None:
    here.link(moments.clock(call["time"]), "record", call["id"])
    took = [units.seconds(call["latency"]), units.money(call["cost"])]
    st.caption(escape(call["model"] or "no model named"))
    st.caption(escape(", ".join(text for text in took if text != units.NONE)))
    if call["documents"]:
        st.caption(f"{len(call['documents']):,} documents")
    margin.judgements(call["scores"])


def _input(call: dict[str, Any]) -> object:
    return call["messages"] or call["prompt"]


def _day(call: dict[str, Any]) -> object:
    return call["time"].date() if call["time"] else None
