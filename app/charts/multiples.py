"""Small multiples in Altair: many small trends of one look, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from app import units
from app.charts import look

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.charts.trend import Note

HEIGHT = 150
_FEW = 6


@dataclass(frozen=True)
class Panel:
    """One small trend: points with columns ``time``, ``value``, ``low``, ``high``; its title says what is seen."""

    title: str
    points: pl.DataFrame
    unit: str
    colour: str | None = None
    before: pl.DataFrame | None = None
    from_nought: bool = True
    instead: str = ""
    """What is said where no point has a value."""
    notes: Sequence[Note] = ()
    """What began when: a thin rule each, whose words are told where one points at it."""

    @property
    def compared(self) -> bool:
        """Whether there is a line of the time before: of two points or more."""
        drawn = self.before is not None and self.before["value"].is_not_null().sum() > 1
        return bool(drawn and self.points["value"].is_not_null().any())


def panel(content: Panel, *, height: int = HEIGHT) -> Any:  # noqa: ANN401 - Altair's own union
    """Draw one panel: a line from nought, its interval as a band, the time before as a thin line."""
    title = alt.TitleParams(content.title, anchor="start")
    if not content.points["value"].is_not_null().any():
        return _words(content.instead).properties(height=height, width="container", title=title)
    points = _written(content.points, content.unit)
    axis = _axis(content)
    x, y = _across(points), _up(content.unit, axis)
    colour: Any = alt.ColorValue(content.colour or look.INK)
    base = alt.Chart(points).encode(x=x)
    layers: list[alt.Chart] = []
    if points["low"].is_not_null().any():
        band = base.mark_area(opacity=0.15, clip=True)
        layers.append(band.encode(y=_up(content.unit, axis, "low"), y2=alt.Y2("high:Q"), color=colour))
    if content.before is not None and content.compared:
        before = alt.Chart(_written(content.before, content.unit)).mark_line(strokeWidth=0.8, clip=True)
        layers.append(before.encode(x=x, y=y, color=alt.ColorValue(look.MUTED)))
    if axis[1] < 0:
        nought = alt.Chart(alt.InlineData([{}])).mark_rule()
        layers.insert(0, nought.encode(y=alt.datum(0), color=alt.ColorValue(look.MUTED)))
    layers += _rules(content)
    tips = [alt.Tooltip("time:T", title="from", format="%-d %b %Y, %H:%M"), alt.Tooltip("shown:N", title="value")]
    layers.append(base.mark_line(strokeWidth=1.8, clip=True).encode(y=y, color=colour))
    layers.append(base.transform_filter("datum.alone").mark_circle(size=24, clip=True).encode(y=y, color=colour))
    layers.append(base.mark_point(opacity=0.001, size=120, clip=True).encode(y=y, color=colour, tooltip=tips))
    return alt.layer(*layers, height=height, width="container", title=title)


def _rules(content: Panel) -> list[alt.Chart]:
    times = content.points["time"]
    within = [note for note in content.notes if times.min() <= note.time <= times.max()]  # type: ignore[operator]
    if not within:
        return []
    frame = pl.DataFrame({"time": [note.time for note in within], "words": [note.text for note in within]})
    rule = alt.Chart(frame).mark_rule(strokeDash=[1, 3], strokeWidth=1.2, clip=True)
    tips = [alt.Tooltip("words:N", title=" "), alt.Tooltip("time:T", title="from", format="%-d %b %Y, %H:%M")]
    return [rule.encode(x=_across(content.points), color=alt.ColorValue(look.MUTED), tooltip=tips)]


def _words(words: str) -> alt.Chart:
    """Write a line where a trend would be."""
    line = alt.Chart(alt.InlineData([{}])).mark_text(align="left", baseline="top")
    return line.encode(text=alt.value(words), x=alt.value(0), y=alt.value(8), color=alt.ColorValue(look.MUTED))


def _written(points: pl.DataFrame, unit: str) -> pl.DataFrame:
    shown = [units.figure(value, unit) for value in points["value"]]
    there = pl.col("value").is_not_null()
    alone = there & ~there.shift(1, fill_value=False) & ~there.shift(-1, fill_value=False)  # no line reaches it
    return points.select("time", "value", "low", "high", alone=alone).with_columns(
        shown=pl.Series(shown, dtype=pl.String)
    )


def _axis(content: Panel) -> tuple[list[float], float, float]:
    drawn = [content.points] if content.before is None else [content.points, content.before]
    values = [value for frame in drawn for value in frame["value"].drop_nulls()]
    lows, highs = (list(content.points[end].drop_nulls()) for end in ("low", "high"))
    return units.axis(values, content.unit, highs, lows=lows, from_nought=content.from_nought, most=2)


def _up(unit: str, axis: tuple[list[float], float, float], column: str = "value") -> alt.Y:
    steps, low, high = axis
    words = {f"{step:.12g}": units.tick(step, unit, steps) for step in steps}
    written = alt.Axis(
        values=steps, labelExpr=look.lookup(words), labelAlign="left", labelBaseline="bottom", labelPadding=0,
        labelOffset=-2, maxExtent=0, minExtent=0,
    )  # fmt: skip
    return alt.Y(f"{column}:Q", title=None, axis=written, scale=alt.Scale(domain=[low, high], nice=False))


def _across(points: pl.DataFrame) -> alt.X:
    """Leave room on the left, where the axis's figures stand."""
    times = points["time"].to_list()
    if len(times) < 2:
        return alt.X("time:T", title=None, axis=alt.Axis(format="%-d %b", grid=False))
    span, step = times[-1] - times[0], times[1] - times[0]
    days = step >= timedelta(days=1)
    form = "%b %Y" if span.days >= 200 else "%-d %b" if days or span.days >= 2 else "%H:%M"
    domain = [_date(times[0] - span * 0.13), _date(times[-1] + span * 0.02)]
    # of a few days their own times: the chart would put hours between them
    written = [_date(time) for time in times[:: -(-len(times) // 3)]] if days and len(times) <= _FEW else alt.Undefined
    axis = alt.Axis(tickCount=3, values=written, format=form, grid=False, labelFlush=True)
    return alt.X("time:T", title=None, axis=axis, scale=alt.Scale(domain=domain, nice=False))


def _date(moment: datetime) -> alt.DateTime:
    return alt.DateTime(year=moment.year, month=moment.month, date=moment.day, hours=moment.hour, minutes=moment.minute)
