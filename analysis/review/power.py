"""How many items show a gap: plans for two rates, and for pairs."""

from __future__ import annotations

import math
from statistics import NormalDist

ALPHA, POWER = 0.05, 0.8


def per_group(first: float, second: float, *, alpha: float = ALPHA, power: float = POWER) -> int:
    """Compute how many items each of two groups needs to show that their rates differ.

    Parameters
    ----------
    first, second : float
        The two rates that should be told apart, 0 to 1.
    alpha, power : float
        Chance of a false alarm (two-sided), and of finding the gap where it is.

    Raises
    ------
    ValueError
        If the rates are the same, or a number is not within its range.

    References
    ----------
    Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, 3rd edition, formula 4.14 (without
    correction for continuity).
    """
    _within(first=first, second=second)
    if first == second:
        raise ValueError("The two rates are the same: there is no gap to show.")
    false, found = _points(alpha, power)
    middle = (first + second) / 2
    spread = false * math.sqrt(2 * middle * (1 - middle))
    spread += found * math.sqrt(first * (1 - first) + second * (1 - second))
    return math.ceil((spread / (first - second)) ** 2)


def for_ratio(base: float, ratio: float, *, alpha: float = ALPHA, power: float = POWER) -> int:
    """Compute how many items each group needs to tell a rate of `base` from one that is `ratio` times it."""
    return per_group(base, base * ratio, alpha=alpha, power=power)


def discordant(share: float, *, alpha: float = ALPHA, power: float = POWER) -> int:
    """Compute how many pairs with two different outcomes are needed where `share` of them favour one side.

    Raises
    ------
    ValueError
        If `share` is a half, or a number is not within its range.

    References
    ----------
    Connor (1987), Biometrics 43, 207-211, of the pairs that count for McNemar's test.
    """
    _within(share=share)
    if share == 0.5:
        raise ValueError("Half of the pairs on each side is no gap to show.")
    false, found = _points(alpha, power)
    return math.ceil(((false / 2 + found * math.sqrt(share * (1 - share))) / (share - 0.5)) ** 2)


def _points(alpha: float, power: float) -> tuple[float, float]:
    if not (0 < alpha < 1 and 0 < power < 1):
        raise ValueError("The chance of a false alarm and the power lie between 0 and 1.")
    return NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(power)


def _within(**rates: float) -> None:
    for name, rate in rates.items():
        if not 0 <= rate <= 1:
            raise ValueError(f"{name}: {rate} is no rate between 0 and 1.")
