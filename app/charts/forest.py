"""Metrics before and after, as a table: how many times what it was each is, with its interval, on one scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from app import units
from app.charts import look
from app.charts.intervals import layers, tone
from app.charts.sheet import Sheet
from app.text import plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence

_BEFORE, _NOW, _DOTS, _CHANGE, _WORD = 37.0, 47.0, (50.0, 72.0), 86.0, 100.0
_MOST = 4.0
"""The scale ends at so many times, and at that part; what goes further is drawn there."""


@dataclass(frozen=True)
class Row:
    """A row: its texts as they are to be read, and how many times what it was the metric is, with the ends.

    A `strong` row got worse; a `quiet` one shows no difference.
    """

    key: str
    name: str
    before: str
    now: str
    change: str
    word: str
    times: float | None = None
    low: float | None = None
    high: float | None = None
    strong: bool = False
    quiet: bool = False


def table(rows: Sequence[Row], word: str, *, sides: tuple[str, str] = ("before", "after")) -> Any:  # noqa: ANN401
    """Set the table, its last column under `word`; a click selects a row under :data:`~app.charts.sheet.PICK`."""
    sheet = Sheet(pl.DataFrame([
        {"key": row.key, "name": plain_label(row.name, limit=44), "before": row.before, "now": row.now,
         "change": row.change, "word": row.word, "value": _along(row.times), "low": _along(row.low),
         "high": _along(row.high), "reference": _along(1.0), "tone": tone(strong=row.strong, quiet=row.quiet)}
        for row in rows
    ], schema_overrides=dict.fromkeys(("value", "low", "high"), pl.Float64)))  # fmt: skip
    words = [("name", "metric"), ("before", sides[0]), ("now", sides[1]), ("change", "change"), ("word", word)]
    return sheet.draw([
        sheet.rules(),
        *layers(sheet, limit=290, texts=[("change", _CHANGE), ("word", _WORD)]),
        sheet.text("before", _BEFORE, align="right", colour=look.MUTED),
        sheet.text("now", _NOW, align="right", font=look.SERIF, fontSize=look.BODY),
        *sheet.headings([
            (sides[0], _BEFORE, "right"), (sides[1], _NOW, "right"), (f"÷{units.THIN}{_MOST:.0f}", _DOTS[0], "left"),
            (f"×{units.THIN}{_MOST:.0f}", _DOTS[1], "right"), ("change", _CHANGE, "right"), (word, _WORD, "right"),
        ]),
        sheet.clickable([alt.Tooltip(f"{column}:N", title=title) for column, title in words if title]),
    ])  # fmt: skip


def _along(times: float | None) -> float | None:
    """Give the place of a multiple, on a logarithmic scale."""
    if times is None or not math.isfinite(times):
        return None
    inside = min(max(times, 1 / _MOST), _MOST)
    return _DOTS[0] + (_DOTS[1] - _DOTS[0]) * (math.log(inside * _MOST) / math.log(_MOST**2))
