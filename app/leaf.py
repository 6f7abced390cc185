"""A leaf of the book: what is opened in place of something else is read from its top.

Streamlit scrolls up and clears the window when another page is opened, not when a page shows something else. So what
a page shows stands on one of two leaves by turns. Turning takes away what stood on the other at once, that nobody reads
it for what was opened; and ``reading.css`` lets a leaf have no height for a moment when it comes, so that the browser
has nothing to be scrolled down in.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

_KEPT = "leaf"


def turned(*what: object) -> Any:  # noqa: ANN401 - Streamlit's container
    """Open the leaf of what is shown, told apart by `what`; draw all of the page in it."""
    before, side = st.session_state.get(_KEPT, (what, "recto"))
    if before != what:
        side = "verso" if side == "recto" else "recto"
    leaves = [st.container(key=f"leaf-{name}") if name == side else st.empty() for name in ("recto", "verso")]
    st.session_state[_KEPT] = (what, side)  # last: a run may be broken off before the browser has heard of the leaves
    return leaves[side == "verso"]
