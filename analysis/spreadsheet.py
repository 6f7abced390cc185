"""Tables out of Afterword, and back: CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

import json

import polars as pl

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def to_csv(frame: pl.DataFrame, *, header: bool = True) -> bytes:
    """Write a table as CSV in UTF-8 with its byte-order mark, formulas neutralised; without `header`, its rows alone.

    A spreadsheet runs a cell that begins with ``= + - @`` (also in their full-width forms, or after a tab or line
    break) as a formula. Such a text gets an apostrophe before it, as OWASP advises ("CSV Injection"); numbers are
    written as they are, lists and structures as JSON.
    """
    safe = pl.DataFrame([_writable(column) for column in frame.get_columns()])
    return ("\ufeff" if header else "").encode() + safe.write_csv(include_header=header).encode()


def from_cell(text: str) -> str:
    """Read a text of a cell as :func:`to_csv` wrote it: without the apostrophe that kept it from being run."""
    return text[1:] if text.startswith("'") and _guarded(text[1:]) != text[1:] else text


def _writable(column: pl.Series) -> pl.Series:
    name = _guarded(column.name)
    if column.dtype.is_nested():
        texts = [None if value is None else _json(value) for value in column.to_list()]
        return pl.Series(name, texts, dtype=pl.String)
    if column.dtype in (pl.String, pl.Categorical, pl.Enum):
        texts = [None if value is None else _guarded(value) for value in column.cast(pl.String).to_list()]
        return pl.Series(name, texts, dtype=pl.String)
    return column.alias(name)


def _guarded(text: str) -> str:
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS) else text


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
