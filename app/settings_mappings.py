"""Settings: the saved mappings, by which logs of no known format are read."""

from __future__ import annotations

import streamlit as st

from analysis.ingest.mapping import sentence
from analysis.state import mappings
from app import runtime
from app.import_report import moment
from app.sizes import counted
from app.text import escape


def draw() -> None:
    """List the mappings, each with who made it."""
    state = runtime.current().state
    st.subheader("Saved mappings")
    found = mappings.saved(state)
    if not found:
        st.caption("None yet. Import makes one when a file of no known format is dropped.")
        return
    for mapping in found:
        name, words = st.columns((2, 6.4))
        with name:
            st.markdown(f"**{escape(mapping.name)}**")
        with words:
            st.markdown(escape(f"{sentence(mapping.mapping)}.", limit=900))
            earlier = len(mappings.history(state, mapping.name)) - 1
            before = f"; {counted(earlier, 'earlier version')}" if earlier else ""
            st.caption(escape(f"by {mapping.who}, {moment(mapping.made)}{before}", limit=200))
    st.caption("To change one, drop a file with its fields on Import and correct it there.")
