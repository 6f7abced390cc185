"""A button that takes what is selected on the page, which Streamlit has no other way to."""

from __future__ import annotations

import re
from pathlib import Path

import streamlit as st

_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
_component = st.components.v2.component("selection", html='<button type="button"></button>', css=_CSS, js=_JS)
MOST = 2000
"""Characters that are taken."""
_JOINERS = str.maketrans("", "", "\u2060\u00ad")


def draw(label: str, *, key: str) -> str | None:
    """Draw the button, also pressed by the key M; returns the words that were selected when it was pressed just now."""
    found = _component(data={"label": label, "most": MOST}, key=key, on_picked_change=lambda: None)
    return found.picked or None


def find(text: str, words: str) -> tuple[int, int] | None:
    """Find words in a text from the first character to the one after the last, whatever white space is between them."""
    parts = words.translate(_JOINERS).split()
    match = re.search(r"\s+".join(map(re.escape, parts)), text) if parts else None
    return (match.start(), match.end()) if match else None
