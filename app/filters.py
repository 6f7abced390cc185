"""The filter bar: what a page looks at, in widgets, in the link and carried from page to page.

The link is the one truth: widgets are set from it before they are drawn, and change it when they are used.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from analysis.metrics import area, fields
from app import data
from app.text import escape, plain_label
from app.view import PERIOD_WORDS, View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.metrics.filter import Condition, Filter
    from analysis.metrics.metric import Metric

PARAMS = ("period", "from", "to", "compare", "by", "grain", "where")
"""The link's parameters that say what is looked at; a page may have others beside them."""

_KEPT = "view"
_FIRST = ("environment", "app", "model")
_GRAINS = {"auto": "Auto", "hour": "Hour", "day": "Day", "week": "Week", "month": "Month"}
_ANY = {"environment": "Any environment", "app": "Any app", "model": "Any model"}


def current() -> View:
    """Read what is looked at from the link, else from the page before; a word where the link can't be read."""
    given = {name: st.query_params.get_all(name) for name in PARAMS if name in st.query_params}
    view, problems = View.from_params(given or st.session_state.get(_KEPT, {}))
    for problem in problems:
        st.warning(escape(f"Part of this link could not be read and was left out. {problem}", limit=600))
    areas = [str(value) for c in view.conditions if c.field == fields.AREA for value in c.values]
    if area.gone(data.store(), areas):
        st.warning("The map that was drawn around is gone, so nothing lies there. Draw around on today's map anew.")
    show(view)
    return view


def show(view: View) -> None:
    """Put a view into the link.

    It is written even where it stands there already: Streamlit hands us the link of a page link that was followed
    within a page, but puts it into the browser's address, and so into its history, only when we write it. A parameter
    keeps its place, for the same parameters in another order would be another step of that history.
    """
    st.session_state[_KEPT] = params = view.params()
    link = {name: st.query_params.get_all(name) for name in st.query_params if name in params or name not in PARAMS}
    st.query_params.from_dict(link | params)


def bar(view: View, chosen: Filter, *, compares: bool = True) -> None:
    """Draw the bar; a page that compares nothing has no switch for it."""
    with st.container(key="filters", horizontal=True, vertical_alignment="center", gap="small"):
        _period(view, chosen)
        for field in _FIRST:
            _values(view, chosen, field)
        _more(view, chosen)
        if compares:
            _compare(view)
    _chips(view)


