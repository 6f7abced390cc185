"""OpenTelemetry's GenAI conventions, all generations of them: from spans and log events to draft rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.ingest.adapters.genai_content import asked, gather, is_content, said, tools
from analysis.ingest.adapters.judgements import score
from analysis.ingest.adapters.tracing import (
    Draft,
    Span,
    as_list,
    document,
    first,
    named,
    number,
    seconds_between,
    tokens,
)
from analysis.ingest.chat import finish_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.ingest.content import Json

_CALLS = frozenset(
    ("chat", "generate_content", "text_completion", "completion", "completions", "response", "responses", "generate",
     "generation", "text_generation", "message", "messages", "converse", "inference")
)  # fmt: skip
NO_CALLS = frozenset(
    ("embeddings", "embedding", "rerank", "retrieval", "execute_tool", "tool", "invoke_agent", "create_agent", "agent",
     "invoke_workflow", "workflow", "task", "chain", "span", "plan", "evaluator", "guardrail", "event")
)  # fmt: skip
_OPERATION = ("gen_ai.operation.name", "llm.request.type", "langfuse.observation.type", "traceloop.span.kind")

_KEYS: dict[str, tuple[str, ...]] = {
    "user_id": ("user.id", "enduser.id", "gen_ai.user", "gen_ai.user.id", "llm.user", "langfuse.user.id", "user_id",
                "userId"),
    "session_id": ("gen_ai.conversation.id", "session.id", "langfuse.session.id", "session_id", "sessionId",
                   "thread_id", "conversation_id"),
    "feature": ("feature", "app.feature", "traceloop.workflow.name"),
    "provider": ("gen_ai.provider.name", "gen_ai.system", "ai.model.provider"),
    "model": ("gen_ai.response.model", "gen_ai.request.model", "ai.response.model", "ai.model.id",
              "langfuse.observation.model.name", "llm.response.model", "llm.request.model"),
    "requested_model": ("gen_ai.request.model", "ai.model.id", "llm.request.model"),
    "response_id": ("gen_ai.response.id", "ai.response.id"),
    "recorded_cost": ("gen_ai.usage.cost", "gen_ai.usage.total_cost", "gen_ai.cost.total", "llm.cost.total",
                      "operation.cost"),
}  # fmt: skip
_RESOURCE: dict[str, tuple[str, ...]] = {
    "app": ("service.name",),
    "release": ("service.version", "langfuse.release"),
    "environment": ("deployment.environment.name", "deployment.environment", "langfuse.environment"),
}
_TOKENS: tuple[tuple[str, ...], ...] = (
    ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens", "ai.usage.inputTokens",
     "ai.usage.promptTokens"),
    ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens",
     "ai.usage.outputTokens", "ai.usage.completionTokens"),
    ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens",
     "gen_ai.usage.details.cache_read_tokens", "gen_ai.usage.details.cached_tokens", "ai.usage.cachedInputTokens",
     "llm.usage.cache_read_input_tokens"),
    ("gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens",
     "gen_ai.usage.cache_creation_input_tokens", "gen_ai.usage.details.cache_write_tokens",
     "llm.usage.cache_creation_input_tokens"),
    ("gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens", "gen_ai.usage.details.reasoning_tokens",
     "llm.usage.reasoning_tokens", "ai.usage.reasoningTokens"),
)  # fmt: skip
_FIRST_CHUNK = (
    "gen_ai.response.time_to_first_chunk", "gen_ai.server.time_to_first_token", "gen_ai.response.time_to_first_token",
)  # fmt: skip
_STREAM = ("gen_ai.request.stream", "gen_ai.request.is_stream", "llm.is_streaming", "gen_ai.is_streaming")
_FINISH = (
    "gen_ai.response.finish_reasons", "gen_ai.response.finish_reason", "ai.response.finishReason",
    "llm.response.finish_reason", "llm.response.stop_reason",
)  # fmt: skip
_PROMPT = (
    ("gen_ai.prompt.name", "langfuse.observation.prompt.name"),
    ("gen_ai.prompt.version", "langfuse.observation.prompt.version"),
)

_USED = frozenset(
    (*_OPERATION, *_FIRST_CHUNK, *_STREAM, *_FINISH, *_PROMPT[0], *_PROMPT[1], "gen_ai.output.type", "error.message",
     *(key for keys in (*_KEYS.values(), *_RESOURCE.values(), *_TOKENS) for key in keys))
)  # fmt: skip
_PARAMETERS = ("gen_ai.request.", "ai.settings.")
_PROPERTIES = ("traceloop.association.properties.", "ai.telemetry.metadata.", "langfuse.trace.metadata.")
_NOISE = ("telemetry.", "process.", "gen_ai.usage.", "llm.usage.", "ai.usage.", "exception.", "langfuse.observation.")


def is_model_span(span: Span) -> bool:
    """Whether a span follows the conventions at all."""
    return any(key.startswith(("gen_ai.", "llm.", "traceloop.", "ai.")) for key in span.attributes)


def operation(attributes: Mapping[str, Any]) -> str | None:
    """The operation's name in lower case, by any generation."""
    name = named(first(attributes, _OPERATION))
    return name.lower() if name else None


def is_call(attributes: Mapping[str, Any]) -> bool:
    """Whether an operation is an inference; where its name does not say, by a model and tokens or content."""
    name = operation(attributes)
    if name in _CALLS:
        return True
    if name in NO_CALLS or "gen_ai.tool.name" in attributes:
        return False
    has_model = any(key in attributes for key in ("gen_ai.request.model", "gen_ai.response.model"))
    return has_model and any(key.startswith("gen_ai.usage.") or is_content(key) for key in attributes)


