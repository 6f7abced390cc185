"""Why a figure moved: its change split by groups, offered beside every figure and said first on Overview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from analysis.metrics import fields
from analysis.metrics.change import compare
from analysis.metrics.lookup import UnknownMetricError
from analysis.metrics.shifts.explain import NotExplainedError
from app import data, drill, states, units, words
from app.charts import effects, frame
from app.charts.sheet import PICK
from app.reasons import sentence, signed, within
from app.text import escape, plain_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.metrics.metric import Metric
    from analysis.metrics.query import Figure
    from analysis.metrics.shifts.explain import Part, Shift
    from app.page import Scope

PARAM, BY = "why", "why-by"
"""The link's parameters that ask for a metric's explanation, and for the field that it is split by."""
SHOWN = 10
"""Groups of a split; the rest is one row more."""
MOVED = 3
"""Figures that Overview explains at once."""


def offer(metric: Metric, key: str) -> None:
    """Draw the question beside a figure."""
    st.button("why?", key=f"why-{key}-{metric.name}", type="tertiary", on_click=_ask, args=(metric.name,))


def answer(scope: Scope) -> None:
    """Draw the explanation that the link asks for, of whatever metric."""
    name = st.query_params.get(PARAM)
    if name is None or scope.before is None:
        return
    with st.container(key="why-answer", border=True):
        _explain(scope, name)
        st.button("Close", key="why-close", on_click=_close, type="tertiary")


def lead(scope: Scope, now: Mapping[str, Figure], before: Mapping[str, Figure]) -> None:
    """Say first what moved, the worrying before the rest, and where it came from."""
    if scope.before is None:
        return
    moved: list[tuple[bool, int, str]] = []
    for name, figure in now.items():
        change = compare(figure, before[name]) if name in before else None
        if change is not None and change.notable:
            moved.append((not change.worrying, len(moved), name))
    if not moved:
        return
    with st.container(key="why-lead", gap=None):
        for _, _, name in sorted(moved)[:MOVED]:
            shifts = _shifts(scope, name)
            said = sentence(shifts[0], shifts) if shifts else ""
            with st.container(key=f"lead-{name}", horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(escape(f"{words.headline(now[name], before[name])}. {said}", limit=600), width="content")
                offer(now[name].metric, "lead")


def _explain(scope: Scope, name: str) -> None:
    shifts = _shifts(scope, name)
    if not shifts:
        states.absent(
            "This change cannot be split.",
            "One of the two periods holds nothing of it, or no field has several values.",
        )
        return
    fields_ = [shift.by for shift in shifts]
    asked = st.query_params.get(BY)
    st.session_state[BY] = asked if asked in fields_ else fields_[0]
    shift = shifts[fields_.index(st.session_state[BY])]
    states.heading(f"Why {shift.metric.title.lower()} moved by {signed(shift.change.value, shift.metric.unit)}")
    st.markdown(escape(sentence(shift, shifts), limit=600))
    st.selectbox(
        "Split by", fields_, format_func=lambda field: plain_label(words.field(field)), key=BY, on_change=_picked,
        width=260, help="The field that tells most comes first",
    )  # fmt: skip
    st.caption(escape(_parts(shift), limit=400))
    _table(scope, shift)


def _table(scope: Scope, shift: Shift) -> None:
    unit = shift.metric.unit
    shown, rest = shift.parts[:SHOWN], shift.parts[SHOWN:]
    least = abs(shift.change.value) * words.STEADY
    rows = [_row(part, unit, least) for part in shown]
    if rest:
        sizes, rate = sum(part.mix + part.volume for part in rest), sum(part.rate for part in rest)
        whole = sizes + rate
        rows.append(effects.Row(fields.OTHER, f"{len(rest)} more", "", "", signed(whole, unit), sizes, rate, whole))
    first = "number and share" if shift.metric.total else "its share"
    headings = effects.Headings(
        words.field(shift.by), "before", "now", f"grey: {first}; ink: what it is like", "effect"
    )
    says = f"What each {words.field(shift.by).lower()} has of the change"
    name = f"why-{shift.metric.name}-{shift.by}"
    picked = frame.altair(effects.table(rows, headings), name=name, says=says, select=PICK)
    rough = " A group's own percentile is read to one percent." if shift.metric.merges == "histogram" else ""
    note = (
        f"Effects sum to the change.{rough} Dots with 95 % intervals, from a bootstrap over each {shift.blocks}'s "
        "records; bold: more than its share, beyond chance. Click a row for its conversations."
    )
    frame.foot(f"why-{shift.metric.name}", _frame(shift), note)
    if shift.by in fields.TEXTS or shift.by.startswith(fields.ATTRIBUTE):
        gone = {part.group for part in shift.parts if part.now is None}
        for point in picked:
            where = scope.before if point.get("key") in gone and scope.before is not None else scope.chosen
            drill.from_table([point], where, shift.by)


def _row(part: Part, unit: str, least: float) -> effects.Row:
    effect = signed(part.effect.value, unit) if abs(part.effect.value) >= least else "±0"
    before, now = (units.figure(value, unit) for value in (part.before, part.now))
    return effects.Row(
        part.group, words.group(part.group), before, now, effect, part.mix + part.volume,
        part.rate, part.effect.value, part.effect.low, part.effect.high, part.stands_out,
    )  # fmt: skip


def _parts(shift: Shift) -> str:
    unit = shift.metric.unit
    said = {
        "of more or fewer requests altogether": shift.volume, "of other shares of the groups": shift.mix,
        "of what the groups are like": shift.rate,
    }  # fmt: skip
    parts = [
        f"{signed(span.value, unit)}{f' ({ends})' if (ends := within(span, unit)) else ''} {what}"
        for what, span in said.items() if abs(span.value) > abs(shift.change.value) * words.STEADY
    ]  # fmt: skip
    return f"{units.figure(shift.before, unit)} → {units.figure(shift.now, unit)}: {words.listed(parts)}"


def _frame(shift: Shift) -> pl.DataFrame:
    return pl.DataFrame([
        {"group": part.group, "before": part.before, "now": part.now, "share_before": part.share_before,
         "share_now": part.share_now, "effect": part.effect.value, "low": part.effect.low, "high": part.effect.high,
         "volume": part.volume, "mix": part.mix, "rate": part.rate, "stands_out": part.stands_out}
        for part in shift.parts
    ], infer_schema_length=None)  # fmt: skip


def _shifts(scope: Scope, name: str) -> list[Shift]:
    assert scope.before is not None
    try:
        return data.explained(name, scope.before, scope.chosen)
    except (NotExplainedError, UnknownMetricError):
        return []


def _ask(name: str) -> None:
    st.query_params[PARAM] = name
    st.query_params.pop(BY, None)


def _picked() -> None:
    st.query_params[BY] = st.session_state[BY]


def _close() -> None:
    st.query_params.pop(PARAM, None)
    st.query_params.pop(BY, None)
