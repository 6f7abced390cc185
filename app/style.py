"""The one place that sends CSS to the browser: what the theme in ``.streamlit/config.toml`` can't say."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_SHEET = Path(__file__).with_name("style.css")


def apply() -> None:
    """Send the style sheet; once a run, before anything is drawn."""
    st.html(_SHEET)
