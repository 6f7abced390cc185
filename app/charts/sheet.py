"""What tables set as charts are made of: text at places of a line, rules between lines, a heading, a place to click.

Drawn in Altair, so names from logs stay plain text and figures stand under each other. All columns share one view whose
x runs from 0 to 100 and whose y counts rows from 0, headings above them, so that a table takes any width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import altair as alt
import polars as pl

from app.charts import look

if TYPE_CHECKING:
    from collections.abc import Sequence

PICK = "row"
"""The name of the selection that a click makes; its points carry the row's ``key``."""

Align = Literal["left", "right"]
Layer = alt.Chart | alt.LayerChart


class Sheet:
    """A table of `rows` rows, whose data has a line a row with columns ``key``, ``top``, ``middle`` and ``bottom``."""

    def __init__(self, body: pl.DataFrame) -> None:
        self.rows = len(body)
        place = pl.int_range(pl.len()).cast(pl.Float64)
        self.base = alt.Chart(
            body.with_columns(top=place, middle=place + 0.5, bottom=place + 1, left=pl.lit(0.0), right=pl.lit(100.0))
        )
        self._x = alt.Scale(domain=[0, 100], nice=False, zero=False)
        self._y = alt.Scale(domain=[-1, self.rows], reverse=True, nice=False, zero=False)

    def x(self, place: float | str) -> alt.X:
        """Place marks across the line: at a fixed place, or at that of a column."""
        if isinstance(place, str):
            return alt.X(f"{place}:Q", scale=self._x, axis=None)
        return alt.X(datum=place, scale=self._x, axis=None)

    def y(self, column: str = "middle") -> alt.Y:
        """Place marks down the page, at a column's row."""
        return alt.Y(f"{column}:Q", scale=self._y, axis=None)

    def text(
        self, column: str, at: float, *, align: Align = "left", colour: str = look.INK, only: str | None = None,
        **style: Any,  # noqa: ANN401 - properties of an Altair mark
    ) -> alt.Chart:  # fmt: skip
        """Set a column's texts at a place; `only` is a Vega expression that chooses the rows."""
        base = self.base if only is None else self.base.transform_filter(only)
        given: dict[str, Any] = {"baseline": "middle", "fontSize": look.SMALL} | style
        return base.mark_text(align=align, **given).encode(
            x=self.x(at), y=self.y(), text=alt.Text(f"{column}:N"), color=alt.ColorValue(colour)
        )

    def rules(self) -> alt.Chart:
        """Draw a light rule above each row."""
        return self.base.mark_rule(strokeWidth=0.5, opacity=0.4).encode(
            y=self.y("top"), color=alt.ColorValue(look.MUTED)
        )

    def headings(self, words: Sequence[tuple[str, float, Align]]) -> list[alt.Chart]:
        """Set the words above the columns."""
        layers = []
        for align in ("left", "right"):
            found = [{"words": text, "at": at, "y": -0.45} for text, at, side in words if side == align and text]
            if found:
                layers.append(
                    alt.Chart(pl.DataFrame(found))
                    .mark_text(align=align, baseline="middle", fontSize=look.SMALL)
                    .encode(x=self.x("at"), y=self.y("y"), text=alt.Text("words:N"), color=alt.ColorValue(look.MUTED))
                )
        return layers

    def clickable(self, tooltip: Sequence[alt.Tooltip]) -> alt.Chart:
        """Lay over each row a place to click and to hover over."""
        pick = alt.selection_point(name=PICK, fields=["key"], toggle=False, clear=False)
        area = self.base.mark_rect(opacity=0.001, cursor="pointer").encode(
            x=self.x("left"), x2=alt.X2("right:Q"), y=self.y("top"), y2=alt.Y2("bottom:Q"), tooltip=list(tooltip),
            color=alt.ColorValue(look.MUTED),
        )  # fmt: skip
        return area.add_params(pick)

    def draw(self, layers: Sequence[Layer]) -> Any:  # noqa: ANN401 - Altair's own union
        """Put the layers together, at a row's height each."""
        return alt.layer(*layers, height=look.ROW * (self.rows + 1), width="container")
