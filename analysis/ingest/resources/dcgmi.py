"""What ``dcgmi dmon`` prints: a line a GPU and moment, under a header that comes again now and then.

It prints no times. Where each line has one in front, as ``ts '%F %T'`` puts it there, that is taken; else the moments
follow each other by a second, dmon's own step, from the time that was given.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from analysis.ingest import text
from analysis.ingest.mend import readable
from analysis.ingest.resources.names import DMON
from analysis.ingest.resources.reading import NO_VALUE, Format, Reading, Sample, as_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from analysis.ingest.source import Source

_STAMP = r"(?:(\d{4}[-/]\d\d?[-/]\d\d?[ T]\d\d?:\d\d:\d\d\S*)\s+)?"
_HEADER = re.compile(_STAMP + r"#\s*Entity\s+(.*)")
_UNITS = re.compile(_STAMP + r"I[Dd](?:\s.*)?")
_ROW = re.compile(_STAMP + r"(GPU|GPU-I|GPU-CI|CPU|CORE|SWITCH|LINK)\s+(\S+)\s+(.*)", re.IGNORECASE)
_STEP = timedelta(seconds=1)


def recognise(beginning: str) -> bool:
    """Whether a file begins with dmon's header."""
    first = next((line for line in beginning.splitlines() if line.strip()), "")
    return _HEADER.match(first.strip()) is not None


def read(source: Source, reading: Reading) -> Iterator[Sample]:
    """Read the figures of each line."""
    columns: list[str] = []
    clock = _Clock(reading)
    for number, raw in text.lines(text.chunks(source, reading.progress)):
        line = readable(raw)[0].decode().strip()
        header, row = _HEADER.fullmatch(line), _ROW.fullmatch(line)
        if header is not None:
            columns = header[2].split()
            reading.unused.update({name[:80]: 1 for name in columns if name not in DMON})
        elif row is None:
            if line and _UNITS.fullmatch(line) is None:
                reading.refuse(number, "not a line of dmon: an entity, its number, and figures", raw)
        elif row[2].upper() != "GPU":
            reading.aside["of no whole GPU"] += 1
        elif len(cells := row[4].split()) != len(columns):
            reading.refuse(number, f"{len(cells)} figures, where the header has {len(columns)}", raw)
        else:
            time = reading.written(row[1]) if row[1] else clock.at(row[3])
            yield from _figures(number, raw, dict(zip(columns, cells, strict=True)), row[3], time, reading)


def _figures(
    number: int, raw: bytes, cells: dict[str, str], device: str, time: datetime | None, reading: Reading
) -> Iterator[Sample]:
    for name in cells.keys() & DMON:
        if cells[name].upper() == "N/A":
            reading.aside[NO_VALUE] += 1
            continue
        value = as_number(cells[name])
        if value is None:
            reading.refuse(number, f"{name} is no number: {cells[name][:40]}", raw)
            continue
        sample = reading.sample(number, time, DMON[name], (None, device, None), value, raw)
        if sample is not None:
            yield sample


class _Clock:
    """The moments of lines without a time: it steps on where a GPU comes again."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._now = reading.at
        self._seen: set[str] = set()

    def at(self, device: str) -> datetime | None:
        """Tell the moment of the next line."""
        if self._now is not None and device in self._seen:
            self._now += _STEP
            self._seen = set()
            self._reading.notes["It has no times: its lines are taken to follow each other by a second."] = None
        self._seen.add(device)
        return self._now


FORMAT = Format("dcgmi-dmon", "dcgmi dmon", recognise, read)
