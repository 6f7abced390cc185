"""Setting and ending budgets on the Cost page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analysis.forecast import budgets
from analysis.metrics.filter import Condition
from analysis.state import budgets as kept
from app import data, identity, runtime, states
from app.text import plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.state.budgets import Budget
    from app.page import Scope

_PROBLEM, _SEEN = "budget-problem", "budget-seen"
_METRICS = {"cost": "US dollars", "total_tokens": "Tokens", "requests": "Requests"}
_PERIODS = {"month": "a month", "day": "a day"}
_ALL = ""
_ROLES = ("manager", "analyst", "engineer")


def draw(scope: Scope, running: Sequence[Budget]) -> None:
    """Draw the form of a budget, and the choice of one to end, for those who may."""
    if not _may():
        return
    # until one acts: what others do meanwhile is drawn above, and not for sure seen
    st.session_state.setdefault(_SEEN, {budget.name: budget.id for budget in running})
    with st.expander("Set a budget", key="budget-new"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            st.text_input("Name", key="budget-name", placeholder="Support, each month", max_chars=80, width=240)
            st.number_input("At most", min_value=0.0, value=None, key="budget-amount", width=140)
            st.selectbox("Of", list(_METRICS), format_func=_METRICS.__getitem__, key="budget-metric", width=140)
            st.selectbox("In", list(_PERIODS), format_func=_PERIODS.__getitem__, key="budget-period", width=120)
        where = _where(scope)
        st.button("Set it", key="budget-set", type="primary", on_click=_set, args=(where,))
        st.caption("The same name again changes a budget; what it was is kept.")
        if running:
            _ending(running)
        states.problem(st.session_state.get(_PROBLEM, ""), limit=400)


def _where(scope: Scope) -> list[str]:
    """Ask what it is for: one value of a field, and the conditions of the filter bar where they are to hold too."""
    known = {one.field: one.title for one in data.dimensions(scope.chosen)}
    found: list[str] = []
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        field = st.selectbox(
            "For", [_ALL, *known], format_func=lambda name: plain_label(known.get(name, "everything")),
            key="budget-field", width=240,
        )  # fmt: skip
        if field:
            values = data.values(field, scope.chosen.during(None, None))
            value = st.selectbox("which is", values, format_func=plain_label, key="budget-value", width=260)
            if value is not None:
                found += Condition(field, "=", (value,)).texts()
        conditions = scope.chosen.texts()
        if conditions and st.checkbox("and meets the conditions above", value=True, key="budget-conditions"):
            found += conditions
    return found


def _ending(running: Sequence[Budget]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        names = [budget.name for budget in running]
        chosen = st.selectbox("Or end one", names, format_func=plain_label, key="budget-ending", width=240)
        st.button("End it", key="budget-end", on_click=_end, args=(chosen,))


def _set(where: list[str]) -> None:
    st.session_state[_PROBLEM] = ""
    asked = {name: st.session_state[f"budget-{name}"] for name in ("name", "amount", "metric", "period")}
    try:
        if not _may():
            raise ValueError("Budgets are set by managers, analysts and engineers.")
        budgets.put(
            runtime.current().state, asked["name"], asked["amount"] or 0.0, metric=asked["metric"],
            period=asked["period"], where=where, who=identity.current().name, over=st.session_state.pop(_SEEN),
        )  # fmt: skip
    except ValueError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    st.session_state["budget-name"], st.session_state["budget-amount"] = "", None


def _end(name: str) -> None:
    st.session_state[_PROBLEM] = ""
    try:
        if not _may():
            raise KeyError("Budgets are ended by managers, analysts and engineers.")
        kept.end(runtime.current().state, name, who=identity.current().name, over=st.session_state.pop(_SEEN))
    except (KeyError, ValueError) as error:
        st.session_state[_PROBLEM] = str(error.args[0])


def _may() -> bool:
    return identity.current().may(*_ROLES)
