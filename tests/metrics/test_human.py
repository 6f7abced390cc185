"""Rates from labels and scores together: as the reference implementation computes them, and true as often as said."""

from __future__ import annotations

import math
import random
import statistics
from dataclasses import astuple
from typing import TYPE_CHECKING

import pytest

from analysis.metrics import intervals
from analysis.metrics.combined import Moments, combine
from analysis.metrics.filter import Filter
from analysis.metrics.human import Label, curve, labels, rates, rates_by
from analysis.scoring.registry import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analysis.scoring.scorer import Scorer
    from analysis.store import Store

LABELS = [1, 0, 1, 1, 0, 0, 1, 0, 1, 0] * 4
SCORES = [0.9, 0.2, 0.8, 0.4, 0.1, 0.3, 0.7, 0.6, 0.95, 0.05] * 4
LEANING = [0.3 + 0.2 * (number % 5 == 0) + number % 3 / 10 for number in range(40)]
NINTHS = [number % 9 / 9 for number in range(90)]
OTHERS = [number % 37 / 40 for number in range(400)]


def moments(y: Sequence[float], f: Sequence[float], others: Sequence[float]) -> Moments:
    covariance = statistics.fmean(a * b for a, b in zip(y, f, strict=True)) - statistics.fmean(y) * statistics.fmean(f)
    return Moments(
        len(y), statistics.fmean(y), statistics.pvariance(y), statistics.fmean(f), statistics.pvariance(f), covariance,
        len(others), statistics.fmean(others), statistics.pvariance(others),
    )  # fmt: skip


# ppi_mean_pointestimate and ppi_mean_ci of ppi-python 0.2.3 on the same numbers; their weights are
# 1, 0, and between.
@pytest.mark.parametrize(
    ("y", "f", "others", "value", "low", "high"),
    [
        (LABELS, SCORES, OTHERS, 0.4434375, 0.34183321, 0.54504179),
        ([1, 0, 0, 0, 0, 1, 0, 0] * 5, [n % 7 / 7 for n in range(40)], NINTHS, 0.25, 0.11581044, 0.38418956),
        ([1, 0, 0, 0, 1] * 8, LEANING, NINTHS, 0.40175692, 0.25255144, 0.5509624),
    ],
)
def test_it_agrees_with_the_reference(
    y: list[float], f: list[float], others: list[float], value: float, low: float, high: float
) -> None:
    estimate = combine(moments(y, f, others))
    assert estimate is not None
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx((value, low, high), abs=1e-7)


def test_the_interval_covers_the_truth_as_often_as_it_says_and_is_shorter_than_the_labels_own() -> None:
    rng = random.Random(5)
    covered, shorter, runs = 0, 0, 400
    for _ in range(runs):
        truth = [float(rng.random() < 0.3) for _ in range(2100)]
        scores = [min(max(0.7 * y + rng.gauss(0.25, 0.15), 0), 1) for y in truth]  # biased: its mean is not 0.3
        estimate = combine(moments(truth[:100], scores[:100], scores[100:]))
        assert estimate is not None
        covered += estimate.low <= 0.3 <= estimate.high
        own = 1.96 * math.sqrt(statistics.pvariance(truth[:100]) / 100)
        shorter += estimate.high - estimate.low < 2 * own
    # 95 % of 400 is 380, give or take 3 standard deviations of 4.4
    assert covered >= 367
    assert shorter == runs


def test_useless_scores_count_for_nothing() -> None:
    estimate = combine(moments(LABELS, [0.5] * 40, [0.5] * 300))
    assert estimate is not None
    assert (estimate.weight, estimate.value) == (0, 0.5)


SCORER = """
from analysis.scoring.scorer import Scorer
SCORERS = [Scorer(name="bad", version=1, title="Bad", measures="It.", limits="None.", reads=("response",), score=len,
                  topic="quality", figure="Bad", better="lower", flags_from=0.5)]
"""


