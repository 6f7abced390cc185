"""The margin beside what is read: facts, a line each, under small headings; those that are unknown are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import units
from app.text import escape, log_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MOST = 400
"""Characters of a fact in the margin; the record's JSON holds the rest."""

_THUMBS = {-1.0: "thumb down", 0.0: "thumb taken back", 1.0: "thumb up"}
_DID = {"copied": "copied the answer", "regenerated": "asked for another answer", "abandoned": "left after this answer"}
_TOLD = {"comment": "says", "correction": "would have it say"}
_WORRYING = {"regenerated", "abandoned"}


def facts(heading: str, pairs: Iterable[tuple[str, str | None]]) -> None:
    """Draw facts under a heading of our own; nothing where none is known. Names and values may come from logs."""
    known = [(name, value) for name, value in pairs if value not in (None, "", units.NONE)]
    if not known:
        return
    st.markdown(f"**{escape(heading)}**")
    for name, value in known:
        st.caption(f":gray[{escape(name)}] {escape(value, limit=_MOST)}")


def attributes(given: Any) -> tuple[list[tuple[str, str]], dict[str, Any]]:  # noqa: ANN401 - any JSON
    """Part a record's attributes: those that make a line, and those that are longer or nested."""
    lines: list[tuple[str, str]] = []
    rest: dict[str, Any] = {}
    for key, value in given.items() if isinstance(given, dict) else ():
        flat = _flat(value)
        if flat is not None and len(flat) <= _MOST:
            lines.append((str(key), flat))
        elif value is not None:
            rest[str(key)] = value
    return lines, rest


def _flat(value: Any) -> str | None:  # noqa: ANN401 - any JSON
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list) and value and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(str(item) for item in value)
    return None


def judgements(scores: Sequence[Mapping[str, Any]]) -> None:
    """Draw what users, people, models and code judged of an answer, a line each, their words below."""
    for score in scores:
        judgement(score)
        for text in (score["label"] if score["name"] in _TOLD else None, score["comment"]):
            if text:
                log_text(text)


def judgement(score: Mapping[str, Any]) -> None:
    """Draw one judgement in a line."""
    verdict = _verdict(score)
    st.caption(f":red[{escape(verdict, limit=160)}]" if _worrying(score) else escape(verdict, limit=160))


def _verdict(score: Mapping[str, Any]) -> str:
    name, value, label = str(score["name"]), score["value"], score.get("label")
    origin = str(score.get("origin") or "")
    who = {"user": "user", "human": "reviewer", "model": "model", "code": "check"}.get(origin, origin)
    by = f" ({who})" if who else ""
    if name == "thumbs" and value in _THUMBS:
        return f"{_THUMBS[value]}{by}"
    if name == "stars" and value is not None:
        return f"{_number(value)} of 5 stars{by}"
    if name in _DID and value:
        return f"{_DID[name]}{by}"
    if name in _TOLD:
        return f"{who or 'someone'} {_TOLD[name]}:"
    told = " ".join(text for text in (_number(value), label or "") if text)
    return f"{name} {told or units.NONE}{by}"


def _number(value: float | None) -> str:
    return "" if value is None else units.plain(value) if abs(value) >= 10_000 else f"{round(value, 3):g}"


def _worrying(score: Mapping[str, Any]) -> bool:
    value = score["value"]
    if value is None:
        return False
    name = score["name"]
    return (name == "thumbs" and value < 0) or (name == "stars" and value <= 2) or (name in _WORRYING and value > 0)
