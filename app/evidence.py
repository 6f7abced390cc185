"""What a scorer points at: the places in a text, each with a little of what stands around it, marked as with a pen."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import privacy, units
from app.text import escape, log_marked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.scoring.scorer import Scorer

MOST = 6
"""Places that are shown of one scorer; the rest are counted."""

_AROUND = 60
_EDGE = "\u2060"
"""Holds the space before and after what is marked, which would be trimmed at the end of a piece."""

_QUIET = {"supported", "supports"}
_FIELDS = {"prompt": "question", "response": "answer", "system_prompt": "instructions", "messages": "messages"}


def places(texts: Mapping[str, Any], evidence: Sequence[Mapping[str, Any]]) -> None:
    """Draw the places of some evidence in the texts of a record, by column; what cannot be found there is left out.

    Places of one kind that stand near each other share a line.
    """
    hidden = privacy.hides()
    for near in _lines(evidence[:MOST]):
        text, where = _text(texts, str(near[0]["field"]))
        kind = f"{str(near[0]['kind']).replace('-', ' ')}, in the {where}:"
        spans = [(int(place["start"]), int(place["end"])) for place in near]
        if any(not 0 <= start < end <= len(text) for start, end in spans):
            continue
        if hidden:
            st.markdown(f":gray[{escape(kind)} not shown]")
            continue
        at, pieces = spans[0][0], [(_tail(text[: spans[0][0]]), False)]
        for start, end in spans:
            pieces += [(_inner(text[at:start]), False), (text[start:end], True)]
            at = end
        log_marked(kind, [*pieces, (_head(text[at:]), False)], quiet=near[0]["kind"] in _QUIET)
    if len(evidence) > MOST:
        st.caption(f"and {len(evidence) - MOST:,} more places")


def _lines(evidence: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Put places of one kind and text together where no more stands between them than around them."""
    lines: list[list[Mapping[str, Any]]] = []
    for place in sorted(evidence, key=lambda one: (str(one["field"]), int(one["start"]))):
        before = lines[-1][-1] if lines else None
        near = before is not None and 0 <= int(place["start"]) - int(before["end"]) <= _AROUND
        if before is not None and near and (before["field"], before["kind"]) == (place["field"], place["kind"]):
            lines[-1].append(place)
        else:
            lines.append([place])
    return lines


def verdict(scorer: Scorer, value: float | None, label: str | None) -> tuple[str, bool]:
    """Say in a few words what a scorer gave, and whether it flags the record."""
    flagged = is_flagged(scorer, value)
    number = "" if value is None or scorer.scale is None or _told(value, label) else _written(value)
    words = " ".join(part for part in (label or "", f"({number})" if label and number else number) if part)
    return words, flagged


def scale(scorer: Scorer, value: float | None, label: str | None) -> str:
    """Say what the number of a verdict is to be read by: its ends, which is better, from where on it is flagged."""
    if scorer.scale is None or value is None or _told(value, label):
        return ""
    low, high = scorer.scale
    parts = [f"{_written(low)} to {_written(high)}"] if math.isfinite(high) else []
    parts += [f"{scorer.better} is better"] if scorer.better else []
    side = "down" if scorer.flags == "<=" else "up"
    parts += [f"flagged from {_written(scorer.flags_from)} {side}"] if scorer.flags_from is not None else []
    return ", ".join(parts)


def limits(scorer: Scorer) -> None:
    """Draw what a scorer does not see, and folded, how good it was found to be."""
    st.caption(escape(f"What it misses: {scorer.limits}", limit=1200))
    if scorer.measured:
        with st.expander("How this was measured", type="compact"):
            st.caption(escape(scorer.measured, limit=1600))


def _told(value: float, label: str | None) -> bool:
    """Tell whether a value says no more than its label does."""
    return bool(label) and value in (0, 1)


def _written(value: float) -> str:
    return f"{round(value, 3 if value > 0.99 else 2):g}".replace("-", units.MINUS)


def is_flagged(scorer: Scorer, value: float | None) -> bool:
    """Tell whether a value is one that a scorer flags."""
    if value is None or scorer.flags_from is None:
        return False
    return value <= scorer.flags_from if scorer.flags == "<=" else value >= scorer.flags_from


def _text(texts: Mapping[str, Any], field: str) -> tuple[str, str]:
    """Find the text of a place, and what it is called."""
    document = re.fullmatch(r"documents\.(\d+)", field)
    if document is None:
        return str(texts.get(field) or ""), _FIELDS.get(field, field)
    number, documents = int(document[1]), texts.get("documents") or []
    found = documents[number]["text"] if number < len(documents) else ""
    return str(found or ""), f"document {number + 1}"


def _tail(text: str) -> str:
    cut = f"… {text[-_AROUND:]}" if len(text) > _AROUND else text
    return cut + _EDGE if text[-1:].isspace() else cut


def _inner(text: str) -> str:
    """Hold the spaces at both ends of what stands between two places."""
    if not text.strip():
        return _EDGE + text + _EDGE if text else ""
    return (_EDGE if text[:1].isspace() else "") + text + (_EDGE if text[-1:].isspace() else "")


def _head(text: str) -> str:
    cut = f"{text[:_AROUND]} …" if len(text) > _AROUND else text
    return _EDGE + cut if text[:1].isspace() else cut