@pytest.fixture
def bad(store: Store) -> Scorer:
    store.workspace.scorers.mkdir()
    (store.workspace.scorers / "own.py").write_text(SCORER)
    return registry(store.workspace).find("bad")


def mark(store: Store, ids: Sequence[str], values: Sequence[float]) -> None:
    with store.write() as cursor:
        cursor.execute("INSERT INTO scorers (name, version) VALUES ('bad', 1)")
        cursor.executemany(
            "INSERT INTO marks VALUES (?, 'bad', 1, ?, NULL, NULL, NULL)", [*zip(ids, values, strict=True)]
        )


def label(
    add_records: Callable[..., list[str]], ids: Sequence[str], values: Sequence[int], origin: str = "human"
) -> None:
    add_records(scores=[
        {"record_id": id, "target_key": id, "name": "wrong", "value": value, "origin": origin}
        for id, value in zip(ids, values, strict=True)
    ])  # fmt: skip


def test_from_the_store(store: Store, bad: Scorer, add_records: Callable[..., list[str]]) -> None:
    ids = add_records(*({"response": "yes", "model": "m"} for _ in range(440)))
    mark(store, ids, [0.9 if score >= 0.5 else 0.1 for score in [*SCORES, *OTHERS]])
    label(add_records, ids[:40], LABELS)
    label(add_records, [ids[50]], [1], origin="model")
    assert labels(store) == ["wrong"]
    found = rates(store, bad, Label("wrong", ">=", 1), Filter.parse(["model=m"]))
    flags, others = [float(s >= 0.5) for s in SCORES], [float(s >= 0.5) for s in OTHERS]
    expected = combine(moments(LABELS, flags, others))
    assert found.combined is not None
    assert expected is not None
    assert astuple(found.combined) == pytest.approx(astuple(expected))
    assert found.human is not None
    assert (found.human.value, found.human.low, found.human.high) == (0.5, *intervals.wilson(0.5, 40))
    assert found.automatic is not None
    assert found.automatic.value == pytest.approx(sum(flags + others) / 440)
    # of ten: 0.9, 0.8, 0.7 and 0.95 are flagged rightly, 0.6 wrongly, 0.4 is missed
    agreement = found.agreement
    assert (agreement.both, agreement.only_scorer, agreement.only_people, agreement.neither) == (16, 4, 4, 16)
    assert (agreement.precision, agreement.recall, agreement.agreement) == (0.8, 0.8, 0.8)
    assert agreement.kappa == pytest.approx(0.6)
    bins = curve(store, bad, Label("wrong", ">=", 1), Filter())
    assert bins.select("share", "n").rows() == [(0.2, 20), (0.8, 20)]
    assert bins["value"].to_list() == pytest.approx([0.1, 0.9])


def test_each_group_has_its_own_rates(store: Store, bad: Scorer, add_records: Callable[..., list[str]]) -> None:
    ids = add_records(
        *({"response": "yes", "model": "a"} for _ in range(100)), *({"response": "no"} for _ in range(60))
    )
    mark(store, ids, [0.9] * 30 + [0.1] * 70 + [0.9] * 60)
    label(add_records, ids[:20], [1] * 10 + [0] * 10)
    found = rates_by(store, bad, Label("wrong", ">=", 1), Filter(), "model")
    assert list(found) == ["a", "(none)"]
    assert found["a"] == rates(store, bad, Label("wrong", ">=", 1), Filter.parse(["model=a"]))
    assert found["(none)"].combined is None
    assert found["(none)"].automatic is not None
    assert found["(none)"].automatic.value == 1.0
    assert list(rates_by(store, bad, Label("wrong", ">=", 1), Filter(), "model", limit=1)) == ["a"]


def test_where_nobody_labelled_nothing_is_combined(store: Store, bad: Scorer) -> None:
    found = rates(store, bad, Label("wrong", ">=", 1), Filter())
    assert (found.automatic, found.human, found.combined, found.agreement.kappa) == (None, None, None, None)
