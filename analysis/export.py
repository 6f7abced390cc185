"""Write records, what the scorers gave them, or their topics to a file: Parquet, JSONL or CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import polars as pl
import pyarrow.parquet as pq

from analysis.metrics.conversations import JSON_COLUMNS, batches
from analysis.spreadsheet import to_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from analysis.metrics.filter import Filter
    from analysis.store import Store

FORMATS = ("parquet", "jsonl", "csv")

BATCH = 10_000
"""Rows that are held in memory at once."""

_OPTIONS = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE


def records(
    store: Store, filter: Filter, path: Path, *, change: Callable[[pl.DataFrame], pl.DataFrame] | None = None
) -> int:
    """Write the records of a filter, whole and in the order of time, to `path`, by whose ending the format is chosen.

    The file appears when it is complete. What is written can be changed on its way, batch by batch, as to mask texts.

    Returns
    -------
    int
        How many records were written.

    Raises
    ------
    ValueError
        If the ending is not one of :data:`FORMATS`.
    """
    frames = batches(store, filter)
    return write(map(change, frames) if change else frames, path)


def scores(store: Store, filter: Filter, path: Path) -> int:
    """Write what the scorers gave the records of a filter, as :func:`records` does: a row a record and scorer.

    Columns: ``id`` (the record's), ``scorer``, ``version``, ``value``, ``label``, ``evidence`` (a list of ``field``,
    ``start``, ``end``, ``kind``; characters).
    """
    return write(_marks(store, filter), path)


def topics(store: Store, filter: Filter, path: Path) -> int:
    """Write where the records of a filter lie on the maps, as :func:`records` does: a row a record and map.

    Columns: ``id`` (the record's), ``of`` (the column that was mapped), ``topic`` (-1 between the topics), ``x``, ``y``
    (the place on the map, no unit), ``similarity`` (the cosine to the middle of the most similar topic).
    """
    return write(_placements(store, filter), path)


def _marks(store: Store, filter: Filter) -> Iterator[pl.DataFrame]:
    where, values = filter.predicate()
    sql = f"""SELECT r.id::VARCHAR AS id, m.name AS scorer, m.version, m.value::DOUBLE AS value, m.label, m.evidence
        FROM current_marks m JOIN records r ON r.id = m.record_id WHERE {where}"""
    return _read(store, sql, values)


def _placements(store: Store, filter: Filter) -> Iterator[pl.DataFrame]:
    where, values = filter.predicate()
    sql = f"""SELECT r.id::VARCHAR AS id, m.field AS of, p.topic, p.x, p.y, p.similarity
        FROM placements p JOIN maps m ON m.id = p.map JOIN records r ON r.id = p.record_id WHERE {where}"""
    return _read(store, sql, values)


def _read(store: Store, sql: str, values: dict[str, Any]) -> Iterator[pl.DataFrame]:
    with store.cursor() as cursor:
        reader = cursor.sql(sql, params=values or None).to_arrow_reader(BATCH)
        yield pl.DataFrame(reader.schema.empty_table())  # its columns, should there be no row
        for batch in reader:
            yield pl.DataFrame(batch)


def write(frames: Iterable[pl.DataFrame], path: Path) -> int:
    """Write tables to one file, as :func:`records` does; gives the rows."""
    format = path.suffix.lower().removeprefix(".")
    if format not in FORMATS:
        raise ValueError(f"{path.name}: unknown format. End the name in one of {', '.join('.' + f for f in FORMATS)}.")
    part = path.with_name(path.name + ".part")
    try:
        written = _parquet(frames, part) if format == "parquet" else _text(frames, part, format)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return written


def _lines(frame: pl.DataFrame) -> bytes:
    """Write a table as JSON lines; JSON in a text column is not written as text again."""
    fragments = [name for name in JSON_COLUMNS if name in frame.columns]
    return b"".join(
        orjson.dumps(row | {name: _fragment(row[name]) for name in fragments}, option=_OPTIONS)
        for row in frame.iter_rows(named=True)
    )


def _fragment(text: str | None) -> object:
    try:
        orjson.loads(text or "null")
    except orjson.JSONDecodeError:
        return text
    return text and orjson.Fragment(text)


def _parquet(frames: Iterable[pl.DataFrame], path: Path) -> int:
    written = 0
    writer: pq.ParquetWriter | None = None
    try:
        for frame in frames:
            table = frame.to_arrow()
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
            written += len(frame)
    finally:
        if writer is not None:
            writer.close()
    return written


def _text(frames: Iterable[pl.DataFrame], path: Path, format: str) -> int:
    written = 0
    with path.open("wb") as file:
        for frame in frames:
            file.write(to_csv(frame, header=not file.tell()) if format == "csv" else _lines(frame))
            written += len(frame)
    return written
