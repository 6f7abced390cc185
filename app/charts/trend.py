"""A trend over time, in Plotly: zoom by dragging, click a point for the records behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from analysis.metrics.period import bucket_end
from app import units
from app.charts import look

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

HEIGHT = 330
_EACH = 8
"""Up to so many buckets have each its time written."""

_LETTERS = 115
"""So many letters of a note fit across the chart."""

Span = tuple["datetime | None", "datetime | None"]
"""From when to when."""


@dataclass(frozen=True)
class Series:
    """A line: its name, its points (columns ``time``, ``value``, ``n``, ``of``, ``low``, ``high``) and its colour."""

    name: str
    points: pl.DataFrame
    colour: str = look.PLOTLY_INK
    band: bool = True


@dataclass(frozen=True)
class Note:
    """A note in the margin: something that began at a moment."""

    time: datetime
    text: str


def figure(
    title: str,
    subtitle: str,
    unit: str,
    series: Sequence[Series],
    *,
    grain: str,
    span: Span,
    before: pl.DataFrame | None = None,
    notes: Sequence[Note] = (),
    from_nought: bool = True,
    height: int = HEIGHT,
) -> dict[str, Any]:
    """Draw lines over time.

    Parameters
    ----------
    title, subtitle, unit : str
        What is seen; in what, with what else is drawn; the metrics' unit.
    series : sequence of Series
        One line has an interval's band; several are labelled at their right ends.
    grain : str
        The width of the buckets.
    span : pair of datetime or None
        From when to when there are records; buckets that it cuts off are drawn hollow.
    before : polars.DataFrame, optional
        The same metric in the period before, already moved onto this one: a thin line.
    notes : sequence of Note
        What began when, at the top.
    from_nought : bool
        Whether the axis begins at nought in any case.
    """
    traces: list[dict[str, Any]] = []
    ends: dict[str, pl.DataFrame] = {}
    if before is not None and not before.is_empty():
        traces.append(_before(before, unit))
    for line in series:
        whole = line.points.filter(
            pl.Series([not cut(time, grain, span) for time in line.points["time"]], dtype=pl.Boolean)
        )
        if line.band:
            traces += _band(line, whole)
        traces += _line(line, whole, unit, named=len(series) > 1)
        ends[line.name] = whole
    drawn = list(ends.values()) if len(series) > 1 else [line.points for line in series]
    axis = _axis(drawn, before, unit, from_nought=from_nought)
    layout = look.plotly_layout(title, subtitle + ("; axis not from 0" if axis["range"][0] > 0 else ""), height=height)
    layout["annotations"] += [*_labels(series, ends), *_marks(notes, series)]
    layout["shapes"] = [_rule(note) for note in notes]
    layout["yaxis"] |= axis
    if len(series) > 1:
        layout["margin"] = layout["margin"] | {"r": 48}
    layout["xaxis"]["range"] = _breadth(series)
    layout["xaxis"]["hoverformat"] = {"hour": "%-d %b %Y, %H:%M", "month": "%B %Y"}.get(grain, "%a %-d %b %Y")
    layout["xaxis"] |= _ticks(series, grain)
    return {"data": traces, "layout": layout}


def _line(line: Series, whole: pl.DataFrame, unit: str, *, named: bool) -> list[dict[str, Any]]:
    """Draw the whole buckets as a line; a single line's others as hollow points that it does not reach."""
    few = len(whole) <= 62
    drawn = _points(line, whole, unit, named=named) | {
        "mode": "lines+markers", "line": {"color": line.colour, "width": 2}, "connectgaps": False,
        "marker": {"color": line.colour, "size": 5, "opacity": 1 if few else 0.01},
        "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1 if few else 0.01}},
    }  # fmt: skip
    rest = line.points.join(whole, on="time", how="anti")
    if named or rest.is_empty():
        return [drawn]
    hollow = _points(line, rest, unit, named=named, after=", part of it") | {
        "mode": "markers",
        "marker": {"color": look.PLOTLY_PAPER, "size": 6, "line": {"color": line.colour, "width": 1.5}},
    }
    return [drawn, hollow]


def _points(line: Series, points: pl.DataFrame, unit: str, *, named: bool, after: str = "") -> dict[str, Any]:
    name = f"{look.plotly_text(line.name)} " if named else ""
    return {
        "type": "scatter", "x": points["time"].to_list(), "y": points["value"].to_list(), "name": line.name,
        "customdata": [[time.isoformat(), line.name] for time in points["time"]],
        "text": [
            f"{name}<b>{units.figure(row['value'], unit)}</b>{_rests(row, unit)}{after}"
            for row in points.iter_rows(named=True)
        ],
        "hovertemplate": "%{text}<extra></extra>", "cliponaxis": False,
    }  # fmt: skip


def _rests(row: dict[str, Any], unit: str) -> str:
    ends = units.interval(row["low"], row["high"], unit)
    on = f"n = {units.exact(row['n']) if row['n'] == row['of'] else units.of(row['n'], row['of'])}"
    return f" ({ends}; {on})" if ends else f" ({on})"


def _band(line: Series, whole: pl.DataFrame) -> list[dict[str, Any]]:
    known = whole.filter(pl.col("low").is_not_null())
    if known.is_empty():
        return []
    times = known["time"].to_list()
    return [{
        "type": "scatter", "mode": "lines", "x": times + times[::-1],
        "y": known["high"].to_list() + known["low"].to_list()[::-1], "fill": "toself",
        "fillcolor": line.colour + look.BAND, "line": {"width": 0}, "hoverinfo": "skip", "name": "95 % interval",
    }]  # fmt: skip


