"""Trends and breakdowns."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from analysis.metrics.facets import Dimension, dimensions, values
from analysis.metrics.fields import UnknownFieldError
from analysis.metrics.filter import Filter
from analysis.metrics.query import fill, measure

START = datetime(2026, 8, 3)  # a Monday


def rows(frame, *columns):
    return frame.select(*columns, "metric", "value").rows()


@pytest.mark.parametrize(
    ("grain", "buckets"),
    [
        ("hour", [datetime(2026, 8, 2, 23), datetime(2026, 8, 3), datetime(2026, 9, 1, 5)]),
        ("day", [datetime(2026, 8, 2), datetime(2026, 8, 3), datetime(2026, 9, 1)]),
        ("week", [datetime(2026, 7, 27), datetime(2026, 8, 3), datetime(2026, 8, 31)]),
        ("month", [datetime(2026, 8, 1), datetime(2026, 9, 1)]),
    ],
)
def test_buckets_are_utc_and_begin_on_monday(store, add_records, grain, buckets):
    times = [datetime(2026, 8, 2, 23, 59, 59), datetime(2026, 8, 3), datetime(2026, 9, 1, 5, 30), None]
    add_records(*({"time": time} for time in times))
    frame = measure(store, ["requests"], Filter(), grain=grain)
    assert frame["time"].to_list() == buckets
    assert frame["value"].sum() == 3


def test_long_form_keeps_the_order_asked_for(store, add_records):
    add_records({"time": START, "model": "a"}, {"time": START, "model": "b"}, {"time": START, "model": "b"})
    frame = measure(store, ["users", "requests"], Filter(), by=("model",), grain="day")
    assert frame.columns == ["time", "model", "metric", "value", "n", "of", "low", "high"]
    assert rows(frame, "model") == [("b", "users", 0), ("b", "requests", 2), ("a", "users", 0), ("a", "requests", 1)]


def test_a_missing_value_is_a_group_of_its_own(store, add_records):
    add_records({"attributes": {"tier": "pro"}}, {"attributes": {}}, {})
    assert rows(measure(store, ["requests"], Filter(), by=("attributes.tier",)), "attributes.tier") == [
        ("(none)", "requests", 2),
        ("pro", "requests", 1),
    ]


def test_the_rest_is_computed_anew_and_not_summed(store, add_records):
    users = {"a": ["u"] * 5, "b": ["u", "v", "v"], "c": ["v", "w"], "d": ["w"]}
    add_records(
        *(
            {"model": model, "user_id": user, "latency": float(n)}
            for model, ids in users.items()
            for n, user in enumerate(ids)
        )
    )
    frame = measure(store, ["users", "latency_p50"], Filter(), by=("model",), limit=2)
    assert rows(frame, "model") == [
        ("a", "users", 1), ("a", "latency_p50", 2.0), ("b", "users", 2), ("b", "latency_p50", 1.0),
        ("(other)", "users", 2), ("(other)", "latency_p50", 0.0),
    ]  # fmt: skip


def test_the_largest_are_by_the_first_metric_where_it_adds_up(store, add_records):
    add_records({"model": "few", "recorded_cost": 9.0}, {"model": "many"}, {"model": "many", "recorded_cost": 1.0})
    by_cost = measure(store, ["cost"], Filter(), by=("model",), limit=1)
    assert rows(by_cost, "model") == [("few", "cost", 9.0), ("(other)", "cost", 1.0)]
    by_requests = measure(store, ["cost_per_request"], Filter(), by=("model",), limit=1)
    assert by_requests["model"].to_list() == ["many", "(other)"]


def test_scores_are_beside_all_requests_of_their_group(store, add_records):
    first, *_ = add_records({"model": "a"}, {"model": "a"}, {"model": "b"})
    with store.write() as cursor:
        cursor.execute("INSERT INTO scores (record_id, name, value) VALUES (?, 'thumbs', 1)", [first])
    frame = measure(store, ["thumbs_up_rate", "thumbs_coverage"], Filter(), by=("model",))
    assert frame.select("model", "metric", "value", "n", "of").rows() == [
        ("a", "thumbs_up_rate", 1.0, 1, 2), ("a", "thumbs_coverage", 0.5, 2, 2),
        ("b", "thumbs_up_rate", None, 0, 1), ("b", "thumbs_coverage", 0.0, 1, 1),
    ]  # fmt: skip


def test_two_fields_and_a_numeric_one(store, add_records):
    add_records({"model": "a", "app": "x", "import_id": 3}, {"model": "a", "app": "y", "import_id": 3})
    frame = measure(store, ["requests"], Filter(), by=("app", "import_id"))
    assert rows(frame, "app", "import_id") == [("x", "3", "requests", 1), ("y", "3", "requests", 1)]


def test_gaps_are_null_for_rates_and_zero_for_counts(store, add_records):
    add_records(
        {"time": START, "status": "ok", "recorded_cost": 0.01}, {"time": START + timedelta(days=2), "status": "ok"}
    )
    names = ["requests", "error_rate", "cost", "latency_p50"]
    bare = measure(store, names, Filter(), grain="day")
    assert bare["time"].n_unique() == 2
    frame = fill(bare, Filter(START - timedelta(days=1), START + timedelta(days=3)), "day")
    assert frame["time"].n_unique() == 4
    gap = frame.filter(pl.col("time") == START + timedelta(days=1))
    assert rows(gap) == [("requests", 0.0), ("error_rate", None), ("cost", 0.0), ("latency_p50", None)]
    assert gap["n"].to_list() == [0] * 4
    assert fill(bare, Filter(), "day")["time"].n_unique() == 3


def test_no_gap_of_a_sum_is_zero_where_nothing_is_known_of_it(store, add_records):
    add_records({"time": START}, {"time": START + timedelta(days=2)})
    frame = fill(measure(store, ["cost", "requests"], Filter(), grain="day"), Filter(), "day")
    assert frame.filter(metric="cost")["value"].to_list() == [None, None, None]
    assert frame.filter(metric="requests")["value"].to_list() == [1, 0, 1]


def test_wrong_names_are_told(store):
    with pytest.raises(UnknownFieldError, match=r"modell.*model"):
        measure(store, ["requests"], Filter(), by=("modell",))
    with pytest.raises(ValueError, match="hour, day, week, month"):
        measure(store, ["requests"], Filter(), grain="year")


def test_dimensions_are_those_with_values(store, add_records):
    add_records(
        {"model": "a", "attributes": {"tier": "pro"}}, {"model": "b", "attributes": {"tier": "pro", "x.y": 1}},
        {"time": START, "app": "z"},
    )  # fmt: skip
    found = dimensions(store, Filter(end=START)) + dimensions(store, Filter())
    assert Dimension("app", "App", 1) in found
    assert [d for d in dimensions(store, Filter()) if d.field != "source"] == [
        Dimension("app", "App", 1), Dimension("model", "Model", 2),
        Dimension("attributes.tier", "tier", 1), Dimension("attributes.x.y", "x.y", 1),
    ]  # fmt: skip


def test_values_come_most_frequent_first(store, add_records):
    add_records({"model": "a"}, {"model": "b"}, {"model": "b"}, {}, {}, {})
    assert values(store, "model", Filter(), limit=2).rows() == [("(none)", 3), ("b", 2)]
