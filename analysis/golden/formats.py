"""Golden items as files: for fine-tuning at OpenAI and Anthropic, as preference pairs, as CSV, and whole as JSON lines.

``openai`` is the chat format of supervised fine-tuning, ``preference`` that of direct preference optimization, both as
OpenAI documents them; ``anthropic`` is the messages format that Anthropic documents for Claude on Bedrock: text alone,
user and assistant in turn. What a format has no place for is left out and named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from analysis.spreadsheet import to_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analysis.golden.item import Item, Message

ROLES = ("system", "user", "assistant", "tool")

NO_REJECTED = "it has no answer that was corrected, to prefer the expected one to"
NO_CALL = "a tool's answer in it does not name its call"
NO_ROLE = "a message in it is of a role that the format does not know"
TOOLS = "tools were called in it, for which the format has no place"
NOT_THE_USER = "it does not begin with the user"

_TEXTS = frozenset(("content", "arguments", "system", "prompt", "expected", "answer", "documents", "messages"))
"""Keys of what is said; all other strings are ids and names."""

Line = dict[str, Any]


class NoPlaceError(ValueError):
    """A format has no place for an item; the message says why, as the end of a sentence."""


@dataclass(frozen=True)
class Written:
    """A file's content, how many items it holds, and how many were left out for which reason."""

    content: bytes
    n: int
    left_out: dict[str, int]


def write(items: Sequence[Item], format: str, *, change: Callable[[str], str] | None = None) -> Written:
    """Write items in a format of :data:`FORMATS`; `change` is done to each text, as to mask it.

    Raises
    ------
    ValueError
        If there is no such format.
    """
    if format not in FORMATS:
        raise ValueError(f"There is no format {format!r}. Formats: {', '.join(FORMATS)}.")
    lines: list[Line] = []
    left_out: dict[str, int] = {}
    for item in items:
        try:
            line = FORMATS[format](item)
        except NoPlaceError as error:
            left_out[str(error)] = left_out.get(str(error), 0) + 1
            continue
        lines.append(_changed(line, change) if change else line)
    if format == "csv":
        content = to_csv(pl.DataFrame(lines, schema=dict.fromkeys(_CELLS, pl.String)))
    else:
        content = b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)
    return Written(content, len(lines), left_out)


def chat(item: Item) -> list[Message]:
    """Give what was asked as OpenAI's chat messages, the system prompt first.

    Raises
    ------
    NoPlaceError
        If a tool's answer names no call.
    """
    system = [{"role": "system", "content": item.system}] if item.system else []
    return [*system, *map(_openai_message, item.messages)]


def _openai(item: Item) -> Line:
    return {"messages": [*chat(item), {"role": "assistant", "content": item.expected}]}


def _preference(item: Item) -> Line:
    if not item.corrected:
        raise NoPlaceError(NO_REJECTED)
    return {
        "input": {"messages": chat(item)},
        "preferred_output": [{"role": "assistant", "content": item.expected}],
        "non_preferred_output": [{"role": "assistant", "content": item.answer}],
    }


def _openai_message(message: Message) -> Message:
    role, content = message.get("role"), message.get("content") or ""
    if role not in ROLES:
        raise NoPlaceError(NO_ROLE)
    found: Message = {"role": role, "content": content}
    if message.get("name"):
        found["name"] = message["name"]
    if role == "tool":
        if not message.get("tool_call_id"):
            raise NoPlaceError(NO_CALL)
        found["tool_call_id"] = message["tool_call_id"]
    if message.get("tool_calls"):
        found["tool_calls"] = [_call(call) for call in message["tool_calls"]]
    return found


def _call(call: dict[str, Any]) -> dict[str, Any]:
    if not call.get("id"):
        raise NoPlaceError(NO_CALL)
    given = call.get("arguments")
    arguments = given if isinstance(given, str) else orjson.dumps(given or {}).decode()
    return {"id": call["id"], "type": "function", "function": {"name": call.get("name") or "", "arguments": arguments}}


def _anthropic(item: Item) -> Line:
    turns: list[Message] = []
    for message in (*item.messages, {"role": "assistant", "content": item.expected}):
        if message.get("tool_calls") or message.get("role") == "tool":
            raise NoPlaceError(TOOLS)
        if message.get("role") not in ("user", "assistant"):
            raise NoPlaceError(NO_ROLE)
        if turns and turns[-1]["role"] == message["role"]:
            turns[-1]["content"] += f"\n\n{message.get('content') or ''}"
        else:
            turns.append({"role": message["role"], "content": message.get("content") or ""})
    if turns[0]["role"] != "user":
        raise NoPlaceError(NOT_THE_USER)
    return ({"system": item.system} if item.system else {}) | {"messages": turns}


_CELLS = (
    "id", "system", "prompt", "expected", "answer", "messages", "documents", "conversation", "user", "app", "feature",
    "parameters", "kind", "name", "origin", "time", "record", "score", "file",
)  # fmt: skip
"""Columns of the CSV; ``messages`` is there where the prompt is not all of it, as JSON like the documents."""


def _row(item: Item) -> Line:
    whole = item.as_json()
    alone = whole["messages"] == [{"role": "user", "content": item.prompt}]
    lists = {"messages": None if alone else whole["messages"], "documents": whole.get("documents")}
    cells = whole | whole["source"] | {name: _json(value) for name, value in lists.items()} | {"prompt": item.prompt}
    return {name: cells.get(name) for name in _CELLS}


def _json(value: Any) -> str | None:  # noqa: ANN401 - JSON
    return orjson.dumps(value).decode() if value else None


def _whole(item: Item) -> Line:
    return item.as_json()


FORMATS: dict[str, Callable[[Item], Line]] = {
    "jsonl": _whole, "openai": _openai, "anthropic": _anthropic, "preference": _preference, "csv": _row,
}  # fmt: skip
"""Formats by name, each with what makes a line of an item."""

TITLES = {
    "jsonl": "JSON lines, whole", "openai": "OpenAI fine-tuning", "anthropic": "Anthropic messages",
    "preference": "Preference pairs", "csv": "CSV",
}  # fmt: skip


def ending(format: str) -> str:
    """The ending of a format's files."""
    return "csv" if format == "csv" else "jsonl"


def _changed(value: Any, change: Callable[[str], str], key: str = "content") -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return change(value) if key in _TEXTS else value
    if isinstance(value, list):
        return [_changed(one, change, key) for one in value]
    return {name: _changed(one, change, name) for name, one in value.items()} if isinstance(value, dict) else value
