"""What a window is compared with: the period before, the same weekdays, days of one's choice, or before a release."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from analysis.metrics.fields import WEEKDAY

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.metrics.filter import Filter
    from analysis.store import Store

PREVIOUS, WEEKDAYS, RELEASE = "previous", "weekdays", "release"
WEEKS = 4
"""Weeks before a window whose same weekdays are taken."""
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


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


def weekdays(window: Filter) -> Filter:
    """Take the same weekdays of the four weeks before a window; of one of a week or longer, these four weeks whole.

    Raises
    ------
    ValueError
        If the window has no start or no end.
    """
    if window.start is None or window.end is None:
        raise ValueError("A window that has no start or no end has no weekdays of its own: give both.")
    whole = window.end - window.start >= _WEEK
    days = []
    day = window.start
    while day < window.end and not whole:
        days.append(f"{day:%A}")
        day = day.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
    before = window.during(window.start - WEEKS * _WEEK, window.start)
    return before if whole else before.where(WEEKDAY, *dict.fromkeys(days))


def release(store: Store, window: Filter, name: str) -> tuple[Filter, Filter]:
    """Take what came before a release, and since then: as long before it as the window reaches beyond it.

    Returns
    -------
    Filter, Filter
        The reference and the window.

    Raises
    ------
    ValueError
        If no record is of this release, or the window ends before it.
    """
    ((first, last),) = store.frame(
        "SELECT min(time) FILTER (release = $name), max(time) FROM records", {"name": name}
    ).rows()
    if first is None:
        raise ValueError(f"No record is of a release {name!r}.")
    end: datetime = window.end or last
    if end <= first:
        raise ValueError(f"The window ends before the release {name}, which came on {first:%-d %B %Y}.")
    return window.during(first - (end - first), first), window.during(first, end)
