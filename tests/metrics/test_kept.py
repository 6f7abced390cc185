"""Metrics kept by day give what a scan gives, and never what is no longer so."""

import random
import shutil
from contextlib import closing
from datetime import datetime, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.metrics.catalogue import METRICS
from analysis.metrics.costs import comparison, unpriced
from analysis.metrics.distribution import distribution
from analysis.metrics.facets import Dimension, arrivals, dimensions, values, values_in_order
from analysis.metrics.fields import NONE, OTHER
from analysis.metrics.filter import Filter
from analysis.metrics.kept import figures, freshness, members, spreads
from analysis.metrics.kept.days import refresh
from analysis.metrics.query import measure, summary
from analysis.metrics.scan import scan
from analysis.store import Store
from analysis.workspace import Workspace
from tests import records

START = datetime(2026, 7, 30)  # a Thursday, two days before a month ends
NAMES = tuple(name for name, metric in METRICS.items() if metric.source != "signal")


def some(count, seed):
    dice = random.Random(seed)
    for _ in range(count):
        yield {
            "time": START + timedelta(minutes=dice.randrange(20 * 24 * 60)),
            "environment": dice.choice(["production", "staging", None]),
            "model": dice.choice(["a", "b", None]),
            "user_id": dice.choice(["u", "v", "w", None]),
            "session_id": dice.choice(["s", "t", None]),
            "recorded_cost": dice.choice([None, 0.1, 0.2]),
            "computed_cost": dice.choice([None, 0.3]),
            "price_source": dice.choice([None, "list"]),
            "input_tokens": dice.choice([None, 10, 20]),
            "output_tokens": dice.choice([None, 0, 5]),
            "latency": dice.choice([None, dice.random() * 5]),
            "time_to_first_token": dice.choice([None, 0.5]),
            "status": dice.choice(["ok", "ok", "error", None]),
            "finish_reason": dice.choice(["stop", "length", None]),
        }


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """A workspace of 300 records of which everything is kept."""
    dice = random.Random(2)
    values = [("thumbs", 1), ("thumbs", -1), ("stars", 3), ("stars", 5)]
    return made(tmp_path_factory, some(300, seed=1), [dice.choice(values) for _ in range(200)])


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A workspace of 1,500 records with few latencies, each the middle of what a percentile may be."""
    dice = random.Random(3)
    rows = [{"time": START + timedelta(minutes=20 * number), "model": dice.choice("abc"), "environment": None,
             "latency": dice.choice([0.0, 0.31, 1.7, 2.2, 9.1, 45.0, None])} for number in range(1500)]  # fmt: skip
    return made(tmp_path_factory, rows, [])


def made(tmp_path_factory, rows, scores):
    root, dice = tmp_path_factory.mktemp("made"), random.Random(4)
    with closing(Store(Workspace.at(root))) as store:
        ids = records.add(store, *rows)
        records.add(store, scores=[{"record_id": dice.choice(ids), "name": name, "value": value}
                                   for name, value in scores])  # fmt: skip
        assert refresh(store) > 0
    return root


@pytest.fixture
def filled(few, tmp_path):
    """A store of one's own that was just opened on the few records."""
    yield from opened(few, tmp_path)


@pytest.fixture
def crowded(many, tmp_path):
    """A store of one's own that was just opened on the many records."""
    yield from opened(many, tmp_path)


def opened(root, tmp_path):
    shutil.copytree(root, tmp_path / "copy")
    with closing(Store(Workspace.at(tmp_path / "copy"))) as store:
        assert refresh(store) == 0
        yield store


def both(store, monkeypatch, *arguments, **options):
    """Ask with the kept days and without."""
    kept = measure(store, *arguments, **options)
    with monkeypatch.context() as patch:
        patch.setattr(freshness, "_known", {})
        return kept, measure(store, *arguments, **options)


PERIODS = [
    Filter(),
    Filter(START + timedelta(days=3), START + timedelta(days=9)),
    Filter(START + timedelta(days=3, hours=7), START + timedelta(days=9, hours=5)),
    Filter(start=START + timedelta(days=3, hours=7)),
    Filter(end=START + timedelta(days=12, hours=1)),
    Filter().where("model", "a"),
    Filter(START + timedelta(hours=30)).where("environment", None),
    Filter(START + timedelta(hours=30)).where("model", "a", None),
]


@pytest.mark.parametrize("filter", PERIODS, ids=Filter.sentence)
@pytest.mark.parametrize("grain", [None, "day", "week", "month"])
@pytest.mark.parametrize("by", [(), ("model",)])
def test_kept_days_give_what_a_scan_gives(filled, monkeypatch, filter, grain, by):
    kept, scanned = both(filled, monkeypatch, NAMES, filter, by=by, grain=grain)
    assert_frame_equal(kept, scanned, check_exact=False, rel_tol=1e-9, abs_tol=1e-12)


@pytest.mark.parametrize("grain", [None, "day", "month"])
@pytest.mark.parametrize("first", ["cost", "users", "error_rate"])
def test_the_smaller_groups_are_put_together(filled, monkeypatch, grain, first):
    names = list(dict.fromkeys([first, *NAMES]))
    kept, scanned = both(filled, monkeypatch, names, PERIODS[2], by=("model",), grain=grain, limit=1)
    assert_frame_equal(kept, scanned, check_exact=False, rel_tol=1e-9, abs_tol=1e-12)


