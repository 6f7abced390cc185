"""Reviewing: one item a screen, blind, answered from the keyboard, and nothing lost by leaving.

What is hidden until one's own label is in never reaches the browser: the model, scores, attributes, the record's id,
why the item was drawn, and what others said.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import streamlit as st

from analysis.metrics import conversations
from analysis.review import claims, seen
from app import identity, leaf, record, review_told, reviewing_form, runtime, speech
from app.charts import timer
from app.sizes import counted
from app.text import escape, log_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.review.claims import Item
    from analysis.review.events import Event
    from analysis.review.queue import Queue

_STARTED = "review-started"
_EARLIER = 20
"""Turns of the conversation that are read before the item's own."""


def draw(queue: Queue) -> None:
    """Draw the next item of a queue for who is looking, or say that nothing is left for them."""
    here, me = runtime.current(), identity.current()
    item = claims.next_item(here.state, queue, me.name)
    _progress(queue, me.name, item)
    told = review_told.told()
    if told:
        st.markdown(escape(told, limit=400))
    if item is None:
        _over(queue)
    else:
        with leaf.turned("item", item.id):
            text, form = st.columns([7, 4], gap="large")
            with text:
                found = conversations.record(here.store, item.record_id)
                if found is None:
                    st.markdown("The record is not there: its import was taken back. Skip this item.")
                else:
                    dialogue(found)
            with form, st.container(key="review-form"):
                reviewing_form.draw(queue, item, found or {}, started=_begun(item))
    _last(queue, me.name)


def dialogue(found: dict[str, Any]) -> None:
    """Draw the conversation up to an item's answer, with what the model was given, and nothing else of the record."""
    if found["system_prompt"]:
        with st.expander(f"Instructions: {len(found['system_prompt']):,} characters", type="compact"):
            speech.said(found["system_prompt"])
    before, new = speech.unanswered(found["messages"])
    if before:
        with st.expander(f"Said before: {len(before):,} messages", type="compact"):
            for place, body in enumerate(before):
                speech.message(body, key=f"before-{place}")
    if not found["messages"]:
        _earlier(found)
    record.asked(found, new, key="item")
    record.answered(found, key="item")
    record.documents(found)


def _earlier(found: dict[str, Any]) -> None:
    """Draw the turns of the conversation before this one, where the log has them as records of their own."""
    held = conversations.session(runtime.current().store, found["session_id"]) if found["session_id"] else None
    turns = held.turns if held else []
    place = next((at for at, turn in enumerate(turns) if turn["id"] == found["id"]), 0)
    before = turns[max(0, place - _EARLIER) : place]
    if before:
        with st.expander(f"Said before in this conversation: {place:,} exchanges", type="compact"):
            if len(before) < place:
                st.caption(f"The last {len(before):,} of them.")
            for at, turn in enumerate(before):
                record.asked(turn, [], key=f"earlier-{at}")
                record.answered(turn, key=f"earlier-{at}")


def _begun(item: Item) -> float:
    """Tell when this person was first shown the item (s, of the clock of this process)."""
    before, at = st.session_state.get(_STARTED, (None, 0.0))
    if before != item.id:
        at = time.monotonic()
        st.session_state[_STARTED] = item.id, at
    return float(at)


def _progress(queue: Queue, who: str, item: Item | None) -> None:
    """Say how far this person is, with the time that the item has taken."""
    done, left = claims.left(runtime.current().state, queue, who)
    words = f"{counted(done, 'item')} labelled by you, {left:,} left"
    if done + left:
        st.progress(done / (done + left))
    with st.container(horizontal=True, gap="medium"):
        st.caption(escape(words, limit=200), width="content")
        if item is not None:
            begun = _begun(item)
            timer.draw(time.monotonic() - begun, "on this one", key=f"timer-{item.id}")


def _over(queue: Queue) -> None:
    with st.container(key="state-reviewed", width=620):
        st.subheader("Nothing is left for you here")
        st.markdown(escape(
            f"You have labelled or skipped every other item, or it has the {counted(queue.reviewers, 'label')} it "
            "needs, or somebody holds it just now; what they give back comes here.", limit=400,
        ))  # fmt: skip
        st.button(
            "Take back my last",
            key="review-undo",
            on_click=review_told.undo,
            args=(queue,),
            shortcut="U",
            type="tertiary",
        )


def _last(queue: Queue, who: str) -> None:
    """Offer what others said of the item that this person labelled last; before that it is not to be had.

    Nothing of it is in the page before it is asked for: who has seen it can't take their label back.
    """
    state, last = runtime.current().state, review_told.last()
    if last is None or queue.reviewers < 2:
        return
    if review_told.revealed() == last:
        st.markdown("**What others said of your last item**")
        said(seen.reveal(state, last, who))
    elif seen.spoken(state, last, who):
        st.button(
            "What others said of your last item", key="review-reveal", type="tertiary", on_click=review_told.reveal,
            args=(last,), help="Once you have looked, your label of it stays as it is.",
        )  # fmt: skip


def said(events: Sequence[Event]) -> None:
    """Draw what people said of an item, each with their name."""
    for event in events:
        st.markdown(f"**{escape(event.who, limit=60)}**")
        for name, answer in (event.answers or {}).items():
            log_text(f"{name}: {answer}")
        if event.note:
            log_text(event.note)
