"""Which format a file has, told by its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from analysis.ingest import table
from analysis.ingest.adapters import ADAPTERS
from analysis.ingest.clean import Cleaned
from analysis.ingest.mapping import guess, mapped_adapter, sentence
from analysis.ingest.relation import describe, literal, place
from analysis.ingest.source import SAMPLE_ROWS, Source, SourceError

if TYPE_CHECKING:
    import duckdb

    from analysis.ingest.adapter import Adapter

MAX_EXTRAS = 200
"""Unknown fields that go to the attributes by name."""


@dataclass(frozen=True)
class Sniffed:
    """The adapter for a file, and the fields it has."""

    adapter: Adapter
    fields: frozenset[str]
    types: dict[str, str] = field(default_factory=dict)
    """DuckDB types of a table's or a Parquet file's columns."""
    remarks: tuple[str, ...] = ()
    objects: frozenset[str] = frozenset()
    """Top-level fields that hold nothing but objects in the sample."""

    @property
    def extras(self) -> list[str]:
        """Fields that the adapter neither reads nor ignores, the first `MAX_EXTRAS` of them."""
        return self._unknown[:MAX_EXTRAS]

    @property
    def _unknown(self) -> list[str]:
        known = {place(name, self.fields)[0] for name in self.adapter.reads}
        known.update(self.adapter.ignores)
        return sorted(self.fields - known)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of how the file is read."""
        left = self._unknown[MAX_EXTRAS:]
        if not left or self.adapter.rows is not None:
            return self.remarks
        words = f"{len(left):,} of its {len(self._unknown):,} further fields were left out: {', '.join(left[:5])}, …"
        return (*self.remarks, words)


def _objects(rows: list[dict[str, Any]]) -> frozenset[str]:
    kinds: dict[str, set[bool]] = {}
    for row in rows:
        for key, value in row.items():
            if value is not None:
                kinds.setdefault(key, set()).add(isinstance(value, dict))
    return frozenset(key for key, found in kinds.items() if found == {True})


def look(connection: duckdb.DuckDBPyConnection, source: Source) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Sample rows of a file, and its columns' types where it is a table or Parquet.

    Raises
    ------
    SourceError
        If there is no row in it.
    """
    if source.container not in ("csv", "parquet"):
        if not source.sample:
            raise SourceError(f"{source.name} holds no JSON object among its first rows: it is no log of model calls.")
        return list(source.sample), {}
    if source.container == "parquet":
        relation = f"FROM read_parquet({literal(str(source.path))}, hive_partitioning=false)"
        types = describe(connection, relation)
        cursor = connection.execute(f"{relation} LIMIT {SAMPLE_ROWS}")
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    else:
        read = islice(table.rows(source, Cleaned(), lambda done: None), SAMPLE_ROWS)
        rows = [row.fields for row in read]
        types = dict.fromkeys(table.header(source), "VARCHAR")
    if not rows:
        raise SourceError(f"{source.name} has columns and no rows.")
    return rows, types


def sniff(connection: duckdb.DuckDBPyConnection, source: Source, wanted: str | Mapping[str, str] | None) -> Sniffed:
    """Choose the adapter: the one `wanted`, by name or mapping, else the first that recognises the rows, else a guess.

    Raises
    ------
    SourceError
        For an unknown format name, and for rows of which no mapping can be guessed.
    """
    rows, types = look(connection, source)
    fields = frozenset(types) or frozenset(key for row in rows for key in row)

    def sniffed(adapter: Adapter, *notes: str) -> Sniffed:
        return Sniffed(adapter, fields, types, notes, _objects(rows))

    if isinstance(wanted, Mapping):
        return sniffed(mapped_adapter(wanted, fields))
    if wanted is not None:
        if wanted not in ADAPTERS:
            raise SourceError(f"There is no format {wanted!r}. There are: {', '.join(ADAPTERS)}.")
        return sniffed(ADAPTERS[wanted])
    for adapter in ADAPTERS.values():
        if any(adapter.recognise(set(row), row) for row in rows[:20]) or adapter.recognise(set(fields), rows[0]):
            return sniffed(adapter)
    mapping = guess(rows)
    if not mapping:
        raise SourceError(
            f"{source.name} is in no format that Afterword knows, and its fields ({', '.join(sorted(fields)[:8])}, …) "
            "do not tell which is what. Say it with --map, as in --map prompt=question --map time=created."
        )
    note = f"No known format: read by a guessed mapping, {sentence(mapping)}. Correct it with --map or on the page."
    return sniffed(mapped_adapter(mapping, fields), note)