@pytest.mark.parametrize("filter", [*PERIODS[1:6], PERIODS[7]], ids=Filter.sentence)
@pytest.mark.parametrize(
    "options", [{}, {"grain": "week"}, {"by": ("model",)}, {"by": ("model",), "limit": 1}], ids=str
)
def test_percentiles_of_many_records_are_right_to_half_a_percent(crowded, monkeypatch, filter, options):
    names = [name for name in NAMES if name.startswith("latency")]
    exact = measure(crowded, names, filter, **options)
    monkeypatch.setattr(spreads, "EXACT", 0)
    asked = scans(monkeypatch)
    kept = measure(crowded, names, filter, **options)
    assert not {*names} & {name for together in asked for name in together}
    assert_frame_equal(kept.drop("value"), exact.drop("value"))
    for found, right in zip(kept["value"], exact["value"], strict=True):
        assert found == pytest.approx(right, rel=0.0051)


@pytest.mark.parametrize("filter", PERIODS, ids=Filter.sentence)
def test_a_spread_is_the_same_read_or_scanned(crowded, monkeypatch, filter):
    kept = distribution(crowded, "latency", filter)
    with monkeypatch.context() as patch:
        patch.setattr(freshness, "_known", {})
        assert_frame_equal(kept, distribution(crowded, "latency", filter))


@pytest.mark.parametrize("filter", PERIODS, ids=Filter.sentence)
def test_costs_by_model_are_the_same_read_or_scanned(filled, monkeypatch, filter):
    kept = comparison(filled, filter), unpriced(filled, filter)
    with monkeypatch.context() as patch:
        patch.setattr(freshness, "_known", {})
        for found, scanned in zip(kept, (comparison(filled, filter), unpriced(filled, filter)), strict=True):
            assert_frame_equal(found, scanned, check_exact=False, rel_tol=1e-9, abs_tol=1e-12)


@pytest.mark.parametrize("filter", PERIODS, ids=Filter.sentence)
@pytest.mark.parametrize("grain", [None, "hour", "day", "week"])
def test_what_is_beyond_the_largest_is_the_rest_of_the_whole(filled, filter, grain):
    names = ["cost", "requests", "total_tokens"]
    groups = measure(filled, names, filter, by=["user_id"], grain=grain)
    largest = measure(filled, names, filter, by=["user_id"])["user_id"].unique(maintain_order=True)[:2].to_list()
    keys = ["time"] if grain else []
    folded = (
        groups.with_columns(pl.when(pl.col("user_id").is_in(largest)).then("user_id").otherwise(pl.lit(OTHER)))
        .group_by(*keys, "user_id", "metric", maintain_order=True)
        .agg(pl.when(pl.col("value").count() > 0).then(pl.col("value").sum()), pl.col("n", "of").sum())
    )
    found = measure(filled, names, filter, by=["user_id"], grain=grain, limit=2).select(folded.columns)
    assert_frame_equal(found, folded, check_exact=False, rel_tol=1e-9, abs_tol=1e-12, check_row_order=False)


def scans(monkeypatch):
    asked = []

    def counting(store, metrics, *others):
        asked.append([metric.name for metric in metrics])
        return scan(store, metrics, *others)

    for module in ("analysis.metrics.scan.scan", "analysis.metrics.query.scan", "analysis.metrics.kept.figures.scan"):
        monkeypatch.setattr(module, counting)
    return asked


EDGES = [
    [metric.name for metric in figures.TOGETHER if metric.source == source] for source in ("records", "scores")
] * 2
"""What is asked of the two broken days of a period, once for all metrics that are quickly had together."""


@pytest.mark.parametrize(
    ("names", "filter", "options", "scanned"),
    [
        (["users", "latency_p95", "cost"], PERIODS[1], {"grain": "day"}, []),
        (["error_rate", "cost_per_request"], PERIODS[1], {}, []),
        (["users", "cost_per_user", "cost"], PERIODS[2], {}, EDGES),
        (["users", "cost"], PERIODS[3], {"grain": "day"}, [*EDGES[:2], ["requests", "users"]]),
        (["users", "latency_p50"], PERIODS[1], {}, [["latency_p50"]]),
        (["cost"], Filter().where("model", "a"), {"grain": "day"}, []),
        (["cost"], Filter(), {"by": ("model",), "limit": 3}, []),
        (["cost"], Filter(), {"by": ("model",), "limit": 2}, []),
        (["cost"], Filter().where("model", "a", "b"), {"by": ("model",)}, []),
        (["cost"], Filter(), {"by": ("user_id",)}, [["requests", "cost"]]),
        (["cost"], Filter().where("user_id", "u"), {}, [["requests", "cost"]]),
        (["cost"], Filter(), {"grain": "hour"}, [["requests", "cost"]]),
        (["cost"], PERIODS[2], {}, EDGES),
    ],
)
def test_only_what_is_not_kept_is_scanned(filled, monkeypatch, names, filter, options, scanned):
    asked = scans(monkeypatch)
    measure(filled, names, filter, **options)
    assert asked == scanned


