"""Who said what: turns of a dialogue, set like a play, with long texts folded but all there to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import streamlit as st

from app import units
from app.text import escape, log_code, log_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLD = 1600
"""Characters from which on a text is folded: its beginning is shown, the rest unfolds below."""

_SHOWN = 1200
_LINE = 72
_PAUSES = ("\n\n", "\n", ". ", " ")

SPEAKERS = {"user": "User", "assistant": "Assistant", "system": "System", "tool": "Tool"}


def turn(role: str, *, key: str, name: str | None = None) -> Any:  # noqa: ANN401 - Streamlit's container
    """Open a turn of a speaker: ``with turn("user", key="3"): said(text)``. The key is unique on the page."""
    known = role if role in SPEAKERS else "other"
    container = st.container(key=f"said-{known}-{key}", gap="small")
    with container:
        st.caption(escape(SPEAKERS.get(role, role), limit=24))
        if name:
            st.caption(escape(name))
    return container


def said(text: str | None) -> None:
    """Draw what was said: JSON as code, all else as text; folded where it is long."""
    if text is None or not text.strip():
        st.caption("Nothing but white space." if text else "No text was logged.")
        return
    if (code := pretty(text)) is not None:
        folded_code(code)
        return
    first, rest = fold(text)
    log_text(first)
    if rest:
        with st.expander(f"Read on: {len(rest):,} more characters", type="compact"):
            log_text(rest)


def folded_code(code: str, language: str = "json") -> None:
    """Draw code, folded at a line where it is long."""
    first, rest = fold(code)
    log_code(first, language=language)
    if rest:
        with st.expander(f"Read on: {len(rest):,} more characters", type="compact"):
            log_code(rest, language=language)


def fold(text: str) -> tuple[str, str]:
    """Part a long text at a pause: a blank line, else a line, a sentence or a word; a short one has no rest."""
    if len(text) <= FOLD:
        return text, ""
    for pause in _PAUSES:
        place = text.rfind(pause, _SHOWN // 2, _SHOWN)
        if place >= 0:
            cut = place + len(pause)
            return text[:cut].rstrip(), text[cut:].lstrip("\n")
    return text[:_SHOWN], text[_SHOWN:]


def pretty(text: str) -> str | None:
    """Set text that is a JSON object or list as :func:`as_code` does; None where it is neither."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return as_code(orjson.loads(text))
    except orjson.JSONDecodeError:
        return None


def as_code(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Write a value as JSON, indented unless it is short; one that is nested too deep as Python writes it."""
    try:
        short = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=str).decode()
        if len(short) <= _LINE:
            return short
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS, default=str).decode()
    except orjson.JSONEncodeError:
        return str(value)


def message(body: Any, *, key: str) -> None:  # noqa: ANN401 - any JSON
    """Draw one message of a record's list."""
    if not isinstance(body, dict):
        with turn("other", key=key):
            folded_code(as_code(body))
        return
    content, calls = body.get("content"), tool_calls(body.get("tool_calls"))
    with turn(str(body.get("role") or "other"), key=key, name=body.get("name")):
        if content or not calls:
            said(content if isinstance(content, str) or content is None else as_code(content))
        called(calls)


def called(calls: Sequence[Mapping[str, Any]]) -> None:
    """Draw the tools that an answer calls, each with its arguments."""
    for call in calls:
        st.markdown(f"calls **{escape(call.get('name') or 'a tool without a name')}**")
        arguments = call.get("arguments")
        if arguments not in (None, "", {}):
            folded_code((pretty(arguments) or arguments) if isinstance(arguments, str) else as_code(arguments))


def tool_calls(value: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401 - any JSON
    """Keep what is a tool call of a stored value."""
    return [call for call in value if isinstance(call, dict)] if isinstance(value, list) else []


def documents(found: Sequence[Mapping[str, Any]] | None, *, key: str) -> None:
    """Draw the retrieved documents in their order, each with its id and score."""
    for place, document in enumerate(found or (), 1):
        with st.container(key=f"document-{key}-{place}", gap="small"):
            score = f", score {units.plain(document['score'])}" if document.get("score") is not None else ""
            st.caption(escape(f"{place}. {document.get('id') or 'without an id'}{score}", limit=160))
            said(document.get("text"))


def unanswered(messages: Any) -> tuple[list[Any], list[Any]]:  # noqa: ANN401 - any JSON
    """Part a message list: what was said before, and what came since the model last spoke; no instructions."""
    spoken = [body for body in messages if not _is(body, "system")] if isinstance(messages, list) else []
    last = max((place for place, body in enumerate(spoken) if _is(body, "assistant")), default=-1)
    return spoken[: last + 1], spoken[last + 1 :]


def _is(body: Any, role: str) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(body, dict) and body.get("role") == role
