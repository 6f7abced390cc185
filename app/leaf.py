"""A leaf of the book: what is opened in place of something else is read from its top.

Streamlit scrolls up when another page is opened, not when a page shows something else. So what a page shows stands in a
container whose name alternates, and ``reading.css`` lets that have no height for a moment when its name changes: the
browser has then nothing to be scrolled down in.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

_KEPT = "leaf"


def turned(*what: object) -> Any:  # noqa: ANN401 - Streamlit's container
    """Open the container of what is shown, told apart by `what`; draw all of the page in it."""
    before, side = st.session_state.get(_KEPT, (what, "recto"))
    if before != what:
        side = "verso" if side == "recto" else "recto"
    st.session_state[_KEPT] = (what, side)
    return st.container(key=f"leaf-{side}")
