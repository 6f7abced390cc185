"""The one place that sends CSS to the browser: what the theme in ``.streamlit/config.toml`` can't say."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_SHEETS = (Path(__file__).with_name("style.css"), Path(__file__).with_name("reading.css"))


def apply() -> None:
    """Send the style sheets; once a run, before anything is drawn."""
    for sheet in _SHEETS:
        st.html(sheet)
