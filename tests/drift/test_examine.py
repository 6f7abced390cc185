"""Drift between two windows: false alarms are held, what is new is found and named, too little is said to be so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.drift import features, flips
from analysis.drift.differences import benjamini_hochberg, holm
from analysis.drift.examine import DRIFTED, FEW, SAME, examine
from tests.drift.samples import drawn, sample


def flagged(n: int, runs: int, *, repeated: int = 1, new: float = 0.0) -> int:
    found = 0
    for run in range(runs):
        rng = np.random.default_rng(run)
        found += examine(sample(drawn(rng, n), drawn(rng, n, new=new), repeated=repeated)).verdict == DRIFTED
    return found


@pytest.mark.parametrize("repeated", [1, 5])
def test_false_alarms_are_held_also_where_prompts_repeat(repeated: int):
    # of 40 runs at 5 %, more than 5 come once in 70
    assert flagged(200, 40, repeated=repeated) <= 5


def test_a_new_topic_of_a_twentieth_is_found():
    assert flagged(1000, 10, new=0.05) == 10


def test_windows_of_unequal_size_raise_no_more_alarms():
    found = 0
    for run in range(40):
        rng = np.random.default_rng(run)
        found += examine(sample(drawn(rng, 600), drawn(rng, 60))).verdict == DRIFTED
    assert found <= 5


def test_rare_words_of_a_short_window_raise_no_more_alarms():
    found, chances = 0, 1 / np.arange(5, 305)
    for run in range(40):
        said = np.random.default_rng(run).random((1100, 300)) < chances * 0.3
        words = [[f"word{place}" for place in np.flatnonzero(row)] for row in said]
        found += examine(replace(sample(["x"] * 1000, ["x"] * 100), words=words)).verdict == DRIFTED
    assert found <= 5


def test_what_is_new_and_what_is_gone_is_named_with_its_interval():
    before = ["a"] * 500 + ["b"] * 300 + ["old"] * 200
    now = ["a"] * 500 + ["b"] * 400 + ["new"] * 100
    report = examine(sample(before, now))
    (aspect,) = report.aspects
    assert report.verdict == DRIFTED
    groups = {group.name: group for group in aspect.groups}
    assert {name: group.kind for name, group in groups.items()} == {
        "old": "vanishing", "new": "emerging", "b": "grew",
    }  # fmt: skip
    assert aspect.distance == pytest.approx(0.2)
    # Wald: .1 +- 1.96 sqrt(.1 * .9 / 1000)
    assert (groups["new"].low, groups["new"].high) == (pytest.approx(0.0814, abs=2e-4), pytest.approx(0.1186, abs=2e-4))


def test_a_small_difference_that_is_sure_is_not_worth_naming():
    before, now = ["a"] * 49_900 + ["b"] * 100, ["a"] * 49_840 + ["b"] * 160
    assert examine(sample(before, now)).aspects[0].groups == ()


def test_a_person_of_both_windows_is_compared_with_himself():
    # one writes half of all, of one topic, in both windows: that is no drift, nor does it hide one
    heavy = [["mine"] * 500, ["mine"] * 500]
    rng = np.random.default_rng(0)
    found = sample(heavy[0] + drawn(rng, 500), heavy[1] + drawn(rng, 500, new=0.1))
    values = np.array(found.groups["topic"])
    block = np.where(values == "mine", len(values), found.block)
    report = examine(replace(found, block=block))
    assert report.verdict == DRIFTED
    assert report.aspects[0].groups[0].name == "new"


def test_no_drift_says_what_would_have_been_seen_and_that_is_so():
    rng = np.random.default_rng(3)
    report = examine(sample(drawn(rng, 1000), drawn(rng, 1000)))
    assert report.verdict == SAME
    assert report.smallest is not None
    found = flagged(1000, 40, new=report.smallest)
    assert 26 <= found <= 38  # four of five, give or take two standard errors


def test_too_few_blocks_are_too_few():
    report = examine(sample(["a"] * 29, ["b"] * 500))
    assert (report.verdict, report.aspects) == (FEW, ())
    report = examine(sample(["a"] * 100, ["b"] * 10, repeated=50))
    assert report.verdict == FEW
    assert examine(sample([], [])).verdict == FEW


def test_a_word_that_is_new_is_named():
    found = sample(["x"] * 500, ["x"] * 500)
    words = [["how", f"thing{place % 7}", *(["orchard"] if place >= 960 else [])] for place in range(1000)]
    report = examine(replace(found, words=words))
    assert report.verdict == DRIFTED
    (aspect,) = report.aspects
    assert [(group.name, group.kind) for group in aspect.groups] == [("orchard", "emerging")]
    assert aspect.distance == pytest.approx(0.08)


def test_prompts_that_grow_longer_are_seen():
    found = sample(["x"] * 500, ["x"] * 500)
    rng = np.random.default_rng(0)
    lengths = np.where(found.window, 1.5, 1.0) * rng.lognormal(4, 0.5, 1000)
    lengths[::10] = np.nan
    report = examine(replace(found, lengths=lengths))
    assert report.verdict == DRIFTED
    (longest,) = (group for group in report.aspects[0].groups if "or more" in group.name)
    assert longest.kind == "grew"


def test_vectors_of_a_new_kind_are_seen_and_shown():
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((1200, 32)).astype(np.float32)
    vectors[1140:] = vectors[1140] + 0.6 * vectors[1140:]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    report = examine(replace(sample(["x"] * 600, ["x"] * 600), vectors=vectors))
    assert report.verdict == DRIFTED
    assert int(report.examples[0]) >= 1140


def test_random_features_give_the_discrepancy_of_the_kernel():
    rng = np.random.default_rng(1)
    vectors = rng.standard_normal((400, 16)).astype(np.float32)
    vectors[200:] += 0.4
    found = features.of_meaning(replace(sample(["x"] * 200, ["x"] * 200), vectors=vectors))
    assert found is not None
    result = flips.compare(found[1])
    distances = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    kernel = np.exp(-(distances**2) / (2 * np.median(distances[distances > 0]) ** 2))
    exact = kernel[:200, :200].mean() + kernel[200:, 200:].mean() - 2 * kernel[:200, 200:].mean()
    assert float((result.difference**2).sum()) == pytest.approx(exact, rel=0.15)
    assert result.p <= 0.002


def test_a_single_share_has_the_p_value_of_the_usual_test():
    # 40 of 400 against 60 of 400: z = 2.138, p = .0325
    report = examine(sample(["a"] * 360 + ["b"] * 40, ["a"] * 340 + ["b"] * 60))
    assert report.aspects[0].p == pytest.approx(0.0325, abs=0.01)


def test_corrections_reject_as_published():
    # the example of Benjamini and Hochberg (1995), section 4: Bonferroni and Holm reject three, theirs four
    p = np.array(
        [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
         0.7590, 1.0]
    )  # fmt: skip
    mixed = np.random.default_rng(0).permutation(15)
    assert (holm(p) <= 0.05).sum() == 3
    assert (benjamini_hochberg(p) <= 0.05).sum() == 4
    assert benjamini_hochberg(p[mixed]) == pytest.approx(benjamini_hochberg(p)[mixed])


def test_the_same_sample_gives_the_same_report():
    rng = np.random.default_rng(0)
    found = sample(drawn(rng, 300), drawn(rng, 300, new=0.1))
    assert examine(found) == examine(found)
