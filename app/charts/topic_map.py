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

from app import palette
from app.text import plain_label

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

HIGH = "#b3352b"
"""For what is high; what is low is in pencil."""
NONE = -1
"""The topic of texts that are of none."""
_MOST = 1000
"""Corners of a line that are read."""
_LETTERS = 1_400_000
"""Of all the texts that a browser is sent; of many points, each has fewer."""
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
    """The colour of each point, as a place in `colours`, and a legend: colours, words, and words after a scale."""

    colours: Sequence[str]
    of: Sequence[int]
    legend: Sequence[tuple[Sequence[str], str, str]]


@dataclass(frozen=True)
class Drawn:
    """What was done on the map just now: the row of the point that was clicked, or the line drawn around some.

    `days` are the first and the last day that the brush showed, None for all the time.
    """

    picked: int | None = None
    line: tuple[tuple[float, float], ...] = ()
    days: tuple[date, date] | None = None


def draw(points: pl.DataFrame, names: Mapping[int, str], colouring: Colouring, *, key: str) -> Drawn:
    """Draw the map; tells what was clicked or drawn around just now.

    Parameters
    ----------
    points : polars.DataFrame
        As :func:`analysis.metrics.map_points.points` gives them.
    names : mapping
        The name of each topic.
    colouring : Colouring
        :func:`by_topic`, :func:`by_value` or :func:`by_group`.
    """
    days: list[date | None] = points["day"].to_list()
    known = [day for day in days if day is not None]
    first, span = (min(known), (max(known) - min(known)).days + 1) if known else (date.min, 0)
    titles = [*names, NONE]
    places = {topic: place for place, topic in enumerate(titles)}
    width = max(6, span // 13)
    letters = min(140, _LETTERS // max(len(points), 1))
    columns = pl.DataFrame({
        "x": points["x"].cast(pl.Float32), "y": points["y"].cast(pl.Float32),
        "hue": pl.Series(colouring.of, dtype=pl.UInt8),
        "size": np.clip(32 + 15 * np.log2(points["records"].to_numpy()), 32, 150).astype(np.uint8),
        "day": pl.Series([(day - first).days if day is not None else -span for day in days], dtype=pl.Int32),
        "topic": pl.Series([places.get(topic, len(titles) - 1) for topic in points["topic"]], dtype=pl.UInt16),
        "records": points["records"].cast(pl.UInt32),
        "text": [plain_label(text, limit=letters) for text in points["text"]],
    })  # fmt: skip
    data = {
        "points": columns, "palette": list(colouring.colours),
        "width": width, "days": [f"{first + timedelta(days=place):%-d %b %Y}" for place in range(span)],
        "titles": [plain_label(names.get(topic, "between the topics"), limit=80) for topic in titles],
        "names": _names(points, names), "legend": [[list(hues), *words] for hues, *words in colouring.legend],
    }  # fmt: skip
    given = _component(
        data=data, key=key, on_picked_change=lambda: None, on_around_change=lambda: None, height="content"
    )
    picked = int(given.picked) if given.picked is not None and 0 <= int(given.picked) < len(points) else None
    around = given.around or {}
    line = tuple((float(x), float(y)) for x, y in around.get("line", ())[:_MOST])
    return Drawn(picked, line, _brushed(around.get("day"), width, first, span))


def _brushed(day: float | None, width: int, first: date, span: int) -> tuple[date, date] | None:
    """Give the days that the brush shows around a day, counted from the first."""
    if day is None or not span:
        return None
    middle, half = min(max(int(day), 0), span - 1), width // 2
    return first + timedelta(days=max(middle - half, 0)), first + timedelta(days=min(middle + half, span - 1))


def by_topic(points: pl.DataFrame) -> Colouring:
    """Give each topic a hue that its neighbours do not have; there are fewer hues than topics."""
    hues = _hues(middles(points))
    colours = [*palette.HUES, palette.PENCIL + "88"]
    rest = len(palette.HUES)
    return Colouring(
        colours, [hues.get(topic, rest) for topic in points["topic"]], [((palette.PENCIL,), "between the topics", "")]
    )


def by_value(
    points: pl.DataFrame, write: Callable[[float], str], *, scale: tuple[float, float] | None = None, better: str = ""
) -> Colouring:
    """Colour points by their value, from pencil to red, which is what is worse; unknown ones are faint.

    Parameters
    ----------
    write : callable
        Puts a value into words.
    scale : tuple or None
        The ends of equal steps; None takes steps that hold as many points each.
    better : str
        "higher" where low values are worse.
    """
    values = points["value"].fill_null(float("nan")).to_numpy()
    known = np.unique(values[~np.isnan(values)])
    inner = np.linspace(0, 1, STEPS + 1)[1:-1]
    if scale is not None:
        edges = scale[0] + inner * (scale[1] - scale[0])
    else:
        edges = np.unique(np.quantile(values[~np.isnan(values)], inner)) if len(known) else known
    steps = len(edges) + 1
    colours = [_mixed(step / max(steps - 1, 1)) for step in range(steps)]
    if better == "higher":
        colours.reverse()
    of = np.where(np.isnan(values), steps, np.searchsorted(edges, np.nan_to_num(values), side="right"))
    low, high = scale if scale is not None else (known[0], known[-1]) if len(known) else (0.0, 0.0)
    legend = [(colours, write(float(low)), write(float(high)))] if len(known) else []
    unknown = palette.PENCIL + "33"
    return Colouring([*colours, unknown], of.astype(int).tolist(), [*legend, ((unknown,), "not known", "")])


def by_group(points: pl.DataFrame, field: str) -> Colouring:
    """Colour points by the value of a field that most of their records have, in the colours it has everywhere."""
    groups = points["group"].to_list()
    largest = points["group"].drop_nulls().value_counts(sort=True, name="n").head(len(palette.HUES))["group"].to_list()
    shades = palette.colours(field, largest)
    places = {group: place for place, group in enumerate(largest)}
    rest, unknown = palette.PENCIL + "88", palette.PENCIL + "33"
    legend = [((shades[group],), plain_label(group, limit=28), "") for group in largest]
    of = [len(largest) + 1 if group is None else places.get(group, len(largest)) for group in groups]
    more = [((hue,), words, "") for place, (hue, words) in enumerate([(rest, "others"), (unknown, "not known")])
            if len(largest) + place in of]  # fmt: skip
    return Colouring([*(shades[group] for group in largest), rest, unknown], of, [*legend, *more])


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
