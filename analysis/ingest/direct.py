"""The fast way in: a file of plain calls, straight into the log store in one pass.

The statement stops itself at the first row that asks for more (refused, of a trace, with scores, with messages that
want Python), and the import takes the staged way instead: nothing is guessed, and nothing half done stays. Two sorts of
rows do not stop it, and are counted on their way: those that are set aside, and lines that DuckDB cannot read, which
are staged afterwards and join the rest in the same transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from analysis.ingest import adapter as adapter_module
from analysis.ingest import normalise
from analysis.ingest.insert import insert_priced
from analysis.ingest.relation import drafts, json_relation
from analysis.ingest.resources import formats
from analysis.ingest.sniff import sniff
from analysis.ingest.source import SourceError, is_packed, open_source
from analysis.ingest.task import IS_UNREAD

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.ingest.report import Options
    from analysis.ingest.sniff import Sniffed
    from analysis.ingest.source import Source

_PASSED_OVER, _SET_ASIDE = "passed_over", "set_aside"
"""Sequences that count rows left out: to delete them would have DuckDB write all the others anew."""

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
        """Whether the sampled rows that are not set aside are all plain calls, and not in the store yet."""
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
        if is_packed(self.path) or formats.find(self.path, self.name, self.options.format):
            return False
        try:
            self._source = open_source(self.path, self.name)
            if self._source.container not in ("jsonl", "array") or not self._source.plain:
                return False
            self._sniffed = sniff(cursor, self._source, self.options.mapping or self.options.format)
        except SourceError:
            return False  # the staged way says it
        return self._sniffed.adapter.rows is None

    def insert(self, cursor: duckdb.DuckDBPyConnection, import_id: int) -> tuple[int, int, int]:
        """Insert the rows of a file that :meth:`fits`.

        Returns
        -------
        tuple
            How many were inserted, how many lines DuckDB passed over, and how many rows were set aside.

        Raises
        ------
        duckdb.Error
            One of ``REFUSED``, at the first row that is no plain call.
        """
        _prepare(cursor)
        guard = _guard(f"nextval('{_PASSED_OVER}') = 0", f"nextval('{_SET_ASIDE}') = 0")
        before = _counts(cursor)
        rows = f"SELECT * FROM ({self._rows(self.path)}) WHERE {guard}"
        inserted = insert_priced(cursor, import_id, rows, self._sampled())
        passed_over, set_aside = (now - then - 1 for now, then in zip(_counts(cursor), before, strict=True))
        return inserted, passed_over, set_aside

    @property
    def relation(self) -> str:
        """SQL of the staged rows, those that were set aside among them; reading them takes the file once more."""
        return f"(FROM ({self._rows(self.path)}) WHERE NOT {IS_UNREAD})"

    def _sampled(self) -> str:
        return f"SELECT * FROM ({self._rows(self._sample)}) WHERE {_guard('false', 'false')}"

    def _rows(self, path: Path) -> str:
        """SQL of the staged rows of the file, or of its sample."""
        assert self._source is not None
        assert self._sniffed is not None
        container = self._source.container if path == self.path else "jsonl"
        raw = json_relation(path, container, self._sniffed)
        drafted = drafts(raw, self._sniffed.adapter, self._sniffed.extras, {})
        return normalise.select(drafted, self._sniffed.adapter.source, self.options.at)


def _guard(unread: str, aside: str) -> str:
    """SQL that holds for plain calls and stops at other rows, but for those of which something else is asked."""
    return f"""CASE WHEN {IS_UNREAD} THEN {unread} WHEN scores IS NOT NULL THEN error('scores')
        WHEN row_kind = 'aside' THEN {aside} WHEN row_kind <> 'call' THEN error('not only calls')
        WHEN problem IS NOT NULL THEN error(problem) WHEN source_id IS NULL AND prompt IS NULL THEN error('twins?')
        ELSE true END"""


def _counts(cursor: duckdb.DuckDBPyConnection) -> tuple[int, ...]:
    """Step both sequences on, and tell where they stand."""
    return cursor.execute(f"SELECT nextval('{_PASSED_OVER}'), nextval('{_SET_ASIDE}')").fetchall()[0]


def _prepare(cursor: duckdb.DuckDBPyConnection) -> None:
    """Give a cursor, for itself alone, the functions that reading needs, and counts of the rows left out."""
    for name in (_PASSED_OVER, _SET_ASIDE):
        cursor.execute(f"CREATE TEMP SEQUENCE IF NOT EXISTS {name}")
    for macro in (*adapter_module.MACROS, *normalise.plain_macros()):
        cursor.execute(macro.replace("CREATE MACRO", "CREATE OR REPLACE TEMP MACRO", 1))
