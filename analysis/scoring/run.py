"""Score the records that lack a mark: planned here, scored in worker processes, kept batch by batch.

Each batch is kept in a transaction of its own. So a run that is cancelled, or killed, loses the batches under way and
nothing else, and the next one goes on where it ended.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pyarrow as pa

from analysis.cancelled import CancelledError
from analysis.scoring.plan import AT_ONCE, Plan
from analysis.worker_process import WorkerError, WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analysis.scoring.scorer import Scorer
    from analysis.store import Store


BATCH = 5000
"""Records of a batch."""
_WORKER = "analysis.scoring.worker"


@dataclass
class Run:
    """How far a run is, or how it ended: records and marks, seconds, and the scorers that raised, with the reason."""

    records: int = 0
    total: int = 0
    marks: int = 0
    seconds: float = 0.0
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def rate(self) -> float | None:
        """Records a second; None until there is one."""
        return self.records / self.seconds if self.records and self.seconds else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the end, at this rate."""
        return (self.total - self.records) / self.rate if self.rate else None


def score(
    store: Store,
    scorers: Sequence[Scorer],
    *,
    sample: int | None = None,
    seed: int = 0,
    workers: int | None = None,
    on_progress: Callable[[Run], None] = lambda run: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Run:
    """Score the records that lack a mark of one of `scorers` in its version.

    Parameters
    ----------
    sample : int or None
        Score only so many records, drawn at random by `seed`: always the same ones, so that a larger sample holds a
        smaller one.
    workers : int or None
        Processes; as many as there are processors by default.

    Raises
    ------
    CancelledError
        If it was cancelled.
    WorkerError
        If a worker process ended too early.
    """
    run = Run()
    declare(store, scorers)
    for start in range(0, len(scorers), AT_ONCE):
        folder = Path(mkdtemp(dir=store.workspace.staging))
        try:
            with store.cursor() as cursor:
                plan = Plan(cursor, scorers[start : start + AT_ONCE], sample=sample, seed=seed, size=BATCH)
                _Scoring(store, plan, folder, run, on_progress, cancelled).go(workers or os.cpu_count() or 1)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    with store.write() as cursor:
        cursor.execute("DELETE FROM marks WHERE (name, version) NOT IN (SELECT (name, version) FROM scorers)")
    return run


def declare(store: Store, scorers: Sequence[Scorer]) -> None:
    """Make these the versions that count: from now on no mark of another version is shown."""
    known = {row["name"]: (row["version"], row["reads_on"]) for row in store.rows("FROM scorers")}
    changed = [scorer for scorer in scorers if known.get(scorer.name) != (scorer.version, scorer.reads_on)]
    if not changed:
        return
    with store.write() as cursor:
        cursor.executemany("DELETE FROM scorers WHERE name = ?", [(scorer.name,) for scorer in changed])
        cursor.executemany(
            "INSERT INTO scorers BY NAME SELECT ? AS name, ? AS version, ? AS reads_on",
            [(scorer.name, scorer.version, scorer.reads_on) for scorer in changed],
        )


class _Scoring:
    """One plan on its way through the worker processes, each of which has a thread here that feeds it."""

    def __init__(
        self,
        store: Store,
        plan: Plan,
        folder: Path,
        run: Run,
        on_progress: Callable[[Run], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._store = store
        self._plan = plan
        self._folder = folder
        self._run = run
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._numbers = iter(range(len(plan)))
        self._processes: list[WorkerProcess] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._started = time.monotonic() - run.seconds

    def go(self, workers: int) -> None:
        self._run.total += self._plan.total
        self._on_progress(self._run)
        if not len(self._plan):
            return
        watcher = threading.Thread(target=self._watch, daemon=True)
        watcher.start()
        try:
            with ThreadPoolExecutor(min(workers, len(self._plan)), "scoring") as threads:
                for feeding in [threads.submit(self._feed, place) for place in range(min(workers, len(self._plan)))]:
                    feeding.result()
        except WorkerError:
            if not self._cancelled():
                raise
        finally:
            self._over.set()
            watcher.join()
        if self._cancelled():
            raise CancelledError(f"Cancelled; the marks of {self._run.records:,} records were kept.")

    def _watch(self) -> None:
        """End the processes once the person asks for it."""
        while not self._over.wait(0.2):
            if self._cancelled():
                self._over.set()
                for process in self._processes:
                    process.kill()

    def _feed(self, place: int) -> None:
        """Give a process batch after batch, until there are no more."""
        with closing(WorkerProcess(_WORKER, self._store.workspace.root, self._folder / f"errors-{place}")) as process:
            self._processes.append(process)
            batch, marks = self._folder / f"{place}.arrow", self._folder / f"{place}.parquet"
            try:
                while not (self._over.is_set() or self._cancelled()) and (records := self._next(batch)):
                    answer = process.ask({"batch": str(batch), "marks": str(marks), "scorers": self._plan.names})
                    self._keep(records, marks, answer["failed"])
            except BaseException:
                self._over.set()
                raise

    def _next(self, path: Path) -> int:
        """Write the next batch to a file; returns its records, 0 where there is none."""
        with self._lock:
            number = next(self._numbers, None)
            if number is None:
                return 0
            batch = self._plan.batch(number)
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, batch.schema) as writer:
            writer.write_table(batch)
        return int(batch.num_rows)

    def _keep(self, records: int, marks: Path, failed: dict[str, str]) -> None:
        with self._store.write() as cursor:
            # a record may be gone by now
            ((kept,),) = cursor.execute(
                """INSERT INTO marks BY NAME SELECT m.* REPLACE (m.record_id::UUID AS record_id)
                FROM read_parquet($marks) m SEMI JOIN records r ON r.id = m.record_id::UUID""",
                {"marks": str(marks)},
            ).fetchall()
        with self._lock:
            self._run.records += records
            self._run.marks += kept
            self._run.failed |= failed
            self._run.seconds = time.monotonic() - self._started
            self._on_progress(self._run)
