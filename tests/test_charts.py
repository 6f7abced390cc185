"""What charts draw of values below nought, of too few to draw, and of what is long or close together."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from app.charts import episodes, ledger, listing, multiples, trend
from app.charts.episodes import Bar
from app.charts.ledger import Headings, Row
from app.charts.listing import Column
from app.charts.multiples import Panel
from app.charts.trend import Note, Series


def points(*values: float | None) -> pl.DataFrame:
    """Points of a trend, a day each, with an interval of a tenth."""
    times = [datetime(2026, 6, 1 + place) for place in range(len(values))]
    ends = {end: [None if v is None else v + by for v in values] for end, by in (("low", -0.05), ("high", 0.05))}
    frame = {"time": times, "value": values, "n": [40] * len(values), "of": [40] * len(values)} | ends
    return pl.DataFrame(frame, schema_overrides=dict.fromkeys(("value", "low", "high"), pl.Float64))


def test_a_small_trend_holds_values_below_nought_within_its_frame():
    drawn = multiples.panel(Panel("Tone", points(-0.3, 0.1, -0.2), "")).to_dict()
    marks = {layer["mark"]["type"]: layer for layer in drawn["layer"]}
    low, high = marks["line"]["encoding"]["y"]["scale"]["domain"]
    assert low < -0.35
    assert high > 0.15
    assert 0.0 in marks["line"]["encoding"]["y"]["axis"]["values"]
    assert marks["rule"]["encoding"]["y"] == {"datum": 0}
    assert all(marks[kind]["mark"]["clip"] for kind in ("area", "line", "point"))


def test_the_words_of_an_axis_are_found_by_a_true_minus_sign():
    drawn = multiples.panel(Panel("Tone", points(-0.3, 0.1), "")).to_dict()
    words = drawn["layer"][-1]["encoding"]["y"]["axis"]["labelExpr"]
    assert "'\u22120.25': '\u22120.25'" in words or "'\u22120.2': '\u22120.2'" in words


def test_a_trend_holds_values_below_nought_and_shows_nought():
    lines = [Series("Tone", points(-0.3, 0.1, -0.2))]
    axis = trend.figure("Tone", "", "", lines, grain="day", span=(None, None))["layout"]["yaxis"]
    assert axis["range"][0] < -0.35
    assert axis["zeroline"]
    assert 0.0 in axis["tickvals"]


def test_a_trend_of_values_above_nought_begins_there():
    lines = [Series("Rate", points(0.3, 0.1))]
    axis = trend.figure("Rate", "", "share", lines, grain="day", span=(None, None))["layout"]["yaxis"]
    assert axis["range"][0] == 0
    assert not axis["zeroline"]


def test_what_is_too_little_for_a_trend_says_so_under_its_title():
    drawn = multiples.panel(Panel("Invalid JSON: 30 %", points(None, None), "share", instead="Too few.")).to_dict()
    assert drawn["title"]["text"] == "Invalid JSON: 30 %"
    assert drawn["encoding"]["text"]["value"] == "Too few."


@pytest.mark.parametrize(
    ("now", "before", "drawn"), [((0.1, 0.2), (0.2, 0.3), True), ((0.1, 0.2), (0.2, None), False),
                                 ((None, None), (0.2, 0.3), False)],
)  # fmt: skip
def test_a_line_of_the_time_before_is_told_where_it_is_drawn(
    now: tuple[float | None, ...], before: tuple[float | None, ...], drawn: bool
):
    panel = Panel("Rate", points(*now), "share", before=points(*before))
    layers = multiples.panel(panel).to_dict().get("layer", [])
    assert panel.compared is drawn
    assert any(layer["mark"].get("strokeWidth") == 0.8 for layer in layers) is drawn


def test_a_point_that_no_line_reaches_is_seen():
    drawn = multiples.panel(Panel("Rate", points(0.1, None, 0.3, 0.2), "share")).to_dict()
    (rows,) = (rows for rows in drawn["datasets"].values() if "alone" in rows[0])
    assert [row["alone"] for row in rows] == [True, False, False, False]
    assert {"filter": "datum.alone"} in [step for layer in drawn["layer"] for step in layer.get("transform", [])]


def test_notes_of_a_trend_never_run_into_each_other():
    line = [Series("Rate", points(*[0.1] * 28))]
    notes = [Note(datetime(2026, 6, day), f"first model-number-{day}") for day in (3, 4, 5, 6, 20)]
    layout = trend.figure("Rate", "", "share", line, grain="day", span=(None, None), notes=notes)["layout"]
    written = [mark for mark in layout["annotations"] if "<i>" in mark["text"]]
    assert [(mark["x"].day, mark["yshift"]) for mark in written] == [(3, 0), (4, 15), (20, 0)]
    assert len(layout["shapes"]) == 5


@pytest.mark.parametrize("values", [(0.2, 0.4), (-0.4, 0.2), (-0.4, -0.2)])
def test_bars_and_trends_of_a_table_start_at_nought(values: tuple[float, ...]):
    rows = [Row(f"{v}", f"{v}", v, f"{v}", "#000", v - 0.1, v + 0.1, trend=values) for v in values]
    drawn = ledger.table(rows, Headings("Model", "Tone")).to_dict()
    flat = next(data for data in drawn["datasets"].values() if "bar" in data[0])
    assert all((row["bar"] > row["bar_from"]) == (value > 0) for row, value in zip(flat, values, strict=True))
    lines = next(data for data in drawn["datasets"].values() if "height" in data[0])
    assert all(0 <= point["height"] % 1 <= 0.9 for point in lines)


@pytest.mark.parametrize(("days", "form"), [(0.2, "%-d %b, %H:%M"), (30, "%-d %b")])
def test_episodes_of_one_day_are_told_apart_by_the_hour(days: float, form: str):
    start = datetime(2026, 11, 4, 9)
    chart = episodes.timeline([Bar("1", "Errors", start, start + timedelta(days=days), "Error rate: 50 %", True)])
    drawn = chart.to_dict()
    assert drawn["layer"][0]["encoding"]["x"]["axis"]["format"] == form
    assert drawn["height"] >= 60  # a bar's line, and the axis


def test_a_long_name_in_a_table_ends_where_the_next_column_begins():
    columns = [Column("rule", 0), Column("group", 40), Column("since", 60), Column("whose", 100, "right")]
    drawn = listing.table(columns, [("1", ["Errors", "x" * 200, "4 Nov", "ana"])]).to_dict()
    limits = [layer["mark"]["limit"] for layer in drawn["layer"] if "limit" in layer["mark"]]
    assert limits == [{"expr": "width * 0.40 - 10"}, {"expr": "width * 0.20 - 10"}, 300, 300]
