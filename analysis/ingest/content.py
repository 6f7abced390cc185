"""The content of one chat message, whatever the provider: text, tool calls, tool results, media.

Parts are read from OpenAI (Chat Completions, Responses), Anthropic, Gemini, Bedrock Converse, OpenTelemetry GenAI,
OpenInference and LangChain. Hidden reasoning is left out; media becomes a placeholder such as ``[image]``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

Json = Any
"""Parsed JSON."""

MAX_DEPTH = 12
"""Levels of nesting that are looked into; what lies deeper is kept as JSON text."""

TOO_DEEP = "[nested too deeply]"


@dataclass(slots=True)
class ToolResult:
    """What a tool gave back."""

    call_id: str | None
    name: str | None
    text: str


@dataclass(slots=True)
class Content:
    """What was found in a message's parts."""

    texts: list[str] = field(default_factory=list)
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    results: list[ToolResult] = field(default_factory=list)
    refusal: str | None = None
    definitions: int = 0
    """Tool definitions, which some tools log among the messages; they are no message."""

    def joined(self, role: str) -> str:
        """The text: a model's parts are one stream cut up, those of others stand apart."""
        return ("" if role == "assistant" else "\n").join(self.texts)


def parse(text: str) -> Json:
    """Parse JSON text, or None where it is none; lets NaN and half surrogates pass, as emitters write them."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    except (TypeError, ValueError):
        return None
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def structured(text: str) -> Json:
    """Parse text that looks like a JSON object, list or string, else None."""
    head = text.lstrip(" \t\r\n")[:1]
    return parse(text) if head in ("{", "[", '"') and head else None


def dump(value: Json) -> str:
    """JSON text of any value; never raises."""
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY).decode()
    except (TypeError, ValueError, RecursionError):
        pass
    try:
        return utf8(json.dumps(value, default=str, ensure_ascii=False))
    except (TypeError, ValueError, RecursionError):
        return orjson.dumps(TOO_DEEP).decode()


def utf8(text: str) -> str:
    """Text with half surrogates replaced, which no UTF-8 column can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def as_text(value: Json) -> str:
    """A value as text: itself, or its JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else dump(value)


def first(source: Mapping[str, Any], *keys: str) -> Json:
    """The first value under `keys` that is there and not null."""
    for key in keys:
        value = source.get(key)
        if value is not None:
            return value
    return None


def word(value: Json) -> str | None:
    """An id or a name as text; of a list of ids, the last, which is the innermost."""
    if isinstance(value, list):
        value = value[-1] if value else None
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def strip_prefix(source: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The keys of a flattened object under `prefix`, nested again."""
    nested: dict[str, Any] = {}
    for key, value in source.items():
        if not key.startswith(prefix):
            continue
        head, _, rest = key[len(prefix) :].partition(".")
        if rest:
            inner = nested.setdefault(head, {})
            if isinstance(inner, dict):
                inner[rest] = value
        else:
            nested[head] = value
    return nested


def tool_call(part: Mapping[str, Any]) -> dict[str, Any] | None:
    """A call of a tool as ``{id, name, arguments}``, or None where no tool is named."""
    if any(key.startswith("tool_call.") for key in part):
        part = strip_prefix(part, "tool_call.")
    inner = first(part, "tool_call", "function", "functionCall", "function_call", "toolUse", "kwargs")
    body: Mapping[str, Any] = inner if isinstance(inner, dict) else part
    if body is not part and isinstance(body.get("function"), dict):
        part, body = body, body["function"]
    name = word(first(body, "name", "tool_name", "toolName"))
    if name is None:
        return None
    call_id = word(first(part, "call_id", "id", "tool_call_id", "toolCallId", "toolUseId"))
    if call_id is None and body is not part:
        call_id = word(first(body, "id", "toolUseId", "call_id"))
    arguments = first(body, "arguments", "args", "input", "arguments_json")
    if isinstance(arguments, str):
        parsed = structured(arguments)
        arguments = arguments if parsed is None else parsed
    return {"id": call_id, "name": name, "arguments": {} if arguments is None else arguments}


def read_content(value: Json, into: Content, depth: int = 0) -> None:
    """Add what a message's ``content`` or ``parts`` hold to `into`."""
    if value is None:
        return
    if isinstance(value, str):
        into.texts.append(value)
    elif depth > MAX_DEPTH:
        into.texts.append(dump(value))
    elif isinstance(value, list):
        for part in value:
            read_content(part, into, depth + 1)
    elif isinstance(value, dict):
        _read_part(value, into, depth)
    else:
        into.texts.append(dump(value))


def is_part(value: Json) -> bool:
    """Whether an object without a role is a part of a message."""
    if not isinstance(value, dict):
        return False
    kind = value.get("type")
    if isinstance(kind, str) and kind in _PARTS:
        return kind != "function" or isinstance(value.get("function"), dict)
    return _flattened(value) or _reader_by_key(value) is not None


def _read_part(part: dict[str, Any], into: Content, depth: int) -> None:
    if any(key.startswith("message_content.") for key in part):
        part = strip_prefix(part, "message_content.")
    elif isinstance(part.get("message_content"), dict):
        part = part["message_content"]
    kind = part.get("type")
    reader = _PARTS.get(kind) if isinstance(kind, str) else None
    reader = reader or _reader_by_key(part)
    if reader is not None:
        reader(part, into, depth)
    elif isinstance(kind, str) and isinstance(part.get("content"), str):
        into.texts.append(part["content"])
    elif isinstance(kind, str) and isinstance(part.get("text"), str):
        into.texts.append(part["text"])
    else:
        into.texts.append(dump(part))


