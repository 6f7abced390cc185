"""Periods of time in UTC: the buckets of a trend, and a period in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta

GRAINS = ("hour", "day", "week", "month")
"""Widths of a trend's buckets; a week starts on Monday."""

_STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


def check(grain: str) -> str:
    """Return `grain` where it is one of :data:`GRAINS`.

    Raises
    ------
    ValueError
        Where it is not.
    """
    if grain not in GRAINS:
        raise ValueError(f"Unknown grain {grain!r}. Use one of {', '.join(GRAINS)}.")
    return grain


def floor(time: datetime, grain: str) -> datetime:
    """Find the start of the hour, day, week or month that holds `time`.

    Raises
    ------
    ValueError
        For another grain.
    """
    if check(grain) == "hour":
        return time.replace(minute=0, second=0, microsecond=0)
    day = time.replace(hour=0, minute=0, second=0, microsecond=0)
    if grain == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain == "month" else day


def midnight(day: date) -> datetime:
    """Find the moment at which a day begins."""
    return datetime(day.year, day.month, day.day)


def bucket_end(time: datetime, grain: str) -> datetime:
    """Find the end of the hour, day, week or month that starts at `time`.

    Raises
    ------
    ValueError
        For another grain.
    """
    if check(grain) == "month":
        return (time.replace(day=1) + timedelta(days=32)).replace(day=1)
    return time + _STEPS[grain]


def words(start: datetime | None, end: datetime | None) -> str:
    """Put a half-open period in words; one that ends at midnight names its last day."""
    if end is None:
        return "all time" if start is None else f"since {_moment(start)}"
    if not _is_midnight(end):
        return f"{_moment(start)} to {_moment(end)}" if start is not None else f"until {_moment(end)}"
    last = end - timedelta(days=1)
    if start is None:
        return f"until {_moment(last)}"
    if start == last:
        return _moment(last)
    if start.year == last.year and _is_midnight(start):
        return f"{start.day} {start:%b} to {_moment(last)}"
    return f"{_moment(start)} to {_moment(last)}"


def _is_midnight(moment: datetime) -> bool:
    return moment.time() == datetime.min.time()


def _moment(moment: datetime) -> str:
    day = f"{moment.day} {moment:%b %Y}"
    return day if _is_midnight(moment) else f"{day} {moment:%H:%M}"
