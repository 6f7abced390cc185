"""Settings: which answers are to be JSON, and by which schema."""

from __future__ import annotations

import streamlit as st

from analysis.scoring import answer_formats
from app import runtime, watch, workspace_file
from app.text import escape

EXAMPLE = """[
  {"app": "resume-screener", "feature": "extract", "schema": {"type": "object", "required": ["name", "skills"]}},
  {"app": "router-*"}
]"""

_TEXT = "formats-text"
_PROBLEM = "formats-problem"
_SCORER = "valid_json"


def draw() -> None:
    """Draw the editor of the formats that a team expects, and what became of saving them."""
    held = runtime.current().workspace.formats
    st.subheader("Formats of answers")
    with st.container(width=720):
        st.markdown(
            "Whether an answer is the JSON that was asked for is read from its request. Where requests do not say so, "
            "name the applications or features whose answers must be JSON, with a schema if they must fit one."
        )
    st.text_area(
        "Answers that must be JSON", value=workspace_file.text_of(held), key=_TEXT, height=160, placeholder=EXAMPLE,
        persist_state="session",
    )  # fmt: skip
    st.caption(
        escape(
            "A JSON list of objects: app or feature, exact or with *, or both, and a JSON schema as schema. The first "
            f"that speaks of an answer holds. It is kept in {held.name} in the workspace folder.",
            limit=500,
        )
    )
    problem = st.session_state.get(_PROBLEM)
    if problem:
        st.markdown(f":red[Not saved.] {escape(problem, limit=500)}")
    st.button("Save and check answers anew", key="formats-save", on_click=_save, disabled=watch.busy("score"))
    for job in watch.finished("score"):
        if job.error:
            st.markdown(f":red[{escape(job.error, limit=500)}]")
        elif job.arguments["scorers"] == [_SCORER]:
            st.markdown("Saved, and all answers checked by it.")


def _save() -> None:
    """Keep the list where it is as it should be, and score by it; for the button's callback."""
    problem = workspace_file.keep(
        runtime.current().workspace.formats, st.session_state[_TEXT] or "", answer_formats.load
    )
    st.session_state[_PROBLEM] = problem
    if problem is None:
        watch.put_away()
        watch.submit("score", {"scorers": [_SCORER], "sample": None})
