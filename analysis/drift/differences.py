"""Which groups differ between two windows: shares with intervals that know of blocks, and what is no chance finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.metrics.intervals import Z

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.drift.flips import Features, Result

    Array = NDArray[np.float64]

FOUND = 0.05
"""Share of the groups named that are expected to be named by chance (Benjamini-Hochberg)."""
MATTERS, TIMES = 0.005, 2.0
"""A difference is worth naming that is so large, or where one share is so many times the other."""
NEW = 0.1
"""A group is new that had less than this share of its share now; and gone the other way round."""


@dataclass(frozen=True)
class Group:
    """A group of which the windows hold different shares.

    Parameters
    ----------
    name : str
    before, now : float
        Its share of the records.
    difference, low, high : float
        Now less before, with its 95 % interval, whose variance is taken over blocks.
    p, q : float
        The chance of a difference as large were there none; the same corrected for the number of groups
        (Benjamini & Hochberg 1995, JRSS B 57, 289-300).
    kind : str
        "emerging", "vanishing", "grew" or "shrank".
    """

    name: str
    before: float
    now: float
    difference: float
    low: float
    high: float
    p: float
    q: float
    kind: str


def differences(names: Sequence[str], feature: Features, result: Result) -> tuple[Group, ...]:
    """List the groups that differ by more than chance and by enough to matter, the largest difference first."""
    adjusted = benjamini_hochberg(result.columns_p)
    found = []
    for place, name in enumerate(names):
        before, now = feature.means[:, place].tolist()
        apart = now - before
        if adjusted[place] > FOUND or (abs(apart) < MATTERS and max(now, before) < TIMES * min(now, before)):
            continue
        half = Z * float(result.error[place])
        found.append(
            Group(
                name, before, now, apart, apart - half, apart + half, float(result.columns_p[place]),
                float(adjusted[place]), _kind(before, now),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda group: -abs(group.difference)))


def benjamini_hochberg(p: Array) -> Array:
    """Correct p-values for their number: the share of false findings at which each would still be one."""
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    found = np.empty(len(p))
    found[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)
    return found


def holm(p: Array) -> Array:
    """Correct p-values so that one falsely small one among them is as unlikely as each says (Holm 1979)."""
    order = np.argsort(p)
    scaled = p[order] * np.arange(len(p), 0, -1)
    found = np.empty(len(p))
    found[order] = np.minimum(np.maximum.accumulate(scaled), 1)
    return found


def _kind(before: float, now: float) -> str:
    if before < NEW * now:
        return "emerging"
    if now < NEW * before:
        return "vanishing"
    return "grew" if now > before else "shrank"
