"""Around a chart: the line below it with what it rests on and its data to take away, and what a click does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from analysis.spreadsheet import to_csv
from app.charts import look
from app.text import escape

if TYPE_CHECKING:
    import altair as alt
    import polars as pl


def altair(chart: alt.LayerChart, *, name: str, says: str, select: str | None = None) -> Any:  # noqa: ANN401
    """Draw an Altair chart across the column.

    `name` tells it apart on its page, `says` puts it in words for those who can't see it. Returns the points picked in
    the selection named `select`, as a list of dictionaries.
    """
    chart.config, chart.padding = look.altair_config(), look.PADDING
    if select is None:
        st.altair_chart(chart, width="stretch", key=f"chart-{name}", alt=says)
        return []
    event: Any = st.altair_chart(
        chart, width="stretch", key=f"chart-{name}", alt=says, on_select="rerun", selection_mode=select
    )
    picked = (event or {}).get("selection", {}).get(select, [])
    return picked if isinstance(picked, list) else []


def plotly(figure: dict[str, Any], *, name: str, says: str) -> list[dict[str, Any]]:
    """Draw a Plotly chart across the column; returns the points clicked."""
    event: Any = st.plotly_chart(
        figure, width="stretch", key=f"chart-{name}", on_select="rerun", selection_mode="points",
        config=look.plotly_config(name), alt=says,
    )  # fmt: skip
    return list((event or {}).get("selection", {}).get("points", []))


def foot(name: str, data: pl.DataFrame, note: str = "") -> None:
    """Draw the line below a chart: a note, and the chart's data as CSV."""
    with st.container(key=f"foot-{name}", horizontal=True, horizontal_alignment="distribute", gap="medium"):
        st.caption(escape(note, limit=400), width="content")
        st.download_button(
            "Data (CSV)", lambda: to_csv(data), file_name=f"{name}.csv", mime="text/csv", key=f"data-{name}",
            on_click="ignore", type="tertiary", help="The figures of this chart. Formulas are neutralised.",
        )  # fmt: skip
