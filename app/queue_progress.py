"""How far a queue is: who labelled how much, how far they agree, and what the labels say of all records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from analysis.review import exchange, labels
from analysis.review.agreeing import agreements
from analysis.review.estimate import estimate
from analysis.review.queue import rubric_of
from analysis.review.rubrics import CHOICE, SCALE
from app import queues, runtime, units
from app.sizes import counted
from app.text import escape, plain_label

if TYPE_CHECKING:
    from analysis.review.agreement import Estimate
    from analysis.review.queue import Queue
    from analysis.review.rubrics import Question

_FEW = 10
"""Items with two labels below which nothing is said of agreement."""
_AGREEMENT = (
    "Alpha (Krippendorff) and kappa (Fleiss) are 1 where reviewers always agree and 0 where they do so as often as "
    "chance would; from about .8 on labels can be relied upon, below .67 the question needs clearer words. By labels "
    "before any decision, without gold items; in brackets: 95 % intervals by bootstrap."
)


def draw(queue: Queue) -> None:
    """Draw how a queue was drawn, its reviewers, their agreement, and the rates."""
    state = runtime.current().state
    far = labels.progress(state, queue)
    with st.container(key="summary"):
        st.markdown(escape(queues.drawn(queue), limit=800))
    share = far.labels / far.wanted if far.wanted else 0.0
    st.progress(min(1.0, share), text=escape(
        f"{far.labels:,} of {counted(far.wanted, 'label')}; {far.finished:,} of {counted(far.items, 'item')} have all",
        limit=200,
    ))  # fmt: skip
    if not far.labels:
        st.markdown("Nobody has labelled anything yet.")
        return
    _reviewers(far)
    _agreement(queue)
    _rates(queue)
    st.download_button(
        "Labels (CSV)", lambda: _written(queue), key="labels-csv", file_name="labels.csv", mime="text/csv",
        on_click="ignore", type="tertiary",
    )  # fmt: skip


def _reviewers(far: labels.Progress) -> None:
    st.subheader("Who labelled")
    rows = [
        {
            "Reviewer": plain_label(one.who), "Labelled": one.done, "Left": one.left, "Skipped": one.skipped,
            "Flagged": one.flagged, "Seconds, median": one.seconds, "An hour": one.an_hour,
            "Gold right": f"{one.gold[0]} of {one.gold[1]}" if one.gold[1] else units.NONE,
        }
        for one in far.reviewers
    ]  # fmt: skip
    st.dataframe(pl.DataFrame(rows), hide_index=True, column_config={
        "Seconds, median": st.column_config.NumberColumn(format="%.0f"),
        "An hour": st.column_config.NumberColumn(format="%.0f"),
    })  # fmt: skip
    if far.flagged:
        st.caption(escape(f"{counted(far.flagged, 'item')} flagged."))


def _agreement(queue: Queue) -> None:
    found = agreements(runtime.current().state, queue)
    if queue.reviewers < 2 or not found:
        return
    st.subheader("How far they agree")
    titles = {question.name: question.title for question in rubric_of(runtime.current().state, queue).questions}
    rows = [
        {
            "Question": plain_label(titles.get(one.question, one.question)), "Level": one.level,
            "Items": one.overall.percent.n, "Same": _estimate(one.overall.percent, share=True),
            "Alpha": _estimate(one.overall.alpha), "Kappa": _estimate(one.overall.fleiss),
        }
        for one in found
    ]  # fmt: skip
    st.dataframe(pl.DataFrame(rows), hide_index=True)
    st.caption(_AGREEMENT)
    parts = [
        {"Question": plain_label(titles.get(one.question, one.question)), "Among": plain_label(name),
         "Items": measured.percent.n, "Same": _estimate(measured.percent, share=True),
         "Alpha": _estimate(measured.alpha)}
        for one in found for name, measured in [*one.reviewers.items(), *one.strata.items()]
    ]  # fmt: skip
    if parts:
        with st.expander("By reviewer, each beside the others, and by stratum", type="compact"):
            st.dataframe(pl.DataFrame(parts), hide_index=True)


def _estimate(found: Estimate, *, share: bool = False) -> str:
    if found.value is None or found.n < _FEW:
        return "too few" if found.n < _FEW else units.NONE
    value, *ends = (
        units.NONE if one is None else queues.percent(one) if share else f"{one:.2f}".replace("-", "−")
        for one in (found.value, found.low, found.high)
    )
    return f"{value} ({ends[0]} to {ends[1]})" if found.low is not None else value


def _rates(queue: Queue) -> None:
    """Draw the share of all records that each answer has, where the sample can say."""
    state = runtime.current().state
    rows = [
        {"Question": plain_label(question.title), "Answer": str(answer), "Share": queues.percent(rate.value),
         "95 %": f"{queues.percent(rate.low)} to {queues.percent(rate.high)}", "Items": rate.n, "Records": rate.frame}
        for question in rubric_of(state, queue).questions if question.kind in (CHOICE, SCALE)
        for answer in _answers(question) if (rate := estimate(state, queue, question.name, answer)) is not None
    ]  # fmt: skip
    if not rows:
        return
    st.subheader("What it says of all the records")
    st.dataframe(pl.DataFrame(rows), hide_index=True)
    st.caption(
        "Weighted back to the records that the queue was drawn from, by each item's chance of being drawn; items that "
        "were looked for, gold and attention items do not count. An item counts as it was decided, else by the share "
        "of its labels."
    )


def _answers(question: Question) -> list[str] | list[int]:
    return list(question.options) or list(range(question.low, question.high + 1))


def _written(queue: Queue) -> bytes:
    here = runtime.current()
    path = here.workspace.staging / f"labels-{queue.id}.csv"
    try:
        exchange.write_out(here.state, path, among=[queue])
        return path.read_bytes()
    finally:
        path.unlink(missing_ok=True)