def _before(points: pl.DataFrame, unit: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": points["time"].to_list(), "y": points["value"].to_list(),
        "name": "the period before", "line": {"color": look.PLOTLY_MUTED, "width": 1},
        "text": [units.figure(value, unit) for value in points["value"]],
        "hovertemplate": "before %{text}<extra></extra>",
    }  # fmt: skip


def _labels(series: Sequence[Series], ends: Mapping[str, pl.DataFrame]) -> list[dict[str, Any]]:
    """Name several lines at their right ends, kept apart."""
    if len(series) < 2:
        return []
    last = []
    for line in series:
        known = ends[line.name].filter(pl.col("value").is_not_null())
        if not known.is_empty():
            last.append((known["value"][-1], line))
    last.sort(key=lambda end: end[0])
    top = max((float(ends[line.name]["value"].max()) for _, line in last), default=1.0) or 1.0  # type: ignore[arg-type]
    labels, floor = [], -1.0
    for value, line in last:
        floor = max(value / top, floor + 0.075)
        labels.append({
            "xref": "paper", "x": 1, "xanchor": "left", "y": floor * top, "yref": "y", "yanchor": "middle",
            "xshift": 2, "showarrow": False, "text": look.plotly_text(line.name), "borderpad": 0,
            "font": {"size": look.SMALL, "color": line.colour},
        })  # fmt: skip
    return labels


def _marks(notes: Sequence[Note], series: Sequence[Series]) -> list[dict[str, Any]]:
    """Set the notes above their rules, leftwards at the end, on two lines; where both are taken a rule stands alone."""
    font = {"size": look.SMALL, "color": look.PLOTLY_MUTED, "family": look.SERIF}
    place = {"xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False, "font": font}
    times = _times(series)
    letter = (times[-1] - times[0]) / _LETTERS if times else timedelta(0)
    marks: list[dict[str, Any]] = []
    reach: list[datetime | None] = [None, None]
    for note in notes:
        width = letter * len(note.text)
        late = bool(times) and note.time + width > times[-1]
        start, end = (note.time - width, note.time) if late else (note.time, note.time + width)
        line = next((line for line in (0, 1) if (taken := reach[line]) is None or start >= taken), None)
        if line is None:
            continue
        marks.append(
            place | {"x": note.time, "text": f"<i>{look.plotly_text(note.text)}</i>", "borderpad": 0,
                     "xanchor": "right" if late else "left", "yshift": 15 * line}
        )  # fmt: skip
        reach[line] = end
    return marks


def _rule(note: Note) -> dict[str, Any]:
    return {
        "type": "line", "x0": note.time, "x1": note.time, "xref": "x", "y0": 0, "y1": 1, "yref": "paper",
        "line": {"color": look.PLOTLY_MUTED, "width": 1, "dash": "1px 3px"}, "layer": "below",
    }  # fmt: skip


def _axis(
    lines: Sequence[pl.DataFrame], before: pl.DataFrame | None, unit: str, *, from_nought: bool
) -> dict[str, Any]:
    """Write the axis's own figures, in the unit, at round steps."""
    values = [
        value for frame in (*lines, *([] if before is None else [before])) for value in frame["value"].drop_nulls()
    ]
    lows, highs = ([found for frame in lines for found in frame[end].drop_nulls()] for end in ("low", "high"))
    steps, low, high = units.axis(values, unit, highs, lows=lows, from_nought=from_nought)
    return {
        "tickvals": steps, "ticktext": [units.tick(step, unit, steps) for step in steps], "range": [low, high],
        "zeroline": low < 0, "zerolinecolor": look.PLOTLY_MUTED, "zerolinewidth": 1,
    }  # fmt: skip


def cut(time: datetime, grain: str, span: Span) -> bool:
    """Whether records cover only part of the bucket that starts at `time`."""
    start, end = span
    return bool((start and time < start) or (end and bucket_end(time, grain) > end))


def _ticks(series: Sequence[Series], grain: str) -> dict[str, Any]:
    """Write the times: of a few days, weeks or months each one, as Plotly would put hours between them."""
    times = _times(series)
    if grain != "hour" and len(times) <= _EACH:
        written = [f"{time:%b %Y}" if grain == "month" else f"{time.day} {time:%b}" for time in times]
        return {"tickmode": "array", "tickvals": times, "ticktext": written}
    return {"tickformatstops": [
        {"dtickrange": [None, 86_400_000 - 1], "value": "%H:%M\n%-d %b"},
        {"dtickrange": [86_400_000, "M1"], "value": "%-d %b"},
        {"dtickrange": ["M1", None], "value": "%b %Y"},
    ]}  # fmt: skip


def _times(series: Sequence[Series]) -> list[datetime]:
    return sorted({time for line in series for time in line.points["time"].to_list()})


def _breadth(series: Sequence[Series]) -> list[datetime] | None:
    """Leave room on the left, where the axis's figures stand."""
    times = _times(series)
    if len(times) < 2:
        return None
    first, last = times[0], times[-1]
    return [first - (last - first) * 0.045, last + (last - first) * 0.01]
