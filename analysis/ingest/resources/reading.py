"""What reading a file of machine figures gives: the figures, and the account of all that is none."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from analysis.ingest.clean import Cleaned
from analysis.ingest.resources.names import wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from analysis.ingest.source import Container, Source

NO_VALUE = "no value"
UNUSED = "a figure that is not used"
_UNNAMED = "It does not name its machine. Put it in a folder that does, as in instance=gpu-1/, to tell several apart."
_NO_ZONE = "Its times name no zone and are taken as UTC."
NO_TIME = "no time: say with --at when it was taken"

_TIME = re.compile(r"(\d{4})[-/](\d\d?)[-/](\d\d?)[ T](\d\d?):(\d\d):(\d\d)(?:[.,](\d{1,6})\d*)?(Z|[+-]\d\d:?\d\d)?")
_COUNTED = re.compile(r"\d{10}(?:\.\d+)?|\d{13}")
"""Seconds or milliseconds since 1970, as scripts write them; a smaller number counts from a start of its own."""
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?[iI]nf|[nN]a[nN]")
_SECONDS = 1e11
"""A time since 1970 below it is in seconds, above it in milliseconds."""


class Sample(NamedTuple):
    """A figure of a machine: where it stands in the file, and the columns of ``record.SAMPLE``."""

    line: int
    time: datetime
    metric: str
    instance: str | None
    device: str | None
    model: str | None
    value: float


@dataclass
class Reading:
    """The account of a file while it is read.

    `at` is the time of figures that have none, and `instance` the machine of a file that names none.
    """

    at: datetime | None = None
    instance: str | None = None
    progress: Callable[[int], None] = lambda done: None
    cleaned: Cleaned = field(default_factory=Cleaned)
    aside: Counter[str] = field(default_factory=Counter)
    unused: Counter[str] = field(default_factory=Counter)
    notes: dict[str, None] = field(default_factory=dict)
    timeless: int = 0

    def unused_figures(self, name: str, count: int = 1) -> None:
        """Set figures aside that Afterword does not use."""
        self.aside[UNUSED] += count
        self.unused[name[:80]] += count

    def written(self, text: str) -> datetime | None:
        """Read a written time, or one counted since 1970, as UTC; null where it is none."""
        if _COUNTED.fullmatch(text):
            return since_1970(float(text))
        match = _TIME.fullmatch(text.strip())
        if match is None:
            return None
        *parts, fraction, zone = match.groups()
        if zone is None:
            self.notes[_NO_ZONE] = None
        try:
            year, month, day, hour, minute, second = map(int, parts)
            moment = datetime(year, month, day, hour, minute, second, int((fraction or "").ljust(6, "0")))
            return moment - _east(zone)
        except (ValueError, OverflowError):
            return None

    def refuse(self, line: int, reason: str, raw: bytes) -> None:
        """Refuse a line, or a figure of it."""
        latest = self.cleaned.latest
        self.cleaned.refuse(line, None, reason, raw)
        self.cleaned.latest = latest  # a figure that is none is no sign that the file was cut short

    def sample(
        self,
        line: int,
        time: datetime | None,
        figure: tuple[str, float],
        where: tuple[str | None, str | None, str | None],
        value: float,
        raw: bytes,
    ) -> Sample | None:
        """Make a sample of a value in its tool's unit, or account for why it is none."""
        metric, factor = figure
        scaled = value * factor
        if not math.isfinite(scaled):
            self.aside[NO_VALUE] += 1
            return None
        moment = time or self.at
        if moment is None:
            self.timeless += 1
            self.refuse(line, NO_TIME, raw)
            return None
        problem = wrong(metric, scaled)
        if problem:
            self.refuse(line, problem, raw)
            return None
        instance, device, model = where
        if not instance and not self.instance:
            self.notes[_UNNAMED] = None
        return Sample(line, moment, metric, instance or self.instance, device, model, scaled)


@dataclass(frozen=True)
class Format:
    """A format of machine figures: how it is told by a file's beginning, and how it is read."""

    name: str
    title: str
    recognise: Callable[[str], bool]
    read: Callable[[Source, Reading], Iterator[Sample]]
    container: Callable[[Path, str], Container] = lambda path, beginning: "csv"
    """How its rows lie in a file."""


def as_number(text: object) -> float | None:
    """Read a number as Prometheus and DCGM write it; null where it is none."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        return float(text)
    return float(text) if isinstance(text, str) and _NUMBER.fullmatch(text) else None


def _east(zone: str | None) -> timedelta:
    """How far a zone's clocks are ahead of UTC."""
    if zone is None or zone == "Z":
        return timedelta()
    return timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[-2:]))


def since_1970(number: float) -> datetime | None:
    """Read a time in seconds or milliseconds since 1970 as UTC; null where it is beyond all calendars."""
    try:
        return datetime.fromtimestamp(number / 1000 if abs(number) >= _SECONDS else number, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None
