"""Settings: the workspace, its prices, the formats of answers, the markers on the time axis, and the saved mappings."""

from __future__ import annotations

import streamlit as st

from app import (
    settings_formats,
    settings_mappings,
    settings_notes,
    settings_prices,
    settings_privacy,
    settings_workspace,
    watch,
)

st.title("Settings")
watch.running()
settings_workspace.workspace()
settings_privacy.draw()
settings_prices.draw()
settings_formats.draw()
settings_notes.draw()
settings_mappings.draw()
