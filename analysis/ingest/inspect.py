"""A look at a file before it is imported: its format, or its fields with a guess at which is what."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from analysis.ingest import table
from analysis.ingest.clean import Cleaned
from analysis.ingest.mapping import fields_of, guess
from analysis.ingest.normalise import select
from analysis.ingest.relation import drafts, json_relation, whole
from analysis.ingest.resources import formats
from analysis.ingest.sniff import Sniffed, look, sniff
from analysis.ingest.source import Source, SourceError, open_source, unpack
from analysis.ingest.stager import connect, write_lines
from analysis.record import STAGED_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

PREVIEW_ROWS = 20
_FIRST = (
    "time", "session_id", "user_id", "app", "feature", "model", "prompt", "response", "input_tokens", "output_tokens",
    "recorded_cost", "latency", "status",
)  # fmt: skip
_LAST = ("attributes", "repairs")
_UNSEEN = ("id", "source", "kind")
"""Columns that no mapping decides."""
_PREVIEW = (
    *_FIRST, *(name for name in STAGED_COLUMNS if name not in (*_FIRST, *_LAST, *_UNSEEN)), "scores", *_LAST,
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A field of a file: its dotted path, the kind of its values, and a few of them as text."""

    path: str
    kind: str
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Inspection:
    """What a look at the beginning of a file tells."""

    name: str
    format: str | None
    """The adapter's name; none where no format is known."""
    title: str
    fields: tuple[Field, ...]
    guess: dict[str, str]
    """For an unknown format: target to field; empty where nothing could be guessed."""
    names: tuple[str, ...]
    """The top-level fields, sorted."""
    signature: str
    """The names of the top-level fields, by which a saved mapping is found again."""


def inspect(path: Path) -> Inspection:
    """Look at the first file that `path` holds.

    Raises
    ------
    SourceError
        If it cannot be read at all; the message says why and what to do.
    """
    with tempfile.TemporaryDirectory() as scratch, closing(connect(Path(scratch))) as connection:
        plain, name = _plain(path, Path(scratch))
        figures = formats.find(plain, name)
        if figures is not None:
            return Inspection(name, figures[0].name, figures[0].title, (), {}, (), "")
        source = open_source(plain, name)
        rows, _ = look(connection, source)
        try:
            adapter = sniff(connection, source, None).adapter
        except SourceError:
            adapter = None
        known = adapter is not None and adapter.name != "mapping"
        names = tuple(sorted({key for row in rows for key in row}))
        return Inspection(
            name=source.name,
            format=adapter.name if adapter and known else None,
            title=adapter.title if adapter and known else "No known format",
            fields=tuple(_field(path, values) for path, values in fields_of(rows).items()),
            guess={} if known else guess(rows),
            names=names,
            signature=",".join(names),
        )


def preview(path: Path, mapping: Mapping[str, str]) -> pl.DataFrame:
    """Read the first rows of a file by a mapping, as they would be imported.

    Returns
    -------
    polars.DataFrame
        At most ``PREVIEW_ROWS`` rows with the record's columns, one for each name of a score, and the attributes as
        JSON text; columns that are empty in all rows are left out.

    Raises
    ------
    SourceError
        If the file cannot be read.
    ValueError
        If the mapping names a target or a unit that does not exist.
    """
    with tempfile.TemporaryDirectory() as scratch, closing(connect(Path(scratch))) as connection:
        source = open_source(*_plain(path, Path(scratch)))
        sniffed = sniff(connection, source, mapping)
        relation = select(drafts(_raw(source, sniffed, Path(scratch)), sniffed.adapter, sniffed.extras, {}), "", None)
        texts = "* REPLACE (list_transform(documents, lambda d: coalesce(d.text, d.id)) AS documents)"
        columns = ", ".join(_PREVIEW)
        found = connection.sql(f"SELECT {columns} FROM (SELECT {texts} FROM ({relation}))").to_arrow_table()
    frame = _flat(pl.DataFrame(found))
    return frame.select(name for name in frame.columns if frame[name].null_count() < frame.height)


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Give each score a column of its name, with its number or its words, in the place of the scores' own."""
    rows = [
        {score["name"]: score["value"] if score["label"] is None else score["label"] for score in scores or ()}
        for scores in frame["scores"].to_list()
    ]
    scores = []
    for name in dict.fromkeys(name for row in rows for name in row):
        words = pl.Series(name, [row.get(name) for row in rows], pl.String)
        numbers = words.cast(pl.Float64, strict=False)
        scores.append(numbers if numbers.null_count() == words.null_count() else words)
    at = frame.columns.index("scores")
    columns = frame.get_columns()
    return pl.DataFrame([*columns[:at], *scores, *columns[at + 1 :]])


def _plain(path: Path, scratch: Path) -> tuple[Path, str]:
    for plain, name in unpack(path, scratch / "unpacked", max_expansion=200):
        return plain, name
    raise SourceError(f"{path.name} holds no file.")


def _raw(source: Source, sniffed: Sniffed, scratch: Path) -> str:
    lines = scratch / "sample.jsonl"
    if source.container == "parquet":
        raw = whole(source, sniffed)
    elif source.container == "csv":
        write_lines(islice(table.rows(source, Cleaned(), lambda done: None), PREVIEW_ROWS), lines)
        raw = json_relation(lines, "jsonl", sniffed, cleaned=True)
    else:
        source.write_sample(lines, PREVIEW_ROWS)
        raw = json_relation(lines, "jsonl", sniffed)
    return f"SELECT * FROM ({raw}) LIMIT {PREVIEW_ROWS}"


def _field(path: str, values: list[Any]) -> Field:
    kinds = {type(value).__name__ for value in values}
    kind = {"str": "text", "int": "number", "float": "number", "bool": "yes or no", "list": "list", "dict": "object"}
    names = sorted({kind.get(name, name) for name in kinds})
    return Field(path, " or ".join(names) or "empty", tuple(str(value)[:80] for value in values[:3]))
