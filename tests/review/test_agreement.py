"""Agreement against published worked examples and scikit-learn; degenerate data say why there is no figure."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import cohen_kappa_score

from analysis.review import agreement
from analysis.review.agreement import agree

KRIPPENDORFF = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 ."""
"""Krippendorff (2011), section D: four observers (lines), twelve units."""

FLEISS = """
0 0 0 0 14
0 2 6 4 2
0 0 3 5 6
0 3 9 2 0
2 2 8 1 1
7 7 0 0 0
3 2 6 3 0
2 5 3 2 2
6 5 2 1 0
0 2 2 3 7"""
"""The worked example of Fleiss's kappa: 14 raters, ten subjects (lines), five categories."""


def by_rater(table: str) -> pl.DataFrame:
    rows = [
        (f"unit {unit}", f"observer {rater}", label)
        for rater, line in enumerate(table.strip().splitlines())
        for unit, label in enumerate(line.split())
        if label != "."
    ]
    return pl.DataFrame(rows, schema=["item", "rater", "label"], orient="row")


def by_count(table: str) -> pl.DataFrame:
    rows = []
    for item, line in enumerate(table.strip().splitlines()):
        labels = [label for label, count in enumerate(line.split()) for _ in range(int(count))]
        rows += [(str(item), str(rater), str(label)) for rater, label in enumerate(labels)]
    return pl.DataFrame(rows, schema=["item", "rater", "label"], orient="row")


def two(first: list, second: list) -> pl.DataFrame:
    return pl.concat(
        pl.DataFrame({"item": range(len(labels)), "rater": rater, "label": labels})
        for rater, labels in (("a", first), ("b", second))
    )


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_krippendorffs_example(level: agreement.Level, alpha: float):
    found = agree(by_rater(KRIPPENDORFF), level)
    assert (found.items, found.raters, found.ratings, found.alpha.n) == (12, 4, 41, 11)
    assert found.alpha.value == pytest.approx(alpha, abs=0.0005)
    assert found.alpha.low is not None
    assert found.alpha.high is not None
    assert -1 <= found.alpha.low < alpha < found.alpha.high <= 1


def test_fleisss_example():
    found = agree(by_count(FLEISS), "nominal")
    assert found.fleiss.value == pytest.approx(0.210, abs=0.0005)
    assert found.percent.value == pytest.approx(0.378, abs=0.0005)


def test_cohens_example():
    # Two readers of fifty proposals: both yes 20, only the first 5, only the second 10, neither 15.
    found = agree(two([1] * 25 + [0] * 25, [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15), "nominal")
    (pair,) = found.cohen
    assert pair.kappa.value == pytest.approx(0.4)
    assert found.percent.value == pytest.approx(0.7)
    assert found.percent.low == pytest.approx(0.5625, abs=0.001)


@pytest.mark.parametrize(("level", "weights"), [("nominal", None), ("ordinal", "quadratic")])
@pytest.mark.parametrize("seed", range(5))
def test_cohen_is_that_of_scikit_learn(level: agreement.Level, weights: str | None, seed: int):
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 5, 60)
    second = np.where(rng.random(60) < 0.6, first, rng.integers(0, 5, 60))
    words = ["none", "slight", "some", "much", "all"]
    labels = two([words[i] for i in first], [words[i] for i in second])
    (pair,) = agree(labels, level, order=words).cohen
    assert pair.kappa.value == pytest.approx(cohen_kappa_score(first, second, labels=range(5), weights=weights))


def test_the_interval_covers_about_as_often_as_it_says():
    # Two raters who say the truth with a chance of 0.9, else the other: kappa is 0.64.
    covered = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        truth = rng.integers(0, 2, 150)
        first, second = (np.where(rng.random(150) < 0.9, truth, 1 - truth) for _ in range(2))
        (pair,) = agree(two(first.tolist(), second.tolist()), "nominal", seed=seed, draws=300).cohen
        assert pair.kappa.low is not None
        assert pair.kappa.high is not None
        covered += pair.kappa.low <= 0.64 <= pair.kappa.high
    assert covered >= 88


def test_the_same_seed_gives_the_same_interval():
    labels = by_rater(KRIPPENDORFF)
    assert agree(labels, "ordinal", seed=1) == agree(labels.sample(fraction=1, shuffle=True, seed=2), "ordinal", seed=1)
    assert agree(labels, "ordinal", seed=1).alpha != agree(labels, "ordinal", seed=2).alpha


def test_alpha_and_fleiss_of_more_ratings_than_two_are_near():
    found = agree(by_rater(KRIPPENDORFF), "nominal")
    assert found.fleiss.value == pytest.approx(found.alpha.value, abs=0.03)


def test_the_last_rating_of_an_item_by_a_rater_counts_and_missing_labels_do_not():
    labels = pl.concat([two(["y", "n", "y"], ["n", "n", None]), pl.DataFrame({"item": 0, "rater": "b", "label": "y"})])
    found = agree(labels, "nominal")
    assert (found.ratings, found.percent.value, found.percent.n) == (5, 1.0, 2)


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (two([], []).cast(pl.String), agreement.NO_RATINGS),
        (two(["y", "n"], [None, None]), agreement.ONE_RATER),
        (two(["y", None], [None, "n"]), agreement.NO_OVERLAP),
        (two(["y", "y"], ["y", "y"]), agreement.ONE_LABEL),
    ],
)
def test_what_says_nothing_says_why(labels: pl.DataFrame, reason: str):
    found = agree(labels, "nominal")
    assert (found.alpha.value, found.alpha.reason) == (None, reason)
    assert (found.fleiss.value, found.fleiss.reason) == (None, reason)


def test_one_label_agrees_by_all_per_cent_yet_with_an_interval():
    found = agree(two(["y"] * 4, ["y"] * 4), "nominal")
    assert (found.percent.value, found.percent.high) == (1, 1)
    assert found.percent.low == pytest.approx(0.51, abs=0.005)


def test_full_agreement_does_not_feign_certainty():
    found = agree(two(["y", "n", "y"], ["y", "n", "y"]), "nominal")
    assert (found.alpha.value, found.alpha.low, found.alpha.reason) == (1, None, agreement.NO_SPREAD)


def test_two_raters_without_a_common_item_are_told_apart():
    labels = two(["y", "n", None, None], [None, None, "y", "n"])
    third = pl.DataFrame({"item": range(4), "rater": "c", "label": ["y", "n", "y", "y"]})
    pairs = {(pair.first, pair.second): pair.kappa for pair in agree(pl.concat([labels, third]), "nominal").cohen}
    assert pairs["a", "b"].reason == agreement.NO_COMMON
    assert pairs["a", "c"].value == 1


def test_values_have_no_fleiss():
    assert agree(two([1.0, 2.5], [1.0, 3.0]), "interval").fleiss.reason == agreement.OF_CATEGORIES


def test_what_is_asked_wrongly_is_refused():
    with pytest.raises(ValueError, match="Use one of nominal, ordinal, interval"):
        agree(two(["y"], ["n"]), "ratio")
    with pytest.raises(ValueError, match="'y' is no number"):
        agree(two(["y"], ["n"]), "ordinal")
    with pytest.raises(ValueError, match="'n' is not in the order given: y"):
        agree(two(["y"], ["n"]), "ordinal", order=["y"])
