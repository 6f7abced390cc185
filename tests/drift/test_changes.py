"""Change points: a lasting change and a passing one are dated; noise, gaps and short series give none."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.drift.changes import stretches


def noise(points: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(points)


def found(values: np.ndarray, weights: np.ndarray | None = None, chance: float = 0.01) -> list[tuple[int, int]]:
    given = np.ones(len(values)) if weights is None else weights
    return [(one.start, one.end) for one in stretches(values, given, chance=chance)]


def test_a_lasting_change_is_dated_and_reaches_to_the_end():
    values = noise(90)
    values[50:] += 6
    assert found(values) == [(50, 90)]


def test_a_change_near_the_beginning_is_what_follows_it():
    values = noise(60, 3)
    values[:8] += 6
    assert found(values) == [(8, 60)]


def test_a_passing_change_has_a_beginning_and_an_end():
    values = noise(90)
    values[60:66] -= 4
    assert found(values) == [(60, 66)]


def test_two_changes_are_told_apart():
    values = noise(120)
    values[30:40] += 5
    values[80:] += 5
    assert set(found(values)) == {(30, 40), (80, 120)}


def test_noise_gives_as_few_as_said():
    alarms = sum(bool(stretches(noise(40, seed), np.ones(40), chance=0.05, seed=seed)) for seed in range(60))
    assert alarms <= 7


def test_series_that_remember_raise_few_more_alarms():
    alarms = 0
    for seed in range(40):
        values = noise(80, seed)
        for place in range(1, len(values)):
            values[place] += 0.4 * values[place - 1]
        alarms += bool(stretches(values, np.ones(80), chance=0.05, seed=seed))
    assert alarms <= 8  # without reckoning with it, more than half


def test_a_point_of_little_weight_is_no_change():
    values = noise(60)
    values[20:22] = 30
    weights = np.ones(60)
    weights[20:22] = 0.001
    assert found(values, weights) == []


def test_gaps_are_passed_over():
    values = noise(90)
    values[45:] += 6
    values[[3, 44, 45, 80]] = np.nan
    weights = np.ones(90)
    weights[10] = 0
    assert found(values, weights) == [(46, 90)]


@pytest.mark.parametrize("values", [np.empty(0), noise(5), np.full(40, 2.0), np.full(40, np.nan)])
def test_what_says_nothing_gives_nothing(values: np.ndarray):
    assert found(values) == []
