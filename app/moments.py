"""Moments in words, all UTC: ``3 November 2026, 14:43``; a dash where a log gives none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.units import NONE

if TYPE_CHECKING:
    from datetime import datetime


def day(moment: datetime | None) -> str:
    """Write a day: ``3 November 2026``."""
    return NONE if moment is None else f"{moment.day} {moment:%B %Y}"


def brief(moment: datetime | None, *, newest: datetime | None = None) -> str:
    """Write a moment in little room: ``3 Nov, 14:43``, with the year where it is not that of `newest`."""
    if moment is None:
        return "no time"
    year = "" if newest is not None and moment.year == newest.year else f" {moment:%Y}"
    return f"{moment.day} {moment:%b}{year}, {moment:%H:%M}"


def clock(moment: datetime | None) -> str:
    """Write the time of day: ``14:43:17``."""
    return "no time" if moment is None else f"{moment:%H:%M:%S}"


def full(moment: datetime | None) -> str:
    """Write a moment to the second: ``3 November 2026, 14:43:17 UTC``."""
    return NONE if moment is None else f"{day(moment)}, {moment:%H:%M:%S} UTC"


def span(first: datetime | None, last: datetime | None) -> str:
    """Say from when to when: ``on 3 November 2026, 14:42 to 14:51 UTC``; empty where neither is known."""
    if first is None or last is None:
        return ""
    if first.date() != last.date():
        return f"from {day(first)} to {day(last)}"
    if (first.hour, first.minute) == (last.hour, last.minute):
        return f"on {day(first)}, {first:%H:%M} UTC"
    return f"on {day(first)}, {first:%H:%M} to {last:%H:%M} UTC"
