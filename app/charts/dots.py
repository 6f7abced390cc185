"""Groups beside a reference, as a table: a dot and its interval each, and a thin line at the reference's figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from app.charts import look
from app.charts.intervals import layers, tone
from app.charts.sheet import Sheet
from app.text import plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence

_N, _DOTS, _VALUE, _GAP, _P = 27.0, (31.0, 58.0), 72.0, 91.0, 100.0


@dataclass(frozen=True)
class Row:
    """A row: its texts as they are to be read, and the figure with the ends of its interval.

    A `strong` row differs from the reference; a `quiet` one has too few to be judged.
    """

    key: str
    name: str
    n: str
    shown: str
    gap: str
    p: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    strong: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Headings:
    """The words above the columns."""

    name: str
    n: str
    value: str
    gap: str
    p: str = "p, Holm"


def table(rows: Sequence[Row], headings: Headings, reference: float | None) -> Any:  # noqa: ANN401 - Altair's own union
    """Set the table; a click selects a row under :data:`sheet.PICK`."""
    along = _scale(rows, reference)
    sheet = Sheet(pl.DataFrame([
        {"key": row.key, "name": plain_label(row.name, limit=36), "n": row.n, "shown": row.shown, "gap": row.gap,
         "p": row.p, "value": along(row.value), "low": along(row.low), "high": along(row.high),
         "reference": along(reference), "tone": tone(strong=row.strong, quiet=row.quiet)}
        for row in rows
    ], infer_schema_length=None))  # fmt: skip
    words = [("name", headings.name), ("n", headings.n), ("shown", headings.value), ("gap", headings.gap),
             ("p", headings.p)]  # fmt: skip
    return sheet.draw([
        sheet.rules(),
        *layers(sheet, limit=230, texts=[("gap", _GAP), ("p", _P)]),
        sheet.text("n", _N, align="right", colour=look.MUTED),
        sheet.text("shown", _VALUE, align="right", colour=look.MUTED),
        *sheet.headings([
            (headings.name, 0, "left"), (headings.n, _N, "right"), (headings.value, _VALUE, "right"),
            (headings.gap, _GAP, "right"), (headings.p, _P, "right"),
        ]),
        sheet.clickable([alt.Tooltip(f"{column}:N", title=title) for column, title in words if title]),
    ])  # fmt: skip


def _scale(rows: Sequence[Row], reference: float | None) -> Any:  # noqa: ANN401 - a function
    """Give what puts a figure at its place; intervals of those with too few are cut where the others end."""
    firm = [row for row in rows if not row.quiet] or list(rows)
    ends = [end for row in firm for end in (row.value, row.low, row.high) if end is not None]
    ends += [value for value in (reference, *(row.value for row in rows)) if value is not None]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    width = (high - low) or 1.0

    def along(value: float | None) -> float | None:
        if value is None:
            return None
        return _DOTS[0] + (_DOTS[1] - _DOTS[0]) * (min(max(value, low), high) - low) / width

    return along
