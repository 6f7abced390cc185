"""What a release is judged by: the same length of time before it and after, or both versions while they ran at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from analysis.metrics.fields import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.metrics.filter import Filter
    from analysis.releases.release import Release
    from analysis.store import Store

DAYS = 7
"""Days before a release and after it, where there are so many."""
LONG = timedelta(days=3)
"""Versions that ran beside each other for so long are compared with each other."""
EDGE = 0.02
"""What comes in so small a part of the time compared, at its ends, can't have moved much."""
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


class NotComparableError(ValueError):
    """There is too little before a release, or after it."""


@dataclass(frozen=True)
class Windows:
    """Two samples of records.

    Parameters
    ----------
    before, now : Filter
        Without the release and with it.
    beside : bool
        Whether these are versions that ran at the same time, else the time before and the time after.
    rollout : pair of datetime
        The time in which the release came; the records of it are in neither sample, unless they are `beside`.
    others : tuple of Release
        Other releases within the samples.
    """

    before: Filter
    now: Filter
    beside: bool
    rollout: tuple[datetime, datetime]
    others: tuple[Release, ...]

    @property
    def length(self) -> timedelta:
        """How long each sample is."""
        assert self.now.start is not None
        assert self.now.end is not None
        return self.now.end - self.now.start


def windows(store: Store, release: Release, releases: Sequence[Release], *, days: int = DAYS) -> Windows:
    """Choose what to compare.

    Versions that ran beside each other for :data:`LONG` are compared over that time: nothing but the version tells them
    apart. Else it is as many whole days after the roll-out as there are, `days` at most, with as many before it, of the
    same weekdays.

    Raises
    ------
    NotComparableError
        If there is less than a day on either side.
    """
    if days < 1:
        raise NotComparableError(f"{days} days are none. Give 1 or more.")
    if release.beside is not None and release.beside[1] - release.beside[0] >= LONG:
        return _beside(store, release, release.beside, releases)
    first, last = _extent(store, release)
    start, end = release.start, release.done or release.half or release.start
    length = _whole(min(days * _DAY, start - first, last - end))
    if length < _DAY:
        side = "after" if last - end < _DAY else "before"
        raise NotComparableError(
            f"There is less than a day of records {side} {release.name}, which came on {start:%-d %B %Y, %H:%M} UTC."
        )
    where = release.records()
    before = _earlier(start, end, length, first)
    now = where.during(end, end + length)
    held = _others(release, releases, before, end + length)
    return Windows(where.during(before, before + length), now, False, (start, end), held)


def _extent(store: Store, release: Release) -> tuple[datetime, datetime]:
    where, given = release.records().predicate()
    ((first, last),) = store.frame(f"SELECT min(r.time), max(r.time) FROM records r WHERE {where}", given).rows()
    if first is None:
        raise NotComparableError(f"No record of where {release.name} came has a time.")
    # the last hour of a day may hold no record, and would cost the whole day
    return first, last + _DAY / 24


def _whole(length: timedelta) -> timedelta:
    """Cut to whole days, and from a week on to whole weeks, that the weekdays are the same."""
    step = _WEEK if length >= _WEEK else _DAY
    return step * max(length // step, 0)


def _earlier(start: datetime, end: datetime, length: timedelta, first: datetime) -> datetime:
    """Find where the time before begins: whole weeks earlier if the records reach back to that, else just before."""
    if length >= _WEEK:
        return start - length
    weeks = math.ceil((end + length - start) / _WEEK)
    earlier = end - weeks * _WEEK
    return earlier if earlier >= first else start - length


def _others(release: Release, releases: Sequence[Release], start: datetime, end: datetime) -> tuple[Release, ...]:
    """Find the other releases that came in a time where this one did, but for those at its very ends."""
    edge = (end - start) * EDGE
    return tuple(
        one for one in releases
        if start + edge <= one.start < end - edge and (one.name, one.app) != (release.name, release.app)
        and (one.app is None or release.app is None or one.app == release.app)
    )  # fmt: skip


def _beside(store: Store, release: Release, time: tuple[datetime, datetime], releases: Sequence[Release]) -> Windows:
    start, end = time
    where = release.records().during(start, end)
    sql, given = where.predicate()
    names = store.rows(
        f"""SELECT DISTINCT coalesce(r.release, '{NONE}') AS name FROM records r
        WHERE {sql} AND r.release IS DISTINCT FROM $release ORDER BY 1""",
        given | {"release": release.name},
    )
    others = where.where("release", *(row["name"] for row in names))
    now = where.where("release", release.name)
    return Windows(others, now, True, (release.start, release.done or end), _others(release, releases, start, end))
