"""Answers of Prometheus's HTTP API: range queries and instant ones, or their series alone, on end or in a list.

The shape is that of ``/api/v1/query_range`` and ``/api/v1/query``: https://prometheus.io/docs/prometheus/latest/querying/api/
"""

from __future__ import annotations

import re
from mmap import ACCESS_READ, mmap
from typing import TYPE_CHECKING, Any

import orjson

from analysis.ingest.clean import clean_rows
from analysis.ingest.resources.names import place, unused, used
from analysis.ingest.resources.reading import Format, Reading, Sample, as_number, since_1970
from analysis.ingest.text import json_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from analysis.ingest.source import Container, Source

_BEGINS = re.compile(r'\s*\[?\s*\{\s*"(?:status|data|resultType|result|metric)"\s*:')
_SERIES = r'"metric"\s*:\s*\{[^{}]*\}\s*,\s*"values?"\s*:\s*\[\s*\[?\s*[\d.]+\s*,\s*"'
_HOLDS = re.compile(rf'"resultType"\s*:\s*"(?:matrix|vector)"|"status"\s*:\s*"error"\s*,\s*"errorType"\s*:|{_SERIES}')
_LIST = re.compile(r"\s*\[\s*\{")
_LAID_OUT = re.compile(r"\s*\{[^\n]*\n[ \t]")
_ON_END = re.compile(rb'\}[ \t]*\{[ \t]*"status"')
_ANSWER = 4096
"""So far into a file its first answer says what it is."""

_NAMELESS = "(a series without a name)"


def recognise(beginning: str) -> bool:
    """Whether a file begins as an answer."""
    return _BEGINS.match(beginning) is not None and _HOLDS.search(beginning[:_ANSWER]) is not None


def container(path: Path, beginning: str) -> Container:
    """Tell how the answers lie: in a list, a line each, or laid out over lines or on end, as curl leaves them."""
    if _LIST.match(beginning):
        return "array"
    if _LAID_OUT.match(beginning):
        return "objects"
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
        return "objects" if _ON_END.search(content) else "jsonl"


def read(source: Source, reading: Reading) -> Iterator[Sample]:
    """Read the figures of each answer."""
    for row in clean_rows(json_rows(source, reading.progress), reading.cleaned):
        answer = row.fields
        data = answer.get("data", answer)
        series = [answer] if "metric" in answer else data.get("result") if isinstance(data, dict) else None
        if answer.get("status") == "error" or not isinstance(series, list):
            said = answer.get("error") if answer.get("status") == "error" else "no list of series in it"
            reading.refuse(row.line, f"not an answer with figures: {str(said)[:200]}", row.raw or b"")
            continue
        for number, one in enumerate(series, start=1):
            yield from _series(row.line, number, one, reading)


def _series(line: int, number: int, series: Any, reading: Reading) -> Iterator[Sample]:  # noqa: ANN401 - any JSON
    labels = series.get("metric") if isinstance(series, dict) else None
    values = series.get("values", [series["value"]] if "value" in series else None) if labels is not None else None
    if not isinstance(labels, dict) or not isinstance(values, list):
        reading.refuse(line, f"series {number} of the answer has no labels or no values", _bytes(series))
        return
    labels = {str(key): str(value) for key, value in labels.items()}
    name = labels.get("__name__", _NAMELESS)
    if name == _NAMELESS:
        reading.notes["A series without a name is that of a function: ask for the metric itself, not its rate."] = None
    figure, where = used(name, labels), place(labels)
    if figure is None:
        reading.unused_figures(unused(name, labels), len(values))
        return
    for at, pair in enumerate(values, start=1):
        moment, value = _pair(pair)
        if moment is None or value is None:
            reading.refuse(line, f"value {at} of series {number} ({name}) is no pair of time and number", _bytes(pair))
            continue
        sample = reading.sample(line, moment, figure, where, value, _bytes(pair))
        if sample is not None:
            yield sample


def _pair(pair: object) -> tuple[datetime | None, float | None]:
    """Read a time in seconds and a number; null what is none."""
    if not isinstance(pair, list) or len(pair) != 2:
        return None, None
    time = as_number(pair[0])
    return None if time is None else since_1970(time), as_number(pair[1])


def _bytes(value: object) -> bytes:
    return orjson.dumps(value, default=str)


FORMAT = Format("prometheus", "Prometheus query answers", recognise, read, container)
