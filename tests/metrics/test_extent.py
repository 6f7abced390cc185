"""What the store holds altogether, how values are ordered, and what turned up when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from analysis.metrics.distribution import distribution
from analysis.metrics.extent import Extent, extent
from analysis.metrics.facets import arrivals, values_in_order
from analysis.metrics.fields import UnknownFieldError
from analysis.metrics.filter import Filter
from analysis.metrics.safety import speaks_of_safety

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.store import Store


def test_an_empty_store_has_no_extent(store: Store):
    assert extent(store) == Extent(0, 0, None, None)


def test_records_without_a_time_are_counted_apart(store: Store, add_records: Callable[..., list[str]]):
    add_records({"time": datetime(2026, 1, 2)}, {"time": datetime(2026, 1, 5, 3)}, {})
    assert extent(store) == Extent(3, 1, datetime(2026, 1, 2), datetime(2026, 1, 5, 3))


def test_a_values_place_stays_when_others_come(store: Store, add_records: Callable[..., list[str]]):
    add_records({"model": "b"}, {"model": "b"}, {"model": "c"}, {"model": None})
    assert values_in_order(store, "model") == ["b", "c"]
    add_records(*({"model": "a", "import_id": 2} for _ in range(9)))
    assert values_in_order(store, "model") == ["b", "c", "a"]


def test_values_of_an_attribute_are_ordered_too(store: Store, add_records: Callable[..., list[str]]):
    add_records({"attributes": {"a.b": "x"}}, {"attributes": {"a.b": "y"}, "import_id": 2})
    assert values_in_order(store, "attributes.a.b") == ["x", "y"]


def test_what_is_there_from_the_start_is_no_arrival(store: Store, add_records: Callable[..., list[str]]):
    add_records(
        {"time": datetime(2026, 1, 1), "release": "1"},
        {"time": datetime(2026, 1, 1, 12), "release": "1.0.1"},
        {"time": datetime(2026, 1, 9), "release": "2"},
        {"time": datetime(2026, 1, 8), "release": "2"},
        {"time": datetime(2026, 1, 20), "release": "3"},
    )
    assert arrivals(store, "release", Filter()).rows() == [("2", datetime(2026, 1, 8)), ("3", datetime(2026, 1, 20))]


def test_an_arrival_before_the_period_is_left_out(store: Store, add_records: Callable[..., list[str]]):
    add_records(*({"time": datetime(2026, 1, day), "release": str(day)} for day in (1, 8, 20)))
    add_records({"time": datetime(2026, 1, 21), "release": "8"})
    chosen = Filter(datetime(2026, 1, 10), datetime(2026, 2, 1))
    assert arrivals(store, "release", chosen)["value"].to_list() == ["20"]


def test_a_distribution_has_bins_of_equal_ratio(store: Store, add_records: Callable[..., list[str]]):
    add_records(*({"latency": value} for value in (1.0, 1.2, 9.9, 10.0, 0.0)), {})
    bins = distribution(store, "latency", Filter())
    assert bins["records"].to_list() == [2, 1, 1]
    assert bins["start"].to_list() == pytest.approx([1, 10**0.9, 10])
    assert bins["end"].to_list() == pytest.approx([10**0.1, 10, 10**1.1])
    assert bins["share"].sum() == pytest.approx(1)


def test_a_distribution_is_of_numbers(store: Store):
    with pytest.raises(UnknownFieldError):
        distribution(store, "model", Filter())


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("toxicity", True), ("moderation.flagged", True), ("Self-Harm", True), ("jailbreak_attempt", True),
        ("PII leak", True), ("groundedness", False), ("correctness", False), ("thumbs", False),
    ],
)  # fmt: skip
def test_scores_of_safety_are_told_by_their_names(name: str, answer: bool):
    assert speaks_of_safety(name) is answer
