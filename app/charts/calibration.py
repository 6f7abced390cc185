"""A calibration curve, in Altair: how often people agree with a scorer, by the value that it gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from app import units
from app.charts import look

if TYPE_CHECKING:
    from analysis.scoring.scorer import Scorer

HEIGHT = 220


def figure(curve: pl.DataFrame, scorer: Scorer) -> Any:  # noqa: ANN401 - Altair's own union
    """Draw the share that people flag (``value``, ``share``, ``low``, ``high``, ``n``), and where the scorer begins to.

    The number at each point is that of the labels it rests on.
    """
    low, high = scorer.scale or (0.0, 1.0)
    shown = curve.with_columns(
        labels=pl.Series([f"{n:,}" for n in curve["n"]], dtype=pl.String),
        part=pl.Series([units.share(share) for share in curve["share"]], dtype=pl.String),
    )
    x = alt.X("value:Q", scale=alt.Scale(domain=[low, high], nice=False), title="what the scorer gave",
              axis=alt.Axis(grid=False, tickCount=5))  # fmt: skip
    y = alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", title=None))
    tips = [
        alt.Tooltip("value:Q", title="scorer", format=".2f"), alt.Tooltip("part:N", title="people flag"),
        alt.Tooltip("labels:N", title="labels"),
    ]  # fmt: skip
    base = alt.Chart(shown)
    layers = [
        base.mark_rule(strokeWidth=6, opacity=0.2).encode(
            x=x, y=alt.Y("low:Q"), y2=alt.Y2("high:Q"), color=alt.ColorValue(look.INK)
        ),
        base.mark_line(strokeWidth=1.6).encode(x=x, y=y, color=alt.ColorValue(look.INK)),
        base.mark_point(filled=True, size=34, opacity=1).encode(x=x, y=y, color=alt.ColorValue(look.INK), tooltip=tips),
        base.mark_text(align="left", dx=7, dy=-9, fontSize=look.SMALL).encode(
            x=x, y=y, text=alt.Text("labels:N"), color=alt.ColorValue(look.MUTED)
        ),
    ]
    if scorer.flags_from is not None and low < scorer.flags_from < high:
        at = pl.DataFrame({"value": [scorer.flags_from], "words": ["flags from here"], "top": [1.0]})
        rule = alt.Chart(at).mark_rule(strokeDash=[1, 3]).encode(x=x, color=alt.ColorValue(look.MUTED))
        note = (
            alt.Chart(at)
            .mark_text(align="left", dx=5, dy=8, fontSize=look.SMALL, font=look.SERIF, fontStyle="italic")
            .encode(x=x, y=alt.Y("top:Q"), text=alt.Text("words:N"), color=alt.ColorValue(look.MUTED))
        )
        layers += [rule, note]
    return alt.layer(*layers, height=HEIGHT, width="container")
