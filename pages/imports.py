"""Import: bring logs in, see what was kept, repaired and refused, and take it back."""

from __future__ import annotations

import streamlit as st

from app import data, dropped, import_form, import_history, import_welcome, watch

st.title("Import")
import_welcome.lead()
import_form.bring()
import_form.waiting()
watch.running()
waiting = dropped.here()
if not waiting:
    import_history.latest()
import_history.table()
import_history.failures()
if not waiting:
    import_welcome.sample()
    import_welcome.formats(unfold=not data.whole().records)
