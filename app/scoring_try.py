"""Trying a scorer on a text of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from analysis.scoring.scorer import Mark, Scorer, as_row
from app import data, evidence
from app.text import escape, plain_label

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROWS = {"documents": "Documents, a blank line between two", "prompt": "Question", "response": "Answer",
         "system_prompt": "Instructions", "next_prompt": "The next message"}  # fmt: skip
_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "documents": pl.List(pl.Struct({"id": pl.String, "text": pl.String, "score": pl.Float64})),
    "goes_on": pl.Boolean,
}


def draw() -> None:
    """Draw the fields that the chosen scorer reads, and what it says of them."""
    scorers = {name: scorer for name, scorer in data.scorers().items() if "@" not in name}
    st.subheader("Try one")
    chosen = st.selectbox(
        "Scorer", list(scorers), format_func=lambda name: plain_label(scorers[name].title), key="try-scorer", width=420
    )
    if chosen is None:
        return
    scorer = scorers[chosen]
    row = {field: _given(field) for field in scorer.reads}
    if not any(row.values()):
        st.caption("Nothing that is typed here is kept.")
        return
    mark = _mark(scorer, row)
    if isinstance(mark, str):
        st.markdown(f":red[The scorer broke off:] {escape(mark, limit=400)}")
        return
    words, flagged = evidence.verdict(scorer, mark.value, mark.label)
    if not words:
        st.markdown("It cannot say anything of this.")
        return
    st.markdown(f":red[**Flagged:**] {escape(words, limit=200)}" if flagged else f"**{escape(words, limit=200)}**")
    evidence.places(row, as_row(mark)["evidence"] or [])


def _given(field: str) -> object:
    if field == "goes_on":
        return st.checkbox("The conversation goes on", key="try-goes_on")
    text = st.text_area(escape(_ROWS.get(field, field.replace("_", " ").capitalize())), key=f"try-{field}")
    return _documents(text) if field == "documents" else text or None


def _mark(scorer: Scorer, row: Mapping[str, object]) -> Mark | str:
    """Score one row; a scorer that raises, which may be other people's code, gives the reason instead."""
    frame = pl.DataFrame([row], schema={field: _TYPES.get(field, pl.String) for field in row})
    try:
        return scorer.score(frame)[0]
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _documents(text: str) -> list[dict[str, object]]:
    return [{"id": None, "text": part.strip(), "score": None} for part in text.split("\n\n") if part.strip()]
