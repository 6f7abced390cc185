"""How far reviewers agree: per cent, Fleiss's and Cohen's kappa, Krippendorff's alpha, each with its interval.

Any number of raters, and not all of them need have rated all items. Intervals of kappa and alpha are percentiles of a
bootstrap over items; that of the per cent is Wilson's.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from analysis.metrics.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Level = Literal["nominal", "ordinal", "interval"]
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")

NO_RATINGS = "There are no ratings."
ONE_RATER = "There is one rater only."
NO_OVERLAP = "No item has ratings of two raters."
NO_COMMON = "The two have rated no item in common."
ONE_LABEL = "Everything got the same label: agreement beyond chance can't be told."
NO_SPREAD = "Every draw of items agrees alike: it can't be told how sure this is."
OF_CATEGORIES = "Fleiss's kappa is of categories; these are values."


@dataclass(frozen=True)
class Estimate:
    """A coefficient over `n` items with its 95 % interval; None where it, or the interval, can't be had: `reason`."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str = ""


@dataclass(frozen=True)
class Pair:
    """Cohen's kappa of two raters over the items that both rated."""

    first: str
    second: str
    kappa: Estimate


@dataclass(frozen=True)
class Agreement:
    """How far raters agree.

    Parameters
    ----------
    level : str
        What the labels are: "nominal", "ordinal" or "interval".
    items, raters, ratings : int
        How many there are; the `n` of an estimate is the items with two ratings or more.
    percent : Estimate
        The chance that two raters of an item gave the same label, 0 to 1, averaged over items.
    fleiss : Estimate
        Fleiss's kappa; items may have different numbers of ratings. It knows no order.
    alpha : Estimate
        Krippendorff's alpha at this level.
    cohen : tuple of Pair
        Every two raters; weighted by the squared distance of ranks where ordinal, of values where interval.

    References
    ----------
    Cohen (1960), Educational and Psychological Measurement 20, 37-46; (1968), Psychological Bulletin 70, 213-220.
    Fleiss (1971), Psychological Bulletin 76, 378-382; for unequal numbers Gwet (2014), Handbook of Inter-Rater
    Reliability, 4th edition. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.
    """

    level: Level
    items: int
    raters: int
    ratings: int
    percent: Estimate
    fleiss: Estimate
    alpha: Estimate
    cohen: tuple[Pair, ...]


def agree(
    ratings: pl.DataFrame,
    level: Level,
    *,
    order: Sequence[str] | None = None,
    seed: int = 0,
    draws: int = 1000,
) -> Agreement:
    """Tell how far raters agree.

    Parameters
    ----------
    ratings : polars.DataFrame
        ``item``, ``rater``, ``label``: a row a rating. Rows without a label are passed over; of several ratings of an
        item by one rater the last counts.
    order : sequence of str or None
        Of ordinal labels, from least to most; not needed where they are numbers.
    draws : int
        Of the bootstrap.

    Raises
    ------
    ValueError
        If the level is unknown, a label is not in `order`, or no number where one is needed.
    """
    if level not in LEVELS:
        raise ValueError(f"Unknown level {level!r}. Use one of {', '.join(LEVELS)}.")
    held = ratings.select("item", "rater", "label").drop_nulls()
    held = held.unique(["item", "rater"], keep="last", maintain_order=True)
    codes, values = _coded(held["label"], level, order)
    held = held.select(pl.col("item", "rater").cast(pl.String), code=codes).sort("item", "rater")
    raters = held["rater"].unique().sort().to_list()
    rng = np.random.default_rng(seed)
    counts = _counts(held, len(values))
    missing = _missing(len(held), len(raters), len(counts))
    return Agreement(
        level, held["item"].n_unique(), len(raters), len(held),
        Estimate(None, None, None, 0, missing) if missing else _percent(counts),
        _fleiss(counts, level, missing, rng, draws),
        _resampled(counts, lambda counts, weights: _alpha(counts, weights, level, values), rng, draws, missing),
        tuple(_pairs(held, raters, level, values, rng, draws)),
    )  # fmt: skip


def _coded(labels: pl.Series, level: Level, order: Sequence[str] | None) -> tuple[pl.Series, Array]:
    """Number the labels from 0 in their order; and the value of each, its rank where it has none."""
    if level == "interval" or (level == "ordinal" and order is None):
        numbers = labels.cast(pl.Float64, strict=False)
        odd = labels.filter(numbers.is_null() | ~numbers.is_finite().fill_null(True))
        if len(odd):
            raise ValueError(f"{odd[0]!r} is no number. Give the labels' order, or ask at the nominal level.")
        values = numbers.unique().sort().to_numpy().astype(np.float64)
        codes = pl.Series(np.searchsorted(values, numbers.to_numpy()))
        return codes, values if level == "interval" else np.arange(len(values), dtype=np.float64)
    texts = labels.cast(pl.String)
    known = list(order) if level == "ordinal" and order is not None else texts.unique().sort().to_list()
    codes = texts.replace_strict(known, list(range(len(known))), default=None, return_dtype=pl.Int64)
    if codes.null_count():
        raise ValueError(f"{texts.filter(codes.is_null())[0]!r} is not in the order given: {', '.join(known)}.")
    return codes, np.arange(len(known), dtype=np.float64)


