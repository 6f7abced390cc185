"""Dots with their intervals in a table, each row in its tone: what the tables of groups and of metrics share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from app.charts import look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.charts.sheet import Layer, Sheet

_TONES = {"plain": look.INK, "strong": look.ACCENT, "quiet": look.MUTED}


def tone(*, strong: bool, quiet: bool) -> str:
    """Name the tone of a row, for its column ``tone``."""
    return "strong" if strong else "quiet" if quiet else "plain"


def layers(sheet: Sheet, *, limit: int, texts: Sequence[tuple[str, float]]) -> list[Layer]:
    """Draw the rows: a dot at ``value``, its interval from ``low`` to ``high``, a thin line at the ``reference``.

    The ``name`` stands first, in so many pixels at most; `texts` are columns with the places where they end. All are in
    the row's tone.
    """
    line = sheet.base.transform_filter("isValid(datum.reference)").mark_rule(strokeWidth=0.8, strokeDash=[2, 3])
    return [
        line.encode(
            x=sheet.x("reference"), y=sheet.y("top"), y2=alt.Y2("bottom:Q"), color=alt.ColorValue(look.MUTED)
        ),
        *(layer for name, colour in _TONES.items() for layer in _toned(sheet, name, colour, limit, texts)),
    ]  # fmt: skip


def _toned(sheet: Sheet, name: str, colour: str, limit: int, texts: Sequence[tuple[str, float]]) -> list[Layer]:
    only = f"datum.tone == '{name}'"
    there = sheet.base.transform_filter(f"{only} && isValid(datum.value)")
    return [
        sheet.text("name", 0, colour=colour, only=only, limit=limit),
        there.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=2)
        .encode(x=sheet.x("low"), x2=alt.X2("high:Q"), y=sheet.y(), color=alt.ColorValue(colour)),
        there.mark_point(filled=True, size=60, opacity=1).encode(
            x=sheet.x("value"), y=sheet.y(), color=alt.ColorValue(colour)
        ),
        *(sheet.text(column, at, align="right", colour=colour, only=only) for column, at in texts),
    ]
