"""The careful path: what DuckDB would not read becomes lines it will, and a word for each that is refused.

Row by row, in Python, several times slower than the optimistic path; memory is bounded by one row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from analysis.ingest import mend
from analysis.ingest.report import MAX_EXCERPT
from analysis.ingest.split import MAX_OBJECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_KEPT_REFUSALS = 10_000
"""Refused rows that are kept for download; all are counted."""

_CHUNK = 1 << 20


@dataclass
class Refused:
    """A row that was refused, with its bytes."""

    line: int
    column: int | None
    reason: str
    raw: bytes

    @property
    def excerpt(self) -> str:
        """The beginning of the row, as text."""
        return self.raw[: MAX_EXCERPT * 4].decode("utf-8", "replace").replace("\0", "\ufffd")[:MAX_EXCERPT]


@dataclass
class Cleaned:
    """What came of cleaning a file."""

    refused: int = 0
    refusals: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    latest: int = 0
    """The line refused last."""

    def refuse(self, line: int, column: int | None, reason: str, raw: bytes) -> None:
        """Count a refusal, and keep it while there is room."""
        self.refused += 1
        self.latest = line
        if len(self.refusals) < MAX_KEPT_REFUSALS:
            self.refusals.append(Refused(line, column, reason, raw[:_CHUNK]))

    def end(self, last: int) -> None:
        """Say so where the file's last row, which began on line `last`, was refused."""
        if self.latest and self.latest == last:
            self.notes.append(
                f"The last row (line {last}) breaks off: the file was probably cut short. Export it again."
            )


class RowError(Exception):
    """A row cannot be read; holds the reason and the column."""

    def __init__(self, reason: str, column: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.column = column


class Row(NamedTuple):
    """A good row: where it began, its fields, what was mended in it, and its text where nothing was."""

    line: int
    fields: dict[str, Any]
    mended: str
    """Keys of ``normalise.REPAIRS``, comma-separated."""
    raw: bytes | None


def clean_rows(rows: Iterable[tuple[int, bytes]], cleaned: Cleaned, *, ends: int | None = None) -> Iterator[Row]:
    """Yield each good row of those given with their lines; `ends` is the file's last line where they are not all."""
    line = 0
    for line, raw in rows:
        try:
            fields, mended = read_row(raw)
        except RowError as error:
            cleaned.refuse(line, error.column, error.reason, raw)
        else:
            yield Row(line, fields, mended, None if mended else raw)
    cleaned.end(line if ends is None else ends)


def read_row(raw: bytes) -> tuple[dict[str, Any], str]:
    """Parse one row, mending what can be mended without guessing at values.

    Raises
    ------
    RowError
        With the reason, in words, and the column (in characters, from 1) where there is one.
    """
    if len(raw) > MAX_OBJECT:
        raise RowError(f"longer than {MAX_OBJECT >> 20} MiB")
    try:
        return _object(orjson.loads(raw), raw), ""
    except orjson.JSONDecodeError as error:
        wrong = error
    text, mended = mend.readable(raw)
    if mended:
        try:
            return _object(orjson.loads(text), text), ",".join(mended)
        except orjson.JSONDecodeError as error:
            wrong = error
    if not mend.promising(wrong, text):
        raise _refusal(mend.spaced(raw)) if mended else _words(wrong)
    text, more = mend.tokens(text)
    try:
        return _object(orjson.loads(text), text), ",".join(dict.fromkeys(mended + more))
    except orjson.JSONDecodeError:
        raise _refusal(mend.tokens(mend.spaced(raw), in_place=True)[0]) from None


def _object(value: object, text: bytes) -> dict[str, Any]:
    if not isinstance(value, dict):
        kind = {list: "a list", str: "a string", type(None): "null", bool: "true or false"}.get(type(value), "a number")
        raise RowError(f"{kind}, where a JSON object was expected", 1)
    if not value:
        raise RowError("an empty object", 1)
    if text.count(b"{") + text.count(b"[") > _DEEP:
        try:
            orjson.dumps([[[[value]]]])
        except orjson.JSONEncodeError as error:
            raise RowError(_TOO_DEEP) from error
    return value


def _refusal(text: bytes) -> RowError:
    """Why a row cannot be parsed whose faults are mended as far as they can be."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return _words(error)
    return RowError("not JSON")


def _words(error: orjson.JSONDecodeError) -> RowError:
    if "depth" in error.msg or "ecursion" in error.msg:
        return RowError(_TOO_DEEP, error.colno if error.lineno == 1 else None)
    reason = next((words for start, words in _REASONS.items() if error.msg.startswith(start)), f"not JSON: {error.msg}")
    return RowError(reason if error.lineno == 1 else f"{reason} (in line {error.lineno} of the row)", error.colno)


_TOO_DEEP = "nested too deeply"
_DEEP = 200
"""Brackets from which on a row may be nested deeper than can be written again (254 levels, by orjson)."""
_REASONS = {
    "number is infinity": "a number too large to be read",
    "Input is a zero-length": "an empty row",
    "input data is empty": "an empty row",
    "no low surrogate": "half a Unicode character",
    "invalid low surrogate": "half a Unicode character",
    "invalid high surrogate": "half a Unicode character",
    "unexpected control character": "not JSON: a line break or tab within a string",
}
"""The parser's words, by how they begin, in those of people."""
