"""Files of a folder as they arrive: which are finished and not imported yet, so that each is imported once.

Nobody says when a file is finished. It is taken for that once it was not written to for a while and does not bear the
name of one that is under way. A file that grew or changed after it was imported is imported again: what it held before
is known, and kept once.
"""

from __future__ import annotations

import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.ingest.run import import_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from analysis.ingest.intake import Cancelled, OnProgress
    from analysis.ingest.report import Options, Report
    from analysis.store import Store

UNDER_WAY = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".filepart", ".swp", "~")
"""Endings of files that are being written or fetched."""
SETTLED = 10.0
"""Seconds without a change after which a file is taken for finished."""


@dataclass(frozen=True)
class Arrival:
    """A file as it was when it was looked at: its size in bytes, and when it was changed, in nanoseconds."""

    path: Path
    size: int
    modified: int

    @classmethod
    def of(cls, path: Path) -> Arrival | None:
        """Look at a file; None where it is none, or is gone. A link to another place is not followed."""
        try:
            found = path.lstat()
        except OSError:
            return None
        return cls(path, found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def present(folder: Path, *, settled: float = SETTLED, now: Callable[[], float] = time.time) -> list[Arrival]:
    """Find the files of a folder, and of those in it, that are finished, the oldest first.

    Parameters
    ----------
    settled : float
        Seconds without a change after which a file is taken for finished.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}.")
    latest = (now() - settled) * 1e9
    found = [one for one in _files(folder) if one.size and one.modified <= latest]
    return sorted(found, key=lambda one: (one.modified, one.path))


def waiting(store: Store, folder: Path, *, settled: float = SETTLED) -> list[Arrival]:
    """Find those that were not imported as they are now; see :func:`present`."""
    known = _known(store)
    return [one for one in present(folder, settled=settled) if one not in known]


def take(
    store: Store,
    arrivals: Sequence[Arrival],
    options: Options,
    *,
    on_progress: OnProgress = lambda progress: None,
    cancelled: Cancelled = lambda: False,
) -> list[Report]:
    """Import arrivals, one after another, and note each; returns an account of each plain file.

    One that could not be read is noted too, and tried again when it changes. One that changed meanwhile is not: it is
    not finished. Where the process ends between an import and its note, the file is known again by its content.

    Raises
    ------
    ImportCancelledError
        Files that were finished before stay imported.
    """
    reports: list[Report] = []
    known = _known(store)
    for arrival in arrivals:
        if arrival in known or Arrival.of(arrival.path) != arrival:
            continue
        found = import_paths(store, [arrival.path], options, on_progress=on_progress, cancelled=cancelled)
        reports += found
        if Arrival.of(arrival.path) == arrival:
            _note(store, arrival)
    return reports


def _known(store: Store) -> set[Arrival]:
    rows = store.rows("SELECT path, size, modified FROM arrivals")
    return {Arrival(Path(row["path"]), row["size"], row["modified"]) for row in rows}


def _note(store: Store, arrival: Arrival) -> None:
    with store.write() as cursor:
        cursor.execute(
            "INSERT OR REPLACE INTO arrivals (path, size, modified) VALUES (?, ?, ?)",
            [str(arrival.path), arrival.size, arrival.modified],
        )


def _files(folder: Path) -> Iterator[Arrival]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if hidden or path.name.lower().endswith(UNDER_WAY):
            continue
        arrival = Arrival.of(path)
        if arrival is not None:
            yield arrival
