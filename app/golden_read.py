"""The Golden set page: its items, to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app import golden, navigation, states
from app.golden import LETTERS, brief
from app.text import escape, log_text

if TYPE_CHECKING:
    from analysis.golden.item import Item
    from analysis.state.golden import Version

SIZE = 10
"""Items of a page."""
_KINDS = {"correction": "Corrections", "import": "Imported", "label": "Labels", "feedback": "Feedback"}


def draw(version: Version) -> None:
    """Draw the items of a version, those of a kind where one is chosen, with what was asked, expected and answered."""
    states.heading("What should be answered")
    found = golden.items(version)
    with st.container(key="controls", horizontal=True, vertical_alignment="center", gap="small"):
        kind = st.segmented_control(
            "From", list(_KINDS), format_func=_KINDS.__getitem__, key="golden-kind", label_visibility="collapsed"
        )
        sought = st.text_input(
            "Search", key="golden-search", placeholder="Search questions and answers", icon=":material/search:",
            label_visibility="collapsed", width=420, max_chars=300,
        )  # fmt: skip
    shown = [item for item in found if (kind is None or item.source.kind == kind) and _holds(item, sought)]
    if not shown:
        st.markdown("No item holds that.")
        return
    pages = -(-len(shown) // SIZE)
    page = min(st.session_state.get(f"golden-page-{version.id}", 1), pages)
    with st.container(key="golden-items", gap=None):
        for item in shown[(page - 1) * SIZE : page * SIZE]:
            with st.container(key=f"golden-row-{item.id}"):
                _item(item)
    if pages > 1:
        st.pagination(pages, key=f"golden-page-{version.id}")


def _holds(item: Item, sought: str) -> bool:
    part = sought.strip().casefold()
    return not part or part in item.prompt.casefold() or part in item.expected.casefold()


def _item(item: Item) -> None:
    where, asked, expected = st.columns([1.35, 3, 3], gap="medium")
    with where:
        st.caption(escape(_origin(item), limit=200))
        if item.source.record and st.button("Conversation", key=f"golden-open-{item.id}", type="tertiary"):
            st.switch_page(
                navigation.page("conversations"), query_params={"period": "all", "record": item.source.record}
            )
    with asked:
        if len(item.messages) > 1:
            st.caption(f"after {len(item.messages) - 1:,} earlier messages")
        log_text(brief(item.prompt))
    with expected:
        log_text(brief(item.expected, letters=2 * LETTERS))
        if item.corrected:
            with st.expander("What was answered", type="compact"):
                log_text(item.answer)


def _origin(item: Item) -> str:
    source = item.source
    said = {
        "correction": f"corrected by a {'reviewer' if source.origin == 'human' else 'user'}",
        "label": f"called good: {source.name}", "feedback": f"liked: {source.name}",
        "import": f"from {source.file or 'a file'}",
    }[source.kind]  # fmt: skip
    return f"{said}, {source.time[: len('2026-05-31')]}" if source.time else said
