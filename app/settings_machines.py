"""Settings: which machines serve which models, and what an hour of them costs."""

from __future__ import annotations

import streamlit as st

from analysis.resources import machines
from app import runtime, workspace_file
from app.text import escape

EXAMPLE = """[
  {"instance": "llama-1", "model": "llama-3.3-70b-instruct", "hourly": 2.40, "gpus": 2},
  {"instance": "gpu-*", "hourly": 1.90, "gpus": 8, "from": "2026-10-01"}
]"""

_TEXT = "machines-text"
_SAID = "machines-said"


def draw() -> None:
    """Draw the editor of a team's machines."""
    held = runtime.current().workspace.machines
    st.subheader("Machines")
    with st.container(width=720):
        st.markdown(
            "Models that you run yourselves cost by the hour and not by the token. With the price of a machine its "
            "tokens have one too, on Latency & resources. Name its model where its own figures do not."
        )
    st.text_area(
        "Your machines", value=workspace_file.text_of(held), key=_TEXT, height=160, placeholder=EXAMPLE,
        persist_state="session",
    )  # fmt: skip
    st.caption(
        escape(
            "A JSON list of objects. instance is the machine as its exports name it, without a port, exact or with *; "
            "model, hourly (US dollars an hour for each GPU), gpus (how many, else 1) and from, a date, may be there. "
            f"It is kept in {held.name} in the workspace folder.",
            limit=500,
        )
    )
    st.button("Save", key="machines-save", on_click=_save)
    said = st.session_state.pop(_SAID, None)
    if said is not None:
        st.markdown(f":red[Not saved.] {escape(said, limit=500)}" if said else "Saved.")


def _save() -> None:
    """Keep the list where it is as it should be; for the button's callback."""
    problem = workspace_file.keep(runtime.current().workspace.machines, st.session_state[_TEXT] or "", machines.load)
    st.session_state[_SAID] = problem or ""
