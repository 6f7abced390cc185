"""What an audit concludes, in words that claim no more than its figures: it never says that there is no disparity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.audit.rates import ALPHA

if TYPE_CHECKING:
    from analysis.audit.compared import Comparison

FOUND, NONE_SEEN, FEW, UNMEASURED = "disparity found", "none seen at this n", "too few data", "not measured"
LEAST, ENOUGH = 30, 100
"""Below the first a group is not judged; below the second what is said of it is indicative."""
MEASURED, INDICATIVE = "measured", "indicative"
"""How firm a group's figures are; else :data:`FEW`."""


@dataclass(frozen=True)
class Verdict:
    """A verdict.

    Parameters
    ----------
    kind : str
        :data:`FOUND`, :data:`NONE_SEEN`, :data:`FEW` or :data:`UNMEASURED`.
    groups : tuple of str
        The groups that differ from the reference by more than chance.
    indicative : bool
        Whether it rests on a group of fewer than :data:`ENOUGH`.
    smallest : float or None
        The largest over groups of the smallest gap that would have been seen in four of five cases.
    """

    kind: str
    groups: tuple[str, ...] = ()
    indicative: bool = False
    smallest: float | None = None


def firmness(n: int) -> str:
    """Say how firm the figures of a group of `n` are."""
    return FEW if n < LEAST else INDICATIVE if n < ENOUGH else MEASURED


def conclude(found: Comparison) -> Verdict:
    """Draw the verdict: a group differs where all groups together do, and it does by Holm's correction."""
    if not any(row.n for row in found.rows):
        return Verdict(UNMEASURED)
    judged = [row for row in found.rows if row.adjusted is not None and row.state != FEW]
    if not judged:
        return Verdict(FEW)
    reference = next(row for row in found.rows if row.group == found.reference)
    indicative = any(row.state == INDICATIVE for row in (*judged, reference))
    together = found.tests[0].p <= ALPHA if len(found.tests) and len(judged) > 1 else True
    groups = tuple(row.group for row in judged if together and row.adjusted is not None and row.adjusted <= ALPHA)
    gaps = [row.smallest for row in judged if row.smallest is not None]
    return Verdict(FOUND if groups else NONE_SEEN, groups, indicative, max(gaps) if gaps else None)
