"""A rule beside its metric: the figure over time with the interval that has to clear the line, and where it fired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from analysis.alerts import told
from analysis.alerts.evaluate import evaluate
from analysis.alerts.rule import ABSENCE, CHANGE, DAY, OVER, PROJECTED, SPIKE
from analysis.metrics.lookup import UnknownMetricError, find
from app import data, words
from app.charts import frame, look, trend
from app.charts.trend import Series

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from analysis.alerts.episodes import Episode, Look
    from analysis.alerts.evaluate import Evaluated
    from analysis.alerts.rule import Rule

_POINTS = 300
"""Up to so many windows have each a point, which alone are seen where their neighbours hold too few."""
_LEAST = 0.006
"""An episode is at least this part of the whole wide."""
_LINE = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "connectgaps": False}


def evaluated(rule: Rule, start: datetime, end: datetime) -> Evaluated:
    """Hold a rule against a span of time; see :func:`analysis.alerts.evaluate.evaluate`."""
    held = data.store()
    return _evaluated((str(held.workspace.root), held.generation), rule, start, end)


@st.cache_resource(max_entries=16, show_spinner="Looking at every window")
def _evaluated(now: tuple[str, int], rule: Rule, start: datetime, end: datetime) -> Evaluated:
    return evaluate(data.store(), rule, start, end)


def draw(rule: Rule, found: Evaluated, group: str, title: str, *, key: str) -> None:
    """Draw the windows of a group with the line and the episodes."""
    looks = found.looks.get(group, [])
    points = _points(rule, looks)
    if points.is_empty():
        return
    unit = _unit(rule)
    grain = "hour" if rule.step < DAY else "day"
    span = (looks[0].start, looks[-1].end)
    figure = trend.figure(  # no window is cut off
        title, _subtitle(rule, points), unit, [Series(rule.title, points)], grain=grain, span=(None, None),
        before=points.filter(pl.col("expected").is_not_null()).select("time", value="expected"),
    )  # fmt: skip
    figure["data"].append(_LINE | {
        "x": points["time"].to_list(), "y": points["line"].to_list(), "name": "line",
        "line": {"color": look.PLOTLY_MUTED, "width": 1.2, "dash": "4px 3px"},
    })  # fmt: skip
    figure["layout"]["shapes"] += [_shade(one, span) for one in found.episodes if one.group == group]
    _reach(figure, points)
    known = points["value"].count()
    for trace in figure["data"]:
        if trace.get("mode") == "lines+markers" and known <= _POINTS:
            trace["marker"] |= {"size": 4, "opacity": 1}
            trace["unselected"] = {"marker": {"opacity": 1}}
    frame.plotly(figure, name=f"alert-{key}", says=title)
    frame.foot(f"alert-{rule.name}-{key}", points, _note(rule))


def _points(rule: Rule, looks: Sequence[Look]) -> pl.DataFrame:
    """Lay the windows out; of those that hold too few, nothing is concluded and no figure drawn."""
    rows = []
    for one in looks:
        drawn = one.n >= rule.least or rule.kind in (SPIKE, ABSENCE, PROJECTED)
        rows.append({
            "time": one.at, "value": one.value if drawn else None, "n": one.n, "of": one.n,
            "low": one.low if drawn else None, "high": one.high if drawn else None, "expected": one.expected,
            "line": one.line, "breached": one.breached,
        })  # fmt: skip
    schema: dict[str, Any] = {"time": pl.Datetime("us"), "n": pl.Int64, "of": pl.Int64, "breached": pl.Boolean}
    floats = dict.fromkeys(("value", "low", "high", "expected", "line"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides=schema | floats) if rows else pl.DataFrame(schema=schema | floats)


def _shade(one: Episode, span: tuple[datetime, datetime]) -> dict[str, Any]:
    """Shade an episode, wide enough to be seen."""
    end = max(one.end or span[1], one.start + (span[1] - span[0]) * _LEAST)
    return {
        "type": "rect", "x0": one.start, "x1": end, "xref": "x", "y0": 0, "y1": 1, "yref": "paper",
        "fillcolor": look.PLOTLY_INK, "opacity": 0.16, "line": {"width": 0}, "layer": "below",
    }  # fmt: skip


def _reach(figure: dict[str, Any], points: pl.DataFrame) -> None:
    """Stretch the axis so that a steady line is seen."""
    line = points["line"].drop_nulls()
    low, high = figure["layout"]["yaxis"]["range"]
    if len(line) and line.n_unique() == 1 and float(line[0]) > high:
        figure["layout"]["yaxis"]["range"] = [low, float(line[0]) * 1.1]


def _unit(rule: Rule) -> str:
    try:
        return find(data.store(), rule.metric).unit if rule.metric else "share"
    except UnknownMetricError:
        return ""


def _subtitle(rule: Rule, points: pl.DataFrame) -> str:
    parts = [f"{words.unit(find(data.store(), rule.metric)) if rule.metric else 'Share'}, by window"]
    parts += ["band: the interval that has to clear the line"] if points["low"].null_count() < len(points) else []
    parts += ["thin line: what is usual"] if points["expected"].null_count() < len(points) else []
    return "; ".join([*parts, "dashed: the line", "shaded: it fires"])


def _note(rule: Rule) -> str:
    if rule.kind in (CHANGE, SPIKE):
        side = "above" if rule.direction == OVER else "below"
        return (
            "What is usual is the median of the same hours of the four weeks before; it fires where the whole band is "
            f"{side} it, and the figure beyond the line."
        )
    return "The band is so wide that chance alone fires a rule in one week of twenty. Windows of too few are left out."


def sentence(rule: Rule) -> str:
    """Put a rule into a sentence."""
    try:
        metric = find(data.store(), rule.metric) if rule.metric else None
    except UnknownMetricError:
        metric = None
    return told.in_words(rule, metric)
