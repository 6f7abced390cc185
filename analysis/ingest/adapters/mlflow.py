"""MLflow traces, 3.x and 2.x: rows of ``search_traces``, or whole traces as JSON.

Where a trace holds spans of chat models, those are the calls, and the trace gives them its user, session and retrieved
documents. Otherwise the trace itself stands for its calls. Assessments are scores; an expectation is a correction where
it is the answer itself. References: MLflow, "Search Traces", ``mlflow.tracing.constant``, ``mlflow.entities``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.ingest.adapter import Adapter
from analysis.ingest.adapters.mlflow_assessments import assessments
from analysis.ingest.adapters.otlp_json import span_id
from analysis.ingest.adapters.tracing import (
    Draft,
    Span,
    as_list,
    as_object,
    document,
    first,
    named,
    number,
    outer_calls,
    parsed,
    plain,
    tokens,
)
from analysis.ingest.content import Json, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAME = "mlflow"
TITLE = "MLflow traces"
SOURCE = "mlflow"

_MODELS = ("CHAT_MODEL", "LLM")


def recognise(keys: set[str], first: Mapping[str, Any]) -> bool:
    """Rows of a trace search of either version, or traces as ``{info, data}``."""
    if {"trace_id", "execution_duration"} <= keys or {"request_id", "execution_time_ms"} <= keys:
        return True
    info = first.get("info")
    return isinstance(info, dict) and "data" in keys and ("trace_id" in info or "request_id" in info)


def rows(obj: Mapping[str, Any]) -> Iterator[Draft]:
    """Draft rows of one trace."""
    trace = _trace(plain(obj))
    shared = _shared(trace)
    spans = [_span(item) for item in as_list(trace.get("spans")) if isinstance(item, dict)]
    calls = [(span, {**shared, **_call(span, shared)}) for span in spans if _type(span) in _MODELS]
    outer = outer_calls(calls)
    ids = {span.span_id for place, (span, _) in enumerate(calls) if place not in outer}
    scores = list(assessments(trace, shared["trace_id"], ids))
    for place, (_, draft) in enumerate(calls):
        yield {"kind": "aside", "why": "span around another call of the same tokens"} if place in outer else draft
    documents = [part for span in spans for part in _documents(span, shared)]
    yield from documents
    if calls:
        yield {**shared, "kind": "trace_part", "why": "trace whose calls are in its spans", "scores": scores}
    else:
        yield {**shared, **_whole(trace), "scores": scores}


def _trace(obj: dict[str, Any]) -> dict[str, Any]:
    """One flat object of a row, with what only the trace's JSON in it knows."""
    whole = as_object(obj.get("trace")) or obj
    info, data = as_object(whole.get("info")), as_object(whole.get("data"))
    flat = {
        **info,
        **{key: value for key, value in obj.items() if value is not None and key not in ("trace", "info", "data")},
    }
    if not as_list(flat.get("spans")):
        flat["spans"] = data.get("spans")
    return flat


def _shared(trace: dict[str, Any]) -> Draft:
    metadata = _pairs(first(trace, ("trace_metadata", "request_metadata")))
    tags = _pairs(trace.get("tags"))
    both = {**tags, **metadata}
    own = {key: value for key, value in both.items() if not key.startswith("mlflow.") and key not in _COLUMNS}
    name = named(tags.get("mlflow.traceName"))
    return {
        "trace_id": named(first(trace, ("trace_id", "request_id"))),
        "session_id": named(first(both, ("mlflow.trace.session", "session_id"))),
        "user_id": named(first(both, ("mlflow.trace.user", "user_id"))),
        "correlation_id": named(trace.get("client_request_id")),
        "environment": named(both.get("environment")),
        "feature": named(both.get("feature")),
        "release": named(first(both, ("release", "mlflow.modelId"))),
        "prompt_version": _prompt(tags.get("mlflow.linkedPrompts")),
        "attributes": {**own, "trace_name": name} if name else own,
    }


_COLUMNS = frozenset(("feature", "environment", "release", "user_id", "session_id"))


def _pairs(value: Json) -> dict[str, Any]:
    """An object, its JSON text, or a list of keys and values, as Arrow has maps."""
    pairs = value if isinstance(value, list) else parsed(value) if isinstance(value, str) else None
    if isinstance(pairs, list):
        found = [
            (p.get("key"), p.get("value")) if isinstance(p, dict) else tuple(p)
            for p in pairs
            if isinstance(p, dict | list)
        ]
        return {str(pair[0]): pair[1] for pair in found if len(pair) == 2 and pair[0] is not None}
    return as_object(value)


def _prompt(value: Json) -> str | None:
    """The name and version of the first prompt that a trace is linked with."""
    linked = next((item for item in as_list(value) if isinstance(item, dict)), {})
    return "@".join(filter(None, (named(linked.get("name")), named(linked.get("version"))))) or None


def _whole(trace: dict[str, Any]) -> Draft:
    """The trace in place of its calls."""
    metadata = _pairs(first(trace, ("trace_metadata", "request_metadata")))
    start = first(trace, ("request_time", "timestamp_ms"))
    took = number(first(trace, ("execution_duration_ms", "execution_duration", "execution_time_ms")))
    begun = number(start)
    state = (named(first(trace, ("state", "status"))) or "").upper().rpartition(".")[2]
    return {
        "kind": "trace",
        "source_id": named(first(trace, ("trace_id", "request_id"))),
        "time": start,
        "end_time": None if begun is None or took is None else begun + took,
        "latency": None if took is None else took / 1000,
        "input": _text(first(trace, ("inputs", "request", "request_preview", "mlflow.traceInputs"))),
        "output": _text(first(trace, ("outputs", "response", "response_preview", "mlflow.traceOutputs"))),
        **_tokens(metadata.get("mlflow.trace.tokenUsage")),
        "recorded_cost": as_object(metadata.get("mlflow.trace.cost")).get("total_cost"),
        "status": {"OK": "ok", "ERROR": "error"}.get(state),
    }


