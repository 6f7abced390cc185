"""Metrics over time, as pages show them: one in full, several in one chart, many side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from analysis.metrics.fields import OTHER
from app import data, drill, palette, states, words
from app.charts import frame, look, multiples, trend
from app.charts.multiples import Panel
from app.charts.trend import Series
from app.text import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.metrics.metric import Metric
    from app.page import Scope

WIDER = {"hour": "day", "day": "week"}
"""The next width of buckets, for what rests on few records a bucket."""

_HOW = "Click a point for the conversations behind it; drag to zoom."


def one(scope: Scope, metric: Metric) -> None:
    """Draw one metric over time, with its interval, the time before and what began when."""
    scope = readable(scope, metric)
    now, before = scope.figures(metric.name)
    points, earlier = data.measure([metric.name], scope.chosen, grain=scope.grain), _before(scope, metric)
    title = words.headline(now[metric.name], before.get(metric.name))
    if points["value"].is_null().all():
        _instead(title, scope, points)
        return
    figure = trend.figure(
        title, _subtitle(metric, scope, compared=earlier is not None), metric.unit, [Series(metric.title, points)],
        grain=scope.grain, span=scope.span, before=earlier, notes=scope.notes(), from_nought=words.from_nought(metric),
    )  # fmt: skip
    name = f"{metric.name}-by-{scope.grain}"
    clicked = frame.plotly(figure, name=name, says=title)
    frame.foot(name, points, _HOW)
    drill.from_trend(clicked, scope.chosen, scope.grain)


def several(scope: Scope, metrics: Sequence[Metric], title: str, *, key: str) -> None:
    """Draw several metrics of one unit in one chart, each named at its end."""
    points = data.measure([metric.name for metric in metrics], scope.chosen, grain=scope.grain)
    if points["value"].is_null().all():
        _instead(title, scope, points)
        return
    lines = [
        Series(words.short(metric), points.filter(pl.col("metric") == metric.name), colour, band=False)
        for metric, colour in zip(metrics, _shades(len(metrics)), strict=True)
    ]
    subtitle = f"{words.unit(metrics[0])}, by {scope.grain}"
    figure = trend.figure(
        title, subtitle, metrics[0].unit, lines, grain=scope.grain, span=scope.span, notes=scope.notes()
    )
    clicked = frame.plotly(figure, name=key, says=title)
    frame.foot(key, points, _HOW)
    drill.from_trend(clicked, scope.chosen, scope.grain)


def _instead(title: str, scope: Scope, points: pl.DataFrame) -> None:
    """Say why there is no chart."""
    states.heading(title)
    why = "None of these records has a time." if points.is_empty() else f"Too few for a trend by {scope.grain}."
    st.caption(escape(why))


def side_by_side(scope: Scope, panels: Sequence[Panel], *, key: str, note: str, columns: int = 3) -> None:
    """Set small trends side by side."""
    for start in range(0, len(panels), columns):
        for place, column in enumerate(st.columns(columns, gap="large"), start):
            if place < len(panels):
                with column:
                    chart = multiples.panel(panels[place])
                    frame.altair(chart, name=f"{key}-{place}", says=panels[place].title)
    shown = [panel.points.with_columns(chart=pl.lit(panel.title)) for panel in panels]
    if shown:
        frame.foot(f"{key}-by-{scope.grain}", pl.concat(shown, how="diagonal_relaxed"), note)


def of_metrics(scope: Scope, metrics: Sequence[Metric], *, key: str) -> None:
    """Set a small trend of each metric beside the time before, its figure in the title; of too few the title alone."""
    if not metrics:
        return
    now, before = scope.figures(*(metric.name for metric in metrics))
    panels, notes = [], scope.notes()
    for metric in metrics:
        wide = readable(scope, metric)
        points = whole(data.measure([metric.name], wide.chosen, grain=wide.grain), wide)
        title = words.headline(now[metric.name], before.get(metric.name), brief=True)
        panels.append(
            Panel(
                title, points, metric.unit, before=_before(wide, metric), from_nought=words.from_nought(metric),
                instead=f"Too few for a trend by {wide.grain}.", notes=notes,
            )
        )  # fmt: skip
    coarser = f", or by {WIDER[scope.grain]} where a {scope.grain} holds few records" if _adapts(scope) else ""
    thin = f"; thin lines: {words.length(scope.shift)} before" if any(panel.compared for panel in panels) else ""
    side_by_side(scope, panels, key=key, note=f"By {scope.grain}{coarser}. Bands: 95 % intervals{thin}.")


def of_groups(scope: Scope, metric: Metric, *, key: str, most: int = 6) -> None:
    """Set a small trend of each of the largest groups of the breakdown, in the group's own colour; `most` in all."""
    wide = readable(scope, metric, by=scope.by)

    def measured(limit: int, grain: str | None = None) -> pl.DataFrame:
        return data.measure([metric.name], wide.chosen, by=[wide.by], grain=grain, limit=limit)

    limit = most - 1 if OTHER in measured(most)[wide.by] else most  # the others are one of them
    points, groups = measured(limit, wide.grain), measured(limit)[wide.by].to_list()
    shades, notes = palette.colours(wide.by, groups), scope.notes()
    panels = [
        Panel(
            words.group(group), whole(points.filter(pl.col(wide.by) == group), wide), metric.unit,
            colour=shades[group], notes=notes,
        )
        for group in groups
    ]  # fmt: skip
    panels = [panel for panel in panels if panel.points["value"].is_not_null().any()]
    bands = ". Bands: 95 % intervals" if metric.interval != "none" else ""
    if len(panels) < 2:
        return
    note = f"{metric.title} by {wide.grain}, each on a scale of its own{bands}."
    side_by_side(wide, panels, key=key, note=note)


