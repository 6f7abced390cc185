"""The table of topics: two lines a topic, sorted by any column, searched, with a small trend; a click picks one.

A component of our own: hundreds of rows of two lines, sorted in the browser, are beyond what a chart does well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.text import plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence

_HTML, _CSS, _JS = (
    Path(__file__).with_suffix(ending).read_text(encoding="utf-8") for ending in (".html", ".css", ".js")
)
_component = st.components.v2.component("topic_table", html=_HTML, css=_CSS, js=_JS)


@dataclass(frozen=True)
class Cell:
    """A figure: what it sorts by, how it is written, a line below it; `tone` is "", "marked" or "quiet"."""

    value: float | None
    text: str
    below: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Row:
    """A topic: its key, its name, what stands below it, its figures, and its trend; `rest` is what is of no topic."""

    key: str
    name: str
    below: str
    cells: Sequence[Cell]
    trend: Sequence[float | None] = field(default_factory=tuple)
    rest: bool = False


def draw(rows: Sequence[Row], columns: Sequence[tuple[str, str]], trend: str, *, key: str) -> str | None:
    """Draw the table; returns the key of the row that was picked just now.

    Parameters
    ----------
    columns : sequence of tuple
        Each column's heading and what it says at length; the names' first.
    trend : str
        The heading of the trends.
    """
    data = {
        "columns": [[plain_label(heading), plain_label(words, limit=400)] for heading, words in columns],
        "trend": trend,
        "rows": [
            {
                "key": place, "name": plain_label(row.name), "below": plain_label(row.below, limit=140),
                "cells": [vars(cell) for cell in row.cells], "trend": list(row.trend), "rest": row.rest,
            }
            for place, row in enumerate(rows)
        ],
    }  # fmt: skip
    picked = _component(data=data, key=key, on_picked_change=lambda: None, height="content").picked
    return rows[int(picked)].key if picked is not None and 0 <= int(picked) < len(rows) else None
