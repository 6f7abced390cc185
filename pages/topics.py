"""Topics: what people talk about, as a map and as a table."""

from __future__ import annotations

import streamlit as st

from app import page, topic_edits, topic_rows, topics, watch

scope = page.begin("Topics")
watch.running()
topics.ended()
map = topics.about()
if map is None:
    topics.unbuilt()
    st.stop()
topics.draw(scope, map)
topic_rows.draw(scope, map["id"], topics.middles())
topic_edits.draw()
topics.foot(map)
