"""What if a price or a model changed: asked and answered on the Cost page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.forecast.whatif import LIMITS, Change, WhatIf, whatif
from analysis.metrics.fields import NONE
from app import data, outlook, states
from app.text import escape, plain_label

if TYPE_CHECKING:
    from analysis.forecast.project import Projection
    from analysis.metrics.filter import Filter
    from app.page import Scope

_AS, _PRICE, _TIMES = "as", "price", "times"
_WAYS = {_AS: "another model's", _PRICE: "at another price", _TIMES: "so many times as dear"}


def draw(scope: Scope, found: Projection | None) -> None:
    """Draw the question, and its answer over the period that the page looks at; `found` is the month as it stands."""
    models = [name for name in data.values("model", scope.chosen) if name != NONE]
    if not models:
        return
    with st.expander("What if a price or a model changed?", key="whatif"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            model = st.selectbox("If the calls of", models, format_func=plain_label, key="whatif-model", width=240)
            way = st.selectbox("had been so", list(_WAYS), format_func=_WAYS.__getitem__, key="whatif-way", width=240)
            change = _change(model, way, models)
        if change is not None:
            _answer(scope, change, found)


def _change(model: str, way: str, models: list[str]) -> Change | None:
    """Ask for the rest of a change; None while something is missing."""
    if way == _AS:
        other = st.selectbox(
            "Which", [name for name in models if name != model], format_func=plain_label, index=None,
            accept_new_options=True, placeholder="Choose, or type a name", key="whatif-other", width=240,
        )  # fmt: skip
        return Change(model, other=other) if other else None
    if way == _TIMES:
        factor = st.number_input("Times", min_value=0.0, value=2.0, step=0.1, key="whatif-factor", width=120)
        return Change(model, factor=factor)
    into = st.number_input("Input, $ a million", min_value=0.0, value=None, key="whatif-in", width=150)
    out = st.number_input("Output, $ a million", min_value=0.0, value=None, key="whatif-out", width=150)
    return Change(model, price=(into, out)) if into is not None and out is not None else None


def _answer(scope: Scope, change: Change, month: Projection | None) -> None:
    try:
        found = _found((str(data.store().workspace.root), data.store().generation), scope.chosen, change)
    except ValueError as error:
        states.problem(str(error), limit=400)
        return
    st.markdown(escape(f"In the period above: {outlook.changed(found)}", limit=400))
    if month is not None and found.priced:
        then = found.projected(month)
        st.markdown(
            escape(f"If that held from now on, {outlook.ends(then)}; as it is, {outlook.ends(month)}.", limit=400)
        )
    st.caption(escape(LIMITS, limit=400))


@st.cache_resource(max_entries=200, show_spinner=False)
def _found(now: tuple[str, int], filter: Filter, change: Change) -> WhatIf:
    return whatif(data.store(), filter, change)
