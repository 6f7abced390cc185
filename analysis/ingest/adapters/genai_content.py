"""The content of a GenAI span: what was asked and said, in the attributes and events of every generation.

Until 1.26 it stands in ``gen_ai.prompt`` and ``gen_ai.completion``, in 1.27 in span events that carry those, from 1.28
to 1.36 in one event a message, from 1.37 in ``gen_ai.input.messages`` and ``gen_ai.output.messages``, as JSON text or
structured, on the span or on one event. OpenLLMetry numbers the messages' fields: ``gen_ai.prompt.0.content``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from analysis.ingest.adapters.tracing import as_list, as_object, first, parsed
from analysis.ingest.adapters.tree import nest
from analysis.ingest.content import Json, as_text, dump

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.ingest.adapters.tracing import Span

_ASKED = "gen_ai.input.messages"
_SAID = "gen_ai.output.messages"
_INSTRUCTIONS = "gen_ai.system_instructions"
_MESSAGES, _CHOICES = "\0messages", "\0choices"
"""Keys under which :func:`gather` puts what came one event a message."""

_OTHER_ASKED = (
    "ai.prompt.messages", "ai.prompt", "gcp.vertex.agent.llm_request", "langfuse.observation.input", "input.value",
)  # fmt: skip
_OTHER_SAID = (
    "ai.response.text", "ai.response.object", "gcp.vertex.agent.llm_response", "langfuse.observation.output",
    "output.value",
)  # fmt: skip
_CONTENT = re.compile(
    r"gen_ai\.(prompt|completion)(\.\d+\..*)?$|llm\.(prompts|completions)\b|gen_ai\.(input|output)\.messages$"
    r"|gen_ai\.system_instructions$|gen_ai\.tool\.definitions$|gen_ai\.retrieval\.documents$|llm\.request\.functions\b"
    r"|ai\.(prompt|response\.(text|object|toolCalls))\b|gcp\.vertex\.agent\.llm_|langfuse\.observation\.(in|out)put$"
    r"|(input|output)\.(value|mime_type)$|traceloop\.entity\.(in|out)put$|gen_ai\.tool\.call\.(arguments|result)$"
    r"|(all_messages_)?events$|pydantic_ai\.all_messages$|all_messages$"
)


def is_content(key: str) -> bool:
    """Whether an attribute holds text of the conversation."""
    return _CONTENT.match(key) is not None


MESSAGE_EVENTS = ("gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message")
"""Events that carry one message of the input each."""

_CARRIERS = ("gen_ai.content.prompt", "gen_ai.content.completion", "gen_ai.client.inference.operation.details")


def gather(span: Span) -> dict[str, Any]:
    """The span's attributes with the content of its events."""
    found = dict(span.attributes)
    messages: list[Any] = []
    choices: list[Any] = []
    for name, attributes in _events(span):
        if name in _CARRIERS:
            for key, value in {**as_object(attributes.get("body")), **attributes}.items():
                found.setdefault(key, value)
        elif name == "gen_ai.choice":
            choices.append(_choice(attributes))
        elif name in MESSAGE_EVENTS:
            messages.append(_message(name, attributes))
    if messages:
        found[_MESSAGES] = messages
    if choices:
        found[_CHOICES] = choices
    return found


def _events(span: Span) -> Iterator[tuple[str, dict[str, Any]]]:
    """The span's events, and those that Pydantic AI writes into an attribute."""
    for name, _, attributes in span.events:
        yield name, attributes
    for item in as_list(span.attributes.get("events")):
        if isinstance(item, dict) and isinstance(item.get("event.name"), str):
            yield item["event.name"], item


