"""The text that exporters show to Prometheus, DCGM's, vLLM's and TGI's among them: one scrape, or several on end.

The format is Prometheus's text exposition: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from analysis.ingest import text
from analysis.ingest.mend import readable
from analysis.ingest.resources.names import PROMETHEUS, place, unused, used
from analysis.ingest.resources.reading import Format, Reading, Sample, as_number, since_1970

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.ingest.source import Source

_COMMENT = re.compile(r"#\s*(?:HELP|TYPE|UNIT)\s+[a-zA-Z_:]")
_LINE = re.compile(r"\s*([a-zA-Z_:][\w:]*)\s*(\{.*\})?\s+(\S+)(?:\s+(-?\d+(?:\.\d*)?))?(?:\s+#\s.*)?\s*")
_LONGEST = 64 << 10
"""Letters of the longest line that is read: labels are short."""


def recognise(beginning: str) -> bool:
    """Whether a file begins with a metric, or with what is said about one."""
    first = next((line for line in beginning.splitlines() if line.strip()), "")
    metric = _metric(first)
    return _COMMENT.match(first) is not None or (metric is not None and (metric[0] in PROMETHEUS or bool(metric[1])))


def read(source: Source, reading: Reading) -> Iterator[Sample]:
    """Read the figures of each line; one without a time is of the time that was given."""
    for at, raw in text.lines(text.chunks(source, reading.progress)):
        line = readable(raw)[0].decode().strip()
        if not line or line.startswith("#"):
            continue
        metric = _metric(line)
        if metric is None:
            reading.refuse(at, "not a metric: a name, its labels in braces, and a number", raw)
            continue
        name, labels, value, time = metric
        if name not in PROMETHEUS:
            reading.unused_figures(name)
            continue
        known = _labels(labels)
        moment = since_1970(float(time)) if time else None
        if known is None or (time and moment is None):
            reading.refuse(at, "labels that can't be read" if known is None else "a time that is none", raw)
            continue
        figure = used(name, known)
        if figure is None:
            reading.unused_figures(unused(name, known))
            continue
        sample = reading.sample(at, moment, figure, place(known), value, raw)
        if sample is not None:
            yield sample


def _metric(line: str) -> tuple[str, str | None, float, str | None] | None:
    """Read a line's name, its labels as they stand, its number, and its time; null where it is no metric."""
    match = _LINE.fullmatch(line) if len(line) <= _LONGEST else None
    value = as_number(match[3]) if match else None
    return None if match is None or value is None else (match[1], match[2], value, match[4])


def _labels(text: str | None) -> dict[str, str] | None:
    """Read labels, with what is escaped in them; null where they are none."""
    if text is None:
        return {}
    try:
        (family,) = text_string_to_metric_families(f"labels{text} 1")
        return dict(family.samples[0].labels)
    except (ValueError, IndexError, KeyError):
        return None


FORMAT = Format("metrics", "Prometheus metrics (text)", recognise, read)
