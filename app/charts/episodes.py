"""When which rule fired: a line a rule, a bar an episode; a click chooses one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from app.charts import look
from app.charts.sheet import PICK
from app.text import plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_HEIGHT = 11
_LEAST = 0.006
"""A bar is at least this part of the whole wide, or an hour in a quarter would not be seen."""
_SHORT = timedelta(days=4)
"""In less time several ticks fall on one day, and are told by the hour."""
_AXIS = 34
"""Pixels that the axis takes of the chart's height."""


@dataclass(frozen=True)
class Bar:
    """An episode: its key, its line, from when to when, what is said of it, and whether it goes on."""

    key: str
    line: str
    start: datetime
    end: datetime
    says: str
    strong: bool


def timeline(bars: Sequence[Bar]) -> Any:  # noqa: ANN401 - Altair's own union
    """Draw episodes over time, the newest line first; a click selects one under :data:`sheet.PICK`."""
    first, last = min(bar.start for bar in bars), max(bar.end for bar in bars)
    least = max((last - first) * _LEAST, timedelta(minutes=30))
    frame = pl.DataFrame([
        {"key": bar.key, "line": plain_label(bar.line, limit=44), "start": bar.start,
         "end": max(bar.end, bar.start + least), "says": plain_label(bar.says, limit=200), "strong": bar.strong,
         "since": f"{bar.start:%-d %b %Y, %H:%M}"}
        for bar in bars
    ])  # fmt: skip
    pick = alt.selection_point(name=PICK, fields=["key"], toggle=False, clear=False)
    order = list(dict.fromkeys(frame["line"]))
    form, ticks = ("%-d %b, %H:%M", 6) if last - first < _SHORT else ("%-d %b", 8)
    base = alt.Chart(frame).encode(
        x=alt.X("start:T", title=None, axis=alt.Axis(format=form, grid=True, tickCount=ticks)),
        x2="end:T",
        y=alt.Y("line:N", sort=order, title=None, axis=alt.Axis(labelLimit=320, grid=False)),
    )
    bars_ = [
        base.transform_filter(only).mark_bar(height=_HEIGHT).encode(color=alt.ColorValue(colour))
        for only, colour in (("!datum.strong", look.INK), ("datum.strong", look.ACCENT))
    ]
    tooltip = [alt.Tooltip("since:N", title="since"), alt.Tooltip("says:N", title="what")]
    clickable = base.mark_bar(height=2 * _HEIGHT, opacity=0.001, cursor="pointer").encode(
        tooltip=tooltip, color=alt.ColorValue(look.MUTED)
    )
    return alt.layer(*bars_, clickable.add_params(pick), height=28 * len(order) + _AXIS, width="container")
