"""Trying a scorer on a text of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from analysis.scoring.baseline import LEAST
from analysis.scoring.learning import baselines
from analysis.scoring.scorer import Mark, Scorer, as_row
from analysis.scoring.scorers import output_deviation
from app import data, evidence, runtime, scoring_baselines, states
from app.text import escape, log_code, plain_label

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROWS = {"documents": "Documents", "prompt": "Question", "app": "Application", "response": "Answer",
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
    if scorer.needs():
        st.markdown("It cannot run before this is installed:")
        log_code(scorer.needs(), language="bash")
        return
    row = {field: _given(field) for field in scorer.reads}
    if not any(row.values()):
        st.caption("Nothing that is typed here is kept.")
        return
    mark = _mark(scorer, row)
    if isinstance(mark, str):
        states.broke_off("The scorer broke off", mark)
        return
    words, flagged = evidence.verdict(scorer, mark.value, mark.label)
    if not words:
        st.markdown(f"It cannot say anything of this. {escape(_lacking(scorer, row), limit=400)}")
        evidence.limits(scorer)
        return
    st.markdown(f":red[**Flagged:**] {escape(words, limit=200)}" if flagged else f"**{escape(words, limit=200)}**")
    by = evidence.scale(scorer, mark.value, mark.label)
    if by:
        st.caption(escape(by, limit=120))
    evidence.places(row, as_row(mark)["evidence"] or [])


def _lacking(scorer: Scorer, row: Mapping[str, object]) -> str:
    """Say what a scorer would have read that is not given, or was not learnt."""
    if scorer.name == output_deviation.NAME:
        app = str(row["app"] or "")
        if app not in baselines(runtime.current().workspace):
            name = scoring_baselines.named(app)
            return f"What {name} usually answers is not learnt: that takes {LEAST} different answers of it."
    lacking = [_title(field) for field, given in row.items() if given is None or given == []]
    return f"It also reads: {', '.join(lacking).lower()}." if lacking else "All that it reads is given."


def _title(field: str) -> str:
    return _ROWS.get(field, field.replace("_", " ").capitalize())


def _given(field: str) -> object:
    if field == "goes_on":
        return st.checkbox("The conversation goes on", key="try-goes_on")
    label = f"{_title(field)}, a blank line between two" if field == "documents" else _title(field)
    text = st.text_area(escape(label), key=f"try-{field}")
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
