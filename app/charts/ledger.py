"""A breakdown as a table: a row a group, with its figure, a bar, what it rests on, how it moved, and its trend."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from app.charts import look
from app.charts.sheet import Sheet
from app.text import plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME, _VALUE, _BAR, _ON, _MOVED, _TREND = 0.0, 33.0, (35.0, 58.0), 71.0, 82.0, (86.0, 100.0)


@dataclass(frozen=True)
class Row:
    """A row: texts as they are to be read, numbers for what is drawn.

    `value`, `low` and `high` set the bar and its interval, where there is to be a `bar`; `trend` sets the small line,
    and `worrying` marks the change.
    """

    key: str
    name: str
    value: float | None
    shown: str
    colour: str
    low: float | None = None
    high: float | None = None
    rests_on: str = ""
    moved: str = ""
    worrying: bool = False
    trend: Sequence[float | None] = field(default_factory=tuple)
    bar: bool = True


@dataclass(frozen=True)
class Headings:
    """The words above the columns."""

    name: str
    value: str
    moved: str = ""
    trend: str = ""
    rests_on: str = "records"


def table(rows: Sequence[Row], headings: Headings) -> Any:  # noqa: ANN401 - Altair's own union
    """Set the table; a click selects a row under :data:`sheet.PICK`."""
    ends = _ends(rows)
    sheet = Sheet(pl.DataFrame([_flat(row, *ends) for row in rows], infer_schema_length=None))
    colour = alt.Color("colour:N", scale=None)
    bars = sheet.base.mark_rule(strokeWidth=9).encode(
        x=sheet.x("bar_from"), x2=alt.X2("bar:Q"), y=sheet.y(), color=colour
    )
    intervals = (
        sheet.base.transform_filter("isValid(datum.bar_low)")
        .mark_rule(strokeWidth=1.5, opacity=0.7)
        .encode(x=sheet.x("bar_low"), x2=alt.X2("bar_high:Q"), y=sheet.y(), color=alt.ColorValue(look.INK))
    )
    words = [
        ("name", headings.name), ("shown", headings.value), ("rests_on", headings.rests_on), ("moved", headings.moved),
    ]  # fmt: skip
    return sheet.draw([
        sheet.rules(),
        sheet.text("name", _NAME, limit=250),
        sheet.text("shown", _VALUE, align="right", font=look.SERIF, fontSize=look.BODY),
        bars,
        intervals,
        sheet.text("rests_on", _ON, align="right", colour=look.MUTED),
        sheet.text("moved", _MOVED, align="right", colour=look.MUTED, only="!datum.worrying"),
        sheet.text("moved", _MOVED, align="right", colour=look.ACCENT, only="datum.worrying", fontWeight=600),
        *_trends(rows, sheet),
        *sheet.headings([
            (headings.name, _NAME, "left"), (headings.value, _VALUE, "right"), (headings.rests_on, _ON, "right"),
            (headings.moved, _MOVED, "right"), (headings.trend, _TREND[0], "left"),
        ]),
        sheet.clickable([alt.Tooltip(f"{column}:N", title=title) for column, title in words if title]),
    ])  # fmt: skip


def _ends(rows: Sequence[Row]) -> tuple[float, float]:
    """Choose what the bars and intervals reach from and to: from nought, unless a value is below it."""
    barred = [(row.value, row.low, row.high) for row in rows if row.bar and row.value is not None]
    top = max((high or value for value, _, high in barred), default=0.0)
    if any(value < 0 for value, _, _ in barred):
        return min(value if low is None else low for value, low, _ in barred), max(top, 0.0)
    return 0.0, top or 1.0


def _flat(row: Row, bottom: float, top: float) -> dict[str, Any]:
    width = (_BAR[1] - _BAR[0]) / (top - bottom)
    nought = _BAR[0] - width * bottom

    def along(value: float | None) -> float | None:
        return None if value is None or not row.bar else _BAR[0] + width * (max(value, bottom) - bottom)

    return {
        "key": row.key, "name": plain_label(row.name, limit=44), "shown": row.shown, "colour": row.colour,
        "bar_from": nought, "bar": along(row.value) or nought, "bar_low": along(row.low), "bar_high": along(row.high),
        "rests_on": row.rests_on, "moved": row.moved, "worrying": row.worrying,
    }  # fmt: skip


def _trends(rows: Sequence[Row], sheet: Sheet) -> list[alt.Chart]:
    """Draw each row's trend from nought, in its own height."""
    points = [point for place, row in enumerate(rows) for point in _points(place, row)]
    if not points:
        return []
    line = alt.Chart(pl.DataFrame(points)).mark_line(strokeWidth=1.4)
    return [
        line.encode(
            x=sheet.x("at"), y=sheet.y("height"), detail=alt.Detail("key:N"), color=alt.Color("colour:N", scale=None)
        )
    ]


def _points(place: int, row: Row) -> list[dict[str, Any]]:
    known = [0.0, *(value for value in row.trend if value is not None)]
    top, bottom = max(known), min(known)
    if top == bottom or len(row.trend) < 2:
        return []
    step, scale = (_TREND[1] - _TREND[0]) / (len(row.trend) - 1), 0.7 / (top - bottom)
    foot = place + 0.86 + scale * bottom
    return [
        {"key": row.key, "colour": row.colour, "at": _TREND[0] + step * i, "height": foot - scale * value}
        for i, value in enumerate(row.trend)
        if value is not None
    ]