def _text(value: Json) -> str | None:
    return None if value is None else as_text(value)


def _tokens(value: Json) -> Draft:
    usage = as_object(value)
    return tokens(
        first(usage, ("input_tokens", "prompt_tokens")),
        first(usage, ("output_tokens", "completion_tokens")),
        first(usage, ("cache_read_input_tokens", "cached_tokens")),
        usage.get("cache_creation_input_tokens"),
        usage.get("reasoning_tokens"),
    )


# --- spans -----------------------------------------------------------------------------------------------------------


_SPAN_FIELDS = {"inputs": "mlflow.spanInputs", "outputs": "mlflow.spanOutputs", "span_type": "mlflow.spanType"}


def _span(item: dict[str, Any]) -> Span:
    """A span of either schema; its attributes' values are JSON texts."""
    context, status = as_object(item.get("context")), item.get("status")
    code = as_object(status).get("code") if isinstance(status, dict) else first(item, ("status_code", "status"))
    message = as_object(status).get("message") if isinstance(status, dict) else item.get("status_message")
    attributes = {key: _decoded(value) for key, value in as_object(item.get("attributes")).items()}
    for key, name in (
        ("inputs", "mlflow.spanInputs"),
        ("outputs", "mlflow.spanOutputs"),
        ("span_type", "mlflow.spanType"),
    ):
        if item.get(key) is not None:
            attributes.setdefault(name, item[key])
    return Span(
        trace_id=None,
        span_id=span_id(first({**context, **item}, ("span_id",)), 8),
        parent_id=span_id(first(item, ("parent_span_id", "parent_id")), 8),
        name=named(item.get("name")) or "",
        start=first(item, ("start_time_unix_nano", "start_time_ns", "start_time")),
        end=first(item, ("end_time_unix_nano", "end_time_ns", "end_time")),
        attributes=attributes,
        events=[
            (str(event.get("name")), first(event, ("time_unix_nano", "timestamp")), as_object(event.get("attributes")))
            for event in as_list(item.get("events"))
            if isinstance(event, dict)
        ],
        failed=str(code).upper().endswith("ERROR") or code == 2,
        message=named(message),
    )


def _decoded(value: Json) -> Json:
    found = parsed(value) if isinstance(value, str) else None
    return value if found is None else found


def _type(span: Span) -> str:
    return str(span.attributes.get("mlflow.spanType") or "").upper()


_SETTINGS = (
    "temperature", "top_p", "top_k", "max_tokens", "max_output_tokens", "stop", "seed", "frequency_penalty",
    "presence_penalty",
)  # fmt: skip


def _call(span: Span, shared: Draft) -> Draft:
    own = span.attributes
    asked, answered = own.get("mlflow.spanInputs"), own.get("mlflow.spanOutputs")
    request, response = as_object(asked), as_object(answered)
    parameters = {**as_object(own.get("invocation_params")), **request}
    kept = {
        key: value for key, value in own.items() if not key.startswith("mlflow.") and not isinstance(value, dict | list)
    }
    stream = parameters.get("stream")
    requested = named(first(parameters, ("model", "model_name")))
    return {
        "kind": "call",
        "source_id": f"{shared['trace_id'] or ''}:{span.span_id}" if span.span_id else None,
        "response_id": named(response.get("id")),
        "time": span.start,
        "end_time": span.end,
        "provider": named(own.get("mlflow.llm.provider")),
        "model": named(first(own, ("mlflow.llm.model", "model"))) or named(response.get("model")) or requested,
        "requested_model": requested,
        "input": _text(asked),
        "output": _text(answered),
        "parameters": {key: parameters[key] for key in _SETTINGS if parameters.get(key) is not None},
        **_tokens(first(own, ("mlflow.chat.tokenUsage",)) or response.get("usage")),
        "recorded_cost": as_object(own.get("mlflow.llm.cost")).get("total_cost"),
        "streaming": stream if isinstance(stream, bool) else None,
        "status": span.status,
        "error": span.error,
        "attributes": {**shared["attributes"], **kept, **({"span_name": span.name} if span.name else {})},
    }


def _documents(span: Span, shared: Draft) -> Iterator[Draft]:
    """What a retriever gave back, as a part of the trace."""
    if _type(span) not in ("RETRIEVER", "RERANKER"):
        return
    found = [
        document(
            first({**as_object(item.get("metadata")), **item}, ("id", "doc_id", "doc_uri", "chunk_id", "source")),
            first(item, ("page_content", "content", "text")),
            first({**as_object(item.get("metadata")), **item}, ("score", "similarity_score", "relevance_score")),
        )
        for item in as_list(span.attributes.get("mlflow.spanOutputs"))
        if isinstance(item, dict)
    ]
    if found:
        part = {key: shared[key] for key in ("trace_id", "session_id", "user_id", "feature", "environment")}
        yield {**part, "kind": "trace_part", "why": f"{_type(span)} span", "time": span.start, "documents": found}


TRACES = Adapter(name=NAME, title=TITLE, source=SOURCE, recognise=recognise, rows=rows)
