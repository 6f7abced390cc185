"""Records for tests, put into a log store as dictionaries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duckdb import DuckDBPyConnection

    from analysis.store import Store


def add(store: Store, *records: dict[str, Any], scores: Iterable[dict[str, Any]] = ()) -> list[str]:
    """Put records into a store; gives their ids. `scores` name theirs as ``record_id``."""
    base = {"import_id": 1, "source": "test", "kind": "call"}
    rows: list[dict[str, Any]] = [{"id": str(uuid4())} | base | record for record in records]
    with store.write() as cursor:
        _insert(cursor, "records", rows)
        _insert(cursor, "scores", [{"id": str(uuid4()), "import_id": 1, "target": "call"} | score for score in scores])
    return [row["id"] for row in rows]


def _insert(cursor: DuckDBPyConnection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows as one JSON text: a hundredth of the time that a statement a row takes."""
    types = {name: kind for name, kind, *_ in cursor.execute(f"DESCRIBE {table}").fetchall()}
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        return
    shape = json.dumps([{name: "JSON" if types[name] == "VARIANT" else types[name] for name in names}])
    read = "SELECT unnest(one) FROM (SELECT unnest(from_json($rows, $shape)) AS one)"
    cursor.execute(f"INSERT INTO {table} BY NAME {read}", {"rows": json.dumps(rows, default=str), "shape": shape})
