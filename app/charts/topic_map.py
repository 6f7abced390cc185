"""The map of topics: a point a text, names on it, points clicked or drawn around to read, a brush over time.

Plotly's drawing of many points needs a browser that is allowed to make code of text, which the security policy forbids;
so this is a component of our own, on a canvas.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import streamlit as st

from app import palette, units
from app.text import plain_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

HIGH = "#b3352b"
"""For what is high; what is low is in pencil."""
STEPS = 7
"""Colours from low to high."""
_NEAR = 5
"""Topics around one whose hues it does not take."""
_HTML, _CSS, _JS = (
    Path(__file__).with_suffix(ending).read_text(encoding="utf-8") for ending in (".html", ".css", ".js")
)
_component = st.components.v2.component("topic_map", html=_HTML, css=_CSS, js=_JS)


@dataclass(frozen=True)
class Colouring:
    """The colour of each point, as a place in `colours`, and the words for those that need some."""

    colours: Sequence[str]
    of: Sequence[int]
    legend: Sequence[tuple[str, str]]


def draw(points: pl.DataFrame, names: Mapping[int, str], colouring: Colouring, *, key: str) -> list[int]:
    """Draw the map; returns the rows of the points that were clicked or drawn around just now.

    Parameters
    ----------
    points : polars.DataFrame
        As :func:`analysis.metrics.map_points.points` gives them.
    names : mapping
        The name of each topic.
    colouring : Colouring
        :func:`by_topic` or :func:`by_value`.
    """
    days: list[date | None] = points["day"].to_list()
    known = [day for day in days if day is not None]
    first, span = (min(known), (max(known) - min(known)).days + 1) if known else (date.min, 0)
    data = {
        "x": points["x"].round(2).to_list(), "y": points["y"].round(2).to_list(),
        "colour": list(colouring.of), "palette": list(colouring.colours),
        "size": np.clip(3.2 + 1.5 * np.log2(points["records"].to_numpy()), 3.2, 15).round(1).tolist(),
        "day": [(day - first).days if day is not None else -span for day in days], "width": max(6, span // 13),
        "days": [f"{first + timedelta(days=place):%-d %b %Y}" for place in range(span)],
        "text": [plain_label(text, limit=140) for text in points["text"]],
        "topic": [_below(names, topic, records) for topic, records in points.select("topic", "records").iter_rows()],
        "names": _names(points, names), "legend": [list(one) for one in colouring.legend],
    }  # fmt: skip
    picked = _component(data=data, key=key, on_picked_change=lambda: None, height="content").picked
    return [int(row) for row in picked or () if 0 <= int(row) < len(points)]


def by_topic(points: pl.DataFrame) -> Colouring:
    """Give each topic a hue that its neighbours do not have; there are fewer hues than topics."""
    hues = _hues(middles(points))
    colours = [*palette.HUES, palette.PENCIL + "88"]
    rest = len(palette.HUES)
    return Colouring(
        colours, [hues.get(topic, rest) for topic in points["topic"]], [(palette.PENCIL, "between the topics")]
    )


def by_value(points: pl.DataFrame, unit: str) -> Colouring:
    """Colour points by their value, in steps that hold as many each, in pencil where it is low or unknown."""
    values = points["value"].fill_null(float("nan")).to_numpy()
    known = np.unique(values[~np.isnan(values)]) if len(values) else np.empty(0)
    inner = np.linspace(0, 1, STEPS + 1)[1:-1]
    edges = np.unique(np.quantile(values[~np.isnan(values)], inner)) if len(known) else known
    steps = len(edges) + 1
    colours = [_mixed(step / max(steps - 1, 1)) for step in range(steps)]
    of = np.where(np.isnan(values), steps, np.searchsorted(edges, np.nan_to_num(values), side="right"))
    ends = ((colours[0], known[0]), (colours[-1], known[-1])) if len(known) else ()
    legend = [(colour, units.figure(float(end), unit)) for colour, end in ends]
    unknown = palette.PENCIL + "33"
    return Colouring([*colours, unknown], of.astype(int).tolist(), [*legend, (unknown, "not known")])


def middles(points: pl.DataFrame) -> dict[int, NDArray[np.float64]]:
    """Find the middle of each topic on the map, the largest topic first."""
    found = (
        points.filter(points["topic"] >= 0).group_by("topic")
        .agg(pl.median("x"), pl.median("y"), n=pl.sum("records")).sort("n", "topic", descending=[True, False])
    )  # fmt: skip
    return {topic: np.array([x, y]) for topic, x, y in found.select("topic", "x", "y").iter_rows()}


def _names(points: pl.DataFrame, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Give each topic's name and the point nearest to its middle, the largest topic first."""
    places, topics = points.select("x", "y").to_numpy(), points["topic"].to_numpy()
    found = []
    for topic, middle in middles(points).items():
        own = np.flatnonzero(topics == topic)
        place = int(own[((places[own] - middle) ** 2).sum(axis=1).argmin()])
        found.append({"place": place, "name": plain_label(names.get(topic, "").split(" · ")[0], limit=32)})
    return found


def _hues(found: Mapping[int, NDArray[np.float64]]) -> dict[int, int]:
    given: dict[int, int] = {}
    for topic, middle in found.items():
        near = sorted(given, key=lambda other: float(((found[other] - middle) ** 2).sum()))[:_NEAR]
        free = [hue for hue in range(len(palette.HUES)) if hue not in {given[other] for other in near}]
        given[topic] = free[len(given) % len(free)]
    return given


def _mixed(share: float) -> str:
    low, high = (tuple(int(hex_[at : at + 2], 16) for at in (1, 3, 5)) for hex_ in (palette.PENCIL, HIGH))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(low, high, strict=True))


def _below(names: Mapping[int, str], topic: int, records: int) -> str:
    name = plain_label(names.get(topic, "between the topics"), limit=80)
    return f"{name} · asked {records:,} times" if records > 1 else name
