"""Staged figures of machines into the log store, all of them or none, within one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.ingest.ledger import begin, complete, first_refusals
from analysis.ingest.relation import literal
from analysis.ingest.report import Tally

if TYPE_CHECKING:
    import duckdb

    from analysis.ingest.ledger import Given
    from analysis.ingest.report import Report
    from analysis.ingest.task import Staged

_KEY = ("time", "metric", "instance", "device", "model")
_MAX_REFUSALS = 10_000


def load(cursor: duckdb.DuckDBPyConnection, staged: Staged, report: Report, given: Given) -> None:
    """Insert the figures that are not there yet, and write the account of them.

    A figure is known by its time, metric, machine, device and model. The first one counts: the same again is a
    duplicate; another value within the file is refused, as nothing says which is right.

    Parameters
    ----------
    cursor : DuckDBPyConnection
        Within a transaction.
    staged : Staged
        Figures of machines.
    report : Report
        Completed here.
    given : Given
        The file as it was given.
    """
    report.id = _number(cursor, "SELECT coalesce(max(id), 0) + 1 FROM imports")
    begin(cursor, report, given)
    key = ", ".join(_KEY)
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE figures AS
        SELECT *, row_number() OVER same AS place, first_value(value) OVER same AS taken
        FROM read_parquet({literal(staged.rows[0])}) WINDOW same AS (PARTITION BY {key} ORDER BY line)"""
    )
    before = _number(cursor, "SELECT count(*) FROM resource_samples")
    matches = " AND ".join(f"k.{name} IS NOT DISTINCT FROM f.{name}" for name in _KEY)
    cursor.execute(
        f"""INSERT INTO resource_samples (import_id, {key}, value) SELECT {report.id}, {key}, value FROM figures f
        WHERE place = 1 AND NOT EXISTS (SELECT 1 FROM resource_samples k WHERE {matches}) ORDER BY metric, time"""
    )
    report.kept = _number(cursor, "SELECT count(*) FROM resource_samples") - before
    report.refused = staged.refused + _refuse(cursor, staged, report.id)
    report.read, report.aside = staged.read, sum(staged.asides.values())
    report.duplicate = report.read - report.kept - report.refused - report.aside
    report.asides = [Tally(what, count) for what, count in staged.asides.items()]
    report.refusals = first_refusals(cursor, report.id)
    report.notes += staged.notes
    (span,) = cursor.execute("SELECT min(time), max(time) FROM figures").fetchall()
    report.first_time, report.last_time = span
    cursor.execute("DROP TABLE figures")
    complete(cursor, report, given)


def _refuse(cursor: duckdb.DuckDBPyConnection, staged: Staged, import_id: int) -> int:
    """Keep the refusals of reading, and other values of a figure; returns how many these are."""
    if staged.refusals:
        cursor.execute(
            f"INSERT INTO refusals SELECT ?, line, col, reason, excerpt, raw "
            f"FROM read_parquet({literal(staged.refusals)})",
            [import_id],
        )
    cursor.execute(
        f"""INSERT INTO refusals
        SELECT ?, line, NULL, format('{{}} again at the same time: {{}}, and {{}} before', metric, value, taken),
            format('{{}} {{}}', time, value), NULL
        FROM figures WHERE place > 1 AND value <> taken LIMIT {_MAX_REFUSALS}""",
        [import_id],
    )
    return _number(cursor, "SELECT count(*) FROM figures WHERE place > 1 AND value <> taken")


def _number(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any] | None = None) -> int:
    row = cursor.execute(sql, parameters or []).fetchone()
    return int(row[0] or 0) if row else 0
