"""What the adapters of tracing formats share: spans, token buckets, scores, and values of any make as plain JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from analysis.ingest.content import Json, as_text, dump, structured, utf8

MAX_LEVELS = 24
"""Nesting of attributes that is kept; what lies deeper becomes JSON text."""

Draft = dict[str, Any]


@dataclass(slots=True)
class Span:
    """A span of any tracing format; ids are lower-case hex, moments nanoseconds or ISO text."""

    trace_id: str | None
    span_id: str | None
    parent_id: str | None = None
    name: str = ""
    start: int | str | None = None
    end: int | str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    events: list[tuple[str, int | str | None, dict[str, Any]]] = field(default_factory=list)
    """Name, moment and attributes."""
    failed: bool = False
    message: str | None = None
    resource: dict[str, Any] = field(default_factory=dict)

    @property
    def error(self) -> str | None:
        """The error's text, for a span that failed."""
        raised = next((attributes for name, _, attributes in self.events if name == "exception"), {})
        own = self.attributes
        texts = (
            self.message, raised.get("exception.message"), own.get("exception.message"), own.get("error.message"),
            raised.get("exception.type"), own.get("error.type"),
        )  # fmt: skip
        text = next((text for text in texts if isinstance(text, str) and text), None)
        return text if self.failed or own.get("error.type") else None

    @property
    def status(self) -> str:
        """Whether it failed: ok or error."""
        return "error" if self.failed or self.error else "ok"


def plain(value: Json, level: int = 0) -> Json:
    """A value as JSON has it, whatever made it: arrays as lists, moments as ISO text, NaN as None.

    What nests deeper than `MAX_LEVELS` becomes JSON text, and an integer of more than 64 bits text.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return utf8(value)
    if isinstance(value, int | float):
        return _json_number(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if hasattr(value, "tolist"):  # numpy, without importing it
        return plain(value.tolist(), level)
    if isinstance(value, Mapping):
        if level > MAX_LEVELS:
            return dump(value)
        return {str(key): plain(item, level + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return dump(list(value)) if level > MAX_LEVELS else [plain(item, level + 1) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _json_number(value: float) -> float | str | None:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if -(1 << 63) <= value < 1 << 63 else str(value)


def parsed(text: str) -> Json:
    """JSON text that is an object, a list or a string, as :func:`plain` gives it; None for other text."""
    return plain(structured(text))


def as_list(value: Json) -> list[Any]:
    """The value where it is a list or the JSON text of one, else an empty one."""
    if isinstance(value, str):
        value = parsed(value)
    return value if isinstance(value, list) else []


def as_object(value: Json) -> dict[str, Any]:
    """The value where it is an object or the JSON text of one, else an empty one."""
    if isinstance(value, str):
        value = parsed(value)
    return value if isinstance(value, dict) else {}


def named(value: Json) -> str | None:
    """An id or a name as text; None where it is missing or empty."""
    if value is None or isinstance(value, dict | list):
        return None
    text = value if isinstance(value, str) else as_text(value)
    return text.strip() or None


def first(attributes: Mapping[str, Any], keys: Iterable[str]) -> Json:
    """The first value under `keys` that is there and says something."""
    for key in keys:
        value = attributes.get(key)
        if value is not None and value != "":
            return value
    return None


def number(value: Json) -> float | None:
    """A finite number, also where it is text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def tokens(whole_input: Json, whole_output: Json, read: Json, write: Json, reasoning: Json) -> Draft:
    """Disjoint token buckets of totals.

    The input total includes what a cache served or stored, by the conventions of OpenTelemetry and OpenInference; where
    the cached part is larger than the total, the emitter counted it apart, as Anthropic does. The output total includes
    reasoning. A count that is no number is passed on as it stands, for the import to name it.
    """
    asked, said = number(whole_input), number(whole_output)
    cached = (number(read) or 0.0) + (number(write) or 0.0)
    thought = number(reasoning) or 0.0
    fresh = asked if asked is None or cached > asked else asked - cached
    spoken = said if said is None or thought > said else said - thought
    return {
        "input_tokens": whole_input if fresh is None else _whole(fresh),
        "cache_read_tokens": read,
        "cache_write_tokens": write,
        "output_tokens": whole_output if spoken is None else _whole(spoken),
        "reasoning_tokens": reasoning,
    }


def _whole(count: float) -> float:
    return int(count) if count.is_integer() and abs(count) < 2**63 else count  # a longer one is not written as JSON


def iso(moment: Json) -> str | None:
    """A moment as ISO text: from ISO text, or from nano-, micro- or milliseconds or seconds since 1970."""
    if isinstance(moment, str) and "-" in moment:
        return moment
    value = number(moment)
    if not value:
        return None
    for unit in (1e17, 1e14, 1e11):
        if abs(value) >= unit:
            value /= unit / 1e8
            break
    try:
        return datetime.fromtimestamp(value, UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    except (ValueError, OverflowError, OSError):
        return None


def seconds_between(earlier: Json, later: Json) -> float | None:
    """Seconds from one moment to a later one, given as :func:`iso` reads them."""
    moments = [iso(earlier), iso(later)]
    try:
        begun, ended = (datetime.fromisoformat(moment) for moment in moments if moment)
        seconds = (_utc(ended) - _utc(begun)).total_seconds()
    except ValueError:
        return None
    return seconds if seconds >= 0 else None


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def document(id: Json, text: Json, value: Json) -> Draft:
    """A retrieved document."""
    return {"id": named(id), "text": as_text(text) or None, "score": number(value)}


def outer_calls(calls: list[tuple[Span, Draft]]) -> set[int]:
    """Positions of calls that only wrap another one: a parent that counts no tokens, or the same ones again.

    Two instrumentations of one program, such as LangChain's and OpenAI's, log one call twice, one within the other.
    """
    place = {span.span_id: index for index, (span, _) in enumerate(calls) if span.span_id}
    outer = set()
    for span, draft in calls:
        above = place.get(span.parent_id) if span.parent_id else None
        if above is None or calls[above][0] is span:
            continue
        counts = _total(calls[above][1])
        if counts is None or counts == _total(draft):
            outer.add(above)
    return outer


def _total(draft: Draft) -> tuple[float, float] | None:
    asked = [number(draft.get(key)) for key in ("input_tokens", "cache_read_tokens", "cache_write_tokens")]
    said = [number(draft.get(key)) for key in ("output_tokens", "reasoning_tokens")]
    if all(count is None for count in (*asked, *said)):
        return None
    return sum(count or 0 for count in asked), sum(count or 0 for count in said)
