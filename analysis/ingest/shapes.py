"""Chat in any shape that a tool logs: message lists, requests, responses, wrapped, printed, encoded twice.

A reader takes an object and gives its messages, or None where the object is not of its shape; the first that knows it
wins. No two readers look into the same key, so the work is linear in the size of a value, and nesting is followed to
``content.MAX_DEPTH`` levels only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis.ingest.content import MAX_DEPTH, Json, as_text, dump, first, is_part, read_content, structured
from analysis.ingest.content import Content as _Content
from analysis.ingest.messages import (
    RESPONSE_ITEMS,
    ROLES,
    Message,
    Messages,
    finish_in,
    message_from,
    read_message,
    role_of,
)
from analysis.ingest.names import (
    ANSWERS,
    BESIDE_ANSWERS,
    HISTORIES,
    LISTS,
    PARAMETERS,
    QUESTIONS,
    SYSTEMS,
    WRAPPERS,
)
from analysis.ingest.printed import literal, pydantic, transcript


def read(value: Json, role: str, depth: int = 0) -> Messages:
    """Messages of a parsed value; none where there is no chat in it.

    Parameters
    ----------
    value : any
        Parsed JSON. Text in it may be JSON again.
    role : str
        Who speaks where the value does not say: ``user`` for an input, ``assistant`` for an output.
    depth : int
        Levels above this value.
    """
    if depth > MAX_DEPTH:
        return []
    if isinstance(value, str):
        return read_text(value, role, depth + 1)
    if isinstance(value, list):
        return _read_list(value, role, depth)
    return _read_object(value, role, depth) if isinstance(value, dict) else []


def read_text(text: str, role: str, depth: int = 0) -> Messages:
    """Messages in a text: JSON, a Python literal or a transcript; none where it is plain."""
    value = structured(text)
    if isinstance(value, str):
        return [] if depth > MAX_DEPTH else read_text(value, role, depth + 1) or [Message(role, value)]
    if value is not None:
        return read(value, role, depth + 1)
    if role == "user":  # an answer may quote a dialogue
        printed = transcript(text) or pydantic(text)
        if printed:
            return printed
    return read(literal(text), role, depth + 1)


def _said(value: Json, role: str, depth: int) -> Messages:
    """As :func:`read`, but plain text is a message too."""
    found = read(value, role, depth)
    return found or ([Message(role, value)] if isinstance(value, str) and value else [])


# --- lists ------------------------------------------------------------------------------------------------------------


def _read_list(items: list[Any], role: str, depth: int) -> Messages:
    if not items:
        return []
    if all(isinstance(item, str) for item in items):
        return _strings(items, role, depth)
    if all(_is_pair(item) for item in items):
        return [Message(role_of(item[0]), item[1]) for item in items]
    if all(isinstance(item, list) for item in items):
        return [message for item in items for message in read(item, role, depth + 1)]
    if len(items) > 1 and all(isinstance(item, dict) and isinstance(item.get("choices"), list) for item in items):
        return _stream(items, depth)
    return _mixed(items, role, depth)


def _strings(items: list[str], role: str, depth: int) -> Messages:
    found = [read_text(item, role, depth + 1) for item in items]
    if not any(found):
        # several texts in an output are data that the model was asked for
        return [Message(role, "\n".join(items))] if role == "user" or len(items) == 1 else []
    both = zip(items, found, strict=True)
    return [message for item, messages in both for message in messages or [Message(role, item)]]


def _is_pair(item: Json) -> bool:
    """LangChain's ``["human", "text"]``."""
    return (
        isinstance(item, list)
        and len(item) == 2
        and isinstance(item[0], str)
        and item[0].lower() in ROLES
        and isinstance(item[1], str)
    )


def _stream(chunks: list[dict[str, Any]], depth: int) -> Messages:
    """The chunks of a streamed answer as one message."""
    whole = Message("assistant")
    texts = []
    for chunk in chunks:
        for message in _choices(chunk, "assistant", depth) or []:
            texts.append(message.content)
            whole.tool_calls += message.tool_calls
            whole.finish = message.finish or whole.finish
            whole.refusal = message.refusal or whole.refusal
    whole.content = "".join(texts)
    return [whole]


