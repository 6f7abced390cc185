"""Parts of the Latency page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app import data, units, words
from app.charts import frame
from app.charts import spread as drawing
from app.text import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.metrics.query import Figure
    from app.page import Scope


def headline(now: Mapping[str, Figure]) -> str:
    """Say what is seen of the latency."""
    return f"Half of the answers came {_within(now, 'latency')}"


def first_word(now: Mapping[str, Figure]) -> str:
    """Say what is seen of the time to the first token, of the answers that were streamed."""
    return f"Half of the streamed answers began {_within(now, 'time_to_first_token')}"


def spread(scope: Scope, now: Mapping[str, Figure]) -> None:
    """Draw how the latency is spread, with its percentiles as margin notes."""
    bins = data.spread("latency", scope.chosen)
    if bins.is_empty():
        return
    title = "How long the answers took"
    st.subheader(escape(title))
    marks = {
        words.short(figure.metric): figure.value
        for name, figure in now.items()
        if name.startswith("latency_p") and figure.value
    }
    frame.altair(drawing.figure(bins, marks, "s"), name="latency-spread", says=title)
    frame.foot("latency-spread", bins, "Records by latency; each bar reaches to 1.26 times its start.")


def _within(now: Mapping[str, Figure], column: str) -> str:
    half, most = (units.seconds(now[f"{column}_p{point}"].value) for point in (50, 95))
    return f"within {half}, 95{units.THIN}% within {most}"
