"""Write records to a file: Parquet, JSONL or CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pyarrow.parquet as pq

from analysis.metrics.conversations import JSON_COLUMNS, batches
from analysis.spreadsheet import to_csv

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from analysis.metrics.filter import Filter
    from analysis.store import Store

FORMATS = ("parquet", "jsonl", "csv")

_OPTIONS = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE


def export(store: Store, filter: Filter, path: Path) -> int:
    """Write the records of a filter, whole and in the order of time, to `path`, by whose ending the format is chosen.

    The file appears when it is complete.

    Returns
    -------
    int
        How many records were written.

    Raises
    ------
    ValueError
        If the ending is not one of :data:`FORMATS`.
    """
    format = path.suffix.lower().removeprefix(".")
    if format not in FORMATS:
        raise ValueError(f"{path.name}: unknown format. End the name in one of {', '.join('.' + f for f in FORMATS)}.")
    part = path.with_name(path.name + ".part")
    try:
        written = _parquet(store, filter, part) if format == "parquet" else _text(store, filter, part, format)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return written


def _lines(frame: pl.DataFrame) -> bytes:
    """Write a table as JSON lines; JSON in a text column is not written as text again."""
    return b"".join(
        orjson.dumps(row | {name: _fragment(row[name]) for name in JSON_COLUMNS}, option=_OPTIONS)
        for row in frame.iter_rows(named=True)
    )


def _fragment(text: str | None) -> object:
    try:
        orjson.loads(text or "null")
    except orjson.JSONDecodeError:
        return text
    return text and orjson.Fragment(text)


def _parquet(store: Store, filter: Filter, path: Path) -> int:
    written = 0
    writer: pq.ParquetWriter | None = None
    try:
        for batch in batches(store, filter):
            table = batch.to_arrow()
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
            written += len(batch)
    finally:
        if writer is not None:
            writer.close()
    return written


def _text(store: Store, filter: Filter, path: Path, format: str) -> int:
    written = 0
    with path.open("wb") as file:
        for batch in batches(store, filter):
            file.write(to_csv(batch, header=not file.tell()) if format == "csv" else _lines(batch))
            written += len(batch)
    return written
