"""A clock that counts up in the browser, without asking the server."""

from __future__ import annotations

import streamlit as st

_CSS = (
    "span { font: var(--st-font-size-sm, 0.875rem) var(--st-font); font-variant-numeric: tabular-nums; opacity: 0.72; }"
)
_JS = """
export default function ({ data, parentElement }) {
  const span = parentElement.querySelector("span");
  const began = performance.now() - data.seconds * 1000;
  const show = () => {
    const seconds = Math.floor((performance.now() - began) / 1000);
    span.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} ${data.label}`;
  };
  show();
  const beat = setInterval(show, 1000);
  return () => clearInterval(beat);
}
"""
_component = st.components.v2.component("timer", html="<span></span>", css=_CSS, js=_JS)


def draw(seconds: float, label: str, *, key: str) -> None:
    """Draw the time from so many seconds on, with words after it."""
    _component(data={"seconds": seconds, "label": label}, key=key, height="content")
