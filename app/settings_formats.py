"""Settings: which answers are to be JSON, and by which schema."""

from __future__ import annotations

import streamlit as st

from analysis.scoring import answer_formats
from app import list_editor, runtime, states, watch

EXAMPLE = """[
  {"app": "resume-screener", "feature": "extract", "schema": {"type": "object", "required": ["name", "skills"]}},
  {"app": "router-*"}
]"""

_SCORER = "valid_json"
_EDITOR = list_editor.of_file(
    "formats", "Answers that must be JSON", EXAMPLE, lambda: runtime.current().workspace.formats, answer_formats.load
)


def draw() -> None:
    """Draw the editor of the formats that a team expects, and what became of saving them."""
    st.subheader("Formats of answers")
    with st.container(width=720):
        st.markdown(
            "Whether an answer is the JSON that was asked for is read from its request. Where requests do not say so, "
            "name the applications or features whose answers must be JSON, with a schema if they must fit one."
        )
    _EDITOR.draw(
        "A JSON list of objects: app or feature, exact or with *, or both, and a JSON schema as schema. The first that "
        f"speaks of an answer holds. It is kept in {runtime.current().workspace.formats.name} in the workspace folder.",
        "Save and check answers anew",
        _save,
        busy=watch.busy("score"),
    )
    for job in watch.finished("score"):
        if job.error:
            states.problem(job.error, limit=500)
        elif job.arguments["scorers"] == [_SCORER]:
            st.markdown("All answers are checked by it.")


def _save() -> None:
    """Keep the list where it is as it should be, and score by it; for the button's callback."""
    if _EDITOR.save():
        watch.put_away()
        watch.submit("score", {"scorers": [_SCORER], "sample": None})
