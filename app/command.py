"""What a command is, and what commands share: errors, waiting for a job, what is selected, how values are given."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from analysis.drift import reference
from analysis.metrics.filter import Filter
from analysis.state import jobs as kept

if TYPE_CHECKING:
    from analysis.store import Store
    from app.runtime import Runtime

POLL = 0.1
"""Seconds between two looks at a job that a command waits for."""


class CommandError(Exception):
    """A command that did not succeed: the words to say, and the exit code, 1 failed or 2 bad use or bad input."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Call:
    """One use of a command: on what, by whom, whom to tell progress, and whether to stop."""

    runtime: Runtime
    who: str
    on_progress: Callable[[dict[str, Any]], None]
    cancelled: Callable[[], bool]


Command = Callable[[Call, dict[str, Any]], dict[str, Any]]


def awaited(call: Call, kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Run a job among the others, so that the pages show it too, and wait for its result.

    Raises
    ------
    CommandError
        If it did not come to its end.
    """
    jobs = call.runtime.jobs
    job = jobs.submit(kind, arguments, who=call.who)
    while not job.over:
        time.sleep(POLL)
        if call.cancelled():
            jobs.cancel(job.id)
        job = jobs.get(job.id)
        if job.progress:
            call.on_progress(job.progress)
    if job.state == kept.DONE and job.result:
        return job.result
    raise CommandError(job.error or f"The {kind} was {job.state}.", 1)


def selected(arguments: dict[str, Any]) -> Filter:
    """Read the filter of a command: ``from``, ``to``, ``where``."""
    start, end = arguments.get("from"), arguments.get("to")
    return Filter.parse(
        list(arguments.get("where") or []),
        start=moment(start) if start else None,
        end=moment(end, closing=True) if end else None,
    )


def compared(store: Store, arguments: dict[str, Any]) -> tuple[Filter, Filter]:
    """Read the two samples of a command, before and now: ``from`` and ``to`` of `arguments` and of its ``against``.

    Without the latter it is the period of the same length just before; it ends with the records where it has no end.

    Raises
    ------
    ValueError
        If there is no such period, or the two overlap.
    """
    now, against = selected(arguments), arguments.get("against") or {}
    if against.get("from") or against.get("to"):
        given = selected(against)
        return reference.period(now, given.start, given.end), now
    now = reference.closed(store, now)
    return reference.previous(now), now


def moment(text: str, *, closing: bool = False) -> datetime:
    """A time as people write it, in UTC: a date or an ISO 8601 time; a `closing` date takes its whole day in.

    Raises
    ------
    ValueError
        If it is neither.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date or time. Write 2026-05-31 or 2026-05-31T14:00.") from None
    is_date = len(text) <= len("2026-05-31")
    return found + timedelta(days=1) if closing and is_date else found


def plain(value: Any) -> Any:  # noqa: ANN401 - any value that a query can give
    """A value as JSON has it: times in ISO 8601 with Z, numbers that JSON lacks as null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, date | time_of_day):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, UUID | timedelta) else value
