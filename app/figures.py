"""The number first: figures in a row, each with what it rests on and how it moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.metrics.change import compare
from app import units, why, words
from app.text import escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.metrics.query import Figure
    from app.page import Scope


def row(
    key: str,
    now: Mapping[str, Figure],
    before: Mapping[str, Figure],
    *,
    names: Sequence[str] | None = None,
    scope: Scope | None = None,
) -> None:
    """Draw figures side by side; `before` gives those of the period before, where there is one.

    With a `scope`, each that moved can be asked why, and the answer stands below.
    """
    shown = list(names or now)
    with st.container(key=f"figures-{key}"):
        for column, name in zip(st.columns(len(shown), gap="large"), shown, strict=True):
            with column:
                moved = _one(now[name], before.get(name))
                if moved and scope is not None:
                    why.offer(now[name].metric, key)
    if scope is not None:
        why.answer(scope)


def _one(now: Figure, before: Figure | None) -> bool:
    """Draw one figure; tells whether it moved."""
    unit = now.metric.unit
    few = now.metric.interval != "none" and words.few(now.n)
    st.metric(
        escape(words.label(now.metric)),
        escape(words.TOO_FEW if few else units.figure(now.value, unit)),
        help=escape(f"{now.metric.definition} Of: {now.metric.denominator}.", limit=600),
    )
    moved, worrying = ("", False) if few or before is None else _moved(now, before)
    if moved:
        st.caption(f":red[{escape(moved)}]" if worrying else escape(moved))
    ends = "" if few else units.interval(now.low, now.high, unit)
    for line in (ends, words.rests_on(now)):
        if line:
            st.caption(escape(line))
    return bool(moved) and before is not None and now.value != before.value


def _moved(now: Figure, before: Figure) -> tuple[str, bool]:
    """Say how a figure moved, and whether it went the wrong way by more than chance."""
    change = compare(now, before)
    if change is None:
        return "too few before to compare", False
    text = units.change(now.value, before.value, now.metric.unit)
    if not change.difference or not text:
        return "no change", False
    arrow = "\u2191" if change.difference > 0 else "\u2193"
    chance = ", within chance" if not change.notable and now.metric.interval != "none" else ""
    return f"{arrow}{units.THIN}{text.lstrip('+' + units.MINUS)}{chance}", change.worrying
