"""What one export knows of calls that another export holds: traces, batch requests, documents, late scores.

Exports come in any order. Parts are kept, and fill what is null in the records they join; each filling is noted, so
that undoing an import undoes exactly what it filled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.record import RECORD

if TYPE_CHECKING:
    import duckdb

_FILLABLE: dict[str, str] = {
    column.name: column.type
    for column in RECORD
    if column.name not in ("id", "import_id", "source", "source_id", "kind", "repairs", "computed_cost", "price_source")
}
_TRACE_FILLS = ("session_id", "user_id", "environment", "app", "feature", "release", "documents", "attributes")
"""What a trace says of each of its calls; its text, tokens and time are those of all of them together."""

_SCORED = ("system_prompt", "messages", "prompt", "response", "tool_calls", "documents", "parameters")
"""What scorers read: marks of a record in which one of these changes are out of date."""

_TURNS = ("session_id", "trace_id", "feature", "time", "prompt")
"""What makes the turns of a conversation: where one of these changes, what came after its other records does too."""

_JOINS: dict[str, str] = {
    "trace_id": "r.trace_id = p.key",
    "id": "r.id = TRY_CAST(p.key AS UUID)",
    "correlation_id": "r.correlation_id = p.key",
}


def fill(cursor: duckdb.DuckDBPyConnection, import_id: int | None = None) -> None:
    """Fill null fields of records from the parts that join them: those of one import, on either side, or all."""
    kinds = [row[0] for row in cursor.execute("SELECT DISTINCT joins FROM parts").fetchall()]
    for joins in kinds:
        fields = _fields_with_values(cursor, joins)
        if not fields:
            continue
        recent = "" if import_id is None else f"AND (r.import_id = {import_id} OR p.import_id = {import_id})"
        cursor.execute(
            f"""CREATE OR REPLACE TEMP TABLE pairs AS
            SELECT r.id AS record_id, r.time AS record_time, p.import_id AS part_import, p.rowid AS part
            FROM records r JOIN parts p ON p.source = r.source AND p.joins = '{joins}' AND {_JOINS[joins]}
                AND r.kind = 'call' {recent}
            {_unambiguous(joins)}"""
        )
        for field in fields:
            _fill_field(cursor, field)
        cursor.execute("DROP TABLE pairs")


def _fields_with_values(cursor: duckdb.DuckDBPyConnection, joins: str) -> list[str]:
    candidates = _TRACE_FILLS if joins == "trace_id" else tuple(_FILLABLE)
    counts = ", ".join(f'count("{name}")' for name in candidates)
    row = cursor.execute(f"SELECT {counts} FROM parts WHERE joins = ?", [joins]).fetchone() or ()
    return [name for name, count in zip(candidates, row, strict=True) if count]


def _unambiguous(joins: str) -> str:
    """Batches reuse custom ids: a request belongs to the results imported with it, or to the only ones there are."""
    if joins != "correlation_id":
        return ""
    batch = "(SELECT batch FROM imports i WHERE i.id = {}.import_id)"
    together = f"coalesce({batch.format('r')} = {batch.format('p')}, r.import_id = p.import_id)"
    return f"""QUALIFY row_number() OVER (PARTITION BY r.id ORDER BY {together} DESC, p.import_id DESC) = 1
        AND ({together} OR count(*) OVER (PARTITION BY r.id) = 1)"""


def _fill_field(cursor: duckdb.DuckDBPyConnection, field: str) -> None:
    if field == "documents":
        # several retrievals before a call: their documents together
        value, when = "flatten(list(p.documents ORDER BY p.time))", "AND (p.time <= x.record_time) IS NOT FALSE"
    else:
        value, when = f'any_value(p."{field}")', ""
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE found AS
        SELECT x.record_id, any_value(x.part_import) AS part_import, {value} AS value
        FROM pairs x JOIN parts p ON p.rowid = x.part WHERE p."{field}" IS NOT NULL {when} GROUP BY x.record_id"""
    )
    if field == "attributes":
        _merge_attributes(cursor)
    else:
        filled = f"""FROM found f JOIN records r ON r.id = f.record_id WHERE r."{field}" IS NULL"""
        cursor.execute(f"INSERT INTO fills SELECT f.record_id, f.part_import, '{field}', NULL {filled}")
        if field in _SCORED:
            forget_marks(cursor, f"SELECT f.record_id {filled}")
        cursor.execute(
            f"""UPDATE records SET "{field}" = f.value FROM found f
            WHERE records.id = f.record_id AND records."{field}" IS NULL"""
        )
        if field in _TURNS:
            forget_turns(cursor, "SELECT record_id FROM found")
    cursor.execute("DROP TABLE found")


def _merge_attributes(cursor: duckdb.DuckDBPyConnection) -> None:
    """Attributes join key by key; where both sides have a key, the record's own stays."""
    cursor.execute(
        """CREATE OR REPLACE TEMP TABLE merged AS SELECT * FROM (
            SELECT f.record_id, f.part_import, CAST(CAST(r.attributes AS JSON) AS VARCHAR) AS before,
                CAST(json_merge_patch(CAST(f.value AS JSON), coalesce(CAST(r.attributes AS JSON), '{}')) AS VARCHAR)
                    AS after
            FROM found f JOIN records r ON r.id = f.record_id)
        WHERE before IS DISTINCT FROM after"""
    )
    cursor.execute("INSERT INTO fills SELECT record_id, part_import, 'attributes', before FROM merged")
    cursor.execute(
        """UPDATE records SET attributes = CAST(CAST(m.after AS JSON) AS VARIANT) FROM merged m
        WHERE records.id = m.record_id"""
    )
    cursor.execute("DROP TABLE merged")


