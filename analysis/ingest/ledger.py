"""The ledger of imports: every account that was written, and the lines that were refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from analysis.ingest.load import MAX_REFUSALS_SHOWN
from analysis.ingest.report import Refusal, Report, Tally

if TYPE_CHECKING:
    from analysis.store import Store


def imports(store: Store) -> list[Report]:
    """Return the accounts of all imports that stand, newest first."""
    return [_report(row, []) for row in store.rows("SELECT * FROM imports WHERE undone IS NULL ORDER BY id DESC")]


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
    refusals = store.rows(
        "SELECT line, col, reason, excerpt FROM refusals WHERE import_id = ? ORDER BY line LIMIT ?",
        [import_id, MAX_REFUSALS_SHOWN],
    )
    return _report(rows[0], [Refusal(r["line"], r["col"], r["reason"], r["excerpt"]) for r in refusals])


def refused_lines(store: Store, import_id: int) -> bytes:
    """Return the refused rows of an import as they were read, a line each, to be mended and imported again."""
    rows = store.rows("SELECT raw FROM refusals WHERE import_id = ? AND raw IS NOT NULL ORDER BY line", [import_id])
    return b"".join(bytes(row["raw"]).replace(b"\n", b" ") + b"\n" for row in rows)


def _report(row: dict[str, Any], refusals: list[Refusal]) -> Report:
    body = orjson.loads(row["report"])
    return Report(
        file=row["file"],
        format=row["format"],
        id=row["id"],
        read=row["read"],
        kept=row["kept"],
        duplicate=row["duplicate"],
        repaired=row["repaired"],
        refused=row["refused"],
        aside=row["aside"],
        scores=row["scores"],
        first_time=row["first_time"],
        last_time=row["last_time"],
        repairs=[Tally(**tally) for tally in body["repairs"]],
        asides=[Tally(**tally) for tally in body["asides"]],
        refusals=refusals,
        notes=body["notes"],
        started=row["started"],
        seconds=body["seconds"],
        imported_by=row["imported_by"],
        batch=row["batch"],
        bytes=row["bytes"],
    )
