"""Regression: what got worse is found and named, what did not is not called worse, and too little is said to be."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from analysis.golden import paired, similarity
from analysis.golden.regression import (
    AS_EXPECTED,
    BETTER,
    FEW,
    LIKENESS,
    NO_WORSE,
    SIMILARITY,
    WORSE,
    Measure,
    compare,
    own_values,
)  # fmt: skip
from tests.golden.items import item

TOXIC = Measure("toxicity", "Toxic answers", "lower", 0.5)
RELEVANT = Measure("relevance", "Relevance", "higher")
LENGTH = Measure("length", "Length", None, None, 100)


def values(numbers: np.ndarray | list[float]) -> dict[str, float]:
    return {f"{place:03d}": float(number) for place, number in enumerate(numbers)}


def run(measure: Measure, before: np.ndarray, now: np.ndarray):
    items = [item(str(place)) for place in range(len(before))]
    return compare(items, len(before), [measure], {measure.name: values(before)}, {measure.name: values(now)})


def test_mcnemar_of_a_worked_example():
    # Agresti, Categorical Data Analysis, table 10.1: approval of the prime minister, 1,600 people asked twice
    before = np.repeat([True, True, False, False], [794, 150, 86, 570])
    now = np.repeat([True, False, True, False], [794, 150, 86, 570])
    found = paired.flags(before, now)
    assert (found.before, found.now) == (pytest.approx(0.59), pytest.approx(0.55))
    assert found.difference == pytest.approx(-0.04)
    assert (found.low, found.high) == (pytest.approx(-0.059, abs=0.001), pytest.approx(-0.021, abs=0.001))
    assert found.p == pytest.approx(binomtest(86, 236).pvalue)
    assert found.toward == -1


def test_wilcoxon_by_hand():
    # Of eight pairs that with rank 2 fell: three of 256 patterns of signs have so small a sum, {}, {1} and {2}.
    apart = np.array([-3.5, 3, 7, 6, 4, 9, 10, 12])
    found = paired.values(np.zeros(8), apart)
    assert found.p == pytest.approx(2 * 3 / 256)
    assert found.toward == 1
    assert found.difference == pytest.approx(apart.mean())


def test_the_smallest_change_is_seen_in_four_of_five_cases():
    rng = np.random.default_rng(0)
    before = rng.random(200) < 0.1
    smallest = paired.flags(before, before).smallest
    assert smallest is not None
    seen = 0
    for _ in range(400):
        now = before | (rng.random(200) < smallest / 0.9)
        seen += paired.flags(before, now).p <= 0.05
    assert seen / 400 == pytest.approx(0.8, abs=0.07)


def test_a_flag_that_comes_often_is_worse_and_the_items_are_named():
    before, now = np.zeros(60), np.zeros(60)
    now[:12] = 0.9
    found = run(TOXIC, before, now)
    assert found.verdict == WORSE
    (change,) = found.changes
    assert (change.figures.before, change.figures.now, change.verdict) == (0, 0.2, WORSE)
    assert [one.item for one in found.worse] == [f"{place:03d}" for place in range(12)]
    assert found.worse[0].by == {"toxicity": (0.0, 0.9)}
    assert run(TOXIC, now, before).verdict == BETTER


def test_a_value_that_falls_is_worse_where_higher_is_better():
    rng = np.random.default_rng(1)
    before = rng.random(80)
    now = before - 0.1 - 0.05 * rng.random(80)
    now[7] = -1
    found = run(RELEVANT, before, now)
    assert found.verdict == WORSE
    assert found.worse[0].item == "007"
    assert run(RELEVANT, now, before).verdict == BETTER


def test_noise_is_called_worse_as_seldom_as_said():
    alarms = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        sides = [{"toxicity": values(rng.random(60)), "relevance": values(rng.random(60))} for _ in range(2)]
        found = compare([item(str(n)) for n in range(60)], 60, [TOXIC, RELEVANT], *sides)
        alarms += found.verdict == WORSE
        assert found.verdict == WORSE or found.changes[0].figures.smallest is not None
    assert alarms <= 12  # half of 0.05 is worse, the other half better


def test_what_has_no_better_side_says_nothing():
    found = run(LENGTH, np.zeros(60), np.full(60, 90.0))
    assert (found.verdict, found.worse) == (FEW, ())
    assert found.changes[0].figures.difference == 90


def test_few_items_say_nothing_unless_they_are_all_worse():
    assert run(TOXIC, np.zeros(10), np.zeros(10)).verdict == FEW
    assert run(TOXIC, np.zeros(10), np.ones(10)).verdict == WORSE
    assert run(TOXIC, np.zeros(40), np.zeros(40)).verdict == NO_WORSE
    assert compare([], 0, [TOXIC], {}, {}).verdict == FEW


def test_one_item_and_items_without_a_change_are_no_trouble():
    assert run(RELEVANT, np.array([0.5]), np.array([0.4])).changes[0].figures.low is None
    assert run(RELEVANT, np.full(40, 0.5), np.full(40, 0.5)).changes[0].figures.p == 1


def test_many_measures_are_corrected_for():
    before, now = np.zeros(60), np.zeros(60)
    now[:6] = 1  # p is 0.031
    several = [TOXIC, *(Measure(f"m{place}", "", "lower", 0.5) for place in range(4))]
    sides = [{one.name: values(side if one is TOXIC else before) for one in several} for side in (before, now)]
    items = [item(str(place)) for place in range(60)]
    assert compare(items, 60, [TOXIC], *sides).verdict == WORSE
    assert compare(items, 60, several, *sides).verdict == NO_WORSE


def test_answers_are_held_against_what_is_expected():
    short, long = (
        item("a", "7.", answer="6"),
        item("b", "It is in the second drawer on the left hand side.", answer="No"),
    )
    good = item("c", "It is in the second drawer on the left hand side.", answer=None)
    answers = {short.id: " 7", long.id: "In the second drawer on the left", good.id: "Somewhere"}
    found = own_values([short, long, good], answers)
    assert found[AS_EXPECTED.name] == {short.id: 1}
    assert found[SIMILARITY.name].keys() == {long.id}
    assert found[LIKENESS.name].keys() == {good.id}
    assert 0.5 < found[SIMILARITY.name][long.id] < 1


@pytest.mark.parametrize(
    ("answer", "expected", "value"),
    [("the cat", "the cat", 1), ("xyz", "abc", 0), ("", "abc", 0), ("", "", 1), ("ab", "abc", 0.6)],
)
def test_chrf(answer: str, expected: str, value: float):
    # ab for abc: precision 1; recall 2/3 and 1/2, on average 7/12; F2 = 5 * 7/12 / (4 + 7/12)
    assert similarity.chrf(answer, expected) == pytest.approx(value if answer != "ab" else 35 / 55)
