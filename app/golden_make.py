"""The Golden set page: making a version, from what the logs hold or from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.golden import build, dataset, reading
from analysis.golden.build import Recipe
from analysis.review import queue, scores
from app import data, filters, golden, identity, runtime, states, uploads, words
from app.sizes import counted
from app.text import escape, plain_label

if TYPE_CHECKING:
    from analysis.metrics.filter import Filter
    from analysis.state.golden import Version

_PROBLEM, _DONE, _TURN = "golden-problem", "golden-done", "golden-turn"
_NAME, _GOOD = "golden-name", "golden-good"
_MAKERS = ("analyst", "reviewer")
REFUSED = 5
"""Refused lines that are shown."""


def draw(version: Version | None) -> None:
    """Draw the forms of a new version, for those who may make one."""
    if not _may():
        return
    name = version.dataset if version else "golden"
    states.heading("Make a new version" if version else "Make the first one")
    with st.container(width=720):
        st.text_input("Name of the dataset", value=name, key=f"{_NAME}-{name}", max_chars=120, width=320,
                      help="A name that is there already gets a new version; the older ones stay.")  # fmt: skip
    extent = data.whole()
    if extent.records:
        view = filters.current()
        chosen = view.filter(extent)
        st.markdown("From people's judgement of these records:")
        filters.bar(view, chosen, compares=False)
        _form(name, chosen)
    st.markdown("Or from a file:")
    turn = f"golden-file-{st.session_state.get(_TURN, 0)}"
    with st.container(width=720):
        st.file_uploader(
            "Fine-tuning files of OpenAI or Anthropic, preference pairs, JSON lines, or CSV with prompt and expected",
            type=["jsonl", "json", "csv"], key=turn, on_change=_import, args=(turn, name),
        )  # fmt: skip
    states.problem(st.session_state.get(_PROBLEM, ""), limit=600)
    for said in st.session_state.get(_DONE, []):
        st.markdown(escape(said, limit=400))


def _form(name: str, chosen: Filter) -> None:
    scales = queue.scales(runtime.current().state)
    offered = build.offered(data.store(), scales)
    with st.container(width=720), st.form("golden-form", border=False):
        usual = [text for text in build.usual(scales) if text in offered]
        st.multiselect(
            "Answers are good by these labels of reviewers", offered, default=usual, key=_GOOD, format_func=plain_label,
            accept_new_options=True, placeholder="Such as correct=1 or helpful>=4",
            help="It is taken where most of its labels say so for one of these, and for none most say otherwise.",
        )  # fmt: skip
        st.checkbox("Corrections: the corrected answer is the expected one", value=True, key="golden-corrections")
        st.checkbox("Answers that users gave a thumb up, or four stars or more", key="golden-feedback")
        st.checkbox("Keep one of several questions that are nearly the same", key="golden-near")
        st.checkbox("Keep all that the newest version holds", key="golden-keep",
                    help="Else a version holds what is found now, and what was imported.")  # fmt: skip
        st.form_submit_button("Build", type="primary", key="golden-build", on_click=_build, args=(name, chosen))


def _build(name: str, chosen: Filter) -> None:
    held = st.session_state
    recipe = Recipe(tuple(held[_GOOD]), held["golden-corrections"], held["golden-feedback"], held["golden-near"])
    here, me = runtime.current(), identity.current()
    _cleared()
    if not _may():
        return
    scores.sync(here.store, here.state)  # of what was labelled since the page was drawn
    try:
        made = dataset.make(
            here.store, here.state, held[f"{_NAME}-{name}"], chosen, recipe, keep=held["golden-keep"], who=me.name
        )
    except ValueError as error:
        held[_PROBLEM] = str(error)
        return
    _made(made)


def _import(key: str, name: str) -> None:
    """Read a dropped file into the dataset."""
    held, here, me = st.session_state, runtime.current(), identity.current()
    uploaded = held.get(key)
    if uploaded is None or not _may():
        return
    _cleared()
    held[_TURN] = held.get(_TURN, 0) + 1
    file, content = plain_label(uploaded.name), uploaded.getvalue()
    uploads.release(uploaded)
    try:
        items, faults = reading.read_items(content, file)
        told = [f"Line {fault.line} was refused: {fault.reason}" for fault in faults[:REFUSED]]
        if len(faults) > REFUSED:
            told.append(f"{len(faults):,} lines were refused in all; `afterword golden import` lists them.")
        if not items:
            raise ValueError(f"{file} has no item. {told[0] if told else ''}")
        _made(dataset.add(here.state, held[f"{_NAME}-{name}"], items, file=file, who=me.name), *told)
    except ValueError as error:
        held[_PROBLEM] = str(error)


def _made(version: Version, *told: str) -> None:
    """Show the version made, and say what it holds."""
    st.query_params[golden.SET], st.query_params[golden.VERSION] = version.dataset, str(version.number)
    left = [f"{n:,} {golden.LEFT_OUT[why]}" for why, n in version.recipe.get("left_out", {}).items() if n]
    said = f"{version.dataset}, version {version.number}, holds {counted(len(version.rows), 'item')}."
    st.session_state[_DONE] = [said + (f" Left out: {words.listed(left)}." if left else ""), *told]


def _cleared() -> None:
    st.session_state[_PROBLEM], st.session_state[_DONE] = "", []


def _may() -> bool:
    return identity.current().may(*_MAKERS)