def _body(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """An event's body, or what stands for it where the event is a span's."""
    body = first(attributes, ("body", "gen_ai.event.content", "event_body"))
    if isinstance(body, str):
        return as_object(body) or {"content": body}
    return body if isinstance(body, dict) else dict(attributes)


def _message(name: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    body = _body(attributes)
    role = name.removeprefix("gen_ai.").removesuffix(".message")
    message = {key: body[key] for key in ("content", "tool_calls", "name") if body.get(key) is not None}
    message["role"] = body.get("role") or role
    if isinstance(message.get("content"), str):
        message["content"] = _parts(message["content"])
    if role == "tool":
        message["tool_call_id"] = body.get("id")
    return {**message, "tool_calls": as_list(message["tool_calls"])} if "tool_calls" in message else message


def _choice(attributes: Mapping[str, Any]) -> dict[str, Any]:
    body = _body(attributes)
    inner = body.get("message")
    message = as_object(inner) or {"content": inner if isinstance(inner, str) else body.get("content")}
    calls = as_list(message.get("tool_calls") or body.get("tool_calls"))
    if isinstance(message.get("content"), str):
        message = {**message, "content": _parts(message["content"])}
    return {
        "index": body.get("index"),
        "finish_reason": body.get("finish_reason"),
        "message": {"role": "assistant", **message, **({"tool_calls": calls} if calls else {})},
    }


def _parts(text: str) -> Json:
    """A message's parts, where an emitter wrote them as JSON text; else the text."""
    parts = parsed(text) if text.startswith("[{") else None
    return parts if isinstance(parts, list) and all(isinstance(p, dict) and "type" in p for p in parts) else text


def asked(contents: Mapping[str, Any]) -> str | None:
    """What the model was asked, as text or JSON; None where it is not logged."""
    messages = _structured(contents.get(_ASKED))
    if messages is None:
        messages = contents.get(_MESSAGES) or _numbered(contents, ("gen_ai.prompt", "llm.prompts"))
    if not messages:
        messages = _structured(first(contents, ("gen_ai.prompt", *_OTHER_ASKED)))
    instructions = _structured(contents.get(_INSTRUCTIONS))
    if instructions:
        parts = instructions if isinstance(instructions, list) else [{"type": "text", "content": as_text(instructions)}]
        system = {"role": "system", "parts": parts}
        rest = messages if isinstance(messages, list) else [{"role": "user", "content": as_text(messages)}]
        messages = [system, *rest] if messages else [system]
    return _text(messages)


def said(contents: Mapping[str, Any]) -> str | None:
    """What the model answered, as text or JSON; None where it is not logged."""
    messages = _structured(contents.get(_SAID))
    if messages is None and _CHOICES in contents:
        messages = {"choices": contents[_CHOICES]}
    if messages is None:
        messages = _numbered(contents, ("gen_ai.completion", "llm.completions"))
    if not messages:
        messages = _structured(contents.get("gen_ai.completion"))
    if messages is None:
        messages = first(contents, _OTHER_SAID)
        calls = _structured(contents.get("ai.response.toolCalls"))
        if isinstance(calls, list) and calls:
            messages = {"role": "assistant", "content": messages, "tool_calls": calls}
    return _text(messages)


def tools(contents: Mapping[str, Any]) -> list[Any]:
    """Definitions of the tools that the model was given."""
    return as_list(contents.get("gen_ai.tool.definitions"))


def _structured(value: Json) -> Json:
    if isinstance(value, str):
        found = parsed(value)
        return value or None if found is None else found
    return None if value in ([], {}) else value


def _numbered(contents: Mapping[str, Any], prefixes: tuple[str, ...]) -> list[Any] | None:
    """OpenLLMetry's ``gen_ai.prompt.0.content`` and its kin, as messages."""
    for prefix in prefixes:
        fields = {
            key[len(prefix) + 1 :]: value
            for key, value in contents.items()
            if key.startswith(f"{prefix}.") and key[len(prefix) + 1 : len(prefix) + 2].isdecimal()
        }
        if fields:
            items = nest({f"list.{key}": value for key, value in fields.items()}).get("list")
            return [_decoded(item) for item in as_list(items) if isinstance(item, dict)]
    return None


def _decoded(message: dict[str, Any]) -> dict[str, Any]:
    content = message.get("content")
    return {**message, "content": _parts(content)} if isinstance(content, str) else message


def _text(value: Json) -> str | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else dump(value)
