"""How far a queue is: who labelled how much, how far they agree, and what the labels say of all records."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from analysis.review import labels_file
from analysis.review.agreeing import agreements
from analysis.review.estimate import estimates
from analysis.review.progress import progress
from analysis.review.queue import rubric_of
from app import breakdowns, queues, runtime, units, words
from app.charts.listing import Column
from app.sizes import counted
from app.text import escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.review.agreement import Agreement, Estimate
    from analysis.review.progress import Progress
    from analysis.review.queue import Queue

_FEW = 10
"""Items with two labels below which nothing is said of agreement."""
_AGREEMENT = (
    "Alpha (Krippendorff) and kappa (Fleiss) are 1 where reviewers always agree and 0 where they do so as often as "
    "chance would; from about .8 on labels can be relied upon, below .67 the question needs clearer words. "
    "In brackets: 95 % intervals, of alpha and kappa by bootstrap."
)

_RATES = (
    "Weighted back to the records that the queue was drawn from, by each item's chance of being drawn; items that were "
    "looked for, gold and attention items do not count. An item counts as it was decided, else by the share of its "
    "labels."
)


def draw(queue: Queue) -> None:
    """Draw how a queue was drawn, its reviewers, their agreement, and the rates."""
    state = runtime.current().state
    far = progress(state, queue)
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


def _reviewers(far: Progress) -> None:
    st.subheader("Who labelled")
    columns = [
        Column("", 0), Column("labelled", 36, "right", figure=True), Column("left", 46, "right", muted=True),
        Column("skipped", 56, "right", muted=True), Column("flagged", 66, "right", muted=True),
        Column("median time", 78, "right"), Column("an hour", 88, "right"), Column("gold right", 100, "right"),
    ]  # fmt: skip
    rows = [
        (one.who, [one.who, units.exact(one.done), units.exact(one.left), units.exact(one.skipped),
                   units.exact(one.flagged), _rounded(one.seconds, f"{units.THIN}s"), _rounded(one.an_hour),
                   units.of(*one.gold) if one.gold[1] else units.NONE])
        for one in far.reviewers
    ]  # fmt: skip
    data = pl.DataFrame([{name: value for name, value in asdict(one).items() if name != "gold"} | {
        "gold_right": one.gold[0], "gold_answers": one.gold[1]} for one in far.reviewers])  # fmt: skip
    note = f"{counted(far.flagged, 'item')} flagged." if far.flagged else "Left: items that they may still be given."
    breakdowns.listed(data, columns, rows, key="queue-reviewers", note=note)


def _rounded(value: float | None, unit: str = "") -> str:
    return units.NONE if value is None else f"{value:,.0f}{unit}"


def _agreement(queue: Queue) -> None:
    found = agreements(runtime.current().state, queue)
    if queue.reviewers < 2 or not found:
        return
    st.subheader("How far they agree")
    titles = {question.name: question.title for question in rubric_of(runtime.current().state, queue).questions}
    columns = [
        Column("", 0), Column("level", 40, muted=True), Column("items", 56, "right", muted=True),
        Column("same, 95 %", 72, "right"), Column("alpha, 95 %", 87, "right", figure=True),
        Column("kappa, 95 %", 100, "right"),
    ]  # fmt: skip
    rows = [
        (one.question, [titles.get(one.question, one.question), one.level, units.exact(one.overall.percent.n),
                        _estimate(one.overall.percent, share=True), _estimate(one.overall.alpha),
                        _estimate(one.overall.fleiss)])
        for one in found
    ]  # fmt: skip
    breakdowns.listed(_measured([(one.question, "", one.overall) for one in found]), columns, rows,
                      key="queue-agreement", note="Before any decision; without gold items.")  # fmt: skip
    st.caption(_AGREEMENT)
    parts = [
        (one.question, name, measured)
        for one in found for name, measured in [*one.reviewers.items(), *one.strata.items()]
    ]  # fmt: skip
    if parts:
        with st.expander("By reviewer, each beside the others, and by stratum", type="compact"):
            _apart(parts, titles)


def _apart(parts: Sequence[tuple[str, str, Agreement]], titles: Mapping[str, str]) -> None:
    columns = [
        Column("", 0), Column("among", 40), Column("items", 62, "right", muted=True),
        Column("same, 95 %", 80, "right"), Column("alpha, 95 %", 100, "right", figure=True),
    ]  # fmt: skip
    rows = [
        (f"{question} {name}", [titles.get(question, question), name, units.exact(measured.percent.n),
                                _estimate(measured.percent, share=True), _estimate(measured.alpha)])
        for question, name, measured in parts
    ]  # fmt: skip
    breakdowns.listed(_measured(parts), columns, rows, key="queue-agreement-parts",
                      note="A reviewer is set beside what most of the others said.")  # fmt: skip


def _measured(parts: Sequence[tuple[str, str, Agreement]]) -> pl.DataFrame:
    return pl.DataFrame([
        {"question": question, "among": name, "level": found.level, "items": found.percent.n,
         **{f"{measure}{end}": getattr(getattr(found, measure), key)
            for measure in ("percent", "alpha", "fleiss")
            for end, key in (("", "value"), ("_low", "low"), ("_high", "high"))}}
        for question, name, found in parts
    ], infer_schema_length=None)  # fmt: skip


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
    found = estimates(runtime.current().state, queue)
    if not found:
        return
    st.subheader("What it says of all the records")
    columns = [
        Column("", 0), Column("answer", 40), Column("share", 68, "right", figure=True), Column("95 %", 84, "right"),
        Column("items", 92, "right", muted=True), Column("of", 100, "right", muted=True),
    ]  # fmt: skip
    rows, before = [], ""
    for question, answer, rate in found:
        title = question.title if question.name != before else ""
        before = question.name
        few = words.few(rate.n)
        share = words.TOO_FEW if few else queues.percent(rate.value)
        ends = units.NONE if few else f"{queues.percent(rate.low)} to {queues.percent(rate.high)}"
        shown = [title, str(answer), share, ends, units.exact(rate.n), units.exact(rate.frame)]
        rows.append((f"{question.name} {answer}", shown))
    data = pl.DataFrame(
        [{"question": question.name, "answer": str(answer)} | asdict(rate) for question, answer, rate in found]
    )
    breakdowns.listed(data, columns, rows, key="queue-rates", note="Of the records that it was drawn from.")
    st.caption(_RATES)


def _written(queue: Queue) -> bytes:
    here = runtime.current()
    path = here.workspace.staging / f"labels-{queue.id}.csv"
    try:
        labels_file.write_out(here.state, path, among=[queue])
        return path.read_bytes()
    finally:
        path.unlink(missing_ok=True)
