"""Records for tests, put into a log store as dictionaries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from analysis.store import Store


def add(store: Store, *records: dict[str, Any], scores: Iterable[dict[str, Any]] = ()) -> list[str]:
    """Put records into a store; gives their ids. `scores` name theirs as ``record_id``."""
    base = {"import_id": 1, "source": "test", "kind": "call"}
    rows: list[dict[str, Any]] = [{"id": str(uuid4())} | base | record for record in records]
    with store.write() as cursor:
        for row in rows:
            _insert(cursor, "records", row)
        for score in scores:
            _insert(cursor, "scores", {"id": str(uuid4()), "import_id": 1, "target": "call"} | score)
    return [row["id"] for row in rows]


def _insert(cursor: DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    places = [f"${name}{'::JSON::VARIANT' if name == 'attributes' else ''}" for name in row]
    values = row | ({"attributes": json.dumps(row["attributes"])} if "attributes" in row else {})
    names = ", ".join(f'"{name}"' for name in row)
    cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join(places)})", values)
