"""What was and what is to come, in Plotly: a line so far, its forecast with soft bands, and limits as lines across."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import units
from app.charts import look

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

HEIGHT = 300
START = 0.045
"""Where, of the width, the lines begin: left of it the axis's figures stand."""
_BANDS = (("low", "high"), ("low80", "high80"))


def figure(
    title: str,
    subtitle: str,
    unit: str,
    so_far: pl.DataFrame,
    ahead: pl.DataFrame,
    *,
    limits: Sequence[tuple[str, float]] = (),
    height: int = HEIGHT,
) -> dict[str, Any]:
    """Draw days so far and days ahead.

    Parameters
    ----------
    so_far, ahead : polars.DataFrame
        Columns ``time`` and ``value``; the latter with ``low80``, ``high80``, ``low`` and ``high``, the ends of the
        80 % and 95 % intervals.
    limits : sequence of tuple
        What each line across is called, and where it lies.
    """
    traces = [_band(ahead, *ends) for ends in _BANDS]
    traces += [_line(so_far, unit, ahead=False), _line(ahead, unit, ahead=True)]
    layout = look.plotly_layout(title, subtitle, height=height)
    values = [*so_far["value"], *ahead["high80"], *(value for _, value in limits)]
    steps, low, high = units.axis(values, unit, ahead["high"].to_list())
    layout["yaxis"] |= {
        "tickvals": steps, "ticktext": [units.tick(step, unit, steps) for step in steps], "range": [low, high],
    }  # fmt: skip
    times = [*so_far["time"], *ahead["time"]]
    room = (times[-1] - times[0]) * START
    layout["xaxis"] |= {
        "range": [times[0] - room, times[-1] + room / 4], "tickformat": "%-d %b", "hoverformat": "%a %-d %b %Y",
    }  # fmt: skip
    layout["shapes"] = [_across(value) for _, value in limits]
    layout["annotations"] += [_named(name, value) for name, value in limits]
    return {"data": traces, "layout": layout}


def _line(points: pl.DataFrame, unit: str, *, ahead: bool) -> dict[str, Any]:
    texts = [
        f"<b>{units.figure(row['value'], unit)}</b>{_reach(row, unit) if ahead else ''}"
        for row in points.iter_rows(named=True)
    ]
    return {
        "type": "scatter", "mode": "lines", "x": points["time"].to_list(), "y": points["value"].to_list(),
        "name": "expected" if ahead else "so far", "text": texts, "hovertemplate": "%{text}<extra></extra>",
        "line": {"color": look.PLOTLY_INK, "width": 1.5 if ahead else 2, "dash": "2px 3px" if ahead else "solid"},
    }  # fmt: skip


def _reach(row: dict[str, Any], unit: str) -> str:
    return f" expected ({units.interval(row['low'], row['high'], unit)})"


def _band(points: pl.DataFrame, low: str, high: str) -> dict[str, Any]:
    times = points["time"].to_list()
    return {
        "type": "scatter", "mode": "lines", "x": times + times[::-1],
        "y": points[high].to_list() + points[low].to_list()[::-1], "fill": "toself",
        "fillcolor": look.PLOTLY_MUTED + look.BAND, "line": {"width": 0}, "hoverinfo": "skip", "name": "interval",
    }  # fmt: skip


def _across(value: float) -> dict[str, Any]:
    return {
        "type": "line", "x0": START, "x1": 1, "xref": "paper", "y0": value, "y1": value, "yref": "y",
        "line": {"color": look.PLOTLY_MUTED, "width": 1}, "layer": "below",
    }  # fmt: skip


def _named(name: str, value: float) -> dict[str, Any]:
    return {
        "xref": "paper", "x": 0.06, "xanchor": "left", "y": value, "yref": "y", "yanchor": "bottom", "showarrow": False,
        "text": f"<i>{look.plotly_text(name, limit=40)}</i>", "borderpad": 0,
        "font": {"size": look.SMALL, "color": look.PLOTLY_MUTED, "family": look.SERIF},
    }  # fmt: skip
