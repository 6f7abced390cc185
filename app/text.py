"""Text that others wrote: the one place that draws it.

Text from logs is hostile: drawn as Markdown, an image link in a prompt calls out from the reader's browser. So:

- Texts of records (prompts, answers, errors, comments) go to :func:`log_text` or :func:`log_code` and nowhere else;
  for those who may not see personal data, it is masked there.
- Names that come from logs (a model, a user, a value of an attribute) may stand in our own words after :func:`escape`.

``tests/test_text_rule.py`` holds pages and app to it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import privacy

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 100_000
"""Characters of one text that are sent to the browser."""

# Every character that opens something in Streamlit's Markdown: emphasis, links, images, HTML, maths, colours, icons,
# headings, lists, tables, footnotes and code.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:@^=&/])")
# What is replaced in the text after that: addresses become links, names between colons icons, "->" an arrow.
_LATE = re.compile(r"(?i)(:|@|www(?=\.)|[-<>~](?=[-=>]))")
_JOINER = "\u2060"
"""A character without width, at which none of these goes on."""

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_TURNS = re.compile(r"[\u202d\u202e]")
"""Direction overrides: what stands after one, our own words among it, would be read backwards."""
_LONG, _MARKED = 80, 240


def log_text(text: Any) -> None:  # noqa: ANN401 - whatever a log held
    """Draw text from a log as plain text, its line breaks kept, shortened to :data:`SHOWN` characters with a word."""
    body, left = _shorten(text)
    st.text(_shown(body))
    _say(left)


def log_code(text: Any, *, language: str | None = None, wrap: bool = True) -> None:  # noqa: ANN401
    """Draw text from a log in fixed-width letters with a copy button; `language` colours it, such as ``json``."""
    body, left = _shorten(text)
    st.code(body, language=language, wrap_lines=wrap)
    _say(left)


def log_marked(label: str, pieces: Sequence[tuple[str, bool]], *, quiet: bool) -> None:
    """Draw a line of text from a log after a label, those of its pieces that are marked as with a pen."""
    st.markdown(
        f":gray[{escape(label)}] "
        + "".join(
            escape(piece) if not marked
            else f":gray-background[{escape(piece, limit=_MARKED)}]" if quiet
            else f":red-background[{escape(piece, limit=_MARKED)}]"
            for piece, marked in pieces if piece
        )
    )  # fmt: skip


def escape(name: Any, *, limit: int = _LONG) -> str:  # noqa: ANN401
    """Make a name from a log safe in our own Markdown: one line, at most `limit` characters, nothing takes effect."""
    return _SPECIAL.sub(r"\\\1", _LATE.sub(rf"\1{_JOINER}", plain_label(name, limit=limit)))


def plain_label(name: Any, *, limit: int = _LONG) -> str:  # noqa: ANN401
    """Make a name from a log fit for a place that draws plain text (charts, tables, options): one line, shortened."""
    line = _shown(_BREAKS.sub(" ", str(name))).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _shown(text: str) -> str:
    """Show text in the order in which it was written, with a sign where that was to be overridden."""
    return _TURNS.sub("\ufffd", text)


def _shorten(text: Any) -> tuple[str, int]:  # noqa: ANN401
    body = "" if text is None else str(text)
    return privacy.for_reader(body[:SHOWN]), max(0, len(body) - SHOWN)


def _say(left: int) -> None:
    if left:
        st.caption(f"The text goes on for {left:,} characters; the export holds all of it.")
