"""Drift as one asks for it: what a window is compared with, in words, and everything that came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.drift import reference
from analysis.drift.concept import outcomes
from analysis.drift.examine import examine
from analysis.drift.sample import draw
from analysis.metrics import fields
from analysis.metrics.shifts.explain import candidates

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from analysis.drift.concept import Outcome
    from analysis.drift.examine import Report
    from analysis.metrics.filter import Filter
    from analysis.store import Store

FIELDS = 12
"""Fields of what the application is that are compared, at most."""


@dataclass(frozen=True)
class Drift:
    """A window, its reference, and what they differ in: in what is asked, and in what came of it within topics."""

    window: Filter
    reference: Filter
    report: Report
    outcomes: tuple[Outcome, ...]


def drift(store: Store, window: Filter, against: Filter, *, seed: int = 0) -> Drift:
    """Compare a window of the records with a reference."""
    asked = (fields.TOPIC, fields.LANGUAGE)
    given = [name for name in candidates(store, against, window) if name not in asked][:FIELDS]
    sample = draw(store, against, window, [*asked, *given], seed=seed)
    return Drift(window, against, examine(sample, seed=seed), tuple(outcomes(store, against, window)))


def windows(store: Store, window: Filter, against: str, came: Mapping[str, datetime]) -> tuple[Filter, Filter]:
    """Find the reference and the window that are meant: ``previous``, ``weekdays`` or ``release NAME``.

    When each release came to the window's records is `came`.

    Raises
    ------
    ValueError
        If it is none of them, or there is no such period or release.
    """
    what, _, name = against.partition(" ")
    if what == reference.PREVIOUS and not name:
        return reference.previous(window), window
    if what == reference.WEEKDAYS and not name:
        return reference.weekdays(window), window
    if what == reference.RELEASE and name.strip():
        return reference.release(store, window, name.strip(), came)
    raise ValueError(f"{against!r} is nothing to compare with. Write previous, weekdays, 'release NAME' or FROM..TO.")
