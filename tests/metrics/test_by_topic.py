"""Shares of topics: their intervals, how they moved, and which moves are marked among many."""

from __future__ import annotations

import pytest

from analysis.metrics.by_topic import shares


def test_a_share_its_interval_and_a_move_beyond_chance():
    found = shares({"a": 300, "b": 700}, {"a": 100, "b": 900})
    assert found["a"].figure.value == 0.3
    assert found["a"].figure.low == pytest.approx(0.2724, abs=1e-4)
    assert found["a"].change is not None
    assert found["a"].change.difference == pytest.approx(0.2)
    assert found["a"].marked
    assert not shares({"a": 300, "b": 700}, {"a": 301, "b": 699})["a"].marked


def test_of_many_topics_one_that_moved_a_little_is_not_marked():
    before = {f"t{n}": 50 for n in range(200)}
    now = before | {"t0": 72}
    assert shares({"t0": 72, "rest": 9928}, {"t0": 50, "rest": 9950})["t0"].marked
    found = shares(now, before)["t0"]
    assert found.change is not None
    assert found.change.notable
    assert not found.marked


def test_nothing_is_compared_with_nothing_or_too_few():
    assert shares({"a": 40}, {})["a"].change is None
    assert shares({"a": 40}, {"a": 29})["a"].change is None
    assert shares({}, {}) == {}
