"""One figure against another."""

from __future__ import annotations

import pytest

from analysis.metrics.catalogue import METRICS
from analysis.metrics.change import compare
from analysis.metrics.intervals import wilson
from analysis.metrics.query import Figure


def rate(hits: int, n: int, name: str = "error_rate") -> Figure:
    low, high = wilson(hits / n, n)
    return Figure(METRICS[name], hits / n, n, n, low, high)


def total(value: float | None, n: int = 100) -> Figure:
    return Figure(METRICS["cost"], value, n, n, None, None)


def test_the_interval_of_two_rates_is_newcombes():
    # Newcombe (1998), Statistics in Medicine 17, 873-890, Table II: 56/70 less 48/80, method 10: 0.0524 to 0.3339.
    change = compare(rate(56, 70), rate(48, 80))
    assert change is not None
    assert change.difference == pytest.approx(0.2)
    assert change.low == pytest.approx(0.0524, abs=5e-5)
    assert change.high == pytest.approx(0.3339, abs=5e-5)
    assert change.notable


def test_what_may_be_chance_is_not_notable():
    change = compare(rate(11, 100), rate(9, 100))
    assert change is not None
    assert not change.notable
    assert not change.worrying


@pytest.mark.parametrize(
    ("name", "now", "before", "better"),
    [
        ("error_rate", 60, 20, False), ("error_rate", 20, 60, True), ("thumbs_up_rate", 60, 20, True),
        ("tool_call_rate", 60, 20, None),
    ],
)  # fmt: skip
def test_the_sign_is_read_by_what_is_better(name: str, now: int, before: int, better: bool | None):
    change = compare(rate(now, 100, name), rate(before, 100, name))
    assert change is not None
    assert change.better is better
    assert change.worrying is (better is False)


@pytest.mark.parametrize(("now", "worrying"), [(110.1, True), (109, False), (80, False), (100, False)])
def test_a_total_worries_when_it_moves_by_a_tenth_the_wrong_way(now: float, worrying: bool):
    change = compare(total(now), total(100))
    assert change is not None
    assert change.worrying is worrying


@pytest.mark.parametrize(
    ("now", "before"), [(total(None), total(1)), (total(1, n=29), total(1)), (total(1), total(1, n=3))]
)
def test_nothing_is_said_of_too_few(now: Figure, before: Figure):
    assert compare(now, before) is None
