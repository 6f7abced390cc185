"""One path on its way in: straight or staged, cancelled or loaded, with a report of each file it holds."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import duckdb
import orjson
import xxhash

from analysis.cancelled import CancelledError
from analysis.ingest.direct import REFUSED, Direct
from analysis.ingest.ledger import Given, account
from analysis.ingest.load import LostLinesError, load, load_directly
from analysis.ingest.pace import watching
from analysis.ingest.report import Options, Progress, Report
from analysis.ingest.resources.load import load as load_samples
from analysis.ingest.task import Staged, Task
from analysis.overrides import PriceFileError
from analysis.overrides import load as load_prices

if TYPE_CHECKING:
    from analysis.store import Store

OnProgress = Callable[[Progress], None]
Cancelled = Callable[[], bool]

_CHUNK = 1 << 20


class ImportCancelledError(CancelledError):
    """The person who started an import stopped it; what was not committed yet is not there."""

    def __init__(self) -> None:
        super().__init__("Cancelled; of the file that was being read nothing was kept.")


class _RollBack(Exception):
    """Ends a dry run's transaction."""


class Intake:
    """One path on its way in."""

    def __init__(
        self,
        store: Store,
        path: Path,
        partitions: dict[str, str],
        options: Options,
        batch: str,
        on_progress: OnProgress,
        cancelled: Cancelled,
    ) -> None:
        self.store = store
        self.path = path
        self.partitions = partitions
        self.options = options
        self.batch = batch
        self.on_progress = on_progress
        self.cancelled = cancelled
        self.started = time.monotonic()
        self.moment = datetime.now(UTC).replace(tzinfo=None)
        self.size = path.stat().st_size
        self._hash = _Hash(path)
        self._broken = False

    def run(self) -> list[Report]:
        """Import what the path holds; returns an account of each plain file."""
        try:
            load_prices(self.store.workspace.prices)
        except PriceFileError as error:
            report = self._report(self.path.name, self.size)
            report.failure = f"{error} Mend the file or take it away, and import again."
            return [report]
        known = self._known()
        if known:
            return known
        folder = Path(mkdtemp(dir=self.store.workspace.staging))
        try:
            direct = self._directly(folder)
            return [direct] if direct else [self._load(staged) for staged in self._stage(folder)]
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _known(self) -> list[Report]:
        """The very same file again: nothing to read."""
        if self.options.mapping is not None or self.options.format is not None:
            return []
        if not self.store.rows("SELECT id FROM imports WHERE undone IS NULL AND size = ? LIMIT 1", [self.size]):
            return []
        rows = self.store.rows(
            "SELECT id, file FROM imports WHERE undone IS NULL AND digest = ? ORDER BY id", [self._hash.digest()]
        )
        reports = []
        for row in rows:
            before = account(self.store, row["id"])
            reports.append(
                Report(
                    file=self.path.name if len(rows) == 1 else row["file"],
                    format=before.format,
                    read=before.read,
                    duplicate=before.read,
                    first_time=before.first_time,
                    last_time=before.last_time,
                    notes=[f"The very same file is here as import {row['id']}: nothing to add."],
                    started=self.moment,
                    bytes=before.bytes,
                    batch=self.batch,
                    imported_by=self.options.imported_by,
                )
            )
        return reports

    def _stage(self, folder: Path, *, passed_over: bool = False) -> Iterator[Staged]:
        task = Task(
            path=str(self.path.resolve()),
            out=str(folder),
            format=self.options.format,
            mapping=self.options.mapping,
            at=self.options.at.isoformat(sep=" ") if self.options.at else None,
            partitions=self.partitions,
            max_expansion=self.options.max_expansion,
            broken=self._broken,
            passed_over=passed_over,
        )
        command = [sys.executable, "-m", "analysis.ingest.stage", orjson.dumps(asdict(task)).decode()]
        with (
            (folder / "errors").open("wb") as errors,
            # Out of the terminal's reach: Ctrl-C is for this process, which then cancels in an orderly way.
            subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
            ) as child,
            self._cancelling(child.kill) as stopped,
        ):
            self._hash.start()
            assert child.stdout is not None
            for line in child.stdout:
                message = orjson.loads(line)
                if "staged" in message:
                    yield Staged(**message["staged"])
                else:
                    self._progress(message["stage"], message["done"], message["total"])
            code = child.wait()
        if stopped.is_set():
            raise ImportCancelledError
        if code != 0:
            last = (folder / "errors").read_text(errors="replace").strip().splitlines()[-1:]
            why = last[0] if last else f"it ended with code {code}"
            yield Staged(
                name=self.path.name,
                failure=f"Reading {self.path.name} broke off ({why}). Nothing of it was imported; please report this.",
            )

    def _directly(self, folder: Path) -> Report | None:
        """Take the fast way where the file allows it; none where it does not."""
        source = folder / "source"
        if self.partitions or not _link(self.path, source):
            return None
        direct = Direct(source, self.path.name, self.options)
        with self.store.cursor() as cursor:
            if not direct.fits(cursor):
                return None
        report = self._report(self.path.name, self.size)
        report.format = direct.format
        try:
            with self._writing(report) as cursor:
                self._hash.start()
                with watching(
                    cursor, self.size, lambda done: self._progress("reading", done, self.size), self._hash.so_far
                ):
                    load_directly(cursor, direct, report, self._given(), lambda: self._passed_over(folder))
        except REFUSED as error:
            self._broken = "Malformed JSON" in str(error)
            return None
        except LostLinesError:
            self._broken = True
            return None
        return report

    def _passed_over(self, folder: Path) -> Staged:
        """Stage the lines that DuckDB passed over."""
        (staged,) = self._stage(folder, passed_over=True)
        return staged

    def _load(self, staged: Staged) -> Report:
        report = self._report(staged.name, staged.bytes)
        report.format, report.failure = staged.format, staged.failure
        if staged.failure is not None:
            return report
        with self._writing(report) as cursor:
            self._progress("loading", 0, staged.bytes)
            (load_samples if staged.samples else load)(cursor, staged, report, self._given())
        return report

    def _report(self, name: str, size: int) -> Report:
        return Report(
            file=name,
            format="",
            started=self.moment,
            imported_by=self.options.imported_by,
            batch=self.batch,
            bytes=size,
        )

    def _given(self) -> Given:
        return Given(str(self.path), self.size, self._hash.digest)

    @contextmanager
    def _writing(self, report: Report) -> Iterator[duckdb.DuckDBPyConnection]:
        """The transaction of one file: rolled back for a dry run, and when the person cancels."""
        try:
            with self.store.write() as cursor, self._cancelling(cursor.interrupt):
                yield cursor
                if self.options.dry_run:
                    raise _RollBack
        except _RollBack:
            report.id = None
        except duckdb.InterruptException as error:
            raise ImportCancelledError from error
        report.seconds = time.monotonic() - self.started
        self._progress("done", report.bytes, report.bytes)

    @contextmanager
    def _cancelling(self, stop: Callable[[], Any]) -> Iterator[threading.Event]:
        """Call `stop` from another thread once the person asks for it; yields an event that says so."""
        stopped, over = threading.Event(), threading.Event()

        def watch() -> None:
            while not over.wait(0.2):
                if self.cancelled():
                    stopped.set()
                    stop()
                    return

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield stopped
        finally:
            over.set()
            watcher.join()

    def _progress(self, stage: str, done: int, total: int) -> None:
        self.on_progress(Progress(self.path.name, stage, done, total, time.monotonic() - self.started))


def _link(path: Path, target: Path) -> bool:
    """Let the log store see a file in its own folder without copying it; false where the disk cannot."""
    try:
        target.hardlink_to(path.resolve())
    except OSError:
        return False
    return True


class _Hash:
    """A digest of a file (XXH3, 128 bits), computed beside the reading of it: it tells the very same file again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread: threading.Thread | None = None
        self._digest = ""
        self._done = 0

    def so_far(self) -> int:
        """The bytes read."""
        return self._done

    def start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._compute, daemon=True)
            self._thread.start()

    def digest(self) -> str:
        self.start()
        assert self._thread is not None
        self._thread.join()
        return self._digest

    def _compute(self) -> None:
        with self._path.open("rb") as file:
            digest = xxhash.xxh3_128()
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                self._done += len(chunk)
            self._digest = digest.hexdigest()
