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
    """Yield each good row; one with too many or too few cells is refused, and counted in `cleaned`.

    A quotation mark that is never closed takes in the rows after it: only its own line is refused then.
    """
    csv.field_size_limit(MAX_OBJECT)
    lines = _Lines(source, progress)
    reader = csv.reader(lines, delimiter=source.delimiter)
    names = next(reader)
    last = 0
    while True:
        lines.taken = []
        try:
            cells = next(reader)
            wrong = "" if len(cells) == len(names) else f"{len(cells)} cells, where the header has {len(names)}"
        except StopIteration:
            cleaned.end(last)
            return
        except csv.Error as error:
            cells, wrong = ["?"], f"not a table row: {error}"
        first, *others = lines.taken
        last = first.number if any(cells) else last
        if wrong and any(cells):
            if any(_is_row(line, source.delimiter, len(names)) for line in others):
                lines.give_back(others)
                others, wrong = [], _UNCLOSED
            raw = "".join(line.text for line in (first, *others)).rstrip("\n").encode()
            cleaned.refuse(first.number, None, wrong, raw)
            reader = csv.reader(lines, delimiter=source.delimiter)
        elif any(cells):
            fields = {name: cell for name, cell in zip(names, cells, strict=True) if cell != ""}
            mended = dict.fromkeys(key for line in (first, *others) for key in line.mended)
            yield Row(first.number, fields, ",".join(mended), None)


def _is_row(line: _Line, delimiter: str, cells: int) -> bool:
    """Whether a line is a whole row by itself."""
    return line.text.count('"') % 2 == 0 and len(next(csv.reader([line.text], delimiter=delimiter))) == cells


def header(source: Source) -> list[str]:
    """The column names of a table."""
    return next(csv.reader(_Lines(source, lambda done: None), delimiter=source.delimiter))
