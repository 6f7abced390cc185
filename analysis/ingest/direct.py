"""The fast way in: a clean file of nothing but plain calls, straight into the log store in one pass.

The statement stops itself at the first row that is anything else (refused, no call, with scores, with messages that
want Python), and the import takes the staged way instead: nothing is guessed, and nothing half done stays. Lines that
DuckDB cannot read do not stop it; they are staged afterwards, and join the rest in the same transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from analysis.ingest import adapter as adapter_module
from analysis.ingest import normalise
from analysis.ingest.insert import insert_priced
from analysis.ingest.relation import drafts, json_relation
from analysis.ingest.sniff import sniff
from analysis.ingest.source import SourceError, is_packed, open_source
from analysis.ingest.task import IS_UNREAD

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.ingest.report import Options
    from analysis.ingest.sniff import Sniffed
    from analysis.ingest.source import Source

_PASSED_OVER = "passed_over"
"""A sequence that counts the lines DuckDB could not read."""

REFUSED = (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.BinderException, duckdb.IOException)
"""What DuckDB raises at a row that is broken, or that the guard stops at."""


class Direct:
    """One file that may go the fast way.

    Parameters
    ----------
    path : Path
        The file, alone in a folder that the log store may read.
    name : str
        What people call it.
    options : Options
        What the person says about it.
    """

    def __init__(self, path: Path, name: str, options: Options) -> None:
        self.path = path
        self.name = name
        self.options = options
        self._sample = path.with_suffix(".sample")
        self._source: Source | None = None
        self._sniffed: Sniffed | None = None

    @property
    def format(self) -> str:
        """The adapter's name, once the file :meth:`fits`."""
        assert self._sniffed is not None
        return self._sniffed.adapter.name

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of how it was read, once the file :meth:`fits`."""
        assert self._sniffed is not None
        return self._sniffed.notes

    def fits(self, cursor: duckdb.DuckDBPyConnection) -> bool:
        """Whether the sampled rows are all plain calls that are not in the store yet."""
        if not self._look(cursor):
            return False
        _prepare(cursor)
        assert self._source is not None
        self._source.write_sample(self._sample)
        try:
            row = cursor.execute(
                f"""SELECT count(*) FROM ({self._sampled()}) s
                WHERE EXISTS (SELECT 1 FROM records r WHERE r.id = s.id)"""
            ).fetchone()
        except REFUSED:
            return False
        return row is not None and row[0] == 0

    def _look(self, cursor: duckdb.DuckDBPyConnection) -> bool:
        """Look at the beginning of the file; false where it is none for this way."""
        if is_packed(self.path):
            return False
        try:
            self._source = open_source(self.path, self.name)
            if self._source.container not in ("jsonl", "array") or not self._source.plain:
                return False
            self._sniffed = sniff(cursor, self._source, self.options.mapping or self.options.format)
        except SourceError:
            return False  # the staged way says it
        return self._sniffed.adapter.rows is None

    def insert(self, cursor: duckdb.DuckDBPyConnection, import_id: int) -> tuple[int, int]:
        """Insert the rows of a file that :meth:`fits`; returns how many, and how many lines DuckDB passed over.

        Raises
        ------
        duckdb.Error
            One of ``REFUSED``, at the first row that is no plain call.
        """
        assert self._source is not None
        _prepare(cursor)
        rows = self._rows(self.path, self._source.container, f"nextval('{_PASSED_OVER}') = 0")
        # The rows left out are counted on their way: to delete them would have DuckDB write all the others anew.
        before = _next(cursor)
        inserted = insert_priced(cursor, import_id, rows, self._sampled())
        return inserted, _next(cursor) - before - 1

    def _sampled(self) -> str:
        return self._rows(self._sample, "jsonl", "false")

    def _rows(self, path: Path, container: str, unread: str) -> str:
        """SQL of the staged rows of a file; `unread` is what is asked of a line that DuckDB could not read."""
        assert self._sniffed is not None
        adapter, extras = self._sniffed.adapter, self._sniffed.extras
        raw = json_relation(path, container, self._sniffed)
        rows = normalise.select(drafts(raw, adapter, extras, {}), adapter.source, self.options.at)
        return f"""SELECT * FROM ({rows}) WHERE CASE WHEN {IS_UNREAD} THEN {unread}
            WHEN row_kind <> 'call' THEN error('not only calls') WHEN problem IS NOT NULL THEN error(problem)
            WHEN scores IS NOT NULL THEN error('scores') WHEN source_id IS NULL AND prompt IS NULL THEN error('twins?')
            ELSE true END"""


def _next(cursor: duckdb.DuckDBPyConnection) -> int:
    row = cursor.execute(f"SELECT nextval('{_PASSED_OVER}')").fetchone()
    assert row is not None
    return int(row[0])


def _prepare(cursor: duckdb.DuckDBPyConnection) -> None:
    """Give a cursor, for itself alone, the functions that reading needs, and a count of the lines passed over."""
    cursor.execute(f"CREATE TEMP SEQUENCE IF NOT EXISTS {_PASSED_OVER}")
    for macro in (*adapter_module.MACROS, *normalise.plain_macros()):
        cursor.execute(macro.replace("CREATE MACRO", "CREATE OR REPLACE TEMP MACRO", 1))
