"""What work on a map is done with: a temporary folder, and the worker process that holds the model."""

from __future__ import annotations

import shutil
import threading
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from analysis.cancelled import CancelledError
from analysis.worker_process import WorkerError, WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from analysis.store import Store
    from analysis.topics.gather import Texts

READING = "reading texts by the model"
"""The stage that loses nothing where it is broken off."""
AHEAD = 5_000
"""Texts of a part from which on a process of its own reads them while others are fitted."""
_WORKER = "analysis.topics.worker"


@dataclass
class Progress:
    """How far a build is: the stage, the texts done of it and in all, and the seconds since the stage began."""

    stage: str
    done: int = 0
    total: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def rate(self) -> float | None:
        """Texts a second; None until there is one."""
        seconds = time.monotonic() - self.began
        return self.done / seconds if self.done and seconds else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the stage ends, at this rate."""
        return (self.total - self.done) / self.rate if self.rate else None


class Workshop:
    """A temporary folder, and a worker process that is ended once the work is cancelled."""

    def __init__(self, store: Store, on_progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> None:
        self._store = store
        self._tell = on_progress
        self._cancelled = cancelled
        self._over = threading.Event()
        self._second: WorkerProcess | None = None
        self.model = ""
        self.began = time.monotonic()

    def __enter__(self) -> Workshop:
        self._folder = Path(mkdtemp(dir=self._store.workspace.staging))
        self.map = self._folder / "map.npz"
        self.clusters = self._folder / "map.parquet"
        return self

    def begin(self, model: str) -> None:
        """Take a model for what comes; the worker process begins with the first."""
        begun, self.model = bool(self.model), model
        if begun:
            return
        self._worker = self._process("errors")
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def __exit__(self, *_: object) -> None:
        if self.model:
            self._over.set()
            self._watcher.join()
            self._worker.close()
        if self._second is not None:
            self._second.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def fit(self, texts: Texts, fitted: int, seed: int) -> list[dict[str, Any]]:
        """Fit a map to the texts drawn, into :attr:`map`; returns its topics."""
        return self._found(texts, fitted, "drawing the map", do="fit", map=str(self.map), seed=seed)

    def extend(self, texts: Texts, fitted: int, seed: int, map: Path, first: int) -> list[dict[str, Any]]:
        """Find topics in the texts drawn, and write a map with them added to another's into :attr:`map`.

        Their numbers begin with `first`.
        """
        return self._found(
            texts, fitted, "looking for new topics", do="extend", old=str(map), map=str(self.map), seed=seed,
            first=first,
        )  # fmt: skip

    def divide(self, texts: Texts, fitted: int, seed: int) -> list[dict[str, Any]]:
        """Find the topics within the texts drawn; none where they do not fall apart."""
        return self._found(texts, fitted, "looking for sub-topics", do="divide", seed=seed)

    def _found(self, texts: Texts, fitted: int, stage: str, **task: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        progress = Progress(READING, total=fitted)
        paths: list[str] = []
        for table in texts.batches("drawn"):
            path = self._written(table, f"drawn-{len(paths)}")
            self._tell(progress)
            self._ask(do="embed", texts=str(path))
            progress.done += table.num_rows
            paths.append(str(path))
        self._tell(Progress(stage, total=fitted))
        ahead = fitted >= AHEAD and texts.total - fitted >= AHEAD
        with self.reading_ahead(texts, "others", self.model) if ahead else nullcontext():
            topics: list[dict[str, Any]] = self._ask(texts=paths, **task)["topics"]
        if ahead:
            self._ask(do="reread")
        return topics

    @contextmanager
    def reading_ahead(self, texts: Texts, part: str, model: str) -> Iterator[None]:
        """Have a part of the texts read by a model meanwhile, in a second process: a fit leaves cores idle."""
        over = threading.Event()
        reader = threading.Thread(target=self._read_ahead, args=(texts, part, model, over), daemon=True)
        reader.start()
        try:
            yield
        finally:
            over.set()
            reader.join()

    def _read_ahead(self, texts: Texts, part: str, model: str, over: threading.Event) -> None:
        try:
            if self._second is None:
                self._second = self._process("errors-ahead")
            self._second.ask({"model": model, "do": "reread"})
            for table in texts.batches(part):
                if over.is_set() or self._cancelled():
                    return
                self._second.ask({"model": model, "do": "ahead", "texts": str(self._written(table, "ahead"))})
        except WorkerError:
            return  # what is not read ahead is read when it is wanted

    def place(self, texts: Texts, map: Path) -> list[str]:
        """Place the texts on a map; returns the files that say where."""
        progress = Progress("placing", total=texts.total)
        found: list[str] = []
        # A text's vector depends a little on those it is read beside, so that they are the same in each build.
        for table in (table for part in texts.parts for table in texts.batches(part)):
            path, placed = self._written(table, "asked"), self._folder / f"placed-{len(found)}.parquet"
            self._tell(progress)
            self._ask(do="place", texts=str(path), map=str(map), placed=str(placed))
            progress.done += table.num_rows
            found.append(str(placed))
        self._tell(Progress("keeping", total=texts.total))
        return found

    def _process(self, errors: str) -> WorkerProcess:
        return WorkerProcess(_WORKER, self._store.workspace.root, self._folder / errors)

    def _written(self, table: Any, name: str) -> Path:  # noqa: ANN401 - a pyarrow.Table, which has no types
        path = self._folder / f"{name}.arrow"
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        return path

    def _ask(self, **task: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        if self._cancelled():
            raise CancelledError("Cancelled; the map stays as it was.")
        try:
            answer = self._worker.ask({"model": self.model} | task)
        except WorkerError:
            if self._cancelled():
                raise CancelledError("Cancelled; the map stays as it was.") from None
            raise
        if "wrong" in answer:
            raise ValueError(answer["wrong"])
        return answer

    def _watch(self) -> None:
        """End the processes once the person asks for it."""
        while not self._over.wait(0.2):
            if self._cancelled():
                self._worker.kill()
                if self._second is not None:
                    self._second.kill()
                return
