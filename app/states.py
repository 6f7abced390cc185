"""What a page shows where there is nothing to show: each says what is the case and what to do next."""

from __future__ import annotations

import streamlit as st

from app import navigation
from app.text import escape


def newcomer() -> None:
    """Nothing has been imported: lead to Import."""
    with st.container(key="state-newcomer", width=620):
        st.subheader("There is nothing to read yet")
        st.markdown(
            "Afterword reads what your LLM application has already said. Bring it a log export, from Langfuse, "
            "LangSmith, Helicone, OpenTelemetry, LiteLLM, OpenAI or any other tool, as JSON, CSV or Parquet, and this "
            "page fills with its usage, cost, latency, quality and safety."
        )
        st.markdown("Nothing leaves this machine, and every line that can't be read is named.")
        if st.button("Import a log export", type="primary", key="newcomer-import"):
            st.switch_page(navigation.page("imports"))
        st.caption("Or, in a terminal:")
        st.code("afterword import PATH", language=None)


def nothing_found(reset: str) -> None:
    """No record meets the filter; `reset` names the button that lets it go."""
    with st.container(key="state-nothing", width=620):
        st.subheader("No record matches")
        st.markdown("The store has records, but none in this period that meets these conditions.")
        st.button("Look at everything", key=reset, on_click=_everything)


def heading(words: str) -> None:
    """Head a part of a page. `words` are our own."""
    st.subheader(escape(words))


def absent(what: str, how: str) -> None:
    """The logs hold nothing of a kind. `what` is missing; `how` says where it would come from."""
    with st.container(width=620):
        st.markdown(escape(what, limit=400))
        st.caption(escape(how, limit=600))


def problem(said: str, *, limit: int) -> None:
    """Say what was not done, and why; nothing where nothing is `said`. Of a longer text so many letters are shown."""
    if said:
        st.markdown(f":red[{escape(said, limit=limit)}]")


def broke_off(what: str, why: str) -> None:
    """Say that something ended before its end, and why."""
    st.markdown(f":red[{escape(what, limit=200)}:] {escape(why, limit=600)}")


def gone(asked: str, instead: str) -> None:
    """Nothing there is what the link asks for: say what is shown `instead`."""
    st.warning(escape(f"This link asks for {asked}, which is not here. Shown is {instead}.", limit=400))


def unscored(topic: str) -> None:
    """No scorer has scored any of the records: lead to Scoring."""
    with st.container(key=f"state-unscored-{topic}", width=620):
        st.markdown(escape(f"No scorer of {topic} has scored any of these records."))
        st.caption("Scorers run on this machine and send nothing anywhere.")
        if st.button("Score them", key=f"unscored-{topic}"):
            st.switch_page(navigation.page("scoring"))


def _everything() -> None:
    st.query_params.from_dict({"period": "all"})
    st.session_state["view"] = {"period": ["all"]}
