"""The entry script: sends the style, says who is looking, and hands over to the page."""

from __future__ import annotations

import streamlit as st

from app import data, navigation, runtime, style, words
from app.text import escape

st.set_page_config(page_title="Afterword", layout="wide", initial_sidebar_state="expanded")
style.apply()
chosen = st.navigation(navigation.grouped(), expanded=True)
with st.sidebar, st.container(key="colophon"):
    st.caption(escape(words.holding(data.whole())))
if chosen.url_path != "review":  # which reads what people labelled where they labelled it
    runtime.take_in_labels(data.store(), runtime.current().state)
page = st.container()
with st.container(key="reading"), st.spinner("Reading the logs …"), page:  # below what is drawn, after half a second
    chosen.run()
