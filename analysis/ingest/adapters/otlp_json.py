"""OTLP/JSON as data: spans and log records with plain attributes, from any writer's spelling of it.

Writers differ in the case of keys (``startTimeUnixNano``, ``start_time_unix_nano``), in whether 64-bit integers are
text, and in whether ids are hex (the file exporter) or base64 (protobuf's own JSON). Reference: OpenTelemetry
specification, "File Exporter"; opentelemetry-proto, ``trace.proto``, ``logs.proto``, ``common.proto``.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from analysis.ingest.adapters.tracing import MAX_LEVELS, Span, as_list, plain
from analysis.ingest.content import Json, dump

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TRACES = ("resourceSpans", "resource_spans")
LOGS = ("resourceLogs", "resource_logs")


def spans(obj: Mapping[str, Any]) -> Iterator[Span]:
    """Spans of one ``TracesData``."""
    scopes = ("scopeSpans", "scope_spans", "instrumentationLibrarySpans")
    for resource, scope, item in _items(obj, TRACES, scopes, ("spans",)):
        yield _span(item, resource, scope)


def log_events(obj: Mapping[str, Any]) -> Iterator[tuple[Span, str, Json]]:
    """Log records of one ``LogsData``: the context as a span that has the record's attributes, the event, the body."""
    scopes = ("scopeLogs", "scope_logs", "instrumentationLibraryLogs")
    for resource, scope, item in _items(obj, LOGS, scopes, ("logRecords", "log_records", "logs")):
        span = _span(item, resource, scope)
        span.start = _nanoseconds(_get(item, "time_unix_nano")) or _nanoseconds(_get(item, "observed_time_unix_nano"))
        body = value_of(item.get("body"))
        name = _get(item, "event_name") or span.attributes.pop("event.name", None) or item.get("name")
        yield span, str(name or ""), body


def _items(
    obj: Mapping[str, Any], outer: tuple[str, ...], middle: tuple[str, ...], inner: tuple[str, ...]
) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    for group in _lists(obj, outer):
        resource = _attributes(_object(group.get("resource")).get("attributes"))
        for scoped in _lists(group, middle):
            scope = _object(scoped.get("scope") or scoped.get("instrumentationLibrary"))
            for item in _lists(scoped, inner):
                yield resource, scope, item


def _lists(obj: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for key in keys:
        for item in as_list(obj.get(key)):
            if isinstance(item, dict):
                yield item


def _object(value: Json) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _get(item: Mapping[str, Any], snake: str) -> Json:
    """A field in either spelling."""
    if snake in item:
        return item[snake]
    head, *rest = snake.split("_")
    return item.get(head + "".join(word.capitalize() for word in rest))


def _span(item: dict[str, Any], resource: dict[str, Any], scope: dict[str, Any]) -> Span:
    status = _object(item.get("status"))
    attributes = _attributes(item.get("attributes"))
    if isinstance(scope.get("name"), str) and scope["name"]:
        attributes.setdefault("otel.scope.name", scope["name"])
    return Span(
        trace_id=span_id(_get(item, "trace_id"), 16),
        span_id=span_id(_get(item, "span_id"), 8),
        parent_id=span_id(_get(item, "parent_span_id"), 8),
        name=str(item.get("name") or ""),
        start=_nanoseconds(_get(item, "start_time_unix_nano")),
        end=_nanoseconds(_get(item, "end_time_unix_nano")),
        attributes=attributes,
        events=[
            (
                str(event.get("name") or ""),
                _nanoseconds(_get(event, "time_unix_nano")),
                _attributes(event.get("attributes")),
            )
            for event in as_list(item.get("events"))
            if isinstance(event, dict)
        ],
        failed=status.get("code") in (2, "2", "STATUS_CODE_ERROR", "ERROR"),
        message=status.get("message") if isinstance(status.get("message"), str) else None,
        resource=resource,
    )


def span_id(value: Json, size: int) -> str | None:
    """An id of `size` bytes as lower-case hex; None for one that is missing or all zeros."""
    if not isinstance(value, str) or not value:
        return None
    value = value.removeprefix("0x")
    text = value.lower()
    if len(value) != 2 * size:
        try:
            raw = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        text = raw.hex() if len(raw) == size else value
    return text if text.strip("0") else None


def _nanoseconds(value: Json) -> int | str | None:
    if isinstance(value, str) and value.isdecimal() and len(value) < 20:
        value = int(value)
    return None if value in (0, "", None) or isinstance(value, dict | list | bool) else plain(value)


def _attributes(value: Json) -> dict[str, Any]:
    """Attributes as a plain object, from OTLP's list of keys and values, or from one that is plain already."""
    if isinstance(value, dict):
        return {str(key): value_of(item) for key, item in value.items()}
    pairs = ((item.get("key"), item.get("value")) for item in as_list(value) if isinstance(item, dict))
    return {key: value_of(item) for key, item in pairs if isinstance(key, str)}


def value_of(value: Json, level: int = 0) -> Json:
    """What an ``AnyValue`` holds; a value that is none is left as it is."""
    if not isinstance(value, dict) or len(value) != 1:
        return plain(value, level) if value != {} else None
    ((key, inner),) = value.items()
    kind = key.replace("_", "").lower()
    if level > MAX_LEVELS:
        return dump(value)
    if kind == "intvalue":
        return (
            int(inner) if isinstance(inner, str) and inner.lstrip("-").isdecimal() and len(inner) < 20 else plain(inner)
        )
    if kind in ("stringvalue", "boolvalue", "doublevalue", "bytesvalue"):
        return plain(inner)
    if kind == "arrayvalue":
        return [value_of(item, level + 1) for item in as_list(_object(inner).get("values"))]
    if kind == "kvlistvalue":
        pairs = [item for item in as_list(_object(inner).get("values")) if isinstance(item, dict)]
        return {str(item.get("key")): value_of(item.get("value"), level + 1) for item in pairs}
    return plain(value, level)
