"""The fast way in: a clean file of nothing but plain calls, straight into the log store in one pass.

The statement stops itself at the first row that is anything else (broken, refused, no call, with scores, with messages
that want Python), and the import takes the staged way instead: nothing is guessed, and nothing half done stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import orjson

from analysis.ingest import adapter as adapter_module
from analysis.ingest import normalise
from analysis.ingest.insert import insert_priced
from analysis.ingest.relation import drafts, json_relation
from analysis.ingest.sniff import sniff
from analysis.ingest.source import SourceError, is_packed, open_source

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.ingest.report import Options
    from analysis.ingest.sniff import Sniffed
    from analysis.ingest.source import Source

_GUARD = """CASE WHEN row_kind <> 'call' THEN error('not only calls') WHEN problem IS NOT NULL THEN error(problem)
    WHEN scores IS NOT NULL THEN error('scores') WHEN source_id IS NULL AND prompt IS NULL THEN error('twins?')
    ELSE true END"""

REFUSED = (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.BinderException, duckdb.IOException)
"""What DuckDB raises at a row that is broken, or that the guard stops at."""


class Direct:
    """One file that may go the fast way.

    Parameters
    ----------
    cursor : DuckDBPyConnection
        Given the functions that reading needs, for this cursor alone.
    path : Path
        The file, below a folder that the log store may read.
    name : str
        What people call it.
    options : Options
        What the person says about it.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, path: Path, name: str, options: Options) -> None:
        self.cursor = cursor
        self.path = path
        self.options = options
        for macro in (*adapter_module.MACROS, *normalise.plain_macros()):
            cursor.execute(macro.replace("CREATE MACRO", "CREATE OR REPLACE TEMP MACRO", 1))
        self.source, self.sniffed = self._look(name)

    def _look(self, name: str) -> tuple[Source | None, Sniffed | None]:
        if is_packed(self.path):
            return None, None
        try:
            source = open_source(self.path, name)
            if source.container not in ("jsonl", "array") or not source.plain:
                return None, None
            return source, sniff(self.cursor, source, self.options.mapping or self.options.format)
        except SourceError:
            return None, None  # the staged way says it

    def fits(self, scratch: Path) -> bool:
        """Whether the sampled rows are all plain calls that are not in the store yet."""
        if self.source is None or self.sniffed is None or self.sniffed.adapter.rows is not None:
            return False
        self._write_sample(scratch)
        try:
            row = self.cursor.execute(
                f"""SELECT count(*) FROM ({self._rows(scratch, "jsonl")}) s
                WHERE EXISTS (SELECT 1 FROM records r WHERE r.id = s.id)"""
            ).fetchone()
        except REFUSED:
            return False
        finally:
            scratch.unlink()
        return row is not None and row[0] == 0

    def insert(self, import_id: int) -> int:
        """Insert the file's rows; returns how many.

        Raises
        ------
        duckdb.Error
            One of ``REFUSED``, at the first row that is no plain call.
        """
        assert self.source is not None
        sample = self.path.with_suffix(".sample")
        self._write_sample(sample)
        rows = self._rows(self.path, self.source.container)
        return insert_priced(self.cursor, import_id, rows, self._rows(sample, "jsonl"))

    def _write_sample(self, path: Path) -> None:
        assert self.source is not None
        path.write_bytes(b"\n".join(orjson.dumps(row) for row in self.source.sample))

    def _rows(self, path: Path, container: str) -> str:
        assert self.sniffed is not None
        adapter, extras = self.sniffed.adapter, self.sniffed.extras
        raw = json_relation(path, container, adapter.reads, extras, cleaned=False, objects=self.sniffed.objects)
        rows = normalise.select(drafts(raw, adapter, extras, {}), adapter.source, self.options.at)
        return f"SELECT * FROM ({rows}) WHERE {_GUARD}"
