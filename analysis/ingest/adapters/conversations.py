"""Conversations without telemetry: LMSYS-Chat, WildChat, ShareGPT and OpenAI's fine-tuning files.

Each answer of the model is a record, with the conversation up to it as its message list. There are no tokens; only
WildChat has times. A WildChat hash can be shared by two people, so a conversation is named by hash, address and time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from analysis.ingest.adapter import Adapter, DraftRow

_ROLES = {"human": "user", "gpt": "assistant", "bing": "assistant", "chatgpt": "assistant", "bard": "assistant",
          "model": "assistant"}  # fmt: skip


def _answers(
    messages: Sequence[Mapping[str, Any]], conversation: str, shared: Mapping[str, Any]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each answer's place in the list, and its draft row."""
    for place, message in enumerate(messages):
        if message.get("role") != "assistant":
            continue
        yield (
            place,
            {
                "kind": "call",
                "source_id": f"{conversation}:{place}",
                "session_id": conversation,
                "input": [_plain(earlier) for earlier in messages[:place]],
                "output": _plain(message),
                **shared,
            },
        )


def _plain(message: Mapping[str, Any]) -> dict[str, Any]:
    keep = ("role", "content", "tool_calls", "tool_call_id", "name", "refusal", "function_call")
    return {key: message[key] for key in keep if message.get(key) is not None}


def _list(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _name(messages: Sequence[Mapping[str, Any]]) -> str:
    """A name for a conversation that has none: its text's digest."""
    return hashlib.md5(orjson.dumps(messages, default=str), usedforsecurity=False).hexdigest()[:16]


def _moderation(obj: Mapping[str, Any], place: int) -> list[dict[str, Any]]:
    """OpenAI's and Detoxify's verdicts of the answer at `place`, each with its strongest category."""
    scores = []
    verdict = _at(obj.get("openai_moderation"), place)
    if verdict:
        categories = {key: value for key, value in (verdict.get("category_scores") or {}).items() if "_" not in key}
        worst = max(categories, key=lambda key: categories[key] or 0, default=None)
        scores.append({"name": "moderation_flagged", "value": int(bool(verdict.get("flagged"))), "origin": "model"})
        if worst is not None:
            scores.append({"name": "moderation", "value": categories[worst], "label": worst, "origin": "model"})
    toxicity = _at(obj.get("detoxify_moderation"), place)
    if toxicity and toxicity.get("toxicity") is not None:
        scores.append({"name": "toxicity", "value": toxicity["toxicity"], "origin": "model"})
    return scores


def _at(items: object, place: int) -> Mapping[str, Any]:
    listed = items if isinstance(items, list) else []
    return listed[place] if place < len(listed) and isinstance(listed[place], Mapping) else {}


def _arena(obj: Mapping[str, Any]) -> Iterator[DraftRow]:
    messages = _list(obj.get("conversation"))
    wild = obj.get("conversation_hash")
    parts = (wild, obj.get("hashed_ip"), obj.get("timestamp")) if wild else (obj.get("conversation_id"),)
    name = ":".join(str(part) for part in parts if part is not None) or _name(messages)
    attributes = {key: obj.get(key) for key in ("language", "country", "state", "redacted", "toxic") if key in obj}
    shared = {"model": obj.get("model"), "user_id": obj.get("hashed_ip")}
    for place, row in _answers(messages, name, shared):
        asked: Mapping[str, Any] = next((m for m in reversed(messages[:place]) if m.get("role") == "user"), {})
        yield {
            **row,
            "time": messages[place].get("timestamp") or obj.get("timestamp"),
            "attributes": {**attributes, "language": asked.get("language") or attributes.get("language")},
            "scores": _moderation(obj, place),
        }


def _sharegpt(obj: Mapping[str, Any]) -> Iterator[DraftRow]:
    turns = _list(obj.get("conversations"))
    messages = [
        {"role": _ROLES.get(str(turn.get("from")), str(turn.get("from"))), "content": turn.get("value")}
        for turn in turns
    ]
    name = str(obj.get("id") or _name(messages))
    rest = {key: value for key, value in obj.items() if key not in ("id", "conversations", "model")}
    for _, row in _answers(messages, name, {"model": obj.get("model")}):
        yield {**row, "attributes": rest}


def _fine_tuning(obj: Mapping[str, Any]) -> Iterator[DraftRow]:
    messages = _list(obj.get("messages"))
    rest = {key: value for key, value in obj.items() if key not in ("messages", "tools", "functions")}
    for place, row in _answers(messages, _name(messages), {}):
        weight = {"weight": messages[place]["weight"]} if "weight" in messages[place] else {}
        yield {**row, "attributes": {**rest, **weight}}


WILDCHAT = Adapter(
    name="wildchat",
    title="WildChat conversations",
    source="wildchat",
    recognise=lambda keys, first: "conversation_hash" in keys,
    rows=_arena,
)
LMSYS = Adapter(
    name="lmsys",
    title="LMSYS-Chat conversations",
    source="lmsys",
    recognise=lambda keys, first: {"conversation_id", "conversation"} <= keys,
    rows=_arena,
)
SHAREGPT = Adapter(
    name="sharegpt",
    title="ShareGPT conversations",
    source="sharegpt",
    recognise=lambda keys, first: (
        bool(_list(first.get("conversations"))) and "from" in _list(first["conversations"])[0]
    ),
    rows=_sharegpt,
)
FINE_TUNING = Adapter(
    name="openai-finetune",
    title="OpenAI fine-tuning chats",
    source="openai-finetune",
    recognise=lambda keys, first: (
        bool(_list(first.get("messages")))
        and keys <= {"messages", "tools", "functions", "parallel_tool_calls", "metadata", "function_call"}
    ),
    rows=_fine_tuning,
)