def _counts(held: pl.DataFrame, labels: int) -> Array:
    """Count the ratings of each item by label, of the items with two or more: (items, labels)."""
    items = held["item"].rank("dense").to_numpy() - 1
    counts = np.zeros((held["item"].n_unique(), labels))
    np.add.at(counts, (items, held["code"].to_numpy()), 1)
    return counts[counts.sum(1) > 1]


def _missing(ratings: int, raters: int, paired: int) -> str:
    if not ratings:
        return NO_RATINGS
    if raters < 2:
        return ONE_RATER
    return "" if paired else NO_OVERLAP


def _percent(counts: Array) -> Estimate:
    # Each item's share is within 0 and 1, so that it varies no more than a rate does: the interval is wide enough.
    share = float(_same(counts).mean())
    return Estimate(share, *wilson(share, len(counts)), len(counts))


def _same(counts: Array) -> Array:
    """The share of each item's pairs of ratings that are the same."""
    given = counts.sum(1)
    return ((counts**2).sum(1) - given) / (given * (given - 1))


def _fleiss(counts: Array, level: Level, missing: str, rng: np.random.Generator, draws: int) -> Estimate:
    if level == "interval":
        return Estimate(None, None, None, len(counts), missing or OF_CATEGORIES)

    def kappa(counts: Array, weights: Array) -> Array:
        items = weights.sum(1)
        same = weights @ _same(counts) / items
        chance = ((weights @ (counts / counts.sum(1, keepdims=True)) / items[:, None]) ** 2).sum(1)
        return _ratio(same - chance, 1 - chance)

    return _resampled(counts, kappa, rng, draws, missing)


def _alpha(counts: Array, weights: Array, level: Level, values: Array) -> Array:
    """Krippendorff's alpha of each row of `weights`, which says how often each row of `counts` is taken.

    What is ordinal has for its values the middle ranks of its labels, which come of the ratings themselves: then their
    squared distance is Krippendorff's.
    """
    given = counts.sum(1)
    totals = weights @ counts
    number = totals.sum(1)
    if level == "nominal":
        observed = weights @ ((given**2 - (counts**2).sum(1)) / (given - 1))
        expected = number**2 - (totals**2).sum(1)
    else:
        at = totals.cumsum(1) - totals / 2 if level == "ordinal" else np.broadcast_to(values, totals.shape)
        apart = given * (at**2 @ counts.T) - (at @ counts.T) ** 2
        observed = 2 * (weights * apart / (given - 1)).sum(1)
        expected = 2 * (number * (totals * at**2).sum(1) - (totals * at).sum(1) ** 2)
    return 1 - _ratio(observed * (number - 1), expected)


def _pairs(
    held: pl.DataFrame, raters: list[str], level: Level, values: Array, rng: np.random.Generator, draws: int
) -> list[Pair]:
    wide = {rater: held.filter(pl.col("rater") == rater).select("item", "code") for rater in raters}
    apart = (values[:, None] - values) ** 2 if level != "nominal" else 1 - np.eye(len(values))

    def kappa(cells: Array, weights: Array) -> Array:
        first, second = cells.astype(int).T
        items = weights.sum(1)
        seen = weights @ apart[first, second] / items
        eye = np.eye(len(values))
        chance = ((weights @ eye[first] @ apart) * (weights @ eye[second])).sum(1) / items**2
        return 1 - _ratio(seen, chance)

    found = []
    for first, second in combinations(raters, 2):
        both = wide[first].join(wide[second], on="item").select("code", "code_right").to_numpy().astype(np.float64)
        found.append(Pair(first, second, _resampled(both, kappa, rng, draws, "" if len(both) else NO_COMMON)))
    return found


def _resampled(
    rows: Array, coefficient: Callable[[Array, Array], Array], rng: np.random.Generator, draws: int, missing: str
) -> Estimate:
    """Compute a coefficient of `rows`, an item each, and of as many drawn from them with replacement, `draws` times.

    Items that look alike are drawn together: what counts is how often each kind comes.
    """
    if missing:
        return Estimate(None, None, None, 0, missing)
    n = len(rows)
    kinds, often = np.unique(rows, axis=0, return_counts=True)
    value = float(coefficient(kinds, often[None].astype(np.float64))[0])
    if np.isnan(value):
        return Estimate(None, None, None, n, ONE_LABEL)
    drawn = coefficient(kinds, rng.multinomial(n, often / n, draws).astype(np.float64))
    drawn = drawn[~np.isnan(drawn)]  # draws of one label only
    if not len(drawn) or np.ptp(drawn) < 1e-9:
        return Estimate(value, None, None, n, NO_SPREAD)
    low, high = np.quantile(drawn, [0.025, 0.975]).tolist()
    return Estimate(value, low, high, n)


def _ratio(part: Array, whole: Array) -> Array:
    """Divide, NaN where there is nothing to divide by."""
    nothing = np.abs(whole) < 1e-12
    return np.where(nothing, np.nan, part / np.where(nothing, 1, whole))