def test_a_change_is_seen_at_once_and_its_days_computed_anew(filled):
    before = summary(filled, ["requests", "cost"], Filter())
    records.add(filled, {"time": START + timedelta(days=2), "recorded_cost": 100.0})
    assert summary(filled, ["requests"], Filter())["requests"].value == before["requests"].value + 1
    assert refresh(filled) == 1
    assert summary(filled, ["cost"], Filter())["cost"].value == pytest.approx(before["cost"].value + 100)
    assert refresh(filled) == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE records SET computed_cost = 7 WHERE time < '2026-07-31'",
        "DELETE FROM records WHERE time < '2026-07-31'",
        "DELETE FROM scores WHERE value = -1",
        "UPDATE records SET time = time + INTERVAL 40 DAY WHERE time < '2026-07-31'",
        "DELETE FROM records",
    ],
)
def test_every_change_is_found(filled, monkeypatch, change):
    with filled.write() as cursor:
        cursor.execute(change)
    refresh(filled)
    kept, scanned = both(filled, monkeypatch, NAMES, Filter(), grain="day")
    assert_frame_equal(kept, scanned, check_exact=False, rel_tol=1e-9, abs_tol=1e-12)


def test_a_field_with_too_many_values_is_scanned(filled, monkeypatch):
    records.add(filled, *({"time": START, "model": f"m{number}"} for number in range(members.MAX_MEMBERS)))
    refresh(filled)
    asked = scans(monkeypatch)
    assert measure(filled, ["requests"], Filter(), by=("model",))["value"].sum() == 300 + members.MAX_MEMBERS
    assert asked == [["requests"]]
    assert measure(filled, ["requests"], Filter(), by=("environment",))["value"].sum() == 300 + members.MAX_MEMBERS
    assert len(asked) == 1


def test_records_without_a_time_are_not_forgotten(filled):
    records.add(filled, {"model": "z"})
    refresh(filled)
    assert summary(filled, ["requests"], Filter())["requests"].value == 301
    assert measure(filled, ["requests"], Filter(), grain="day")["value"].sum() == 300
    assert NONE not in measure(filled, ["requests"], Filter(), by=("model",)).filter(pl.col("value") == 0)["model"]


def test_nothing_is_kept_where_another_change_came_between(filled, monkeypatch):
    records.add(filled, {"time": START})
    slow = figures.compute

    def interrupted(store, *others):
        with store.write() as cursor:
            cursor.execute("DELETE FROM scores")
        return slow(store, *others)

    monkeypatch.setattr(figures, "compute", interrupted)
    assert refresh(filled) == -1
    assert not freshness.is_fresh(filled)


def test_what_is_offered_is_what_the_records_have(store, add_records):
    add_records(
        {"time": START, "model": "a", "app": "x", "user_id": "u", "attributes": {"tier": "pro", "tags": ["t"]}},
        {"time": START + timedelta(days=2), "model": "b", "user_id": "v", "attributes": {"tier": "free"}},
        {"time": START + timedelta(days=3), "model": "b", "import_id": 2, "release": "2"},
        {"time": START + timedelta(days=3), "import_id": 2, "release": "1", "model": "c"},
        {"model": "d"},
    )
    asked = [
        lambda filter: [d for d in dimensions(store, filter) if d.field not in ("source", "user_id")],
        lambda filter: values(store, "model", filter).rows(),
        lambda filter: values(store, "user_id", filter).rows(),
        lambda filter: [row for row in values(store, "attributes.tier", filter).rows() if row[0] != NONE],
        lambda filter: values_in_order(store, "model"),
        lambda filter: arrivals(store, "model", filter).rows(),
    ]
    for filter in (Filter(), Filter(START + timedelta(days=1)), Filter(end=START + timedelta(days=3))):
        scanned = [ask(filter) for ask in asked]
        refresh(store)
        assert [ask(filter) for ask in asked] == scanned
        with store.write() as cursor:
            cursor.execute("DELETE FROM kept_facets")
    refresh(store)
    assert Dimension("user_id", "User", 2) in dimensions(store, Filter())


def test_visits_follow_what_comes_late_and_what_goes(filled, monkeypatch):
    for change in (
        lambda: records.add(filled, {"time": START - timedelta(days=3), "user_id": "u", "session_id": "new"}),
        lambda: records.add(
            filled, {"time": START + timedelta(days=30), "user_id": "v"}, {"time": START, "user_id": "x"}
        ),
        lambda: delete(filled, "user_id = 'v' AND time < '2026-08-05'"),
        lambda: delete(filled, "time::DATE = '2026-08-06'"),
    ):
        change()
        refresh(filled)
        for filter in PERIODS[:5]:
            kept, scanned = both(filled, monkeypatch, ["users", "conversations", "cost_per_user"], filter)
            assert_frame_equal(kept, scanned, check_exact=False, rel_tol=1e-9)


def delete(store, where):
    with store.write() as cursor:
        cursor.execute(f"DELETE FROM records WHERE {where}")
