"""Settings: the saved mappings, by which logs of no known format are read."""

from __future__ import annotations

import contextlib

import streamlit as st

from analysis.ingest.mapping import sentence
from analysis.state import mappings
from app import identity, runtime
from app.import_report import moment
from app.sizes import counted
from app.text import escape


def draw() -> None:
    """List the mappings, each with who made it."""
    state = runtime.current().state
    st.subheader("Saved mappings")
    found = mappings.saved(state)
    if not found:
        st.caption("None in use. Import makes one when a file of no known format is dropped.")
    for mapping in found:
        name, words, retire = st.columns((2, 5.4, 1))
        with name:
            st.markdown(f"**{escape(mapping.name)}**")
        with words:
            st.markdown(escape(f"{sentence(mapping.mapping)}.", limit=900))
            earlier = sum(bool(version.mapping) for version in mappings.history(state, mapping.name)) - 1
            before = f"; {counted(earlier, 'earlier version')}" if earlier else ""
            st.caption(escape(f"by {mapping.who}, {moment(mapping.made)}{before}", limit=200))
        with retire:
            st.button(
                "Retire", key=f"mapping-{mapping.id}", type="tertiary", on_click=_retire, args=(mapping.name,),
                help="Files with its fields are not read by it any more; what was imported by it stays",
            )  # fmt: skip
    if found:
        st.caption("To change one, drop a file with its fields on Import and correct it there.")
    for gone in mappings.retired(state):
        st.caption(
            escape(
                f"{gone.name} was retired by {gone.who}, {moment(gone.made)}. To take it up again, save it again on "
                "Import under its name.",
                limit=500,
            )
        )


def _retire(name: str) -> None:
    # Somebody else may have retired it meanwhile, which is as well.
    with contextlib.suppress(KeyError):
        mappings.retire(runtime.current().state, name, who=identity.current().name)
