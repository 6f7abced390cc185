"""Plain tables for a terminal or a pipe: nothing cut off, numbers to the right, control characters made harmless."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

GAP = "  "


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Set rows under their headings; a column of numbers stands to the right, its thousands set apart."""
    body = [list(row) for row in rows]
    numeric = [
        all(isinstance(row[place], int | float) or row[place] is None for row in body) and bool(body)
        for place in range(len(columns))
    ]
    cells = [[cell(value) for value in row] for row in body]
    widths = [max(map(_width, column)) for column in zip(columns, *cells, strict=True)]
    lines = [_line(columns, widths, numeric), _line(["─" * width for width in widths], widths, numeric)]
    return "\n".join([*lines, *(_line(row, widths, numeric) for row in cells)])


def cell(value: Any) -> str:  # noqa: ANN401 - any JSON
    """One value in words: a dash where there is none, six significant digits of a fraction."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1e6 or value == int(value) else f"{value:,.6g}"
    return clean(str(value))


def clean(text: str) -> str:
    """Text from a log, made harmless to a terminal: control characters, escape sequences with them, become spaces."""
    return _CONTROL.sub(" ", text)


def _line(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = []
    for text, width, right in zip(cells, widths, numeric, strict=True):
        space = " " * (width - _width(text))
        padded.append(space + text if right else text + space)
    return GAP.join(padded).rstrip()


def _width(text: str) -> int:
    """Columns that a text takes in a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
