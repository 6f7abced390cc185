"""The Topics page: what people make of the topics, for those who may, and the history of it for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from analysis.state import topic_edits
from analysis.topics import edits
from analysis.topics.listing import topics
from analysis.topics.naming import BUDGET
from app import data, identity, runtime, states, watch
from app.import_report import moment
from app.sizes import counted
from app.text import escape, log_text, plain_label
from app.topics import COLUMN, PICKED

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.state.jobs import Job

SHOWN = 30
"""Edits that are listed, the latest first."""

_CHOSEN = "topic-chosen"
_PROBLEM = "topic-problem"
_ERRORS = (ValueError, KeyError)


def draw() -> None:
    """Draw the form by which topics are named, merged and split, and what was done so far."""
    listed = {row["id"]: row for row in topics(data.store(), COLUMN) if row["id"] >= 0}
    made = topic_edits.everything(runtime.current().state, COLUMN)
    may = identity.current().may("analyst")
    if listed and may:
        st.subheader("Name, merge and split topics")
        st.caption("What you do here holds for everyone, and on later maps. It can be taken back.")
        with st.container(key="topic-edits", width=720):
            topic = _forms(listed, len(made))
        states.problem(st.session_state.get(_PROBLEM, ""), limit=300)
        for job in watch.finished("subtopics")[-1:]:
            if job.arguments.get("topic", topic) == topic:
                _preview(job)
        _by_model()
    _new(listed)
    _history(made, may=may)


def _forms(listed: dict[int, dict[str, Any]], turn: int) -> int:
    """Draw the forms for a topic, and give it; `turn` tells one state of the topics from the next, to empty them."""
    topics, words = list(listed), _naming(listed)
    # The browser goes by the words of what is chosen: where these change, the box is another, and begins there.
    box = f"{_CHOSEN}-{hash(tuple(map(words, topics)))}"
    held = st.session_state.get(_CHOSEN)
    topic = st.selectbox("Topic", topics, topics.index(held) if held in listed else 0, format_func=words, key=box)
    st.session_state[_CHOSEN] = topic
    name, rename = st.columns((4, 1), vertical_alignment="bottom")
    key = f"topic-name-{topic}-{turn}"
    with name:
        st.text_input("Name", value=listed[topic]["name"], key=key, max_chars=edits.LONGEST,
                      help="Empty: the name that was made for it.")  # fmt: skip
    with rename:
        st.button("Rename", key="topic-rename", on_click=_rename, args=(topic, key), width="stretch")
    others = [other for other in listed if other != topic]
    other, merge = st.columns((4, 1), vertical_alignment="bottom")
    key = f"topic-other-{topic}-{turn}"
    with other:
        st.selectbox("Same as", others, format_func=words, key=key, index=None, placeholder="another topic")
    with merge:
        st.button("Merge", key="topic-merge", on_click=_merge, args=(topic, key), width="stretch")
    picked = list(st.session_state.get(PICKED, []))
    with st.container(horizontal=True, gap="medium"):
        if not watch.busy("subtopics"):
            st.button("Look for sub-topics", key="topic-look", on_click=_look, kwargs={"topic": topic})
            if picked:
                st.button(escape(f"Look for topics among the {counted(len(picked), 'text')} chosen on the map"),
                          key="topic-look-picked", on_click=_look, kwargs={"records": picked})  # fmt: skip
    return topic


def _by_model() -> None:
    """Draw the way to have a language model name the topics, and say what became of that."""
    with st.expander("Names by a language model", type="compact"):
        st.caption(
            "It names the topics that nobody has named, by their phrases and some of their texts, which are sent away "
            "with personal data masked. Key and endpoint come from the environment of this server."
        )
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            model = st.text_input("Model", key="topic-model", placeholder="gpt-5-mini", width=200)
            budget = st.number_input(
                "Budget, USD", min_value=0.0, value=BUDGET, step=0.1, key="topic-budget", width=140
            )
            st.button("Name them", key="topic-name-all", on_click=_ask, args=(model, budget),
                      disabled=not model or watch.busy("topic names"))  # fmt: skip
    for job in watch.finished("topic names"):
        if job.error:
            states.broke_off(watch.label(job), job.error)
        elif job.result:
            st.markdown(escape(_told(job.result), limit=400))


def _told(result: dict[str, Any]) -> str:
    words = f"{counted(result['names'], 'topic')} of {result['total']:,} named, for {result['spent']:.4f} USD."
    if result["stopped"]:
        why = "the budget is used up" if result["stopped"] == "budget" else result["stopped"]
        words += f" Stopped before the end: {why}."
    return f"{words} The first that was not: {result['failed'][0]['reason']}" if result["failed"] else words


def _naming(listed: dict[int, dict[str, Any]]) -> Callable[[int], str]:
    return lambda topic: plain_label(f"{listed[topic]['name']} ({counted(listed[topic]['n'], 'record')})", limit=140)


def _preview(job: Job) -> None:
    """Draw what a look for sub-topics found, and the button that makes it so."""
    if job.error:
        states.broke_off(watch.label(job), job.error)
    if not job.result:
        return
    parts = job.result["parts"]
    if not parts:
        told = "fall apart as the topics do: there is nothing to split"
        if not job.result.get("apart"):
            told = "do not fall apart: they are as alike as one topic's"
        st.markdown(escape(f"These {counted(job.result['texts'], 'text')} {told}."))
        return
    st.markdown(f"It would become {escape(counted(len(parts), 'topic'))}:")
    for part in parts:
        with st.container(gap="small"):
            st.markdown(f"**{escape(part['name'], limit=140)}** :gray[{escape(counted(part['n'], 'record'))}]")
            log_text(part["middle"])
    with st.container(horizontal=True, gap="medium"):
        st.button("Split it so", key="topic-split", type="primary", on_click=_split, args=(job.result,))
        st.button("Leave it", key="topic-leave", type="tertiary", on_click=watch.put_away)


def _new(listed: dict[int, dict[str, Any]]) -> None:
    """Name the topics that came since the map was drawn."""
    new = [row for row in listed.values() if row["made"] is not None]
    if new:
        words = ", ".join(f"{row['name']} ({row['made']:%-d %B %Y})" for row in new)
        st.caption(escape(f"New since the map was drawn: {words}", limit=600))


def _history(made: list[topic_edits.Edit], *, may: bool) -> None:
    found = [edit for edit in made if edit.kind != topic_edits.TAKE_BACK][::-1]
    if not found:
        return
    gone = {edit.body["edit"]: edit for edit in made if edit.kind == topic_edits.TAKE_BACK}
    with st.expander("What people made of the topics", type="compact"):
        for edit in found[:SHOWN]:
            what, take_back = st.columns((6, 1), vertical_alignment="center")
            with what:
                by = f"{edit.who}, {moment(edit.made)}"
                if edit.id in gone:
                    by += f"; taken back by {gone[edit.id].who}, {moment(gone[edit.id].made)}"
                st.markdown(f"{escape(edits.words(edit), limit=300)}  \n:gray[{escape(by, limit=200)}]")
            with take_back:
                if may and edit.id not in gone:
                    st.button("Take back", key=f"topic-back-{edit.id}", type="tertiary", on_click=_take_back,
                              args=(edit.id,))  # fmt: skip
        if len(found) > SHOWN:
            st.caption(f"and {len(found) - SHOWN:,} earlier ones")


def _look(**what: Any) -> None:  # noqa: ANN401 - a topic or records
    st.session_state[_PROBLEM] = ""
    watch.put_away()
    watch.submit("subtopics", {"column": COLUMN, **what})


def _ask(model: str, budget: float) -> None:
    watch.put_away()
    who = identity.current().name
    watch.submit("topic names", {"model": model, "budget": budget, "column": COLUMN, "who": who})


def _rename(topic: int, key: str) -> None:
    _make(edits.rename, topic, st.session_state[key])


def _merge(topic: int, key: str) -> None:
    other = st.session_state[key]
    if other is None:
        st.session_state[_PROBLEM] = "Choose the topic that it is the same as."
        return
    _make(edits.merge, [topic, other])


def _split(preview: dict[str, Any]) -> None:
    watch.put_away()
    _make(edits.split, preview)


def _take_back(number: int) -> None:
    _make(edits.take_back, number)


def _make(edit: Callable[..., topic_edits.Edit], *arguments: Any) -> None:  # noqa: ANN401 - of several edits
    """Make an edit, or keep the words of why not for the page."""
    st.session_state[_PROBLEM] = ""
    here, me = runtime.current(), identity.current()
    if not me.may("analyst"):  # what a page offers and what may be done are two things
        return
    try:
        edit(here.store, here.state, *arguments, column=COLUMN, who=me.name)
    except _ERRORS as error:
        st.session_state[_PROBLEM] = str(error.args[0])
