"""Import log exports: the whole way from paths to accounts, and back."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from analysis.ingest.intake import Cancelled, Intake, OnProgress
from analysis.ingest.ledger import account
from analysis.ingest.link import fill, forget_marks, forget_turns, release_scores, resolve_scores, stand_in, unfill

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from analysis.ingest.report import Options, Report
    from analysis.store import Store


def import_paths(
    store: Store,
    paths: Sequence[Path],
    options: Options,
    *,
    on_progress: OnProgress = lambda progress: None,
    cancelled: Cancelled = lambda: False,
) -> list[Report]:
    """Import files and folders, each plain file in a transaction of its own.

    Parameters
    ----------
    store : Store
        Where to.
    paths : sequence of Path
        Files of any kind that Afterword reads, archives of them, and folders, whose files are taken in their order.
    options : Options
        What the person says about them.
    on_progress, cancelled : callable
        Told how far it is, from the calling thread; asked a few times a second whether to stop.

    Returns
    -------
    list of Report
        One for each plain file, also for one that could not be taken.

    Raises
    ------
    FileNotFoundError
        If a path does not exist; then nothing is imported.
    ImportCancelledError
        Files that were finished before stay imported.
    """
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"There is no file or folder {path}.")
    batch = uuid.uuid4().hex[:12]
    reports: list[Report] = []
    for path, partitions in _files(paths):
        reports += Intake(store, path, partitions, options, batch, on_progress, cancelled).run()
    return reports


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, dict[str, str]]]:
    for path in paths:
        files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
        for file in files:
            if any(part.startswith(".") for part in file.relative_to(path).parts) or "manifests" in file.parent.name:
                continue
            named = (part.partition("=") for part in file.parent.parts if "=" in part)
            yield file, {key: value for key, _, value in named}


def undo(store: Store, import_id: int) -> Report:
    """Take an import back whole: its records, scores, parts, figures, refusals, and what they filled elsewhere.

    Raises
    ------
    KeyError
        If there is no such import.
    """
    report = account(store, import_id)
    with store.write() as cursor:
        unfill(cursor, import_id)
        cursor.execute("DELETE FROM fills WHERE record_id IN (SELECT id FROM records WHERE import_id = ?)", [import_id])
        own = f"SELECT id FROM records WHERE import_id = {import_id:d}"
        forget_marks(cursor, own)
        forget_turns(cursor, own)
        for table in ("records", "scores", "parts", "resource_samples", "refusals"):
            cursor.execute(f"DELETE FROM {table} WHERE import_id = ?", [import_id])
        stand_in(cursor)
        fill(cursor)
        release_scores(cursor)
        resolve_scores(cursor)
        cursor.execute("UPDATE imports SET undone = now()::TIMESTAMP WHERE id = ?", [import_id])
    return report
