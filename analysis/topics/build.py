"""Building the map of a workspace's prompts (or answers), and placing on it what came since.

A worker process makes the vectors, fits the map and places the texts. A map is published whole, when every text has its
place: a build that is killed or cancelled before leaves the map that was there.
"""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from analysis.cancelled import CancelledError
from analysis.topics import gather, models
from analysis.worker_process import WorkerError, WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb

    from analysis.store import Store
    from analysis.topics.gather import Texts

COLUMNS = ("prompt", "response")
"""Columns that can be mapped, a map each."""
FITTED = 50_000
"""Different texts that a map is fitted to; the others are placed on it."""
MANY = 1_000_000
"""Different texts from which on the static model is taken, unless another is asked for."""
READING = "reading texts by the model"
"""The stage that loses nothing where it is broken off."""
_WORKER = "analysis.topics.worker"


class NoMapError(ValueError):
    """There is no map yet."""

    def __init__(self, column: str) -> None:
        super().__init__(f"There is no map of the column {column} yet: build it first (afterword topics build).")


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


@dataclass(frozen=True)
class Built:
    """What a build came to: the map's number, its topics, different texts and those fitted, records placed, seconds."""

    map: int
    topics: int
    texts: int
    fitted: int
    records: int
    seconds: float


def build(
    store: Store,
    *,
    column: str = "prompt",
    model: str | None = None,
    seed: int = 0,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Built:
    """Build the map of a column anew.

    Parameters
    ----------
    column : str
        One of :data:`COLUMNS`.
    model : str or None
        See :func:`analysis.topics.models.model`; the packaged one by default, the static one from :data:`MANY` on.
    seed : int
        The same records, model and seed give the same map on the same machine.

    Raises
    ------
    ValueError
        If there are too few texts, or no such column.
    CancelledError
        If it was cancelled.
    WorkerError
        If the worker process ended too early.
    """
    if column not in COLUMNS:
        raise ValueError(f"There is no map of {column!r}. Maps are made of: {', '.join(COLUMNS)}.")
    begun = time.monotonic()
    on_progress(Progress("reading"))
    with store.cursor() as cursor, _Workshop(store, on_progress, cancelled) as workshop:
        texts = gather.Texts(cursor, column)
        fitted = texts.draw(FITTED, seed)
        workshop.begin(model or (models.STATIC if texts.total >= MANY else models.QUANTISED))
        topics = workshop.fit(texts, fitted, seed)
        placed = workshop.place(texts, workshop.map)
        with store.write() as writer:
            number = _next(writer)
            _publish(writer, number, column, workshop.model, seed, fitted, texts.total)
            _describe(writer, number, column, topics)
            records = _keep(writer, number, column, "true", placed, workshop.clusters)
            store.workspace.maps.mkdir(exist_ok=True, mode=0o700)
            shutil.move(workshop.map, store.workspace.maps / f"{number}.npz")
    _tidy(store)
    return Built(number, len(topics), texts.total, fitted, records, time.monotonic() - begun)


def place_new(
    store: Store,
    *,
    column: str = "prompt",
    on_progress: Callable[[Progress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Place the records that came since the map was built; returns how many.

    Raises
    ------
    NoMapError
        If there is no map yet.
    CancelledError, WorkerError
        As :func:`build`.
    """
    current = next(iter(store.rows("SELECT id, model FROM maps WHERE field = ?", [column])), None)
    if current is None:
        raise NoMapError(column)
    number = current["id"]
    new = f"r.id NOT IN (SELECT record_id FROM placements WHERE map = {number:d})"
    with store.cursor() as cursor, _Workshop(store, on_progress, cancelled) as workshop:
        texts = gather.Texts(cursor, column, new)
        if not texts.total:
            return 0
        workshop.begin(current["model"])
        placed = workshop.place(texts, store.workspace.maps / f"{number}.npz")
        with store.write() as writer:
            return _keep(writer, number, column, new, placed, None)


class _Workshop:
    """What one build works with: a temporary folder, and the worker process."""

    def __init__(self, store: Store, on_progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> None:
        self._store = store
        self._tell = on_progress
        self._cancelled = cancelled
        self._over = threading.Event()
        self.model = ""

    def __enter__(self) -> _Workshop:
        self._folder = Path(mkdtemp(dir=self._store.workspace.staging))
        self.map = self._folder / "map.npz"
        self.clusters = self._folder / "map.parquet"
        return self

    def begin(self, model: str) -> None:
        """Begin the worker process with a model."""
        self.model = model
        self._worker = WorkerProcess(_WORKER, self._store.workspace.root, self._folder / "errors")
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def __exit__(self, *_: object) -> None:
        if self.model:
            self._over.set()
            self._watcher.join()
            self._worker.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def fit(self, texts: Texts, fitted: int, seed: int) -> list[dict[str, Any]]:
        """Fit a map to the texts drawn, into :attr:`map`; returns its topics."""
        progress = Progress(READING, total=fitted)
        paths: list[str] = []
        for table in texts.batches("drawn"):
            path = self._written(table, f"drawn-{len(paths)}")
            self._tell(progress)
            self._ask(do="embed", texts=str(path))
            progress.done += table.num_rows
            paths.append(str(path))
        self._tell(Progress("drawing the map", total=fitted))
        topics: list[dict[str, Any]] = self._ask(do="fit", texts=paths, map=str(self.map), seed=seed)["topics"]
        return topics

    def place(self, texts: Texts, map: Path) -> list[str]:
        """Place the texts on a map; returns the files that say where."""
        progress = Progress("placing", total=texts.total)
        found: list[str] = []
        for table in texts.batches("asked"):
            path, placed = self._written(table, "asked"), self._folder / f"placed-{len(found)}.parquet"
            self._tell(progress)
            self._ask(do="place", texts=str(path), map=str(map), placed=str(placed))
            progress.done += table.num_rows
            found.append(str(placed))
        self._tell(Progress("keeping", total=texts.total))
        return found

    def _written(self, table: Any, name: str) -> Path:  # noqa: ANN401 - a pyarrow.Table, which has no types
        path = self._folder / f"{name}.arrow"
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        return path

    def _ask(self, **task: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        try:
            answer = self._worker.ask({"model": self.model} | task)
        except WorkerError:
            if self._cancelled():
                raise CancelledError("Cancelled; the map of before stays.") from None
            raise
        if "wrong" in answer:
            raise ValueError(answer["wrong"])
        return answer

    def _watch(self) -> None:
        """End the process once the person asks for it."""
        while not self._over.wait(0.2):
            if self._cancelled():
                self._worker.kill()
                return


def _next(cursor: duckdb.DuckDBPyConnection) -> int:
    ((number,),) = cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM maps").fetchall()
    return int(number)


def _publish(
    cursor: duckdb.DuckDBPyConnection, number: int, column: str, model: str, seed: int, fitted: int, texts: int
) -> None:
    """Put a map in the place of the one before."""
    for table, name in (("placements", "map"), ("topics", "map"), ("maps", "id")):
        cursor.execute(f"DELETE FROM {table} WHERE {name} IN (SELECT id FROM maps WHERE field = ?)", [column])
    cursor.execute(
        "INSERT INTO maps VALUES (?, ?, ?, ?, now()::TIMESTAMP, ?, ?)", [number, column, model, seed, fitted, texts]
    )


def _describe(cursor: duckdb.DuckDBPyConnection, number: int, column: str, topics: Sequence[dict[str, Any]]) -> None:
    """Keep the topics with their names, and a record for each text that stands for one."""
    for topic in topics:
        cursor.execute(
            f"""INSERT INTO topics SELECT ?, ?, ?, ?, ?, (
                SELECT list(id) FROM (SELECT min(r.id) AS id FROM records r WHERE {gather.key(column)} IN
                    (SELECT unnest(?::UBIGINT[])) GROUP BY {gather.key(column)}))""",
            [number, topic["topic"], topic["name"], topic["phrases"], topic["middle"], topic["exemplars"]],
        )


def _keep(
    cursor: duckdb.DuckDBPyConnection,
    number: int,
    column: str,
    which: str,
    placed: Sequence[str],
    clusters: Path | None,
) -> int:
    """Give each record the place of its text; returns how many."""
    fitted = f"LEFT JOIN read_parquet('{clusters}') f USING (key)" if clusters is not None else ""
    found = "coalesce(f.x, p.x), coalesce(f.y, p.y), f.cluster" if clusters is not None else "p.x, p.y, NULL"
    ((records,),) = cursor.execute(
        f"""INSERT INTO placements SELECT {number:d}, r.id, p.topic, p.similarity, {found}
        FROM records r JOIN (FROM read_parquet($placed)) p ON p.key = {gather.key(column)} {fitted}
        WHERE trim(r.{column}) <> '' AND {which}""",
        {"placed": list(placed)},
    ).fetchall()
    return int(records)


def _tidy(store: Store) -> None:
    """Take away the files of maps that count no longer."""
    current = {f"{row['id']}.npz" for row in store.rows("SELECT id FROM maps")}
    for path in store.workspace.maps.glob("*.npz"):
        if path.name not in current:
            path.unlink(missing_ok=True)
