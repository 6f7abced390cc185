"""The rows of a table that DuckDB would not read: each with its line, or a word why it is refused."""

from __future__ import annotations

import csv
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from analysis.ingest import mend, text
from analysis.ingest.clean import Cleaned, Row
from analysis.ingest.split import MAX_OBJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from analysis.ingest.source import Source

_UNCLOSED = "a quotation mark that is never closed"
_PATIENCE = 256 << 20
"""Characters that are read again at most to find where a row ends that is none."""


class _Line(NamedTuple):
    number: int
    text: str
    mended: Sequence[str]


class _Lines:
    """The lines of a table as text; `taken` holds those of the row that is being read, which can be given back."""

    def __init__(self, source: Source, progress: Callable[[int], None]) -> None:
        self._ahead = text.lines(text.chunks(source, progress))
        self._back: deque[_Line] = deque()
        self.taken: list[_Line] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._read()
        self.taken.append(line)
        return line.text

    def _read(self) -> _Line:
        number, raw = next(self._ahead)
        bare, mended = mend.readable(raw)
        return _Line(number, bare.decode() + "\n", mended)

    def give_back(self, lines: Sequence[_Line]) -> None:
        """Let lines be read again, before those that follow."""
        self._back.extendleft(reversed(lines))


def rows(source: Source, cleaned: Cleaned, progress: Callable[[int], None]) -> Iterator[Row]:
    """Yield each good row; one that is none, or has too many or too few cells, is refused, and counted in `cleaned`.

    A quotation mark that is never closed takes in the rows after it: only its own line is refused then.
    """
    csv.field_size_limit(MAX_OBJECT)
    lines = _Lines(source, progress)
    names = next(csv.reader(lines, delimiter=source.delimiter))
    last = 0
    for taken, cells, wrong in _parsed(lines, source.delimiter, len(names)):
        last = taken[0].number
        if len(cells) == len(names):
            fields = {name: cell for name, cell in zip(names, cells, strict=True) if cell != ""}
            mended = dict.fromkeys(key for line in taken for key in line.mended)
            yield Row(last, fields, ",".join(mended), None)
        else:
            raw = "".join(line.text for line in taken).rstrip("\n").encode()
            cleaned.refuse(last, None, wrong or f"{len(cells)} cells, where the header has {len(names)}", raw)
    cleaned.end(last)


def _parsed(lines: _Lines, delimiter: str, width: int) -> Iterator[tuple[list[_Line], list[str], str]]:
    """Yield each row that is not blank: its lines, its cells (none where they can't be told), and what is wrong."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    given_back = 0
    while True:
        lines.taken = []
        try:
            cells, wrong = next(reader), ""
        except StopIteration:
            return
        except csv.Error as error:
            cells, wrong = [], _words(error)
        if not wrong and not any(cells):
            continue
        first, *others = lines.taken
        whole = not wrong and len(cells) == width
        if others and not whole and given_back < _PATIENCE and _holds_rows(others, delimiter, width):
            lines.give_back(others)
            given_back += sum(len(line.text) for line in others)
            others, cells, wrong = [], [], _UNCLOSED
        if wrong and not others:
            cells = _loosely(first, delimiter) or cells
        yield [first, *others], cells, wrong


def _words(error: csv.Error) -> str:
    """Why a row is none, in words."""
    said = str(error)
    if "expected after" in said:
        return "a quotation mark within a cell"
    if "unexpected end" in said:
        return _UNCLOSED
    return f"longer than {MAX_OBJECT >> 20} MiB" if "larger than" in said else f"not a table row: {said}"


def _loosely(line: _Line, delimiter: str) -> list[str]:
    """The cells of a line whose quotation marks are in pairs, if not where they should be; none where they are not."""
    try:
        return next(csv.reader([line.text], delimiter=delimiter)) if line.text.count('"') % 2 == 0 else []
    except csv.Error:  # a carriage return within it
        return []


def _holds_rows(lines: Sequence[_Line], delimiter: str, cells: int) -> bool:
    """Whether one of some lines is a whole row by itself."""
    return any(len(_loosely(line, delimiter)) == cells for line in lines)


def header(source: Source) -> list[str]:
    """The column names of a table."""
    return next(csv.reader(_Lines(source, lambda done: None), delimiter=source.delimiter))