def _text(part: dict[str, Any], into: Content, depth: int) -> None:
    value = first(part, "text", "content", "value")
    if isinstance(value, dict) and isinstance(value.get("value"), str):  # OpenAI assistants: {value, annotations}
        value = value["value"]
    if value is not None:
        into.texts.append(as_text(value))


def _hidden(part: dict[str, Any], into: Content, depth: int) -> None:
    """Reasoning is no visible output."""


def _refusal(part: dict[str, Any], into: Content, depth: int) -> None:
    into.refusal = as_text(first(part, "refusal", "text", "content"))


def _call(part: dict[str, Any], into: Content, depth: int) -> None:
    function = part.get("function")
    if (
        isinstance(function, dict)
        and "arguments" not in function
        and ("parameters" in function or "description" in function)
    ):
        into.definitions += 1
        return
    call = tool_call(part)
    if call is None:
        into.texts.append(dump(part))
    else:
        into.tool_calls.append(call)


def _result(part: dict[str, Any], into: Content, depth: int) -> None:
    inner = first(part, "toolResult", "functionResponse", "function_response")
    body: Mapping[str, Any] = inner if isinstance(inner, dict) else part
    given = first(body, "content", "response", "result", "output", "tool_output")
    if isinstance(given, list) and given and all(is_part(item) for item in given):
        nested = Content()
        read_content(given, nested, depth + 1)
        text = nested.joined("tool")
    else:
        text = as_text(given)
    call_id = word(first(body, "tool_use_id", "tool_call_id", "call_id", "toolUseId", "toolCallId", "id"))
    into.results.append(ToolResult(call_id, word(first(body, "name", "tool_name", "toolName")), text))


def _json_part(part: dict[str, Any], into: Content, depth: int) -> None:
    into.texts.append(as_text(part.get("json")))


def _media(part: dict[str, Any], into: Content, depth: int) -> None:
    into.texts.append(f"[{_medium(part)}]")


def _code(part: dict[str, Any], into: Content, depth: int) -> None:
    body = first(part, "executableCode", "executable_code", "codeExecutionResult", "code_execution_result")
    into.texts.append(as_text(first(body, "code", "output") if isinstance(body, dict) else body))


_MEDIA = ("image", "audio", "video", "document")


def _medium(part: Mapping[str, Any]) -> str:
    """The word for a medium, from its type, modality or media type."""
    inner = next((value for value in part.values() if isinstance(value, dict)), {})
    for source in (part, inner):
        for key in ("modality", "mime_type", "mimeType", "media_type", "type", "kind"):
            value = source.get(key)
            if isinstance(value, str):
                found = next((medium for medium in _MEDIA if medium in value), None)
                if found:
                    return found
    return next((medium for medium in _MEDIA for key in part if medium in key), "file")


_Reader = Callable[[dict[str, Any], Content, int], None]

_PARTS: dict[str, _Reader] = {
    **dict.fromkeys(("text", "input_text", "output_text", "summary_text"), _text),
    **dict.fromkeys(("thinking", "redacted_thinking", "reasoning", "reasoning_content"), _hidden),
    **dict.fromkeys(
        ("tool_use", "tool_call", "tool-call", "function_call", "function", "server_tool_use", "mcp_tool_use",
         "server_tool_call", "mcp_call", "custom_tool_call"), _call,
    ),
    **dict.fromkeys(
        ("tool_result", "tool-result", "tool_call_response", "function_call_output", "web_search_tool_result",
         "mcp_tool_result", "server_tool_call_response", "custom_tool_call_output", "computer_call_output"), _result,
    ),
    **dict.fromkeys(
        ("image", "image_url", "image_file", "input_image", "output_image", "audio", "input_audio", "output_audio",
         "video", "video_url", "file", "input_file", "document", "media", "blob", "uri", "container_upload"), _media,
    ),
    "refusal": _refusal,
    "json": _json_part,
}  # fmt: skip

_BY_KEY: dict[str, _Reader] = {
    **dict.fromkeys(("functionCall", "function_call", "toolUse", "tool_call"), _call),
    **dict.fromkeys(("functionResponse", "function_response", "toolResult"), _result),
    **dict.fromkeys(("inlineData", "inline_data", "fileData", "file_data", "image_url", "image", "audio"), _media),
    **dict.fromkeys(("executableCode", "executable_code", "codeExecutionResult", "code_execution_result"), _code),
    "reasoningContent": _hidden,
    "json": _json_part,
}  # fmt: skip

_BESIDE_TEXT = frozenset(
    ("type", "text", "thought", "thoughtSignature", "thought_signature", "annotations", "citations", "cache_control",
     "index", "id", "cachePoint", "logprobs", "extras")
)  # fmt: skip


def _reader_by_key(part: Mapping[str, Any]) -> _Reader | None:
    """The reader of a part that has no known type, by its keys (Gemini, Bedrock)."""
    if part.get("thought") is True:
        return _hidden
    for key, reader in _BY_KEY.items():
        if isinstance(part.get(key), dict) and "role" not in part:
            return reader
    if isinstance(part.get("text"), str) and _BESIDE_TEXT.issuperset(part):
        return _text
    return None


def _flattened(part: Mapping[str, Any]) -> bool:
    """Whether it is an OpenInference part, by its dotted keys."""
    return isinstance(part.get("message_content"), dict) or any(key.startswith("message_content.") for key in part)