def _mixed(items: list[Any], role: str, depth: int) -> Messages:
    """Messages and loose parts; parts that stand together are one message."""
    out: Messages = []
    loose: list[Any] = []
    known = False
    for item in items:
        if _is_loose(item):
            known = True
            loose.append(item)
            continue
        out += _settled(loose, role)
        found = read(item, role, depth + 1) if isinstance(item, dict | list) else []
        if found or _says_nothing(item):
            known = True
            out += found
        elif item is not None:
            out.append(Message(role if isinstance(item, str) else "other", as_text(item)))
    out += _settled(loose, role)
    return out if known else []


def _is_loose(item: Json) -> bool:
    if not isinstance(item, dict) or "role" in item:
        return False
    kind = item.get("type")
    return not (isinstance(kind, str) and kind in RESPONSE_ITEMS) and is_part(item)


def _settled(loose: list[Any], role: str) -> Messages:
    if not loose:
        return []
    parts = loose.copy()
    loose.clear()
    return message_from({"content": parts}, role)


def _says_nothing(item: Json) -> bool:
    """A message that has no text to show: hidden reasoning, the definition of a tool."""
    return isinstance(item, dict) and ("role" in item or item.get("type") == "reasoning")


# --- objects ----------------------------------------------------------------------------------------------------------


def _read_object(body: dict[str, Any], role: str, depth: int) -> Messages:
    found = read_message(body, role)
    if found is not None:
        return found
    for reader in _ANSWER_READERS if role == "assistant" else _REQUEST_READERS:
        found = reader(body, role, depth)
        if found is not None:
            return found
    return []


def _ended(found: Messages, *bodies: dict[str, Any]) -> Messages | None:
    """Give the last message the reason that stands beside it."""
    if found and found[-1].finish is None:
        found[-1].finish = next((word for word in map(finish_in, bodies) if word), None)
    return found or None


def _choices(body: dict[str, Any], role: str, depth: int) -> Messages | None:
    """OpenAI's ``choices``: the first of them."""
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, dict):
        return None
    inner = first(choice, "message", "delta")
    if isinstance(inner, dict):
        return _ended(message_from(inner, role_of(as_text(inner.get("role")) or role)), choice)
    return _ended(_said(inner if inner is not None else choice.get("text"), role, depth + 1), choice)


def _candidates(body: dict[str, Any], role: str, depth: int) -> Messages | None:
    """Gemini's ``candidates``: the first of them; an empty answer to a blocked prompt says why."""
    candidates = body.get("candidates")
    if not isinstance(candidates, list) or not candidates or not isinstance(candidates[0], dict):
        feedback = first(body, "promptFeedback", "prompt_feedback")
        reason = first(feedback, "blockReason", "block_reason") if isinstance(feedback, dict) else None
        return [Message(role, finish="SAFETY")] if isinstance(reason, str) else None
    candidate = candidates[0]
    found = _said(first(candidate, "content", "output", "text"), role, depth + 1)
    return _ended(found or [Message(role)], candidate)


def _generations(body: dict[str, Any], role: str, depth: int) -> Messages | None:
    """LangChain's ``generations``: the first of the first prompt."""
    inner = body.get("generations")
    while isinstance(inner, list) and inner and depth <= MAX_DEPTH:
        inner, depth = inner[0], depth + 1
    if not isinstance(inner, dict):
        return None
    message = inner.get("message")
    found = read(message, role, depth + 1) if isinstance(message, dict) else []
    return _ended(found or _said(inner.get("text"), role, depth + 1), inner)


