"""From a figure to the records behind it: the Conversations page, held to the same filter."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from analysis.metrics.fields import NONE, OTHER, SCORE, SCORER
from app import data, identity, navigation
from app.text import escape
from app.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.metrics.filter import Filter


_BEHIND: dict[str, tuple[str, str | float]] = {
    "error_rate": ("status", "error"),
    "refusal_rate": ("finish_reason", "refusal"),
    "truncated_rate": ("finish_reason", "length"),
    "content_filter_rate": ("finish_reason", "content_filter"),
    "tool_call_rate": ("finish_reason", "tool_calls"),
    "thumbs_up_rate": ("score.thumbs", -1),
    "copied_rate": ("score.copied", 1),
    "regenerated_rate": ("score.regenerated", 1),
    "abandoned_rate": ("score.abandoned", 1),
}
"""What to read behind a metric; behind a rate of praise, the blame."""


def to_records(chosen: Filter) -> None:
    """Leave for the records of a filter."""
    st.switch_page(navigation.page("conversations"), query_params=View.custom(chosen).params())


def from_trend(points: Sequence[dict[str, Any]], chosen: Filter, grain: str, by: str | None = None) -> None:
    """Leave for the records behind the point clicked in a trend, of the line's group where there are several."""
    for point in points:
        given = point.get("customdata")
        if not given:
            continue
        narrowed = chosen.bucket(datetime.fromisoformat(given[0]), grain)
        to_records(narrowed if by is None or given[1] == OTHER else narrowed.where(by, given[1]))


def from_table(points: Sequence[dict[str, Any]], chosen: Filter, by: str) -> None:
    """Leave for the records of the row clicked in a table."""
    for point in points:
        if point.get("key") not in (None, OTHER):
            to_records(chosen.where(by, point["key"]))


def from_metrics(points: Sequence[dict[str, Any]], chosen: Filter) -> None:
    """Leave for the records that the metric of the row clicked speaks of."""
    for point in points:
        name = point.get("key")
        if name is not None:
            to_records(behind(name, chosen))


def behind(name: str, chosen: Filter) -> Filter:
    """Narrow a filter to the records that a metric speaks of: the failed ones of an error rate."""
    if name.startswith(SCORE):
        return chosen.where(name, NONE, op="!=")
    if name.startswith(SCORER):
        scorer = data.scorers().get(name.removeprefix(SCORER))
        if scorer is not None and scorer.flags_from is not None:
            return chosen.where(name, scorer.flags_from, op=scorer.flags)
        return chosen.where(name, NONE, op="!=")
    return chosen.where(*_BEHIND[name]) if name in _BEHIND else chosen


def link(label: str, chosen: Filter, *, key: str) -> None:
    """Draw a link to the records of a filter. `label` is our own words."""
    if st.button(escape(label), key=f"drill-{key}", type="tertiary"):
        to_records(chosen)


def review(view: View, *, key: str) -> None:
    """Draw a link to a queue to be made of the records of a view, for those who may make one."""
    if identity.current().may("analyst") and st.button("Have a sample reviewed", key=f"review-{key}", type="tertiary"):
        st.switch_page(navigation.page("review"), query_params=view.params())
