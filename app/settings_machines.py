"""Settings: which machines serve which models, and what an hour of them costs."""

from __future__ import annotations

import streamlit as st

from analysis.resources import machines
from app import list_editor, runtime

EXAMPLE = """[
  {"instance": "llama-1", "model": "llama-3.3-70b-instruct", "hourly": 2.40, "gpus": 2},
  {"instance": "gpu-*", "hourly": 1.90, "gpus": 8, "from": "2026-10-01"}
]"""

_EDITOR = list_editor.of_file(
    "machines", "Your machines", EXAMPLE, lambda: runtime.current().workspace.machines, machines.load
)


def draw() -> None:
    """Draw the editor of a team's machines."""
    st.subheader("Machines")
    with st.container(width=720):
        st.markdown(
            "Models that you run yourselves cost by the hour and not by the token. With the price of a machine its "
            "tokens have one too, on Latency & resources. Name its model where its own figures do not."
        )
    _EDITOR.draw(
        "A JSON list of objects. instance is the machine as its exports name it, without a port, exact or with *; "
        "model, hourly (US dollars an hour for each GPU), gpus (how many, else 1) and from, a date, may be there. "
        f"It is kept in {runtime.current().workspace.machines.name} in the workspace folder.",
        "Save",
        _EDITOR.save,
    )
