"""The ledger of imports: the account of each, written with its records, and the lines that were refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from analysis.ingest.report import Refusal, Report, Tally

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

    from analysis.store import Store

MAX_REFUSALS_SHOWN = 100

_AT_FIRST = ("id", "batch", "file", "bytes", "imported_by", "started")
_AT_LAST = ("format", "read", "kept", "duplicate", "repaired", "refused", "aside", "scores", "first_time", "last_time")
"""Fields of a report that have a column; its lists are in one more, as JSON."""


@dataclass(frozen=True)
class Given:
    """A file as it was given, before it was unpacked."""

    path: str
    size: int
    digest: Callable[[], str]
    """Waits for the digest, which is computed beside the reading."""


def begin(cursor: duckdb.DuckDBPyConnection, report: Report, given: Given) -> None:
    """Begin an import's entry, by which linking knows what came together."""
    values = {name: getattr(report, name) for name in _AT_FIRST} | {"path": given.path, "size": given.size}
    places = ", ".join("?" * len(values))
    cursor.execute(f"INSERT INTO imports ({', '.join(values)}) VALUES ({places})", list(values.values()))


def complete(cursor: duckdb.DuckDBPyConnection, report: Report, given: Given) -> None:
    """Complete an import's entry."""
    lists = {"repairs": report.repairs, "asides": report.asides, "notes": report.notes}
    values = {name: getattr(report, name) for name in _AT_LAST} | {
        "digest": given.digest(),
        "report": orjson.dumps(lists).decode(),
        "finished": datetime.now(UTC).replace(tzinfo=None),
    }
    changes = ", ".join(f"{name} = ?" for name in values)
    cursor.execute(f"UPDATE imports SET {changes} WHERE id = ?", [*values.values(), report.id])


def first_refusals(cursor: duckdb.DuckDBPyConnection, import_id: int) -> list[Refusal]:
    """Return the first refusals of an import, by line."""
    rows = cursor.execute(
        "SELECT line, col, reason, excerpt FROM refusals WHERE import_id = ? ORDER BY line LIMIT ?",
        [import_id, MAX_REFUSALS_SHOWN],
    ).fetchall()
    return [Refusal(*row) for row in rows]


def imports(store: Store) -> list[Report]:
    """Return the accounts of all imports that stand, newest first."""
    return [_report(row) for row in store.rows("SELECT * FROM imports WHERE undone IS NULL ORDER BY id DESC")]


def account(store: Store, import_id: int) -> Report:
    """Return one import's account, with its first refusals.

    Raises
    ------
    KeyError
        If there is no such import.
    """
    rows = store.rows("SELECT * FROM imports WHERE id = ? AND undone IS NULL", [import_id])
    if not rows:
        raise KeyError(import_id)
    report = _report(rows[0])
    with store.cursor() as cursor:
        report.refusals = first_refusals(cursor, import_id)
    return report


def refused_lines(store: Store, import_id: int) -> bytes:
    """Return the refused rows of an import as they were read, a line each, to be mended and imported again."""
    rows = store.rows("SELECT raw FROM refusals WHERE import_id = ? AND raw IS NOT NULL ORDER BY line", [import_id])
    return b"".join(bytes(row["raw"]).replace(b"\n", b" ") + b"\n" for row in rows)


def _report(row: dict[str, Any]) -> Report:
    lists = orjson.loads(row["report"])
    return Report(
        **{name: row[name] for name in (*_AT_FIRST, *_AT_LAST)},
        repairs=[Tally(**tally) for tally in lists["repairs"]],
        asides=[Tally(**tally) for tally in lists["asides"]],
        notes=lists["notes"],
        seconds=(row["finished"] - row["started"]).total_seconds(),
    )
