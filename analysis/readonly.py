"""Questions in SQL that can change nothing and read nothing but the log store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.store import Store

MAX_ROWS = 100_000
"""Rows of an answer; the rest is left off and said to be."""

TABLE_FUNCTIONS: frozenset[str] = frozenset(
    {"unnest", "range", "generate_series", "json_each", "json_tree", "repeat", "duckdb_columns", "duckdb_tables"}
)
"""Functions that may stand where a table does: none of them reads a file or a setting."""

FORBIDDEN_FUNCTIONS: frozenset[str] = frozenset({"nextval", "setval", "currval", "write_log", "getenv", "sleep_ms"})


class RefusedQueryError(ValueError):
    """The query is not one statement that only reads."""


@dataclass(frozen=True)
class Answer:
    """Column names, rows of Python values, and whether there were more than :data:`MAX_ROWS`."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    truncated: bool


def ask(store: Store, sql: str) -> Answer:
    """Answer one SELECT statement.

    It runs in a read-only transaction, for DuckDB 2 counts ``WITH … AS (INSERT …) SELECT`` as a SELECT.

    Raises
    ------
    RefusedQueryError
        If it is another statement, several of them, none, or reads what is not the log store.
    duckdb.Error
        If it can't be run; the message says why.
    """
    with store.cursor() as cursor:
        _check(cursor, sql)
        cursor.execute("BEGIN TRANSACTION READ ONLY")
        try:
            cursor.execute(sql)
            columns = [column[0] for column in cursor.description or ()]
            rows = cursor.fetchmany(MAX_ROWS + 1)
        finally:
            cursor.execute("ROLLBACK")
    return Answer(columns, rows[:MAX_ROWS], len(rows) > MAX_ROWS)


def _check(cursor: duckdb.DuckDBPyConnection, sql: str) -> None:
    statements = cursor.extract_statements(sql)
    if len(statements) != 1:
        raise RefusedQueryError(f"One statement is answered at a time; here are {len(statements)}.")
    if statements[0].type != duckdb.StatementType.SELECT:
        kind = statements[0].type.name.replace("_", " ")
        raise RefusedQueryError(f"Only a SELECT statement is answered here, and this one is {kind}.")
    row = cursor.execute("SELECT json_serialize_sql(?)", [statements[0].query]).fetchone()
    tree = orjson.loads(row[0]) if row else {"error": True}
    if tree["error"]:
        raise RefusedQueryError("Only a SELECT statement that reads tables is answered here.")
    for node in _nodes(tree["statements"]):
        _check_node(node)


def _check_node(node: dict[str, Any]) -> None:
    kind = node.get("type")
    if kind == "TABLE_FUNCTION":
        name = node["function"].get("function_name", "")
        if name.lower() not in TABLE_FUNCTIONS:
            raise RefusedQueryError(f"{name}() is not allowed: a query reads the log store's tables and nothing else.")
    elif kind == "BASE_TABLE" and any(mark in node["table_name"] for mark in "./*:"):
        raise RefusedQueryError(f"{node['table_name']!r} is no table of the log store.")
    elif kind == "FUNCTION" and node["function_name"].lower() in FORBIDDEN_FUNCTIONS:
        raise RefusedQueryError(f"{node['function_name']}() is not allowed: a query changes nothing.")


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    pending = [tree]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            yield part
            pending.extend(part.values())
        elif isinstance(part, list):
            pending.extend(part)
