"""A release as one asks for it: what it is judged by, what became of every metric, for whom, and what came with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from analysis.alerts import history
from analysis.metrics.blocks import blocks
from analysis.metrics.facets import arrivals
from analysis.metrics.query import measure
from analysis.metrics.shifts.explain import NotExplainedError, explain_by
from analysis.releases.compare import compare
from analysis.releases.measures import measures
from analysis.releases.whom import apart, groupings
from analysis.releases.windows import DAYS, windows
from analysis.state import notes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from analysis.metrics.shifts.explain import Shift
    from analysis.releases.compare import Outcome
    from analysis.releases.release import Release
    from analysis.releases.whom import Apart
    from analysis.releases.windows import Windows
    from analysis.state.database import State
    from analysis.state.notes import Note
    from analysis.store import Store

ARRIVING = {"model": "model", "prompt_version": "prompt"}
"""Fields whose new values may be the cause, or another one, with the words for them."""

SUDDEN, FEWEST = 0.8, 4
"""A change came on one day that has this share of it, of so many days or more."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Report:
    """What became of a release.

    Parameters
    ----------
    release : Release
    windows : Windows
    outcomes : tuple of Outcome
        Of every metric that has data, by heading.
    apart : Apart
        Groups that fare otherwise than the rest.
    by : tuple of str
        The fields that make groups.
    unit : str
        What the intervals take for one draw: "user", "conversation" or "request".
    """

    release: Release
    windows: Windows
    outcomes: tuple[Outcome, ...]
    apart: Apart
    by: tuple[str, ...]
    unit: str


@dataclass(frozen=True)
class Arrival:
    """A model or prompt that was first seen at a time."""

    what: str
    name: str
    time: datetime


@dataclass(frozen=True)
class Fired:
    """An alert: its rule, its group (empty where it has none), and when it began."""

    rule: str
    group: str
    start: datetime


@dataclass(frozen=True)
class Meanwhile:
    """What else happened: what people marked, models and prompts first seen, and alerts."""

    notes: list[Note]
    arrivals: list[Arrival]
    alerts: list[Fired]


def report(store: Store, release: Release, releases: Sequence[Release], *, days: int = DAYS) -> Report:
    """Compare what was before a release with what came after it.

    Raises
    ------
    NotComparableError
        If there is too little before it, or after it.
    """
    chosen = windows(store, release, releases, days=days)
    drawn = blocks(store, (chosen.before, chosen.now))
    outcomes, by = compare(store, chosen, measures(store), drawn), groupings(store, chosen)
    groups = apart(store, chosen, outcomes, by, drawn)
    return Report(release, chosen, tuple(outcomes), groups, tuple(by), drawn.name)


def why(store: Store, report: Report, name: str) -> list[Shift]:
    """Split the change of a metric by every field that makes groups; the one that tells most comes first."""
    try:
        return explain_by(store, name, report.windows.before, report.windows.now, report.by) if report.by else []
    except NotExplainedError:
        return []


def traffic(shifts: Sequence[Shift]) -> Shift | None:
    """Find what other traffic has of a change: the split by what is asked, and by whom, whose mix is the largest.

    The mix of models is no traffic: the release itself may have made it. None where no mix is more than chance.
    """
    mixed = [shift for shift in shifts if shift.by != "model" and shift.mix.sure]
    return max(mixed, key=lambda shift: abs(shift.mix.value), default=None)


def sudden(store: Store, report: Report, outcome: Outcome) -> datetime | None:
    """Find the day after a release on which nearly all of a rate's change came, as an incident does; None if spread."""
    now, before = report.windows.now, outcome.before.value
    if outcome.measure.metric.interval != "wilson" or before is None or report.windows.length < FEWEST * _DAY:
        return None
    days = measure(store, [outcome.measure.name], now, grain="day").drop_nulls("value")
    beyond = ((days["value"] - before) * days["n"]).to_list()
    largest = max(range(len(beyond)), key=lambda place: beyond[place] * outcome.change.value, default=None)
    if largest is None or sum(beyond) == 0 or beyond[largest] / sum(beyond) < SUDDEN:
        return None
    day: datetime = days["time"][largest]
    return day


def meanwhile(store: Store, state: State, windows: Windows) -> Meanwhile:
    """List what else happened within the samples."""
    start, end = windows.before.start, windows.now.end
    assert start is not None
    assert end is not None
    within = windows.now.without("release").during(start, end)
    seen = [
        Arrival(what, name, time)
        for field, what in ARRIVING.items() for name, time in arrivals(store, field, within).iter_rows()
    ]  # fmt: skip
    marked = [note for note in notes.between(state, start, end) if note.kind != "release"]
    fired = [Fired(alert.rule, alert.group, alert.start) for alert in history.began(state, start, end)]
    return Meanwhile(marked, sorted(seen, key=lambda arrival: arrival.time), fired)
