"""Releases on a line of time, a line an application; a click chooses one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from app.charts import look
from app.charts.sheet import PICK
from app.text import plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_ROW, _FOOT = 62, 26
_LETTERS = 130
"""So many letters fit across the chart."""


@dataclass(frozen=True)
class Mark:
    """A release: its key, its name, on which line it stands, when it began, what is told of it, and if it is chosen."""

    key: str
    name: str
    line: str
    time: datetime
    told: str
    chosen: bool = False


def timeline(marks: Sequence[Mark], start: datetime, end: datetime) -> Any:  # noqa: ANN401 - Altair's own union
    """Draw the marks; a click selects one under :data:`~app.charts.sheet.PICK`."""
    lines = list(dict.fromkeys(mark.line for mark in marks))
    rows = _placed(marks, lines, (end - start).total_seconds() / _LETTERS)
    points = alt.Chart(pl.DataFrame(rows))
    ticks = min(8, max(1, (end - start).days))  # no day is written twice
    x = alt.X("time:T", title=None, scale=alt.Scale(domain=[_date(start), _date(end)], nice=False),
              axis=alt.Axis(format="%-d %b", grid=False, tickCount=ticks))  # fmt: skip
    scale = alt.Scale(domain=[-0.75, len(lines) - 0.6], reverse=True, nice=False)
    named = pl.DataFrame([{"line": plain_label(line, limit=40), "y": place + 0.28} for place, line in enumerate(lines)])
    rules = pl.DataFrame({"y": [float(place) for place in range(len(lines))]})
    pick = alt.selection_point(name=PICK, fields=["key"], toggle=False, clear=False)
    tips = [alt.Tooltip("name:N", title="release"), alt.Tooltip("time:T", title="began", format="%-d %b %Y, %H:%M"),
            alt.Tooltip("told:N", title=" ")]  # fmt: skip

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", scale=scale, axis=None)

    layers = [
        alt.Chart(rules).mark_rule(strokeWidth=0.8, opacity=0.7).encode(y=y("y"), color=alt.ColorValue(look.MUTED)),
        alt.Chart(named).mark_text(align="left", baseline="middle", font=look.SERIF, fontStyle="italic").encode(
            x=alt.value(0), y=y("y"), text="line:N", color=alt.ColorValue(look.MUTED)
        ),
        *(_names(points, chosen=chosen, x=x, y=y("label")) for chosen in (False, True)),
        *(_dots(points, chosen=chosen, x=x, y=y("y")) for chosen in (False, True)),
        points.mark_point(size=700, opacity=0.001, filled=True, cursor="pointer")
        .encode(x=x, y=y("y"), tooltip=tips, color=alt.ColorValue(look.MUTED)).add_params(pick),
    ]  # fmt: skip
    return alt.layer(*layers, height=_ROW * len(lines) + _FOOT, width="container")


def _names(points: alt.Chart, *, chosen: bool, x: alt.X, y: alt.Y) -> alt.Chart:
    shown = points.transform_filter(f"datum.chosen == {str(chosen).lower()} && isValid(datum.label)")
    text = shown.mark_text(align="left", baseline="middle", fontSize=look.SMALL, dx=-3,
                           fontWeight=700 if chosen else 400)  # fmt: skip
    return text.encode(x=x, y=y, text="name:N", color=alt.ColorValue(look.INK if chosen else look.MUTED))


def _dots(points: alt.Chart, *, chosen: bool, x: alt.X, y: alt.Y) -> alt.Chart:
    shown = points.transform_filter(f"datum.chosen == {str(chosen).lower()}")
    dot = shown.mark_point(filled=True, size=110 if chosen else 50, opacity=1)
    return dot.encode(x=x, y=y, color=alt.ColorValue(look.INK if chosen else look.MUTED))


def _placed(marks: Sequence[Mark], lines: Sequence[str], letter: float) -> list[dict[str, Any]]:
    """Set names on two levels where they are close; where both are taken a dot stands alone, unless it is chosen."""
    taken: dict[tuple[str, int], list[tuple[float, float]]] = {}
    rows = []
    for mark in sorted(marks, key=lambda one: not one.chosen):
        name, start = plain_label(mark.name, limit=24), mark.time.timestamp()
        end = start + letter * (len(name) + 1)
        levels = [taken.setdefault((mark.line, level), []) for level in (0, 1)]
        free = (level for level, held in enumerate(levels) if all(end <= one[0] or start >= one[1] for one in held))
        level = next(free, None)
        if level is not None:
            levels[level].append((start, end))
        y = float(lines.index(mark.line))
        rows.append({
            "key": mark.key, "name": name, "time": mark.time, "told": plain_label(mark.told, limit=120),
            "chosen": mark.chosen, "y": y, "label": None if level is None else y - 0.28 - 0.24 * level,
        })  # fmt: skip
    return rows


def _date(moment: datetime) -> alt.DateTime:
    return alt.DateTime(year=moment.year, month=moment.month, date=moment.day, hours=moment.hour, minutes=moment.minute)
