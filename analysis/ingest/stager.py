"""From one plain file to staged Parquet: optimistically, with DuckDB reading it whole, or carefully, row by row."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.ingest import adapter as adapter_module
from analysis.ingest import normalise, table
from analysis.ingest.adapter import DRAFT, Adapter
from analysis.ingest.clean import Cleaned, Refused, Row, clean_rows
from analysis.ingest.pace import watching
from analysis.ingest.passed import passed_over
from analysis.ingest.relation import LINE, MENDED, drafts, json_relation, whole
from analysis.ingest.sniff import Sniffed, sniff
from analysis.ingest.task import IS_UNREAD
from analysis.ingest.text import json_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from analysis.ingest.source import Source
    from analysis.ingest.task import Staged, Task

MEMORY_LIMIT = "1GB"
_BATCH = 2_000
_ROW_GROUP = 20_480
"""Rows that Parquet holds back in memory for each thread."""


def connect(out: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory, with the functions that reading logs needs; it spills below `out`."""
    connection = duckdb.connect()
    for name, value in (
        ("TimeZone", "UTC"),
        ("memory_limit", MEMORY_LIMIT),
        ("preserve_insertion_order", False),
        ("temp_directory", str(out / "spill")),
        ("autoinstall_known_extensions", False),
        ("autoload_known_extensions", False),
        ("python_enable_replacements", False),
        ("enable_progress_bar", True),
        ("enable_progress_bar_print", False),
        ("progress_bar_time", 0),
    ):
        connection.execute(f"SET {name} = $value", {"value": value})
    for macro in adapter_module.MACROS:
        connection.execute(macro)
    normalise.install(connection)
    return connection


class Stager:
    """Stages one plain file."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        task: Task,
        folder: Path,
        staged: Staged,
        progress: Callable[[str, int, int], None],
    ) -> None:
        self.connection = connection
        self.task = task
        self.folder = folder
        self.staged = staged
        self.progress = progress

    def run(self, source: Source) -> None:
        """Optimistically where the format is declared, carefully where that fails or finds empty rows."""
        sniffed = sniff(self.connection, source, self.task.mapping or self.task.format)
        adapter = sniffed.adapter
        self.staged.format, self.staged.source = adapter.name, adapter.source
        self.staged.merges = adapter.merges
        self.staged.notes += sniffed.notes
        optimistic = (adapter.rows is None and not self.task.broken) and (
            source.container == "parquet" or (source.plain and source.container in ("jsonl", "array", "csv"))
        )
        if self.task.passed_over:
            self._passed_over(source, sniffed)
        elif not (optimistic and self._optimistic(source, sniffed)):
            self._carefully(source, sniffed)
        self._tell_twins_apart()
        self._count(adapter)

    def _optimistic(self, source: Source, sniffed: Sniffed) -> bool:
        """Let DuckDB read the file whole; false where that will not do, and nothing is staged."""
        rows = self.folder / "rows.parquet"
        adapter, extras = sniffed.adapter, sniffed.extras
        raw = whole(source, sniffed)
        try:
            self._copy(drafts(self._with_partitions(raw, sniffed), adapter, extras, self._constants(sniffed)), rows)
        except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException):
            if source.container == "parquet":
                raise
            return False
        self.staged.rows = [str(rows)]
        if source.container == "parquet":
            return True
        silent = self._value(f"SELECT count(*) FROM {self.staged.relation} WHERE problem IS NOT NULL", [])
        unread = self._value(f"SELECT count(*) FROM read_parquet(?) WHERE {IS_UNREAD}", [str(rows)])
        if not silent and (not unread or self._passed_over(source, sniffed) == unread):
            return True
        self.staged.rows = []
        return False

    def _carefully(self, source: Source, sniffed: Sniffed) -> None:
        """Go through the file row by row."""
        cleaned = Cleaned()

        def tell(done: int) -> None:
            self.progress("reading carefully", done, self.staged.bytes)

        if source.container == "parquet":
            rows = self._parquet_rows(source)
        elif source.container == "csv":
            rows = table.rows(source, cleaned, tell)
        else:
            rows = clean_rows(json_rows(source, tell), cleaned)
        self._stage_rows(rows, cleaned, source, sniffed)

    def _passed_over(self, source: Source, sniffed: Sniffed) -> int:
        """Stage the lines that DuckDB passed over; returns how many they are, -1 where they were not found."""
        found = passed_over(
            self.connection, source, sniffed, self.folder / "doubtful",
            lambda done: self.progress("finding broken lines", done, self.staged.bytes),
        )  # fmt: skip
        if found is None:
            return -1
        rows, cleaned = found
        return self._stage_rows(rows, cleaned, source, sniffed) + cleaned.refused

    def _stage_rows(self, good_rows: Iterable[Row], cleaned: Cleaned, source: Source, sniffed: Sniffed) -> int:
        """Stage rows that were read in Python, and what became of the others; returns how many are staged."""
        adapter = sniffed.adapter
        good, rows = self.folder / "good", self.folder / "careful.parquet"
        if adapter.rows is None:
            write_lines(good_rows, good, verbatim=source.container == "jsonl" and source.plain)
            raw = json_relation(good, "jsonl", sniffed, cleaned=True)
            relation = drafts(self._with_partitions(raw, sniffed), adapter, sniffed.extras, self._constants(sniffed))
        else:
            self._write_drafts(adapter, good_rows, good)
            relation = f"SELECT * FROM read_parquet('{good}')"
        self._copy(relation, rows)
        good.unlink()
        self.staged.rows.append(str(rows))
        self.staged.refused = cleaned.refused
        self.staged.notes += cleaned.notes
        self.staged.refusals = write_refusals(cleaned.refusals, self.folder)
        return self._value("SELECT count(*) FROM read_parquet(?)", [str(rows)])

    def _parquet_rows(self, source: Source) -> Iterator[Row]:
        line = 0
        for batch in pq.ParquetFile(source.path).iter_batches(batch_size=_BATCH):
            for row in batch.to_pylist():
                line += 1
                yield Row(line, {key: _present(value) for key, value in row.items()}, "", None)

    def _write_drafts(self, adapter: Adapter, rows: Iterable[Row], path: Path) -> None:
        assert adapter.rows is not None
        schema = pa.schema([(name, pa.string()) for name in DRAFT] + [("line", pa.int64()), ("mended", pa.string())])
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            batch: list[dict[str, Any]] = []
            for line, fields, mended, _ in rows:
                found = False
                for draft in adapter.rows(fields):
                    found = True
                    batch.append(_text_row(draft, line, mended))
                if not found:
                    batch.append(_text_row({"kind": "aside", "why": "no model call in it"}, line, mended))
                if len(batch) >= _BATCH:
                    writer.write_batch(pa.RecordBatch.from_pylist(batch, schema))
                    batch = []
            writer.write_batch(pa.RecordBatch.from_pylist(batch, schema))

    def _with_partitions(self, raw: str, sniffed: Sniffed) -> str:
        """Give fields that the file lacks the values that its folders name."""
        named = {
            k: v for k, v in self.task.partitions.items() if k in sniffed.adapter.reads and k not in sniffed.fields
        }
        if not named:
            return raw
        replaced = ", ".join(f"'{value}' AS \"{key}\"" for key, value in named.items())
        return f"SELECT * REPLACE ({replaced}) FROM ({raw})"

    def _constants(self, sniffed: Sniffed) -> dict[str, str]:
        known = {*sniffed.adapter.reads, *sniffed.adapter.ignores, *sniffed.fields, "year", "month", "day", "hour"}
        return {key: value for key, value in self.task.partitions.items() if key not in known}

    def _copy(self, relation: str, rows: Path) -> None:
        moment = datetime.fromisoformat(self.task.at) if self.task.at else None
        sql = normalise.select(relation, self.staged.source, moment)
        size = self.staged.bytes
        with watching(self.connection, size, lambda done: self.progress("reading", done, size)):
            self.connection.execute(
                f"COPY ({sql}) TO '{rows}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})"
            )

    def _value(self, sql: str, parameters: list[Any]) -> int:
        row = self.connection.execute(sql, parameters).fetchone()
        return int(row[0]) if row else 0

    def _tell_twins_apart(self) -> None:
        """Give each of several equal rows an id, where nothing but times and numbers is logged.

        Two such rows are two calls, no duplicate; the n-th of them is the n-th in any other export too.
        """
        bare = "row_kind = 'call' AND source_id IS NULL AND prompt IS NULL AND response IS NULL AND tool_calls IS NULL"
        read = f"FROM {self.staged.relation}"
        if not self._value(f"SELECT count(*) - count(DISTINCT id) {read} WHERE {bare}", []):
            return
        nth = "row_number() OVER (PARTITION BY id)"
        twins = self.folder / "twins.parquet"
        self.connection.execute(
            f"""COPY (SELECT * REPLACE (CASE WHEN {bare} AND {nth} > 1
                THEN CAST(md5(concat_ws('#', id, {nth})) AS UUID) ELSE id END AS id) {read})
            TO '{twins}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})"""
        )
        self.staged.rows = [str(twins)]

    def _count(self, adapter: Adapter) -> None:
        staged = self._value(f"SELECT count(*) FROM {self.staged.relation}", [])
        self.staged.read = staged + self.staged.refused
        if adapter.row_limit and self.staged.read == adapter.row_limit[0]:
            self.staged.notes.append(f"Exactly {self.staged.read:,} rows: {adapter.row_limit[1]}")


