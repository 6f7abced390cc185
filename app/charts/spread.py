"""A distribution, in Altair: bins of equal ratio on a logarithmic axis, with the percentiles as margin notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from app import units
from app.charts import look

if TYPE_CHECKING:
    from collections.abc import Mapping

HEIGHT = 220


def figure(bins: pl.DataFrame, marks: Mapping[str, float], unit: str) -> Any:  # noqa: ANN401 - Altair's own union
    """Draw bins (``start``, ``end``, ``records``, ``share``) and named values, such as percentiles, as rules."""
    ends = [f"{units.figure(a, unit)} to {units.figure(b, unit)}" for a, b in bins.select("start", "end").iter_rows()]
    shown = bins.with_columns(
        words=pl.Series(ends), part=pl.Series([units.share(share) for share in bins["share"]]), nought=pl.lit(0)
    )
    ticks = _ticks(bins["start"].min(), bins["end"].max())  # type: ignore[arg-type]
    words = {f"{tick:.12g}": units.round_figure(tick, unit) for tick in ticks}
    axis = alt.Axis(values=ticks, labelExpr=look.lookup(words), grid=False, labelOverlap=False, tickCount=len(ticks))
    x = alt.X("start:Q", scale=alt.Scale(type="log", nice=False), axis=axis, title=None)
    top = 1.4 * max(bins["records"])  # room for the notes
    y = alt.Y("records:Q", axis=None, scale=alt.Scale(domain=[0, top], nice=False))
    tips = [
        alt.Tooltip("words:N", title="took"), alt.Tooltip("records:Q", format=","), alt.Tooltip("part:N", title="share")
    ]  # fmt: skip
    bars = (
        alt.Chart(shown)
        .mark_rect(opacity=0.75)
        .encode(x=x, x2=alt.X2("end:Q"), y=y, y2=alt.Y2("nought:Q"), color=alt.ColorValue(look.MUTED), tooltip=tips)
    )
    named = pl.DataFrame([
        {"start": value, "name": f"{name} {units.figure(value, unit)}", "row": place}
        for place, (name, value) in enumerate(marks.items())
    ])  # fmt: skip
    base = alt.Chart(named)
    rules = base.mark_rule(strokeDash=[1, 3]).encode(x=x, color=alt.ColorValue(look.INK))
    notes = [
        alt.Chart(named.filter(pl.col("row") == place))
        .mark_text(align="left", dx=5, fontSize=look.SMALL, font=look.SERIF, fontStyle="italic")
        .encode(x=x, y=alt.value(6 + 17 * place), text=alt.Text("name:N"), color=alt.ColorValue(look.INK))
        for place in range(len(named))
    ]
    return alt.layer(bars, rules, *notes, height=HEIGHT, width="container")


def _ticks(low: float, high: float) -> list[float]:
    """Choose 1, 2 and 5 times powers of ten between the ends."""
    return [step * 10.0**power for power in range(-6, 7) for step in (1, 2, 5) if low <= step * 10.0**power <= high]
