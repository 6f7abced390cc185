"""Regression runs of golden datasets beside releases: what answered, and whether it answered worse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from analysis.state.schema import golden_runs

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.releases.release import Release
    from analysis.state.database import State

NEAR = timedelta(days=14)
"""A run that does not name a release stands beside it if it was made within this time of it."""


@dataclass(frozen=True)
class Run:
    """A regression run: its number, of which dataset, what answered, what was found, and when."""

    id: int
    dataset: str
    name: str
    verdict: str
    made: datetime


def every(state: State) -> list[Run]:
    """List the runs of all datasets, the latest first."""
    columns = [golden_runs.c[name] for name in ("id", "dataset", "name", "verdict", "made")]
    with state.read() as connection:
        return [Run(*row) for row in connection.execute(select(*columns).order_by(golden_runs.c.id.desc()))]


def beside(state: State, release: Release) -> tuple[Run | None, bool]:
    """Find the run that names a release, else the one made nearest to it; tells whether it is named."""
    found = every(state)
    for run in found:
        if release.name.casefold() in run.name.casefold():
            return run, True
    near = [run for run in found if abs(run.made - release.start) <= NEAR]
    return min(near, key=lambda run: abs(run.made - release.start), default=None), False
