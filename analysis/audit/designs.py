"""Each design by the tests that fit it; where a group has fewer than 30 there are figures, but no verdict."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from analysis.audit import blocks, numbers, pairs, rates
from analysis.audit.compared import MEAN, RANK, RATE, Comparison, Row, Test, corrected, ordered
from analysis.audit.rates import ALPHA
from analysis.audit.resample import resample
from analysis.audit.verdict import FEW, firmness
from analysis.metrics.intervals import mean as mean_interval
from analysis.metrics.shifts.draws import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.audit.observe import Observation
    from analysis.audit.resample import Resampled

    Array = NDArray[np.float64]
    Numbers = NDArray[np.int64]


def independent(kept: Sequence[Observation], reference: str, *, rate: bool, seed: int = 0) -> Comparison:
    """Compare groups of records that have nothing to do with each other but, perhaps, their user or conversation."""
    names = ordered(kept, reference)
    values, group, weights = _values(kept), _numbers([one.group for one in kept], names), _weights(kept)
    cluster = _numbers([one.block for one in kept])
    repeated = len(kept) > int(cluster.max()) + 1 or bool(np.ptp(weights) > 0)
    found = resample(values, group, cluster, weights, seed=seed)
    n = np.bincount(group, minlength=len(names))
    compare = _rates if rate else _means
    return compare(names, values, group, n, found, repeated=repeated, seed=seed)


def _rates(
    names: list[str], values: Array, group: Numbers, n: Numbers, found: Resampled, *, repeated: bool, seed: int
) -> Comparison:
    size = found.effective if repeated else n.astype(np.float64)
    hits = found.means * size
    spans = [rates.rate(hits[place], size[place]) for place in range(len(names))]
    large = [place for place in range(len(names)) if firmness(int(n[place])) != FEW]
    best = max((spans[place].value for place in large), default=0.0)
    alpha = ALPHA / max(len(large) - 1, 1)
    rows = []
    for place, name in enumerate(names):
        raw = {"hits": float(values[group == place].sum())}
        impact = spans[place].value / best if best else None
        row = Row(name, int(n[place]), int(n[place]), spans[place], impact=impact, counts=raw)
        if place:
            row = Row(
                name, row.n, row.members, row.value, rates.difference(spans[place], spans[0]),
                rates.ratio(hits[place], size[place], hits[0], size[0]), impact,
                rates.effect(spans[place].value, spans[0].value), None,
                rates.pairwise(hits[place], size[place], hits[0], size[0])[1],
                smallest=rates.smallest(size[place], size[0], spans[0].value, alpha=alpha), counts=raw,
            )  # fmt: skip
        rows.append(row)
    tests: tuple[Test, ...] = ()
    alarm = None
    if len(large) > 1:
        name, statistic, p = rates.omnibus(hits[large], size[large], seed=seed)
        tests = (Test("all groups", name + (", at effective n" if repeated else ""), statistic, p),)
        alarm = rates.false_alarm(size[large], float(hits[large].sum() / size[large].sum()), seed=seed)
    return Comparison(RATE, names[0], corrected(rows), tests, "Cohen's h", alarm, repeated=repeated)


def _means(
    names: list[str], values: Array, group: Numbers, n: Numbers, found: Resampled, *, repeated: bool, seed: int
) -> Comparison:
    apart = [values[group == place] for place in range(len(names))]
    large = [place for place in range(len(names)) if firmness(int(n[place])) != FEW]
    alpha = ALPHA / max(len(large) - 1, 1)
    size = found.effective if repeated else n.astype(np.float64)
    spread = [float(one.std(ddof=1)) if len(one) > 1 else math.nan for one in apart]
    rows = []
    for place, name in enumerate(names):
        value, median = numbers.mean(found, place), float(np.median(apart[place]))
        if not place or len(apart[place]) < 2 or len(apart[0]) < 2:
            rows.append(Row(name, int(n[place]), int(n[place]), value, median=median))
            continue
        p = (
            numbers.pairwise_resampled(found, place, 0) if repeated
            else numbers.mann_whitney(apart[place], apart[0])
        )  # fmt: skip
        rows.append(Row(
            name, int(n[place]), int(n[place]), value, numbers.difference(found, place, 0),
            effect=numbers.cliffs_delta(apart[place], apart[0]), median=median, p=p,
            smallest=numbers.smallest(spread[place], size[place], spread[0], size[0], alpha=alpha),
        ))  # fmt: skip
    tests: tuple[Test, ...] = ()
    if len(large) > 1:
        if repeated:
            kept = resample_of(found, large)
            tests = (Test("all groups", *numbers.omnibus_resampled(kept)),)
        else:
            tests = (Test("all groups", *numbers.omnibus([apart[place] for place in large])),)
    return Comparison(MEAN, names[0], corrected(rows), tests, "Cliff's delta", repeated=repeated)


def resample_of(found: Resampled, places: list[int]) -> Resampled:
    """Keep some groups of what was resampled."""
    return type(found)(found.means[places], found.drawn[:, places], found.effective[places])


def within_blocks(
    kept: Sequence[Observation], reference: str, *, ranks: bool, better: str, seed: int = 0
) -> Comparison:
    """Compare candidates within their calls: by rank, or by the number that each was given.

    `better` says which end of a number is the first place.
    """
    names = ordered(kept, reference)
    group, block = _numbers([one.group for one in kept], names), _numbers([one.block for one in kept])
    values = _values(kept)
    # of those left out the places stay empty: ranks are counted anew among those that are compared
    places = blocks.ranked(values, block, high_first=better == "higher" and not ranks)
    measured = places if ranks else values
    won = blocks.wins(blocks.first(places, block), block, group, seed=seed)
    members = np.bincount(group, minlength=len(names))
    alone = np.bincount(block) > 1
    gaps = [blocks.gaps(measured, block, group == place, group == 0) for place in range(len(names))]
    firm = [place for place in range(1, len(names)) if firmness(len(gaps[place])) != FEW]
    alpha = ALPHA / max(len(firm), 1)
    rows = []
    for place, name in enumerate(names):
        mine = measured[group == place]
        value = Span(float(mine.mean()), *(mean_interval(float(mine.mean()), _spread(mine), len(mine)) or (None, None)))
        counts = {"won": float(won.won[place]), "expected": float(won.expected[place])}
        found = gaps[place] if place else np.empty(0)
        n = len(found) if place else int(alone.sum())
        if not len(found):
            rows.append(Row(name, n, int(members[place]), value, ratio=won.ratio(place), counts=counts))
            continue
        rows.append(Row(
            name, n, int(members[place]), value, pairs.mean_difference(found), won.ratio(place),
            effect=pairs.rank_biserial(found), p=pairs.wilcoxon(found),
            smallest=pairs.smallest_mean(found, alpha=alpha), counts=counts,
        ))  # fmt: skip
    statistic, p = blocks.omnibus(measured, block, group, seed=seed)
    tests = [
        Test("all groups", "Permutation within blocks", statistic, p),
        Test("first places", "Against equal chance, permuted", won.chi_squared, won.p),
    ]
    where, without = _positions(kept, measured, places, block, group, tests, seed)
    return Comparison(
        RANK if ranks else MEAN, names[0], corrected(rows), tuple(tests), "rank-biserial correlation",
        positions=where, without_position=without,
    )  # fmt: skip


def _positions(
    kept: Sequence[Observation],
    measured: Array,
    ranks: Array,
    block: Numbers,
    group: Numbers,
    tests: list[Test],
    seed: int,
) -> tuple[tuple[dict[str, float], ...], Span | None]:
    """Test the place in the prompt, add the test to `tests`, and give the gap of two groups without its effect."""
    if any(one.position is None for one in kept):
        return (), None
    position = np.array([one.position for one in kept], dtype=np.int64)
    means, won, p = blocks.positions(ranks, block, position, seed=seed)
    known = np.unique(position)
    tests.append(Test("place in the prompt", "Permutation within blocks", None, p))
    where = tuple(
        {"position": float(place), "n": float((position == place).sum()), "rank": float(means[i]),
         "won": float(won.won[i]), "expected": float(won.expected[i])}
        for i, place in enumerate(known)
    )  # fmt: skip
    if int(group.max()) != 1:
        return where, None
    cleared = blocks.gaps(blocks.without_position(measured, block, position), block, group == 1, group == 0)
    if not len(cleared):
        return where, None
    tests.append(Test("the gap without the place", "Wilcoxon signed-rank", None, pairs.wilcoxon(cleared)))
    return where, pairs.mean_difference(cleared)


def matched(kept: Sequence[Observation], reference: str, *, rate: bool) -> Comparison:
    """Compare the two sides of pairs; several answers of a side are one, by their mean."""
    names = ordered(kept, reference)
    group, block = _numbers([one.group for one in kept], names), _numbers([one.block for one in kept])
    values = _values(kept)
    rows, tests = [], []
    sides = [_sides(values, block, group == place) for place in range(len(names))]
    rate = rate and all(set(np.unique(side[np.isfinite(side)])) <= {0.0, 1.0} for side in sides)
    members = np.bincount(group, minlength=len(names))
    firm = [
        place for place in range(1, len(names))
        if firmness(int((np.isfinite(sides[place]) & np.isfinite(sides[0])).sum())) != FEW
    ]  # fmt: skip
    alpha, whole = ALPHA / max(len(firm), 1), np.zeros(len(sides[0]), dtype=bool)
    for place, name in enumerate(names[1:], 1):
        both = np.isfinite(sides[place]) & np.isfinite(sides[0])
        whole |= both
        rows.append(_pair_row(name, sides[place][both], sides[0][both], int(members[place]), rate=rate, alpha=alpha))
    mine = sides[0][whole]
    first = Row(names[0], len(mine), int(members[0]), _side_value(mine, rate=rate) if len(mine) else None)
    if len(rows) == 1 and rows[0].p is not None:
        tests.append(Test("both sides", "McNemar, exact" if rate else "Wilcoxon signed-rank", None, rows[0].p))
    elif len(rows) > 1:
        known = np.isfinite(values)
        statistic, p = blocks.omnibus(values[known], block[known], group[known])
        tests.append(Test("all groups", "Permutation within pairs", statistic, p))
    effect = "" if rate else "rank-biserial correlation"
    return Comparison(RATE if rate else MEAN, names[0], corrected([first, *rows]), tuple(tests), effect)


def _pair_row(name: str, here: Array, there: Array, members: int, *, rate: bool, alpha: float) -> Row:
    n = len(here)
    if not n:
        return Row(name, 0, members)
    value = _side_value(here, rate=rate)
    if rate:
        b, c, p = pairs.mcnemar(here, there)
        return Row(
            name, n, members, value, pairs.rate_difference(b, c, n), p=p,
            smallest=pairs.smallest_rate(b + c, n, alpha=alpha), counts={"only here": b, "only reference": c},
        )  # fmt: skip
    gaps = here - there
    return Row(
        name, n, members, value, pairs.mean_difference(gaps), effect=pairs.rank_biserial(gaps),
        median=float(np.median(here)), p=pairs.wilcoxon(gaps), smallest=pairs.smallest_mean(gaps, alpha=alpha),
        counts={"lower": float((gaps < 0).sum()), "equal": float((gaps == 0).sum()), "higher": float((gaps > 0).sum())},
    )  # fmt: skip


def _sides(values: Array, block: Numbers, side: NDArray[np.bool_]) -> Array:
    """Give the mean of a side in each block; NaN where the block has none."""
    count = int(block.max()) + 1
    with np.errstate(invalid="ignore"):
        return np.bincount(block[side], values[side], count) / np.bincount(block[side], minlength=count)


def _side_value(values: Array, *, rate: bool) -> Span:
    if rate:
        return rates.rate(float(values.sum()), len(values))
    middle = float(values.mean())
    return Span(middle, *(mean_interval(middle, _spread(values), len(values)) or (None, None)))


def _spread(values: Array) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0


def _values(kept: Sequence[Observation]) -> Array:
    return np.array([one.value for one in kept], dtype=np.float64)


def _weights(kept: Sequence[Observation]) -> Array:
    return np.array([one.weight for one in kept], dtype=np.float64)


def _numbers(texts: Sequence[str], order: Sequence[str] | None = None) -> Numbers:
    """Number texts, in an order or in that of their first turn."""
    numbers = {text: place for place, text in enumerate(order if order is not None else dict.fromkeys(texts))}
    return np.array([numbers[text] for text in texts], dtype=np.int64)
