"""A plain table: columns of texts under their headings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from app.charts import look
from app.charts.sheet import Align, Sheet
from app.text import plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Column:
    """A column: its heading, where it stands (0 to 100), to which side, and whether it is a figure in serif.

    `room` is how much of the line (0 to 100) its texts may take, where the next column is set to the right and does not
    say so; what is more is cut, and stands in the tooltip.
    """

    heading: str
    at: float
    align: Align = "left"
    figure: bool = False
    muted: bool = False
    room: float | None = None


def table(columns: Sequence[Column], rows: Sequence[tuple[str, Sequence[str]]]) -> Any:  # noqa: ANN401
    """Set a table of rows, each its key and its texts; a click selects a row under :data:`sheet.PICK`."""
    sheet = Sheet(pl.DataFrame([
        {"key": key} | {f"c{place}": plain_label(text, limit=60) for place, text in enumerate(texts)}
        for key, texts in rows
    ]))  # fmt: skip
    return sheet.draw([
        sheet.rules(),
        *(
            sheet.text(
                f"c{place}", column.at, align=column.align, colour=look.MUTED if column.muted else look.INK,
                **({"font": look.SERIF, "fontSize": look.BODY} if column.figure else {"limit": _limit(column, after)}),
            )
            for place, (column, after) in enumerate(zip(columns, [*columns[1:], None], strict=True))
        ),
        *sheet.headings([(column.heading, column.at, column.align) for column in columns]),
        # without a title, its own name would stand there
        sheet.clickable([alt.Tooltip(f"c{place}:N", title=one.heading or " ") for place, one in enumerate(columns)]),
    ])  # fmt: skip


def _limit(column: Column, after: Column | None) -> Any:  # noqa: ANN401 - pixels, or an expression of them
    """Give how wide a text may be: its column's room, or to where the next one begins, however wide the table is."""
    room = column.room
    if room is None and column.align == "left" and after is not None and after.align == "left":
        room = after.at - column.at
    return 300 if room is None else alt.ExprRef(f"width * {room / 100:.2f} - 10")
