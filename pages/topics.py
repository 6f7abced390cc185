"""Topics: what people talk about, as a map and as a table."""

from __future__ import annotations

import streamlit as st

from app import breakdowns, data, page, topic_edits, topics, watch

scope = page.begin("Topics")
watch.running()
topics.ended()
map = topics.about()
if map is None:
    topics.unbuilt()
    st.stop()
topics.draw(scope, map)
requests = data.named("requests")[0]
breakdowns.of_groups(scope, requests, "The largest topics", key="topics", by="topic")
for metric in data.named("cost", "latency_p50", "error_rate"):
    breakdowns.of_groups(scope, metric, f"{metric.title} by topic", key=f"topics-{metric.name}", by="topic")
topic_edits.draw()
topics.foot(map)
