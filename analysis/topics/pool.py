"""New topics among the texts that the map places nowhere: once there are enough of them, they alone are clustered.

What is found joins the map under new numbers, near to where its texts lay; nothing that was there moves. The map's file
is written anew beside the old one, and counts from the moment that the store names it.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from analysis.state.database import now
from analysis.topics import fit, gather, replay, topic_map

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from analysis.state.database import State
    from analysis.store import Store
    from analysis.topics.workshop import Workshop


def drain(store: Store, state: State | None, map: dict[str, Any], workshop: Workshop) -> int:
    """Look for topics among the texts placed nowhere, if enough came since that was last done; returns how many.

    Parameters
    ----------
    map : dict
        A row of ``maps``.
    """
    nowhere = f"(SELECT record_id FROM placements WHERE map = {map['id']:d} AND leaf < 0 AND cluster IS NULL)"
    with store.cursor() as cursor:
        texts = gather.Texts(cursor, map["field"], f"r.id IN {nowhere}")
        if texts.total - map["left_over"] < fit.LEAST:
            return 0
        first = _next(cursor, map["id"])
        workshop.begin(map["model"])
        old = topic_map.path(store.workspace, map)
        topics = workshop.extend(texts, texts.draw(fit.MOST, map["seed"]), map["seed"], old, first)
        placed = workshop.place(texts, workshop.map) if topics else []
        with store.write() as writer:
            if _next(writer, map["id"]) != first:  # somebody split a topic meanwhile: the next time gives other numbers
                return 0
            added = map | {"additions": map["additions"] + bool(topics)}
            if topics:
                shutil.move(workshop.map, topic_map.path(store.workspace, added))
                _move(writer, map["id"], placed, str(workshop.clusters))
                made = {"made": now()}
                replay.keep(writer, map["id"], [topic | made for topic in topics])
            writer.execute(
                f"""UPDATE maps SET additions = ?, left_over = (
                    SELECT count(DISTINCT key) FROM placements WHERE record_id IN {nowhere}) WHERE id = ?""",
                [added["additions"], map["id"]],
            )
            replay.replay(writer, store.workspace, map["id"], state)
    tidy(store)
    return len(topics)


def tidy(store: Store) -> None:
    """Take away the files of maps that count no longer."""
    current = {topic_map.path(store.workspace, row).name for row in store.rows("SELECT id, additions FROM maps")}
    for path in store.workspace.maps.glob("*.npz"):
        if path.name not in current:
            path.unlink(missing_ok=True)


def _next(cursor: duckdb.DuckDBPyConnection, map: int) -> int:
    sql = "SELECT coalesce(max(topic), -1) + 1 FROM topics WHERE map = ?"
    ((number,),) = cursor.execute(sql, [map]).fetchall()
    return int(number)


def _move(cursor: duckdb.DuckDBPyConnection, map: int, placed: Sequence[str], clusters: str) -> None:
    cursor.execute(
        """UPDATE placements p SET leaf = f.topic, topic = f.topic, similarity = f.similarity, x = f.x, y = f.y,
            cluster = f.cluster
        FROM (SELECT key, p.topic, p.similarity, coalesce(c.x, p.x) AS x, coalesce(c.y, p.y) AS y, c.cluster
            FROM read_parquet($placed) p LEFT JOIN read_parquet($clusters) c USING (key) WHERE p.topic >= 0) f
        WHERE p.map = $map AND p.leaf < 0 AND p.key = f.key""",
        {"map": map, "placed": list(placed), "clusters": clusters},
    )
