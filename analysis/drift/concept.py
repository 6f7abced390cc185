"""Concept drift: the same topics, and other outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from analysis.drift.differences import benjamini_hochberg
from analysis.metrics import fields
from analysis.metrics.intervals import Z
from analysis.metrics.lookup import UnknownMetricError
from analysis.metrics.shifts.explain import NotExplainedError, explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.metrics.filter import Filter
    from analysis.metrics.shifts.explain import Shift
    from analysis.store import Store

OUTCOMES = (
    "thumbs_up_rate", "error_rate", "regenerated_rate", "scorer.faithfulness", "scorer.response_refusal",
    "scorer.response_relevance", "scorer.response_coherence", "scorer.user_rephrased",
)  # fmt: skip
"""What may change within topics: feedback, failures, refusals and quality."""
CHANCE = 0.05


@dataclass(frozen=True)
class Outcome:
    """What became of one outcome within topics.

    Parameters
    ----------
    shift : Shift
        Its change split by topics; the rate part is what changed within them.
    p, adjusted : float
        The chance of as large a change within topics were there none; the same corrected for the number of outcomes
        (Benjamini-Hochberg).
    """

    shift: Shift
    p: float
    adjusted: float

    @property
    def changed(self) -> bool:
        """Whether it changed within topics by more than chance."""
        return self.adjusted <= CHANCE


def outcomes(store: Store, reference: Filter, window: Filter, names: Sequence[str] = OUTCOMES) -> list[Outcome]:
    """Test whether outcomes changed within topics, the surest first, but for those of which too little is known."""
    shifts = []
    for name in names:
        try:
            shift = explain(store, name, reference, window, fields.TOPIC)
        except (NotExplainedError, UnknownMetricError):
            continue
        if shift.rate.low is not None and shift.rate.high is not None and shift.rate.high > shift.rate.low:
            shifts.append(shift)
    if not shifts:
        return []
    p = np.array([_p(shift) for shift in shifts])
    found = [Outcome(*row) for row in zip(shifts, p.tolist(), benjamini_hochberg(p).tolist(), strict=True)]
    return sorted(found, key=lambda outcome: outcome.p)


def _p(shift: Shift) -> float:
    """Read the chance off the bootstrap's interval, which is nearly normal."""
    assert shift.rate.low is not None
    assert shift.rate.high is not None
    error = (shift.rate.high - shift.rate.low) / (2 * Z)
    return 2 * NormalDist().cdf(-abs(shift.rate.value) / error)
