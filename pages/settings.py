"""Settings: the workspace, prices, machines, formats of answers, senders of alerts, markers in time, mappings."""

from __future__ import annotations

import streamlit as st

from app import (
    settings_formats,
    settings_machines,
    settings_mappings,
    settings_notes,
    settings_prices,
    settings_privacy,
    settings_senders,
    settings_workspace,
    watch,
)

st.title("Settings")
watch.running()
settings_workspace.workspace()
settings_privacy.draw()
settings_prices.draw()
settings_machines.draw()
settings_formats.draw()
settings_senders.draw()
settings_notes.draw()
settings_mappings.draw()
