"""One chat message in any provider's or framework's shape, and the canonical form that the record keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from analysis.ingest.content import Content, Json, dump, first, is_part, read_content, strip_prefix, tool_call, word

ROLES: dict[str, str] = {
    **dict.fromkeys(("system", "developer", "systemmessage", "systemmessagechunk"), "system"),
    **dict.fromkeys(("user", "human", "humanmessage", "humanmessagechunk", "customer"), "user"),
    **dict.fromkeys(
        ("assistant", "ai", "model", "bot", "gpt", "chatbot", "chatgpt", "aimessage", "aimessagechunk", "bard", "bing"),
        "assistant",
    ),
    **dict.fromkeys(
        ("tool", "function", "ipython", "toolmessage", "toolmessagechunk", "functionmessage", "observation"), "tool"
    ),
}
"""Words for a role, lower-case, and the role."""

_LANGCHAIN = frozenset(
    ("human", "ai", "system", "tool", "function", "chat", "aimessagechunk", "humanmessage", "aimessage",
     "systemmessage", "toolmessage", "humanmessagechunk", "systemmessagechunk", "toolmessagechunk")
)  # fmt: skip


@dataclass(slots=True)
class Message:
    """One message. ``finish`` is the provider's own word for why it ended."""

    role: str
    content: str = ""
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    tool_call_id: str | None = None
    name: str | None = None
    finish: str | None = None
    refusal: str | None = None

    def canonical(self) -> dict[str, Any]:
        """As the record's ``messages`` hold it."""
        body: dict[str, Any] = {"role": self.role, "content": self.content}
        for key in ("tool_calls", "tool_call_id", "name"):
            value = getattr(self, key)
            if value:
                body[key] = value
        return body


Messages = list[Message]


def role_of(value: str) -> str:
    """The canonical role: system, user, assistant or tool, else the word itself in lower case."""
    lower = value.lower()
    return ROLES.get(lower, lower)


def message_from(body: dict[str, Any], role: str) -> Messages:
    """Messages of an object that is one: its tool results come apart, as messages of the tool."""
    content = Content()
    value = first(body, "content", "contents", "parts", "text", "message")
    if role == "tool" and not _is_content(value):
        value = dump(value)
    read_content(value, content)
    calls = _calls(body)
    said = Message(role, content.joined(role), calls or content.tool_calls)
    said.tool_call_id = word(first(body, "tool_call_id", "toolCallId", "call_id"))
    said.name = word(first(body, "name", "tool_name"))
    extra = body.get("additional_kwargs")
    refusal = first(body, "refusal") or (extra.get("refusal") if isinstance(extra, dict) else None)
    said.refusal = refusal if isinstance(refusal, str) and refusal else content.refusal
    said.finish = finish_in(body)
    results = [Message("tool", item.text, tool_call_id=item.call_id, name=item.name) for item in content.results]
    if said.tool_calls and role == "tool":
        said.role = "assistant"
    bare = not (said.content or said.tool_calls or said.refusal)
    if bare and (results or content.definitions):
        return results
    return [*results, said]


def _is_content(value: Json) -> bool:
    """Whether it is text or parts, and not the data that a tool gave back."""
    parts = value if isinstance(value, list) else [value]
    return all(part is None or isinstance(part, str) or is_part(part) for part in parts)


def _calls(body: dict[str, Any]) -> list[dict[str, Any]]:
    extra = body.get("additional_kwargs")
    sources = (body, extra) if isinstance(extra, dict) else (body,)
    for source in sources:
        given = first(source, "tool_calls", "toolCalls")
        if isinstance(given, list) and given:
            calls = [tool_call(call) for call in given if isinstance(call, dict)]
            return [call for call in calls if call is not None]
        single = source.get("function_call")
        if isinstance(single, dict):
            call = tool_call(single)
            return [call] if call else []
    name = body.get("function_call_name")
    if isinstance(name, str) and name:
        call = tool_call({"name": name, "arguments": body.get("function_call_arguments_json")})
        return [call] if call else []
    return []


_FINISH_KEYS = ("finish_reason", "finishReason", "stop_reason", "stopReason", "done_reason")


def finish_in(body: dict[str, Any]) -> str | None:
    """The provider's word for why an answer ended, wherever it stands."""
    for source in (body, body.get("response_metadata"), body.get("generation_info")):
        if isinstance(source, dict):
            value = first(source, *_FINISH_KEYS)
            if isinstance(value, str) and value:
                return value
    details = body.get("incomplete_details")
    if isinstance(details, dict) and isinstance(details.get("reason"), str):
        return str(details["reason"])
    return None


_MESSAGE_KEYS = frozenset(
    ("content", "parts", "contents", "tool_calls", "toolCalls", "function_call", "text", "refusal", "message",
     "tool_call_id", "additional_kwargs", "reasoning_content")
)  # fmt: skip


def _plain(body: dict[str, Any], role: str) -> Messages | None:
    """``{"role": …, "content": …}`` and Gemini's ``{"parts": …}``."""
    given = body.get("role")
    if isinstance(given, str) and given and (given.lower() in ROLES or not _MESSAGE_KEYS.isdisjoint(body)):
        return message_from(body, role_of(given))
    if isinstance(body.get("parts"), list):
        return message_from(body, role)
    return None


def _openinference(body: dict[str, Any], role: str) -> Messages | None:
    """``{"message.role": …, "message.content": …}``."""
    if not any(key.startswith("message.") for key in body):
        return None
    inner = strip_prefix(body, "message.")
    return message_from(inner, role_of(str(inner.get("role") or role)))


def _langchain(body: dict[str, Any], role: str) -> Messages | None:
    """LangChain messages: as a constructor, as type and data, and as dumped."""
    path, kwargs = body.get("id"), body.get("kwargs")
    if "lc" in body and isinstance(path, list) and path and isinstance(kwargs, dict):
        name = str(path[-1])
        if not name.lower().removesuffix("chunk").endswith("message"):
            return None
        return message_from(kwargs, role_of(str(kwargs.get("role") or name)))
    kind, data = body.get("type"), body.get("data")
    if not (isinstance(kind, str) and kind.lower() in _LANGCHAIN):
        return None
    inner = data if isinstance(data, dict) else body
    if "content" not in inner:
        return None
    return message_from(inner, role_of(str(inner.get("role") or kind)))


def _sharegpt(body: dict[str, Any], role: str) -> Messages | None:
    """``{"from": "human", "value": …}``."""
    who, value = body.get("from"), body.get("value")
    if isinstance(who, str) and isinstance(value, str):
        return [Message(role_of(who), value)]
    return None


RESPONSE_ITEMS = frozenset(
    ("function_call", "function_call_output", "reasoning", "mcp_call", "custom_tool_call", "custom_tool_call_output")
)  # fmt: skip


def response_item(body: dict[str, Any], role: str) -> Messages | None:
    """An item of OpenAI's Responses API that is no message."""
    kind = body.get("type")
    if isinstance(kind, str) and kind in RESPONSE_ITEMS and "role" not in body:
        return message_from({"content": [body]}, "assistant") if kind != "reasoning" else []
    return None


def read_message(body: dict[str, Any], role: str) -> Messages | None:
    """Messages of an object that is one message, else None."""
    for reader in (_openinference, _langchain, _plain, _sharegpt, response_item):
        found = reader(body, role)
        if found is not None:
            return found
    return None