def span_rows(span: Span, *, is_root: bool) -> Iterator[Draft]:
    """Draft rows of one span."""
    span.attributes = unprefixed(span.attributes)
    contents = gather(span)
    shared = shared_fields(span)
    if is_call(contents):
        yield {**shared, **call_fields(span, contents), "scores": _event_scores(span, None)}
        return
    why = f"{operation(span.attributes) or 'other'} span"
    scores = _event_scores(span, "trace") if span.trace_id else []
    documents = _documents(span.attributes)
    part = {**shared, "kind": "trace_part", "why": why, "scores": scores, "source_id": None, "attributes": None}
    answered = said(contents) is not None
    if documents and span.trace_id:
        yield {**part, "documents": documents, "time": span.start}
    elif is_root and answered and operation(contents) == "invoke_agent" and span.trace_id:
        yield {**shared, **call_fields(span, contents), "kind": "trace", "why": why, "scores": scores}
    elif span.trace_id and (scores or shared["user_id"] or shared["session_id"]):
        yield part
    else:
        yield {"kind": "aside", "why": why}


def unprefixed(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Give what an application said of a span its own name, without the emitter's prefix."""
    found = {}
    for key, value in attributes.items():
        prefix = next((prefix for prefix in _PROPERTIES if key.startswith(prefix)), "")
        found[key.removeprefix(prefix) or key] = value
    return found


def shared_fields(span: Span) -> Draft:
    """Whose the span is, and its attributes."""
    own, resource = span.attributes, span.resource
    both = {**own, **resource}
    ids = f"{span.trace_id or ''}:{span.span_id}" if span.span_id else None
    attributes = {key: value for key, value in {**resource, **own}.items() if _is_kept(key, value)}
    if span.name:
        attributes["span_name"] = span.name
    return {
        "source_id": ids,
        "trace_id": span.trace_id,
        "session_id": named(first(own, _KEYS["session_id"])),
        "user_id": named(first(own, _KEYS["user_id"])),
        "feature": named(first(own, _KEYS["feature"])),
        **{column: named(first(both, keys)) for column, keys in _RESOURCE.items()},
        "attributes": attributes,
    }


def _is_kept(key: str, value: Json) -> bool:
    return not (value in (None, "") or key in _USED or key.startswith((*_NOISE, *_PARAMETERS)) or is_content(key))


def call_fields(span: Span, contents: dict[str, Any]) -> Draft:
    """What a call asked, answered, cost and took; `contents` are its gathered attributes."""
    started = _time_to_first_token(span, contents)
    stream = first(contents, _STREAM)
    finish = first(contents, _FINISH)
    reasons = as_list(finish) or [finish]
    return {
        "kind": "call",
        "time": span.start,
        "end_time": span.end,
        "response_id": named(first(contents, _KEYS["response_id"])),
        "provider": named(first(contents, _KEYS["provider"])),
        "model": named(first(contents, _KEYS["model"])),
        "requested_model": named(first(contents, _KEYS["requested_model"])),
        "prompt_version": "@".join(filter(None, (named(first(contents, keys)) for keys in _PROMPT))) or None,
        "input": asked(contents),
        "output": said(contents),
        "parameters": _parameters(contents),
        **tokens(*(first(contents, keys) for keys in _TOKENS)),
        "recorded_cost": first(contents, _KEYS["recorded_cost"]),
        "time_to_first_token": started,
        "streaming": stream if isinstance(stream, bool) else (True if started is not None else None),
        "status": span.status,
        "error": span.error,
        "finish_reason": finish_reason(named(reasons[0])),
    }


def _time_to_first_token(span: Span, contents: Mapping[str, Any]) -> float | None:
    """Seconds: an attribute, one of the Vercel AI SDK in milliseconds, or the moment of the first chunk's event."""
    seconds = number(first(contents, _FIRST_CHUNK))
    if seconds is not None:
        return seconds
    milliseconds = number(contents.get("ai.response.msToFirstChunk"))
    if milliseconds is not None:
        return milliseconds / 1000
    names = ("llm.content.completion.chunk", "gen_ai.content.completion.chunk", "ai.stream.firstchunk", "first_token")
    moment = next((when for name, when, _ in span.events if name.lower() in names), None)
    return seconds_between(span.start, moment)


def _parameters(contents: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for key, value in contents.items():
        prefix = next((prefix for prefix in _PARAMETERS if key.startswith(prefix)), None)
        if prefix and key not in _USED:
            found[key.removeprefix(prefix)] = value
    if contents.get("gen_ai.output.type"):
        found["output_type"] = contents["gen_ai.output.type"]
    defined = tools(contents)
    return {**found, "tools": defined} if defined else found


def _documents(attributes: Mapping[str, Any]) -> list[Draft]:
    found = as_list(attributes.get("gen_ai.retrieval.documents"))
    return [
        document(item.get("id"), first(item, ("content", "text", "page_content")), item.get("score"))
        for item in found
        if isinstance(item, dict)
    ]


# --- evaluations -----------------------------------------------------------------------------------------------------

EVALUATION = "gen_ai.evaluation.result"


def evaluation(attributes: Mapping[str, Any], time: Json, target: str | None, key: str | None) -> Draft | None:
    """The score of an evaluation event, None where it says nothing."""
    at = "gen_ai.evaluation."
    return score(
        attributes.get(at + "name"),
        value=attributes.get(at + "score.value"),
        label=attributes.get(at + "score.label"),
        comment=attributes.get(at + "explanation"),
        origin="model",
        time=time,
        target=target,
        target_key=key,
    )


def _event_scores(span: Span, target: str | None) -> list[Draft]:
    found = (
        evaluation(attributes, time, target, span.trace_id if target else None)
        for name, time, attributes in span.events
        if name == EVALUATION
    )
    return [item for item in found if item]