def unfill(cursor: duckdb.DuckDBPyConnection, import_id: int) -> None:
    """Empty again what the parts of an import filled."""
    fields = cursor.execute("SELECT DISTINCT field FROM fills WHERE import_id = ?", [import_id]).fetchall()
    for (field,) in fields:
        filled = f"SELECT record_id FROM fills WHERE import_id = {import_id:d} AND field = '{field}'"
        if field in _SCORED:
            forget_marks(cursor, filled)
        if field in _TURNS:
            forget_turns(cursor, filled)
        kind = _FILLABLE[field]
        value = "CAST(CAST(f.previous AS JSON) AS VARIANT)" if field == "attributes" else f"CAST(f.previous AS {kind})"
        if field == "documents":
            value = "NULL"
        cursor.execute(
            f"""UPDATE records SET "{field}" = {value} FROM fills f
            WHERE f.record_id = records.id AND f.import_id = ? AND f.field = ?""",
            [import_id, field],
        )
    cursor.execute("DELETE FROM fills WHERE import_id = ?", [import_id])


def stand_in(cursor: duckdb.DuckDBPyConnection) -> None:
    """Let a trace whose calls were not logged stand in for them, and step aside once they are."""
    row = cursor.execute("SELECT count(*) FROM parts WHERE stands_in").fetchone()
    standing = cursor.execute("SELECT count(*) FROM records WHERE kind = 'trace'").fetchone()
    if not (row and row[0]) and not (standing and standing[0]):
        return
    calls = "SELECT 1 FROM records c WHERE c.kind = 'call' AND c.source = t.source AND c.trace_id = t.trace_id"
    parts = "SELECT 1 FROM parts p WHERE p.stands_in AND p.id = t.id"
    gone = f"""SELECT t.id FROM records t WHERE t.kind = 'trace' AND (EXISTS ({calls}) OR NOT EXISTS ({parts}))"""
    forget_marks(cursor, gone)
    cursor.execute(f"DELETE FROM records WHERE kind = 'trace' AND id IN ({gone})")
    columns = ", ".join(f'"{column.name}"' for column in RECORD)
    cursor.execute(
        f"""INSERT INTO records ({columns}) SELECT {columns} FROM parts t WHERE stands_in
        AND NOT EXISTS ({calls}) AND NOT EXISTS (SELECT 1 FROM records r WHERE r.id = t.id)
        QUALIFY row_number() OVER (PARTITION BY id ORDER BY import_id) = 1"""
    )


def forget_marks(cursor: duckdb.DuckDBPyConnection, records: str) -> None:
    """Take away the marks of records that change or go, and their places on maps; `records` is SQL of their ids."""
    for table in ("marks", "placements"):
        cursor.execute(f"DELETE FROM {table} WHERE record_id IN ({records})")


def forget_turns(cursor: duckdb.DuckDBPyConnection, records: str) -> None:
    """Take away the marks that rest on what came next, in the conversations of records that come, change or go."""
    held = "SELECT 1 FROM marks WHERE name IN (SELECT name FROM scorers WHERE reads_on) LIMIT 1"
    if cursor.execute(held).fetchone():
        cursor.execute(
            f"""DELETE FROM marks WHERE name IN (SELECT name FROM scorers WHERE reads_on) AND record_id IN (
                SELECT id FROM records WHERE session_id IN (SELECT session_id FROM records WHERE id IN ({records})))"""
        )


def resolve_scores(cursor: duckdb.DuckDBPyConnection) -> None:
    """Point each score that points nowhere yet to its record: of a trace or a session, its last one."""
    targets = cursor.execute("SELECT DISTINCT target FROM scores WHERE record_id IS NULL").fetchall()
    columns = {"trace": "trace_id", "session": "session_id", "response": "response_id"}
    for (target,) in targets:
        if target == "call":
            found = (
                "SELECT CAST(id AS VARCHAR) AS key, id FROM records WHERE id IN (SELECT TRY_CAST(target_key AS UUID) "
                "FROM scores WHERE record_id IS NULL AND target = 'call')"
            )
        elif target in columns:
            column = columns[target]
            found = f"""SELECT {column} AS key, arg_max(id, coalesce(time, TIMESTAMP '1970-01-01')) AS id FROM records
                WHERE {column} IN (SELECT target_key FROM scores WHERE record_id IS NULL AND target = '{target}')
                GROUP BY ALL"""
        else:
            continue
        cursor.execute(
            f"""UPDATE scores SET record_id = f.id FROM ({found}) f
            WHERE scores.record_id IS NULL AND scores.target = ? AND scores.target_key = f.key""",
            [target],
        )


def release_scores(cursor: duckdb.DuckDBPyConnection) -> None:
    """Let scores whose record is gone wait for it again."""
    cursor.execute(
        """UPDATE scores SET record_id = NULL WHERE record_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM records r WHERE r.id = scores.record_id)"""
    )
