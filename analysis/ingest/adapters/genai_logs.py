"""Log events of OpenTelemetry's GenAI conventions: one a message, one a call, and evaluations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.ingest.adapters.genai import (
    EVALUATION,
    NO_CALLS,
    call_fields,
    evaluation,
    operation,
    shared_fields,
    unprefixed,
)
from analysis.ingest.adapters.genai_content import MESSAGE_EVENTS, gather
from analysis.ingest.adapters.tracing import Draft, Span, named, number
from analysis.ingest.content import Json, as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def _evaluation_row(span: Span) -> Draft:
    """A log record of an evaluation, given to the call of its span, else to the response or the trace it names."""
    response = named(span.attributes.get("gen_ai.response.id"))
    target, key = next(
        (
            (target, key)
            for target, key in (
                ("call", f"{span.trace_id or ''}:{span.span_id}" if span.span_id else None),
                ("response", response),
                ("trace", span.trace_id),
            )
            if key
        ),
        ("call", None),
    )
    found = evaluation(span.attributes, span.start, target, key) if key else None
    if found is None:
        return {"kind": "aside", "why": "evaluation without a result or a target"}
    return {"kind": "score", "time": span.start, "scores": [found]}


_DETAILS = ("gen_ai.client.inference.operation.details", "gen_ai.client.operation.exception")


def log_rows(events: Iterable[tuple[Span, str, Json]]) -> Iterator[Draft]:
    """Draft rows of the log records of one object, given as their context with attributes, event name and body."""
    calls: dict[tuple[str | None, str], Span] = {}
    loose = 0
    for span, name, body in events:
        if name == EVALUATION:
            yield _evaluation_row(span)
        elif name in _DETAILS or name in MESSAGE_EVENTS or name == "gen_ai.choice":
            key = (span.trace_id, span.span_id or f"#{loose}")
            call = calls.setdefault(key, Span(span.trace_id, span.span_id, start=span.start, resource=span.resource))
            _add(call, span, name, body)
            # without an id, a call's records are those up to its answer
            loose += not span.span_id and name not in MESSAGE_EVENTS
        else:
            yield {"kind": "aside", "why": "log record of no model call"}
    for call in calls.values():
        yield _logged_call(call)


def _add(call: Span, record: Span, name: str, body: Json) -> None:
    call.attributes = {**record.attributes, **call.attributes}
    if record.start is not None and (call.start is None or (number(record.start) or 0) < (number(call.start) or 0)):
        call.start = record.start
    call.events.append((name, record.start, {**record.attributes, **({} if body is None else {"body": body})}))
    if name.endswith(".exception"):
        call.failed, call.message = True, as_text(record.attributes.get("exception.message")) or None


def _logged_call(call: Span) -> Draft:
    call.attributes = unprefixed(call.attributes)
    contents = gather(call)
    name = operation(contents)
    if name in NO_CALLS:
        return {"kind": "aside", "why": f"{name} log record"}
    # The log does not say that the call went well, nor how long it took: its span does.
    unknown = {} if call.error else {"status": None}
    return {**shared_fields(call), **call_fields(call, contents), **unknown, "end_time": None}
