"""Records for tests, put into a log store as dictionaries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from analysis.store import Store


AT_ONCE = 100
"""Rows that one statement inserts; one by one they take six times as long."""


def add(store: Store, *records: dict[str, Any], scores: Iterable[dict[str, Any]] = ()) -> list[str]:
    """Put records into a store; gives their ids. `scores` name theirs as ``record_id``."""
    base = {"import_id": 1, "source": "test", "kind": "call"}
    rows: list[dict[str, Any]] = [{"id": str(uuid4())} | base | record for record in records]
    with store.write() as cursor:
        _insert(cursor, "records", rows)
        _insert(cursor, "scores", [{"id": str(uuid4()), "import_id": 1, "target": "call"} | score for score in scores])
    return [row["id"] for row in rows]


def _insert(cursor: DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = ", ".join(f'"{name}"' for name in names)
    places = ", ".join("?::JSON::VARIANT" if name == "attributes" else "?" for name in names)
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        values = [_value(row, name) for row in part for name in names]
        cursor.execute(f"INSERT INTO {table} ({columns}) VALUES {', '.join([f'({places})'] * len(part))}", values)


def _value(row: dict[str, Any], name: str) -> Any:
    return json.dumps(row[name]) if name == "attributes" and name in row else row.get(name)
