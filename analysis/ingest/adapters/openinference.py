"""OpenInference spans, as Arize Phoenix exports them: JSON Lines, DataFrame and Parquet rows, and within OTLP.

An LLM span is a call. Retrievers and rerankers give the trace its documents; a root span of another kind stands in for
the trace where no LLM span of it was logged; the rest is set aside. Annotations and evaluations are scores.
Reference: OpenInference, "Semantic Conventions" and "Annotations and Evaluations"; Phoenix, span download.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analysis.ingest.adapter import Adapter
from analysis.ingest.adapters.judgements import annotation, span_scores
from analysis.ingest.adapters.tracing import (
    Draft,
    Span,
    as_list,
    as_object,
    document,
    first,
    named,
    number,
    plain,
    seconds_between,
    tokens,
)
from analysis.ingest.adapters.tree import at, fields, nest
from analysis.ingest.chat import finish_reason, read_output
from analysis.ingest.content import Json, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "phoenix"
TITLE = "Phoenix spans (OpenInference)"
SOURCE = "openinference"


def recognise(keys: set[str], first: Mapping[str, Any]) -> bool:
    """Spans with their context, or annotations of spans."""
    context = first.get("context")
    spans = "context.span_id" in keys or (isinstance(context, dict) and "span_id" in context and "span_kind" in keys)
    return spans or any(key.startswith("attributes.openinference.") for key in keys) or _is_annotation(keys)


def _is_annotation(keys: set[str] | Mapping[str, Any]) -> bool:
    return "annotator_kind" in keys and "result" in keys and ("span_id" in keys or "trace_id" in keys)


def rows(obj: Mapping[str, Any]) -> Iterator[Draft]:
    """Draft rows of one exported span or annotation."""
    if _is_annotation(obj):
        yield from _annotation_row(obj)
        return
    yield from span_rows(
        _span(obj), is_root=not named(obj.get("parent_id")), extra=as_list(plain(obj.get("annotations")))
    )


def _span(obj: Mapping[str, Any]) -> Span:
    context = as_object(plain(obj.get("context")))
    own = obj.get("attributes")
    attributes = dict(own) if isinstance(own, Mapping) else as_object(own)
    columns = {key.removeprefix("attributes."): obj[key] for key in obj if key.startswith("attributes.")}
    attributes = {key: kept for key, value in {**attributes, **columns}.items() if (kept := plain(value)) is not None}
    kind = named(plain(obj.get("span_kind")))
    if kind:
        attributes.setdefault("openinference.span.kind", kind)
    events = plain(obj.get("events"))
    events = as_list(events if not isinstance(events, str) else as_object(f'{{"events":{events}}}').get("events"))
    return Span(
        trace_id=named(plain(obj.get("context.trace_id"))) or named(context.get("trace_id")),
        span_id=named(plain(obj.get("context.span_id"))) or named(context.get("span_id")),
        parent_id=named(plain(obj.get("parent_id"))),
        name=named(plain(obj.get("name"))) or "",
        start=plain(obj.get("start_time")),
        end=plain(obj.get("end_time")),
        attributes=attributes,
        events=[
            (
                str(event.get("name") or ""),
                event.get("timestamp") or event.get("time"),
                as_object(event.get("attributes")),
            )
            for event in events
            if isinstance(event, dict)
        ],
        failed=str(obj.get("status_code")).upper().endswith("ERROR"),
        message=named(plain(obj.get("status_message"))),
    )


# --- spans -----------------------------------------------------------------------------------------------------------

_RETRIEVAL = ("RETRIEVER", "RERANKER")


def span_rows(span: Span, *, is_root: bool, extra: list[Any] | None = None) -> Iterator[Draft]:
    """Draft rows of one span, wherever it came from.

    Parameters
    ----------
    span : Span
        With flattened, nested or half-nested attributes.
    is_root : bool
        Whether it is the uppermost span of its trace that is known.
    extra : list
        Annotations that stand beside the attributes.
    """
    tree = nest(span.attributes)
    kind = (named(at(tree, "openinference.span.kind")) or "UNKNOWN").upper()
    shared = _shared(span, tree)
    if kind == "LLM":
        yield {**shared, **_call(span, tree), "scores": list(span_scores(span, tree, extra or [], is_call=True))}
        return
    scores = list(span_scores(span, tree, extra or [], is_call=False))
    why = f"{kind} span"
    documents = _documents(tree) if kind in _RETRIEVAL else []
    has_text = at(tree, "input.value") is not None and at(tree, "output.value") is not None
    part = {**shared, "kind": "trace_part", "why": why, "scores": scores, "source_id": None}
    part["attributes"] = _given(tree) if is_root else None
    if documents:
        yield {**part, "documents": documents, "time": span.start}
    elif is_root and has_text and kind in ("CHAIN", "AGENT", "UNKNOWN") and span.trace_id:
        yield {**shared, **_whole_trace(span, tree), "why": why, "scores": scores}
    elif span.trace_id and (scores or shared["user_id"] or shared["session_id"]):
        yield part
    else:
        yield {"kind": "aside", "why": why}


def _shared(span: Span, tree: dict[str, Any]) -> Draft:
    metadata, resource = as_object(at(tree, "metadata")), span.resource
    attributes = {**_rest(span.attributes), **_given(tree)}
    if span.name:
        attributes["span_name"] = span.name
    return {
        "source_id": span.span_id,
        "trace_id": span.trace_id,
        "session_id": named(at(tree, "session.id")),
        "user_id": named(at(tree, "user.id")),
        "app": named(first(resource, ("service.name", "openinference.project.name"))),
        "release": named(resource.get("service.version")),
        "environment": named(first(resource, ("deployment.environment.name", "deployment.environment"))),
        "feature": named(metadata.get("feature")) or named(span.attributes.get("feature")),
        "attributes": attributes,
    }


def _given(tree: dict[str, Any]) -> dict[str, Any]:
    """What the application itself said of the span: metadata and tags."""
    given = {key: value for key, value in as_object(at(tree, "metadata")).items() if key != "feature"}
    tags = at(tree, "tag.tags")
    return given if tags is None else {**given, "tags": tags}


_KNOWN = frozenset(
    ("openinference", "llm", "input", "output", "retrieval", "reranker", "embedding", "document", "documents",
     "annotations", "evaluations", "session", "user", "tag", "metadata", "exception", "message", "message_content",
     "tool", "tool_call", "prompt", "image", "audio", "video", "feature")
)  # fmt: skip
_KNOWN_PATHS = (
    "trace.annotations", "trace.evaluations", "session.annotations", "gen_ai.input", "gen_ai.output", "gen_ai.prompt",
    "gen_ai.completion", "gen_ai.system_instructions", "gen_ai.tool.definitions",
)  # fmt: skip


def _rest(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes that the conventions do not name."""
    return {
        key: value
        for key, value in attributes.items()
        if key.partition(".")[0] not in _KNOWN and not key.startswith(_KNOWN_PATHS)
    }


