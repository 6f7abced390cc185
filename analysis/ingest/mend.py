"""What can be mended in a row of broken JSON without guessing at values, in time that grows with its length only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import orjson

_BOM = b"\xef\xbb\xbf"
_CONTROLS = bytes((*range(9), 11, 12, *range(14, 32)))
"""All but tab, line feed and carriage return, which may stand between tokens."""
_SPACES = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))

# Possessive, and a string that never ends goes to the end of the row: no byte is looked at twice. Every way begins with
# a sign of its own, so that the rest is skipped fast.
_FAULT = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|,(?=[ \t\r\n]*+[}\]])|NaN\b|Infinity\b|-Infinity\b', re.DOTALL
)
_HALF = re.compile(
    rb"(?:[^\\]++|\\[^u]|\\u(?![dD][89a-fA-F])|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})++"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
"""Text without half characters, or one of them."""
_BREAKS = {b"\t": rb"\t", b"\n": rb"\n", b"\r": rb"\r"}
_QUESTION_MARK = rb"\u003f"
_LIMITS = {b'"': 400_000, b",": 4_000_000, b"NaN": 200_000, b"Infinity": 200_000, b"\\ud": 200_000, b"\\uD": 200_000}
"""How often what :func:`tokens` looks at may stand in a row that is mended: a second's work."""

_MENDABLE = (
    "trailing comma", "no low surrogate", "invalid low surrogate", "invalid high surrogate",
    "unexpected control character",
)  # fmt: skip
"""How the parser's words for what :func:`tokens` mends begin."""


def readable(raw: bytes) -> tuple[bytes, list[str]]:
    """Make a row UTF-8 without control characters; with the keys of what was mended (``normalise.REPAIRS``)."""
    text = _utf8(raw)
    mended = [] if text is raw else ["encoding"]
    bare = text.removeprefix(_BOM).translate(None, _CONTROLS)
    if len(bare) < len(text):
        mended.append("control")
    return bare, mended


def _utf8(raw: bytes) -> bytes:
    """A row as UTF-8, itself where it is that: else read as Windows-1252."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace").encode()
    return raw


def promising(error: orjson.JSONDecodeError, text: bytes) -> bool:
    """Whether what the parser stumbled on is something that :func:`tokens` mends."""
    found = str(error.doc)[error.pos : error.pos + len("-Infinity")]
    if not error.msg.startswith(_MENDABLE) and not found.startswith(("NaN", "Infinity", "-Infinity")):
        return False
    return all(text.count(sign) <= limit for sign, limit in _LIMITS.items())


def tokens(text: bytes, *, in_place: bool = False) -> tuple[bytes, list[str]]:
    """Take out commas too many, half characters, NaN and Infinity, and raw tabs and line breaks within strings.

    With `in_place` everything keeps its position, at the price of what it says: to tell where another fault is.
    """
    mended: dict[str, None] = {}

    def token(match: re.Match[bytes]) -> bytes:
        found = match.group()
        if found == b",":
            mended["comma"] = None
            return b" " if in_place else b""
        if not found.startswith(b'"'):
            mended["nan"] = None
            return b"0".ljust(len(found)) if in_place else b"null"
        if b"\\u" in found:
            found = _HALF.sub(half, found)
        for sign, escaped in _BREAKS.items():
            if sign in found:
                mended["control"] = None
                found = found.replace(sign, b" " if in_place else escaped)
        return found

    def half(match: re.Match[bytes]) -> bytes:
        if match[1] is None:
            return match.group()
        mended["surrogate"] = None
        return _QUESTION_MARK

    return _FAULT.sub(token, text), list(mended)


def spaced(raw: bytes) -> bytes:
    """A row as :func:`readable` mends it, but with blanks for what is taken out: each character stays where it was."""
    raw = _utf8(raw)
    return (b" " + raw.removeprefix(_BOM) if raw.startswith(_BOM) else raw).translate(_SPACES)
