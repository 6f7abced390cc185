"""What groups have of a change, as a table: before and now, a bar to either side of nought, and its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from app.charts import look
from app.charts.sheet import Sheet
from app.text import plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME, _BEFORE, _NOW, _BARS, _EFFECT = 0.0, 41.0, 52.0, (55.0, 84.0), 100.0


@dataclass(frozen=True)
class Row:
    """A row: its texts as they are to be read, and in the unit of the bars its parts and the ends of its interval.

    `first` and `second` are drawn apart, the one muted and the other in ink; `strong` rows have their effect set bold.
    """

    key: str
    name: str
    before: str
    now: str
    effect: str
    first: float
    second: float
    total: float
    low: float | None = None
    high: float | None = None
    strong: bool = False


@dataclass(frozen=True)
class Headings:
    """The words above the columns."""

    name: str
    before: str
    now: str
    bars: str
    effect: str


def table(rows: Sequence[Row], headings: Headings) -> Any:  # noqa: ANN401 - Altair's own union
    """Set the table; a click selects a row under :data:`sheet.PICK`."""
    ends = [
        end for row in rows for end in (row.first, row.second, row.total, row.low, row.high, 0.0) if end is not None
    ]
    low, high = min(ends), max(ends)
    width = high - low or 1.0

    def along(value: float | None) -> float | None:
        return None if value is None else _BARS[0] + (_BARS[1] - _BARS[0]) * (value - low) / width

    sheet = Sheet(pl.DataFrame([
        {"key": row.key, "name": plain_label(row.name, limit=48), "before": row.before, "now": row.now,
         "effect": row.effect, "strong": row.strong, "nought": along(0.0), "first": along(row.first),
         "second": along(row.second), "total": along(row.total), "low": along(row.low), "high": along(row.high)}
        for row in rows
    ], infer_schema_length=None))  # fmt: skip
    words = [
        ("name", headings.name), ("before", headings.before), ("now", headings.now), ("effect", headings.effect),
    ]  # fmt: skip
    return sheet.draw([
        sheet.rules(),
        sheet.text("name", _NAME, limit=290),
        sheet.text("before", _BEFORE, align="right", colour=look.MUTED),
        sheet.text("now", _NOW, align="right", colour=look.MUTED),
        _bar(sheet, "first", look.MUTED, -5), _bar(sheet, "second", look.INK, 5),
        sheet.base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=1.2, opacity=0.7).encode(
            x=sheet.x("low"), x2=alt.X2("high:Q"), y=sheet.y(), color=alt.ColorValue(look.INK)
        ),
        sheet.base.mark_point(filled=True, size=36, opacity=1).encode(
            x=sheet.x("total"), y=sheet.y(), color=alt.ColorValue(look.INK)
        ),
        sheet.base.mark_rule(strokeWidth=0.6).encode(
            x=sheet.x("nought"), y=sheet.y("top"), y2=alt.Y2("bottom:Q"), color=alt.ColorValue(look.MUTED)
        ),
        sheet.text("effect", _EFFECT, align="right", font=look.SERIF, fontSize=look.BODY, only="!datum.strong"),
        sheet.text("effect", _EFFECT, align="right", font=look.SERIF, fontSize=look.BODY, only="datum.strong",
                   fontWeight=700),
        *sheet.headings([
            (headings.name, _NAME, "left"), (headings.before, _BEFORE, "right"), (headings.now, _NOW, "right"),
            (headings.bars, _BARS[0], "left"), (headings.effect, _EFFECT, "right"),
        ]),
        sheet.clickable([alt.Tooltip(f"{column}:N", title=title) for column, title in words if title]),
    ])  # fmt: skip


def _bar(sheet: Sheet, column: str, colour: str, offset: int) -> alt.Chart:
    return sheet.base.mark_rule(strokeWidth=7, opacity=0.55, yOffset=offset).encode(
        x=sheet.x("nought"), x2=alt.X2(f"{column}:Q"), y=sheet.y(), color=alt.ColorValue(colour)
    )