def _call(span: Span, tree: dict[str, Any]) -> Draft:
    parameters = as_object(at(tree, "llm.invocation_parameters"))
    answered, requested = at(tree, "llm.response.model_name"), at(tree, "llm.request.model_name")
    model = at(tree, "llm.model_name")
    stream = parameters.get("stream")
    started = _first_token(span)
    return {
        "kind": "call",
        "time": span.start,
        "end_time": span.end,
        "provider": named(at(tree, "llm.provider")) or named(at(tree, "llm.system")),
        "model": named(answered) or named(model),
        "requested_model": named(requested) or named(parameters.get("model")),
        "prompt_version": named(at(tree, "llm.prompt_template.version")),
        "input": _text(_asked(tree)),
        "output": _text(_said(tree)),
        "parameters": {
            key: value
            for key, value in parameters.items()
            if key not in ("model", "messages", "stream", "tools", "input")
        },
        **_tokens(tree),
        "recorded_cost": _cost(tree),
        "time_to_first_token": started,
        "streaming": stream if isinstance(stream, bool) else (True if started is not None else None),
        "status": span.status,
        "error": span.error,
        "finish_reason": _finish(tree),
    }


def _asked(tree: dict[str, Any]) -> Json:
    paths = ("llm.input_messages", "llm.prompts", "input.value")
    return next((found for path in paths if (found := at(tree, path)) is not None), None)


def _said(tree: dict[str, Any]) -> Json:
    messages = at(tree, "llm.output_messages")
    if messages is not None:
        return messages
    completions = [item for item in as_list(at(tree, "llm.choices")) if isinstance(item, dict)]
    if completions:
        return {"choices": [as_object(item.get("completion")) or item for item in completions]}
    return at(tree, "output.value")


def _text(value: Json) -> str | None:
    return None if value is None else as_text(value)


def _tokens(tree: dict[str, Any]) -> Draft:
    counts = at(tree, "llm.token_count")
    return tokens(
        at(counts, "prompt"),
        at(counts, "completion"),
        at(counts, "prompt_details.cache_read"),
        at(counts, "prompt_details.cache_write"),
        at(counts, "completion_details.reasoning"),
    )


def _cost(tree: dict[str, Any]) -> Json:
    total = at(tree, "llm.cost.total")
    if total is not None:
        return total
    halves = [number(at(tree, f"llm.cost.{half}")) for half in ("prompt", "completion")]
    return None if None in halves else sum(half for half in halves if half is not None)


def _finish(tree: dict[str, Any]) -> str | None:
    """The span's own word, or the one in the raw response."""
    own = named(at(tree, "llm.finish_reason"))
    raw = at(tree, "output.value")
    if own or not isinstance(raw, str) or at(tree, "llm.output_messages") is None:
        return finish_reason(own)
    return read_output(raw).finish_reason


_FIRST_TOKEN = ("first token", "first_token", "firstchunk", "first chunk", "first_chunk")


def _first_token(span: Span) -> float | None:
    """Seconds from the start to the event of the first token, where one is logged."""
    moment = next((when for name, when, _ in span.events if any(word in name.lower() for word in _FIRST_TOKEN)), None)
    return seconds_between(span.start, moment)


def _whole_trace(span: Span, tree: dict[str, Any]) -> Draft:
    return {
        "kind": "trace",
        "time": span.start,
        "end_time": span.end,
        "input": _text(at(tree, "input.value")),
        "output": _text(at(tree, "output.value")),
        **_tokens(tree),
        "recorded_cost": _cost(tree),
        "status": span.status,
        "error": span.error,
    }


def _documents(tree: dict[str, Any]) -> list[Draft]:
    found = as_list(at(tree, "reranker.output_documents")) or as_list(at(tree, "retrieval.documents"))
    return [document(*fields(item, "document", ("id", "content", "score"))) for item in found if isinstance(item, dict)]


def _annotation_row(obj: Mapping[str, Any]) -> Iterator[Draft]:
    item = plain(obj)
    target = next((scope for scope in ("span", "trace", "session") if named(item.get(f"{scope}_id"))), "span")
    found = annotation(item, "call" if target == "span" else target, named(item.get(f"{target}_id")))
    if found:
        yield {"kind": "score", "source_id": found["id"], "time": found["time"], "scores": [found]}


SPANS = Adapter(
    name=NAME,
    title=TITLE,
    source=SOURCE,
    recognise=recognise,
    rows=rows,
    row_limit=(1_000, "Phoenix gives 1,000 spans unless it is asked for more; raise the limit to see the rest."),
)
