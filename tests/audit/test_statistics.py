"""The statistics of audits against published worked examples, and against other ways to the same figure."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from analysis.audit import blocks, numbers, pairs, rates
from analysis.audit.resample import resample

RNG = np.random.default_rng(7)


def test_difference_of_rates_is_newcombes():
    # Newcombe (1998), Table II, method 10: 56/70 and 48/80; 9/10 and 3/10; 0/10 and 0/20
    for (a, m, b, n), wanted in {
        (56, 70, 48, 80): (0.0524, 0.3339), (9, 10, 3, 10): (0.1705, 0.8090), (0, 10, 0, 20): (-0.1611, 0.2775),
    }.items():  # fmt: skip
        found = rates.difference(rates.rate(a, m), rates.rate(b, n))
        assert (found.low, found.high) == pytest.approx(wanted, abs=5e-5)


def test_ratio_of_rates_is_katz():
    # 189/11034 placebo and 104/11037 aspirin (Agresti 2013, Categorical Data Analysis, 3.1): 1.82, 1.43 to 2.31
    found = rates.ratio(189, 11034, 104, 11037)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((1.82, 1.43, 2.31), abs=6e-3)
    assert rates.ratio(3, 10, 0, 10) is None
    assert rates.ratio(0, 10, 3, 10) == rates.Span(0.0)


def test_rates_are_tested_by_fisher_where_counts_are_small():
    # Fisher's tea: 3 of 4 and 1 of 4
    name, _, p = rates.omnibus(np.array([3.0, 1.0]), np.array([4.0, 4.0]))
    assert (name, p) == ("Fisher's exact", pytest.approx(0.4857, abs=1e-4))
    hits, n = np.array([30.0, 45.0, 28.0]), np.array([100.0, 110.0, 90.0])
    name, statistic, p = rates.omnibus(hits, n)
    wanted = stats.chi2_contingency(np.stack([hits, n - hits]), correction=False)
    assert (name, statistic, p) == ("Chi-squared", pytest.approx(wanted.statistic), pytest.approx(wanted.pvalue))
    assert rates.omnibus(np.array([0.0, 0.0]), np.array([50.0, 50.0]))[2] == 1.0


def test_small_counts_of_several_groups_are_permuted():
    hits, n = np.array([1.0, 6.0, 2.0]), np.array([12.0, 10.0, 11.0])
    name, _, p = rates.omnibus(hits, n)
    exact = stats.fisher_exact(np.stack([hits, n - hits]).astype(int).T)
    assert name == "Permutation of chi-squared"
    assert p == pytest.approx(exact.pvalue, abs=0.02)


@pytest.mark.parametrize(("n", "share"), [(30, 0.5), (100, 0.5), (100, 0.1)])
def test_four_fifths_rule_errs_as_often_as_counted_in_whole_numbers(n: int, share: float):
    chance = [math.comb(n, x) * share**x * (1 - share) ** (n - x) for x in range(n + 1)]
    wanted = sum(chance[x] * chance[y] for x in range(n + 1) for y in range(n + 1) if 10 * min(x, y) < 8 * max(x, y))
    assert rates.false_alarm(np.array([n, n], dtype=float), share) == pytest.approx(wanted)


def test_four_fifths_rule_of_several_groups():
    drawn = RNG.binomial(200, 0.2, (5, 200_000))
    wanted = (10 * drawn.min(0) < 8 * drawn.max(0)).mean()
    assert rates.false_alarm(np.full(5, 200.0), 0.2) == pytest.approx(wanted, abs=0.01)


@pytest.mark.parametrize(
    ("base", "n"), [(0.05, 6745), (0.1, 3213), (0.2, 1447), (0.3, 859), (0.5, 388), (0.8, 123), (0.9, 74)]
)
def test_power_of_rates_is_that_of_the_tables(base: float, n: int):
    # the n with which a rate four fifths as high is seen in four of five cases
    assert rates._power(n, n, base, 0.8 * base, 0.05) == pytest.approx(0.8, abs=0.006)


def test_smallest_gap_holds_whichever_way():
    found = rates.smallest(388, 388, 0.5)
    assert found == pytest.approx(0.1, abs=0.001)
    assert rates.smallest(5, 5, 0.5) is None


def test_mcnemar_and_its_interval():
    # Agresti (2013), Table 11.1: 944 and 880 of 1600 approve, 150 only before and 86 only after
    here = np.concatenate([np.ones(794), np.ones(86), np.zeros(150), np.zeros(570)])
    there = np.concatenate([np.ones(794), np.zeros(86), np.ones(150), np.zeros(570)])
    b, c, p = pairs.mcnemar(here, there)
    assert (b, c) == (86, 150)
    assert p == pytest.approx(stats.binomtest(86, 236).pvalue)
    found = pairs.rate_difference(b, c, 1600)
    assert (found.value, found.low, found.high) == pytest.approx((-0.04, -0.0587, -0.0213), abs=2e-4)
    assert pairs.mcnemar(np.zeros(9), np.zeros(9)) == (0, 0, 1.0)


@pytest.mark.parametrize(("share", "n"), [(0.55, 783), (0.6, 194), (0.65, 85), (0.7, 47), (0.8, 20)])
def test_power_of_pairs_is_that_of_the_tables(share: float, n: int):
    # discordant pairs that are needed: the smallest gap among them is then 2 x share - 1
    assert pairs.smallest_rate(n, n) == pytest.approx(2 * share - 1, abs=0.012)


def test_signed_ranks():
    # Wilcoxon (1945), Darwin's maize: differences of 15 pairs; p = 0.0413 (normal approximation)
    gaps = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48], dtype=float)
    assert pairs.wilcoxon(gaps) == pytest.approx(0.0413, abs=0.001)
    assert pairs.rank_biserial(gaps) == pytest.approx((96 - 24) / 120)
    assert pairs.wilcoxon(np.zeros(5)) == 1.0
    assert pairs.mean_difference(gaps).low == pytest.approx(
        stats.t.interval(0.95, 14, 20.933, stats.sem(gaps))[0], abs=1e-2
    )


def test_numbers_of_groups():
    groups = [RNG.normal(middle, 1, 40).round(1) for middle in (0, 0.3, 0.8)]
    _, statistic, p = numbers.omnibus(groups)
    assert (statistic, p) == pytest.approx(tuple(stats.kruskal(*groups)))
    here, there = groups[:2]
    brute = np.sign(here[:, None] - there[None]).mean()
    assert numbers.cliffs_delta(here, there) == pytest.approx(brute)
    assert numbers.omnibus([np.ones(5), np.ones(5)])[2] == 1.0


def test_resampled_means_know_of_clusters_and_weights():
    # 100 clusters of 5 equal values tell as much as 100 values
    values = np.repeat(RNG.normal(0, 1, 200), 5)
    cluster, group = np.repeat(np.arange(200), 5), np.repeat([0, 1], 500)
    found = resample(values, group, cluster, np.ones(1000))
    assert found.effective == pytest.approx([100, 100], rel=0.03)
    wanted = values[:500].std() / math.sqrt(100)
    assert found.drawn[:, 0].std() == pytest.approx(wanted, rel=0.1)
    # a stratum of which one in ten was drawn counts ten times
    value, weight = np.array([1.0, 0.0, 0.0, 0.0]), np.array([10.0, 1.0, 1.0, 1.0])
    alone = resample(value, np.zeros(4, int), np.arange(4), weight)
    assert alone.means[0] == pytest.approx(10 / 13)


def test_weighted_rate_is_that_of_production():
    # production: 9,000 with a rate of 10 % and 1,000 with 50 %, sampled 300 and 300
    hits = np.concatenate([np.arange(300) < 30, np.arange(300) < 150]).astype(float)
    weights = np.concatenate([np.full(300, 30.0), np.full(300, 10 / 3)])
    found = resample(hits, np.zeros(600, int), np.arange(600), weights)
    assert found.means[0] == pytest.approx(0.14)
    # the variance of Hájek's estimate, as if drawn with replacement
    variance = (
        30**2 * 300 * (0.1 * 0.86**2 + 0.9 * 0.14**2) + (10 / 3) ** 2 * 300 * (0.5 * 0.86**2 + 0.5 * 0.14**2)
    ) / 1e8
    assert found.effective[0] == pytest.approx(0.14 * 0.86 / variance, rel=0.01)


def test_wins_against_equal_chance():
    # 40 blocks of one candidate of each of two groups; the first group wins 30: chi-squared is (30 - 20)^2 / 10
    block, group = np.repeat(np.arange(40), 2), np.tile([0, 1], 40)
    leads = np.zeros(80)
    leads[[2 * b + (b >= 30) for b in range(40)]] = 1
    found = blocks.wins(leads, block, group)
    assert found.won.tolist() == [30, 10]
    assert found.expected.tolist() == [20, 20]
    assert found.chi_squared == pytest.approx(10)
    assert found.p == pytest.approx(stats.binomtest(30, 40).pvalue, abs=0.002)


def test_ranks_within_blocks_order_as_friedmans_do():
    block, group = np.repeat(np.arange(30), 3), np.tile([0, 1, 2], 30)
    values = RNG.normal(0, 1, 90) + 0.5 * group
    ranks = blocks.ranked(values, block, high_first=False)
    _, p = blocks.omnibus(ranks, block, group)
    wanted = stats.friedmanchisquare(*(values[group == place] for place in range(3))).pvalue
    assert p == pytest.approx(wanted, abs=0.012)


def test_gaps_are_taken_within_blocks_alone():
    block, group = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 1, 0, 1, 1])
    ranks = np.array([1.0, 2, 3, 2, 1, 1])
    assert blocks.gaps(ranks, block, group == 1, group == 0).tolist() == [1.5, -1.0]


def test_the_place_in_the_prompt_is_taken_out():
    # the first of two always wins, and the first group is mostly first: nothing is left of its gap
    block, position = np.repeat(np.arange(200), 2), np.tile([1, 2], 200)
    swapped = RNG.random(200) < 0.2
    group = np.stack([swapped, ~swapped], axis=1).astype(int).ravel()
    ranks = position.astype(float)
    raw = blocks.gaps(ranks, block, group == 1, group == 0)
    clear = blocks.gaps(blocks.without_position(ranks, block, position), block, group == 1, group == 0)
    assert raw.mean() > 0.5
    assert clear == pytest.approx(np.zeros(200), abs=1e-12)
    assert blocks.positions(ranks, block, position)[2] < 0.001


def test_ranks_within_blocks_share_ties():
    block, values = np.array([1, 0, 0, 1, 0]), np.array([5.0, 2, 2, 3, 9])
    assert blocks.ranked(values, block, high_first=True).tolist() == [1, 2.5, 2.5, 2, 1]
    assert blocks.ranked(values, block, high_first=False).tolist() == [2, 1.5, 1.5, 1, 3]
