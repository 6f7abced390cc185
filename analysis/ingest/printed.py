"""Chat that a tool logged as printed text: transcripts, Python objects, pydantic models."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from analysis.ingest.messages import Message, Messages, message_from, role_of

if TYPE_CHECKING:
    from analysis.ingest.content import Json

_TURN = re.compile(r"^(system|developer|user|assistant|tool): ?", re.MULTILINE)
_LEGACY = re.compile(r"^(System|Human|AI|Assistant): ?", re.MULTILINE)
_STARTS = ("system: ", "developer: ", "user: ", "assistant: ", "Human: ", "System: ")


def transcript(text: str) -> Messages:
    """``user: …`` lines, as OpenLIT writes them, and ``Human: …``, as older LangChain and Anthropic calls do."""
    start = text.lstrip()
    if not start.startswith(_STARTS):
        return []
    pattern = _LEGACY if start[0].isupper() else _TURN
    turns = list(pattern.finditer(start))
    if pattern is _LEGACY and not any(turn[1] == "Human" for turn in turns):
        return []  # somebody's own "System: Windows 11"
    ends = [turn.start() for turn in turns[1:]] + [len(start)]
    texts = [start[turn.end() : end].strip() for turn, end in zip(turns, ends, strict=True)]
    # an answer that only calls tools is printed as Python's None
    found = [
        Message(role_of(turn[1]), "" if text == "None" and turn[1] == "assistant" else text)
        for turn, text in zip(turns, texts, strict=True)
    ]
    asks_to_go_on = len(found) > 1 and not texts[-1]
    return found[:-1] if asks_to_go_on else found


_PYDANTIC = re.compile(r"""role='(\w+)' content=(None|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", re.DOTALL)
_ANSWERS_CALL = re.compile(r" tool_call_id='([^']*)'")
_CALLS = re.compile(r" tool_calls=(\[\{.*?\}\]) \w+=", re.DOTALL)


def pydantic(text: str) -> Messages:
    """A message as Python prints a pydantic model of it: ``role='user' content='…' name=None …``."""
    found = _PYDANTIC.match(text)
    if found is None:
        return []
    content = _python(found[2])
    call_id = _ANSWERS_CALL.search(text, found.end())
    calls = _CALLS.search(text, found.end())
    return message_from(
        {
            "content": content if isinstance(content, str) else None,
            "tool_call_id": call_id[1] if call_id else None,
            "tool_calls": _python(calls[1]) if calls else None,
        },
        role_of(found[1]),
    )


_MAX_LITERAL = 1 << 18


def literal(text: str) -> Json:
    """An object as Python prints it, ``{'role': 'user', …}``; None where the text is none."""
    if text.startswith(("{'", "[{'")) and text.endswith(("}", "]")) and len(text) < _MAX_LITERAL:
        return _python(text)
    return None


def _python(text: str) -> Json:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
