"""What a design gives: a row a group against the reference, the tests, and what else belongs to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.audit.mentioned import SEVERAL
from analysis.audit.observe import UNKNOWN
from analysis.audit.verdict import FEW, firmness
from analysis.drift.differences import holm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.audit.observe import Observation
    from analysis.metrics.shifts.draws import Span

RATE, MEAN, RANK = "rate", "mean", "rank"


@dataclass(frozen=True)
class Row:
    """A group beside the reference, whose own row has no comparison.

    Parameters
    ----------
    n : int
        What the group's comparison rests on: records, pairs, or blocks that hold it and the reference.
    members : int
        Records or candidates of the group.
    value : Span or None
        Its rate, mean or mean rank; None where there are too few.
    difference : Span or None
        Value less that of the reference: of blocks and pairs the mean of the gaps within them.
    ratio : Span or None
        Value over that of the reference; of blocks wins over those that equal chance would give.
    impact : float or None
        The rate over the highest one.
    effect : float or None
        Cohen's h, Cliff's delta or the rank-biserial correlation, as `Comparison.effect` says.
    p, adjusted : float or None
        Against the reference; corrected by Holm over the groups.
    smallest : float or None
        The gap that would have been seen in four of five cases.
    state : str
        "measured", "indicative" or "too few data".
    """

    group: str
    n: int
    members: int
    value: Span | None = None
    difference: Span | None = None
    ratio: Span | None = None
    impact: float | None = None
    effect: float | None = None
    median: float | None = None
    p: float | None = None
    adjusted: float | None = None
    smallest: float | None = None
    state: str = FEW
    counts: dict[str, float] | None = None


@dataclass(frozen=True)
class Test:
    """A test: of what, by which method, its statistic where it has one, and p."""

    of: str
    name: str
    statistic: float | None
    p: float


@dataclass(frozen=True)
class Comparison:
    """Groups compared by one design.

    Parameters
    ----------
    measure : str
        :data:`RATE`, :data:`MEAN` or :data:`RANK`.
    rows : tuple of Row
        The reference first.
    tests : tuple of Test
        The one over all groups first.
    effect : str
        What the rows' effect is.
    false_alarm : float or None
        How often the four-fifths rule is broken at these n by chance alone.
    positions : tuple of dict
        Of blocks: ``position``, ``n``, ``rank`` and ``won`` (the share of first places).
    without_position : Span or None
        Of blocks of two groups: the gap where what the place in the prompt gives is taken out.
    """

    measure: str
    reference: str
    rows: tuple[Row, ...]
    tests: tuple[Test, ...] = ()
    effect: str = ""
    false_alarm: float | None = None
    positions: tuple[dict[str, float], ...] = ()
    without_position: Span | None = None
    repeated: bool = False


@dataclass(frozen=True)
class LeftOut:
    """A group that is not compared: how many, of how many the outcome was measured, and why."""

    group: str
    n: int
    measured: int
    why: str


def chosen(
    every: Iterable[Observation], only: Sequence[str], reference: str
) -> tuple[list[Observation], str, list[LeftOut]]:
    """Choose what is compared: groups that are known, asked for, and measured.

    Returns
    -------
    tuple
        The observations with an outcome, the reference (the largest group, where none is named), and who is left out.

    Raises
    ------
    ValueError
        If there is no such reference.
    """
    listed = list(every)
    n = Counter(one.group for one in listed)
    measured = Counter(one.group for one in listed if one.value is not None)
    why = {
        group: "unknown" if group == UNKNOWN else "mentions several groups" if group == SEVERAL
        else "not asked for" if only and group not in only else "no outcome" if not measured[group] else ""
        for group in n
    }  # fmt: skip
    left = [LeftOut(group, n[group], measured[group], why[group]) for group in sorted(n) if why[group]]
    left += [LeftOut(group, 0, 0, "no record") for group in only if group not in n]
    kept = [one for one in listed if one.value is not None and not why[one.group]]
    if reference and reference not in n:
        raise ValueError(
            f"The reference {reference!r} is none of the groups: {', '.join(sorted(n)) or 'there are none'}."
        )
    return kept, reference or max(sorted(set(one.group for one in kept)), key=lambda g: measured[g], default=""), left


def ordered(kept: Sequence[Observation], reference: str) -> list[str]:
    """List the groups, the reference first, then the largest."""
    n = Counter(one.group for one in kept)
    return sorted(n, key=lambda group: (group != reference, -n[group], group))


def corrected(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Add each group's firmness, and p by Holm over the groups that are large enough to be judged."""
    reference = rows[0] if rows else None
    states = [firmness(row.n) for row in rows]
    judged = [
        place for place, row in enumerate(rows)
        if row.p is not None and states[place] != FEW and reference is not None and states[0] != FEW
    ]  # fmt: skip
    adjusted = holm(np.array([rows[place].p for place in judged], dtype=np.float64)).tolist() if judged else []
    by_place = dict(zip(judged, adjusted, strict=True))
    return tuple(replace(row, state=states[place], adjusted=by_place.get(place)) for place, row in enumerate(rows))
