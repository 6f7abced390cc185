"""From windows to episodes: a run of breaches fires, and is over when the figure is back.

A pure machine of four states (quiet, pending, firing, over) that knows nothing of records or of the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

SILENT = timedelta(days=1)
"""So long nothing is seen of it, and an episode counts as over; shorter gaps, such as a night, do not part it."""


@dataclass(frozen=True)
class Look:
    """One window of one group; see :func:`judge.judge`. `detail` is what a kind has to say besides the figure."""

    at: datetime
    start: datetime
    end: datetime
    value: float | None
    n: int
    low: float | None
    high: float | None
    expected: float | None
    line: float | None
    breached: bool
    calm: bool
    beyond: bool = False
    detail: tuple[str, ...] = ()


@dataclass(frozen=True)
class Episode:
    """A time in which a rule fired for a group.

    Parameters
    ----------
    group : str
    start : datetime
        The start of the step with which the first breach came.
    fired : datetime
        When it had lasted long enough.
    end : datetime or None
        When it was back; None while it is not.
    first, worst, last : Look
        The window it fired with, the one farthest beyond the line, and the last one beyond it.
    """

    group: str
    start: datetime
    fired: datetime
    end: datetime | None
    first: Look
    worst: Look
    last: Look

    @property
    def firing(self) -> bool:
        """Whether it goes on."""
        return self.end is None


def episodes(group: str, looks: Iterable[Look], lasting: timedelta) -> list[Episode]:
    """Find the episodes of a group's windows, in their order.

    Parameters
    ----------
    looks : iterable of Look
        In the order of time. One that is neither breached nor calm ends no episode, unless for :data:`SILENT` none is
        so much as beyond the line.
    lasting : timedelta
        How long it must be breached before it fires.
    """
    found: list[Episode] = []
    run = _Run()
    for look in looks:
        if run.seen is not None and not look.breached and look.end - run.seen > SILENT:
            run.close(found, group, run.seen)
        if look.breached:
            run.add(look, lasting)
        elif look.calm or (run.fired is None and look.value is not None):
            run.close(found, group, look.at)
        elif look.beyond and run.fired is not None:
            run.seen = look.end
    run.close(found, group, None)
    return found


class _Run:
    """Breaches that belong together."""

    def __init__(self) -> None:
        self.first: Look | None = None
        self.fired: Look | None = None
        self.worst: Look | None = None
        self.last: Look | None = None
        self.seen: datetime | None = None

    def add(self, look: Look, lasting: timedelta) -> None:
        if self.first is None:
            self.first = self.worst = look
        if self.fired is None and look.end - self.first.at >= lasting:
            self.fired = look
        if self.worst is None or _distance(look) > _distance(self.worst):
            self.worst = look
        self.last, self.seen = look, look.end

    def close(self, found: list[Episode], group: str, end: datetime | None) -> None:
        if self.first and self.fired and self.worst and self.last:
            found.append(Episode(group, self.first.at, self.fired.end, end, self.fired, self.worst, self.last))
        self.first = self.fired = self.worst = self.last = self.seen = None


def _distance(look: Look) -> float:
    """Tell how far beyond the line a window is for sure."""
    if look.line is None:
        return 0.0
    return min((abs(one - look.line) for one in (look.value, look.low, look.high) if one is not None), default=0.0)


def looks(rows: Iterable[dict[str, Any]]) -> list[Look]:
    """Make looks of the rows of :func:`judge.judge`."""
    names = Look.__dataclass_fields__
    return [Look(**{name: value for name, value in row.items() if name in names}) for row in rows]
