"""Building the map of a workspace's prompts (or answers), and placing on it what came since.

A worker process makes the vectors, fits the map and places the texts. A map is published whole, when every text has its
place: a build that is killed or cancelled before leaves the map that was there.
"""

from __future__ import annotations

import shutil
import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.topics import export, fit, gather, models, pool, replay, topic_map
from analysis.topics.workshop import Progress, Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import duckdb

    from analysis.state.database import State
    from analysis.store import Store

COLUMNS = ("prompt", "response")
"""Columns that can be mapped, a map each."""
MANY = 1_000_000
"""Different texts from which on the static model is taken, unless another is asked for."""
SKETCHED_FROM = 1_000_000
"""Characters of all texts from which on the first map is sketched before it is drawn: fewer are drawn as soon."""
SKETCHED, SKETCHED_OF = 2_000, 20_000
"""Different texts that a sketch is fitted to, and that it has at most."""


class NoMapError(ValueError):
    """There is no map yet."""

    def __init__(self, column: str) -> None:
        super().__init__(f"There is no map of the column {column} yet: build it first (afterword topics build).")


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
    state: State | None = None,
    *,
    column: str = "prompt",
    model: str | None = None,
    seed: int = 0,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Built:
    """Build the map of a column anew.

    Where there is none and many texts, a sketch stands in for it within seconds: the same of fewer texts, from vectors
    of the static model.

    Parameters
    ----------
    state : State or None
        Holds people's edits of topics, which are made on the new map before it is published.
    column : str
        One of :data:`COLUMNS`.
    model : str or None
        See :func:`analysis.topics.models.model`; the packaged one by default, the static one from :data:`MANY` on.
    seed : int
        The same log store, model and seed give the same map on the same machine.

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
    on_progress(Progress("reading"))
    with store.cursor() as cursor, Workshop(store, on_progress, cancelled) as workshop:
        texts = gather.Texts(cursor, column)
        if texts.total < fit.LEAST:
            raise fit.TooFewTextsError(texts.total)
        fitted = texts.draw(fit.MOST, seed)
        chosen = model or (models.STATIC if texts.total >= MANY else models.QUANTISED)
        first = not store.rows("SELECT 1 FROM maps WHERE field = ?", [column])
        if first and texts.characters >= SKETCHED_FROM and export.has_static():
            # one process at a time adds to a model's vectors
            ahead = nullcontext() if chosen == models.STATIC else workshop.reading_ahead(texts, "drawn", chosen)
            with ahead, store.cursor() as another:
                some = gather.Texts(another, column, f"{gather.key(column)} % {-(-texts.total // SKETCHED_OF)} = 0")
                sketched = some.draw(SKETCHED, seed)
                _make(store, state, workshop, some, sketched, models.STATIC, seed, sketch=True)
        return _make(store, state, workshop, texts, fitted, chosen, seed)


def _make(
    store: Store, state: State | None, workshop: Workshop, texts: gather.Texts, fitted: int, model: str, seed: int,
    *, sketch: bool = False,
) -> Built:  # fmt: skip
    """Make a map fitted to the texts drawn, and put it in the place of the one before."""
    workshop.begin(model)
    topics = workshop.fit(texts, fitted, seed)
    placed = workshop.place(texts, workshop.map)
    with store.write() as writer:
        number = _next(writer)
        _publish(writer, number, texts.column, model, seed, fitted, texts.total, sketch)
        records = _keep(writer, number, texts.column, "true", placed, workshop.clusters)
        replay.keep(writer, number, topics)
        store.workspace.maps.mkdir(exist_ok=True, mode=0o700)
        shutil.move(workshop.map, store.workspace.maps / f"{number}.npz")
        replay.replay(writer, store.workspace, number, state)
    pool.tidy(store)
    return Built(number, len(topics), texts.total, fitted, records, time.monotonic() - workshop.began)


def place_new(
    store: Store,
    state: State | None = None,
    *,
    column: str = "prompt",
    on_progress: Callable[[Progress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Place the records that came since the map was built; returns how many.

    Where many texts belong to no topic, new topics are looked for among them: :func:`analysis.topics.pool.drain`.

    Raises
    ------
    NoMapError
        If there is no map yet.
    CancelledError, WorkerError
        As :func:`build`.
    """
    map = about(store, column)
    new = f"r.id NOT IN (SELECT record_id FROM placements WHERE map = {map['id']:d})"
    with store.write() as writer:
        records = _beside(writer, map["id"], column, new)
    with store.cursor() as cursor, Workshop(store, on_progress, cancelled) as workshop:
        texts = gather.Texts(cursor, column, new)
        if texts.total:
            workshop.begin(map["model"])
            placed = workshop.place(texts, topic_map.path(store.workspace, map))
            with store.write() as writer:
                records += _keep(writer, map["id"], column, new, placed, None)
                replay.replay(writer, store.workspace, map["id"], state)
        pool.drain(store, state, map, workshop)
    return records


def about(store: Store, column: str) -> dict[str, Any]:
    """Give the row of ``maps`` for a column.

    Raises
    ------
    NoMapError
        If there is no map yet.
    """
    rows = store.rows("SELECT * FROM maps WHERE field = ?", [column])
    if not rows:
        raise NoMapError(column)
    return rows[0]


def _next(cursor: duckdb.DuckDBPyConnection) -> int:
    ((number,),) = cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM maps").fetchall()
    return int(number)


def _publish(
    cursor: duckdb.DuckDBPyConnection, number: int, column: str, model: str, seed: int, fitted: int, texts: int,
    sketch: bool,
) -> None:  # fmt: skip
    """Put a map in the place of the one before."""
    for table, name in (("placements", "map"), ("topics", "map"), ("maps", "id")):
        cursor.execute(f"DELETE FROM {table} WHERE {name} IN (SELECT id FROM maps WHERE field = ?)", [column])
    cursor.execute(
        """INSERT INTO maps (id, field, model, seed, made, fitted, texts, sketch)
        VALUES (?, ?, ?, ?, now()::TIMESTAMP, ?, ?, ?)""",
        [number, column, model, seed, fitted, texts, sketch],
    )


def _beside(cursor: duckdb.DuckDBPyConnection, number: int, column: str, which: str) -> int:
    """Give each record whose text lies on the map already the place of that; returns how many."""
    ((records,),) = cursor.execute(
        f"""INSERT INTO placements (map, record_id, topic, similarity, x, y, cluster, leaf, key)
        WITH new AS (SELECT r.id, {gather.key(column)} AS key FROM records r WHERE {gather.said(column)} AND {which}),
            known AS (
                SELECT key, any_value((topic, similarity, x, y, cluster, leaf)) AS it FROM placements
                WHERE map = {number:d} AND key IN (SELECT key FROM new) GROUP BY key)
        SELECT {number:d}, id, it[1], it[2], it[3], it[4], it[5], it[6], key FROM new JOIN known USING (key)"""
    ).fetchall()
    return int(records)


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
        f"""INSERT INTO placements (map, record_id, topic, similarity, x, y, cluster, leaf, key)
        SELECT {number:d}, r.id, p.topic, p.similarity, {found}, p.topic, p.key
        FROM records r JOIN (FROM read_parquet($placed)) p ON p.key = {gather.key(column)} {fitted}
        WHERE {gather.said(column)} AND {which}""",
        {"placed": list(placed)},
    ).fetchall()
    return int(records)