def whole(points: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Leave out the buckets that the period cuts off: too low for what they are."""
    kept = [not trend.cut(time, scope.grain, scope.span) for time in points["time"]]
    return points.filter(pl.Series(kept, dtype=pl.Boolean))


def readable(scope: Scope, metric: Metric, *, by: str | None = None) -> Scope:
    """Widen the buckets of a rate or mean that rests on few records a bucket, unless their width was chosen."""
    if metric.interval == "none" or not _adapts(scope):
        return scope
    fields = [by] if by else []
    typical = data.measure([metric.name], scope.chosen, by=fields, grain=scope.grain)["n"].median()
    few = isinstance(typical, float) and words.few(int(typical))
    return replace(scope, grain=WIDER[scope.grain]) if few else scope


def _adapts(scope: Scope) -> bool:
    return scope.view.grain is None and scope.grain in WIDER and scope.long


def _before(scope: Scope, metric: Metric) -> pl.DataFrame | None:
    """Measure the time before, moved onto this one, weekday upon weekday."""
    shift, chosen = scope.shift, scope.chosen
    if shift is None or chosen.start is None or chosen.end is None:
        return None
    start, end = chosen.start - shift, chosen.end - shift
    points = data.measure([metric.name], chosen.during(start, end), grain=scope.grain)
    if points.is_empty():
        return None
    span = (start if scope.first is None else max(start, scope.first), end)
    return whole(points, replace(scope, span=span)).with_columns(pl.col("time") + shift)


def _subtitle(metric: Metric, scope: Scope, *, compared: bool) -> str:
    each = words.A_BUCKET[scope.grain] if metric.merges == "sum" else f"by {scope.grain}"
    parts = [f"{words.unit(metric)}, {each}"]
    parts += ["band: 95 % interval"] if metric.interval != "none" else []
    parts += [f"thin line: {words.length(scope.shift)} before"] if compared else []
    return "; ".join(parts)


def _shades(count: int) -> list[str]:
    """Shade lines of one kind: hues for those between, ink for the last."""
    return [*[look.PLOTLY_MUTED, *palette.HUES][: count - 1], look.PLOTLY_INK]
