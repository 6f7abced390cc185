"""What a screen of reviewing tells the next: what was labelled last, and words about what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.review import claims
from analysis.review.events import SUBMIT
from app import identity, runtime

if TYPE_CHECKING:
    from analysis.review.claims import Item
    from analysis.review.queue import Queue

_LAST, _TOLD, _REVEALED = "review-last", "review-told", "review-revealed"


def undo(queue: Queue) -> None:
    """Take back the last thing that this person did in the queue."""
    try:
        gone = claims.undo(runtime.current().state, queue, identity.current().name)
    except ValueError as error:
        tell(str(error))
        return
    st.session_state.pop(_LAST, None)
    what = {SUBMIT: "your label is a draft again"}.get(gone.kind, f"you had said “{gone.kind}”") if gone else ""
    tell(f"Taken back: {what}." if gone else "There is nothing of yours to take back.")


def labelled(item: Item) -> None:
    """Note what this person labelled last."""
    st.session_state[_LAST] = item.id


def reveal(item: int) -> None:
    """Show what others said of an item from now on."""
    st.session_state[_REVEALED] = item


def revealed() -> int | None:
    """The item of which this person looked at what others said."""
    return st.session_state.get(_REVEALED)


def tell(words: str) -> None:
    """Say something at the top, until the next thing is done."""
    st.session_state[_TOLD] = words


def told() -> str:
    """What is to be said at the top of this screen."""
    return str(st.session_state.get(_TOLD, ""))


def last() -> int | None:
    """The item that this person labelled last."""
    return st.session_state.get(_LAST)