def _response(body: dict[str, Any], role: str, depth: int) -> Messages | None:
    """The ``output`` of OpenAI's Responses API and of Bedrock Converse, and what others put under that name."""
    output = body.get("output")
    if not isinstance(output, dict | list):
        return None
    found = read(output, role, depth + 1)
    ended = _ended(found, body)
    if ended and ended[-1].finish is None and body.get("object") == "response" and body.get("status") == "completed":
        ended[-1].finish = "tool_calls" if ended[-1].tool_calls else "stop"
    return ended


def _enveloped(body: dict[str, Any], role: str, depth: int) -> Messages | None:
    """A message under ``message``, ``content`` or ``delta``, the reason it ended beside it."""
    for key in ("message", "content", "delta"):
        value = body.get(key)
        if isinstance(value, dict) or (isinstance(value, list) and key != "delta"):
            found = read(value, role, depth + 1)
            if found:
                return _ended(found, body)
    return None


def _answer(body: dict[str, Any], role: str, depth: int) -> Messages | None:
    """A text under a name for answers, in company that is no part of the answer; else it is a structured output."""
    key = next((key for key in ANSWERS if isinstance(body.get(key), str)), None)
    if key is None or not (BESIDE_ANSWERS | {key}).issuperset(body):
        return None
    said = message_from({**body, "content": body[key]}, role)
    said[-1].name = None
    return said


def _request(body: dict[str, Any], role: str, depth: int) -> Messages | None:
    """Instructions, history and question of a request to a model or a chain.

    Other fields beside a question fill a template: they are kept as a message of the role ``context``.
    """
    asked: Messages = []
    key = ""
    for key in (*LISTS, *QUESTIONS):
        asked = _said(body.get(key), role, depth + 1)
        if asked:
            break
    if not asked:
        return None
    before = [Message("system", text) for text in (_system(body),) if text]
    for name in HISTORIES:
        before += read(body.get(name), role, depth + 1)
    used = {key, *SYSTEMS, *HISTORIES, *PARAMETERS}
    rest = {name: value for name, value in body.items() if name not in used and value not in (None, "", [], {})}
    if rest and key in QUESTIONS and role == "user":
        before.append(Message("context", dump(rest)))
    return before + asked


def _system(body: dict[str, Any]) -> str:
    config = body.get("config")
    sources = (body, config) if isinstance(config, dict) else (body,)
    value = next((found for source in sources if (found := first(source, *SYSTEMS)) is not None), None)
    content = _Content()
    if isinstance(value, dict) and ("parts" in value or "content" in value):
        value = first(value, "parts", "content")
    if isinstance(value, str):
        parsed = structured(value)
        value = parsed if isinstance(parsed, list) and all(map(is_part, parsed)) else value
    read_content(value, content)
    return content.joined("system")


def _conversation(body: dict[str, Any], role: str, depth: int) -> Messages | None:
    """The message list of an answer that returns the whole state."""
    for key in LISTS:
        found = read(body.get(key), role, depth + 1)
        if found:
            return found
    return None


def _wrapped(body: dict[str, Any], role: str, depth: int) -> Messages | None:
    """Chat under a name that means no more than "what went in" or "what came out"."""
    for key in WRAPPERS:
        value = body.get(key)
        if isinstance(value, str) and (key not in ("inputs", "outputs", "value") or len(body) > 1):
            continue
        found = _said(value, role, depth + 1)
        if found:
            return found
    return None


def _wrapped_answer(body: dict[str, Any], role: str, depth: int) -> Messages | None:
    """Chat under the names for answers, where they hold an object and not a text."""
    for key in ("response", "result", "answer", "completion", "generation"):
        value = body.get(key)
        if isinstance(value, dict | list):
            found = read(value, role, depth + 1)
            if found:
                return _ended(found, body)
    return None


_Reader = Callable[[dict[str, Any], str, int], Messages | None]
_REQUEST_READERS: tuple[_Reader, ...] = (_request, _wrapped)
_ANSWER_READERS: tuple[_Reader, ...] = (
    _choices, _candidates, _generations, _response, _enveloped, _conversation, _answer, _wrapped_answer, _wrapped,
)  # fmt: skip
