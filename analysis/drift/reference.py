"""What a window is compared with: the period before, the same weekdays, days of one's choice, or before a release."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from analysis.metrics.extent import extent
from analysis.metrics.fields import WEEKDAY
from analysis.metrics.period import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.metrics.filter import Filter
    from analysis.store import Store

PREVIOUS, WEEKDAYS, RELEASE = "previous", "weekdays", "release"
WEEKS = 4
"""Weeks before a window whose same weekdays are taken."""
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


def closed(store: Store, window: Filter) -> Filter:
    """Give a window that has no end that of the records, the last of them included.

    Raises
    ------
    ValueError
        If no record has a time, or all are of before the window.
    """
    if window.end is not None:
        return window
    last = extent(store).last
    if last is None:
        raise ValueError("No record has a time: there are no periods to compare.")
    if window.start is not None and window.start > last:
        raise ValueError(f"There is no record of the period: the last came on {last:%-d %B %Y}.")
    return window.during(window.start, last + timedelta.resolution)


def previous(window: Filter) -> Filter:
    """Take the period of the same length just before.

    Raises
    ------
    ValueError
        If the window has no start or no end.
    """
    before = window.previous()
    if before is None:
        raise ValueError(
            "A window that has no start or no end has no period before it: give both, or what to compare with."
        )
    return before


def period(window: Filter, start: datetime | None, end: datetime | None) -> Filter:
    """Take a period of one's choice.

    Raises
    ------
    ValueError
        If it overlaps the window: what both hold would be compared with itself.
    """
    chosen = window.during(start, end)
    both = (window, chosen)
    if max(one.start or datetime.min for one in both) < min(one.end or datetime.max for one in both):
        raise ValueError(
            f"The two periods overlap: {words(window.start, window.end)} and {words(chosen.start, chosen.end)}. "
            "Give two that have no record in common, each with a start and an end."
        )
    return chosen


def weekdays(window: Filter) -> Filter:
    """Take the same weekdays of the four weeks before a window; of one of a week or longer, these four weeks whole.

    Raises
    ------
    ValueError
        If the window has no start or no end, or is shorter than a day: its hours are unlike those of whole days.
    """
    if window.start is None or window.end is None:
        raise ValueError("A window that has no start or no end has no weekdays of its own: give both.")
    if window.end - window.start < _DAY:
        raise ValueError("A window shorter than a day can't be compared with whole days: give a day or more.")
    whole = window.end - window.start >= _WEEK
    days = []
    day = window.start
    while day < window.end and not whole:
        days.append(f"{day:%A}")
        day = day.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
    before = window.during(window.start - WEEKS * _WEEK, window.start)
    asked = [value for one in window.conditions if (one.field, one.op) == (WEEKDAY, "=") for value in one.values]
    days = [day for day in dict.fromkeys(days) if not asked or day in asked]
    return before.where(WEEKDAY, *days) if days else before


def release(store: Store, window: Filter, name: str, came: Mapping[str, datetime]) -> tuple[Filter, Filter]:
    """Take the part of a window since a release, and as long a period just before the release.

    Parameters
    ----------
    came : mapping of str to datetime
        When each release came to the records that meet the window's conditions.

    Returns
    -------
    Filter, Filter
        The reference and the window.

    Raises
    ------
    ValueError
        If it is not known when the release came, or the window ends before it.
    """
    first = came.get(name)
    if first is None:
        raise ValueError(
            f"It is not known when a release {name!r} came to these records. `afterword releases` lists when each came."
        )
    window = closed(store, window)
    start, end = max(first, window.start or first), window.end
    if end is None or end <= first:
        raise ValueError(f"The window ends before the release {name}, which came on {first:%-d %B %Y}.")
    return window.during(first - (end - start), first), window.during(start, end)
