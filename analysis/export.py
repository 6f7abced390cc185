"""Records as a file: CSV, JSON lines or Parquet, by the file's ending."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from analysis.record import RECORD, Column

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.metrics.filter import Filter
    from analysis.store import Store

FORMATS: dict[str, str] = {
    ".csv": "FORMAT csv, HEADER",
    ".jsonl": "FORMAT json",
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
}
"""File endings, and how DuckDB writes such a file."""

_JSON_COLUMNS = frozenset({"messages", "tool_calls", "parameters"})


def export_records(store: Store, filter: Filter, ending: str) -> tuple[Path, int]:
    """Write the records of a filter, oldest first, to a new file in the workspace's staging folder.

    Parameters
    ----------
    ending : str
        A key of :data:`FORMATS`. A CSV file can be opened in a spreadsheet without harm: a text that a spreadsheet
        would take for a formula gets an apostrophe in front.

    Returns
    -------
    tuple of Path and int
        The file, which the caller moves to where it belongs, and the number of records.

    Raises
    ------
    ValueError
        For another ending.
    """
    if ending not in FORMATS:
        raise ValueError(f"Can't write {ending or 'a file without an ending'}. Use one of {', '.join(FORMATS)}.")
    path = store.workspace.staging / f"export-{uuid.uuid4().hex}{ending}"
    columns = ", ".join(f'{_expression(column, ending)} AS "{column.name}"' for column in RECORD)
    predicate, values = filter.predicate()
    query = f"SELECT {columns} FROM records r WHERE {predicate} ORDER BY r.time, r.id"
    # A file's name can't be bound; this one is made above and holds no quote but what the workspace's path brings.
    target = str(path).replace("'", "''")
    with store.cursor() as cursor:
        row = cursor.execute(f"COPY ({query}) TO '{target}' ({FORMATS[ending]})", values).fetchone()
    return path, row[0] if row else 0


def _expression(column: Column, ending: str) -> str:
    name = f'r."{column.name}"'
    if column.type == "VARIANT":
        text = f"{name}::JSON"
        return text if ending == ".jsonl" else _safe(f"{text}::VARCHAR", ending)
    if column.name in _JSON_COLUMNS and ending == ".jsonl":
        return f"CASE WHEN json_valid({name}) THEN {name}::JSON ELSE to_json({name}) END"
    if column.type.startswith("STRUCT") and ending == ".csv":
        return f"to_json({name})::VARCHAR"
    if column.type == "TIMESTAMP" and ending != ".parquet":
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    return _safe(name, ending) if column.type == "VARCHAR" else name


def _safe(expression: str, ending: str) -> str:
    """For a spreadsheet: text that begins like a formula gets an apostrophe in front."""
    if ending != ".csv":
        return expression
    return f"CASE WHEN regexp_matches({expression}, '^[=+@\\t\\r-]') THEN '''' || {expression} ELSE {expression} END"