def write_lines(rows: Iterable[Row], path: Path, *, verbatim: bool = False) -> None:
    """Write rows as lines that say where they were; `verbatim` where each is one line already."""
    with path.open("wb") as out:
        for line, fields, mended, raw in rows:
            if verbatim and raw is not None:
                out.write(b'{"%s":%d,%s\n' % (LINE.encode(), line, raw[1:]))
            else:
                out.write(orjson.dumps({**fields, LINE: line, MENDED: mended or None}, default=str) + b"\n")


def write_refusals(refusals: list[Refused], folder: Path) -> str | None:
    """Write refused rows as Parquet into a folder; returns its path, none where there are no such rows."""
    if not refusals:
        return None
    path = folder / "refusals.parquet"
    columns = {
        "line": [refusal.line for refusal in refusals],
        "col": pa.array([refusal.column for refusal in refusals], pa.int64()),
        "reason": [refusal.reason for refusal in refusals],
        "excerpt": [refusal.excerpt for refusal in refusals],
        "raw": pa.array([refusal.raw for refusal in refusals], pa.binary()),
    }
    pq.write_table(pa.table(columns), path)
    return str(path)


def _present(value: object) -> object:
    """A value without the nulls that a structure has for fields which only other rows fill."""
    if isinstance(value, dict):
        return {key: _present(item) for key, item in value.items() if item is not None}
    return [_present(item) for item in value] if isinstance(value, list) else value


def _text_row(draft: Mapping[str, Any], line: int, mended: str) -> dict[str, Any]:
    return {
        **{name: _text(draft.get(name)) for name in DRAFT},
        "line": line,
        "mended": mended or None,
    }


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY).decode()