def controls(
    view: View, chosen: Filter, *, metrics: Sequence[Metric] = (), opened: Metric | None = None
) -> Metric | None:
    """Draw the choice of breakdown, of the trend's buckets, and of one of `metrics` where there are any.

    Unless the link names a metric, `opened` is chosen, else the first.
    """
    with st.container(key="controls", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(horizontal=True, width="content", gap="small"):
            picked = _metric(metrics, opened or metrics[0]) if metrics else None
            breakdown(view, chosen)
        grain(view)
    return picked


def _metric(metrics: Sequence[Metric], opened: Metric) -> Metric:
    titles = {metric.name: metric.title for metric in metrics}
    asked = st.query_params.get("metric")
    st.session_state["filter-metric"] = asked if asked in titles else opened.name
    name = st.selectbox(
        "Metric", list(titles), format_func=lambda name: plain_label(titles[name]), key="filter-metric",
        on_change=_metric_picked, label_visibility="collapsed", width=220,
    )  # fmt: skip
    return next(metric for metric in metrics if metric.name == name)


def _metric_picked() -> None:
    st.query_params["metric"] = st.session_state["filter-metric"]


def breakdown(view: View, chosen: Filter) -> None:
    """Draw the choice of the field to break down by."""
    found = {
        found.field: found.title for found in data.dimensions(chosen) if found.values > 1 or found.field == view.by
    }
    found.setdefault(view.by, fields.title(view.by))
    st.session_state["filter-by"] = view.by
    st.selectbox(
        "Break down by", list(found), format_func=lambda field: f"By {plain_label(found[field]).lower()}",
        key="filter-by", on_change=_picked, args=("by",), label_visibility="collapsed", width=200,
    )  # fmt: skip


def grain(view: View) -> None:
    """Draw the choice of the trend's buckets."""
    st.session_state["filter-grain"] = view.grain or "auto"
    st.segmented_control(
        "Points", list(_GRAINS), format_func=_GRAINS.__getitem__, key="filter-grain", required=True,
        on_change=_picked, args=("grain",), label_visibility="collapsed",
    )  # fmt: skip


def _period(view: View, chosen: Filter) -> None:
    st.session_state["filter-period"] = view.period
    st.segmented_control(
        "Period", list(PERIOD_WORDS), format_func=PERIOD_WORDS.__getitem__, key="filter-period", required=True,
        on_change=_period_picked, args=(chosen.start, chosen.end), label_visibility="collapsed",
    )  # fmt: skip
    if view.period == "custom":
        extent = data.whole()
        start = view.start or extent.first
        end = view.end or extent.last
        if start is not None and end is not None:
            last = end - timedelta(microseconds=1)
            st.session_state["filter-days"] = (start.date(), last.date())
            st.date_input(
                "Days", key="filter-days", format="YYYY-MM-DD", on_change=_days_picked, label_visibility="collapsed",
                width=230,
            )  # fmt: skip


def _values(view: View, chosen: Filter, field: str) -> None:
    held = view.values(field)
    offered = data.values(field, chosen.without(field))
    if len(offered) < 2 and not held:
        return
    key = f"filter-{field}"
    st.session_state[key] = held
    st.multiselect(
        escape(fields.title(field)), list(dict.fromkeys([*held, *offered])), key=key, placeholder=_ANY[field],
        format_func=plain_label, on_change=_values_picked, args=(field, key), label_visibility="collapsed", width=142,
    )  # fmt: skip


def _more(view: View, chosen: Filter) -> None:
    with st.popover("More", help="Any other field or attribute, and words in prompts and answers"):
        st.session_state["filter-text"] = next((c.values[0] for c in view.conditions if c.field == "text"), "")
        st.text_input(
            "Words in prompts or answers", key="filter-text", placeholder="refund", on_change=_words_picked,
        )  # fmt: skip
        others = {found.field: found.title for found in data.dimensions(chosen) if found.field not in _FIRST}
        field = st.selectbox(
            "Field", list(others), index=None, format_func=lambda name: plain_label(others[name]), key="filter-field",
            placeholder="User, feature, any attribute …",
        )  # fmt: skip
        if field is not None:
            held = view.values(field)
            offered = data.values(field, chosen.without(field))
            key = f"filter-other-{field}"
            st.session_state[key] = held
            st.multiselect(
                "is any of", list(dict.fromkeys([*held, *offered])), key=key, format_func=plain_label,
                on_change=_values_picked, args=(field, key),
            )  # fmt: skip
        st.button("Let all conditions go", key="filter-reset", on_click=_reset, disabled=not view.conditions)


def _compare(view: View) -> None:
    st.session_state["filter-compare"] = view.compare
    st.toggle(
        "Compare", key="filter-compare", on_change=_picked, args=("compare",),
        help="Show the period of the same length just before as a thin line, and the change from it",
    )  # fmt: skip


def _chips(view: View) -> None:
    """Show the conditions that no widget of the bar shows; a click lets one go."""
    rest = [c for c in view.conditions if not (c.field in _FIRST and c.op == "=")]
    if not rest:
        return
    with st.container(key="chips", horizontal=True, gap="small"):
        for place, condition in enumerate(rest):
            st.button(
                escape(f"{condition.sentence()}  ×", limit=60), key=f"chip-{place}", help="Let this condition go",
                on_click=_dropped, args=(condition,),
            )  # fmt: skip


def _now() -> View:
    given = {name: st.query_params.get_all(name) for name in PARAMS if name in st.query_params}
    return View.from_params(given or st.session_state.get(_KEPT, {}))[0]


def _picked(what: str) -> None:
    value = st.session_state[f"filter-{what}"]
    changed: Any = {what: None if value == "auto" else value}
    show(replace(_now(), **changed))


def _period_picked(start: datetime | None, end: datetime | None) -> None:
    period = st.session_state["filter-period"]
    custom = period == "custom"
    if custom and start is None:
        extent = data.whole()
        start, end = extent.first, extent.last
    days = (_day(start), _day(end, after=True)) if custom else (None, None)
    show(replace(_now(), period=period, start=days[0], end=days[1]))


def _days_picked() -> None:
    days = st.session_state["filter-days"]
    if len(days) == 2:  # the first click of the two has no end yet
        start, end = (datetime.combine(day, time.min) for day in days)
        show(replace(_now(), period="custom", start=start, end=end + timedelta(days=1)))


def _values_picked(field: str, key: str) -> None:
    show(_now().where(field, st.session_state[key]))


def _words_picked() -> None:
    words = st.session_state["filter-text"].strip()
    show(_now().where("text", [words] if words else [], op="~"))


def _dropped(condition: Condition) -> None:
    show(_now().without(condition))


def _reset() -> None:
    show(replace(_now(), conditions=()))


def _day(moment: datetime | None, *, after: bool = False) -> datetime | None:
    if moment is None:
        return None
    start = datetime.combine(moment.date(), time.min)
    return start + timedelta(days=1) if after and moment != start else start
