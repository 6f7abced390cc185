"""The topics of a map, with how many records each has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.topics import fit, gather, replay
from analysis.topics.build import NoMapError

if TYPE_CHECKING:
    from analysis.store import Store


def current(store: Store, column: str = "prompt") -> dict[str, Any]:
    """Tell of the map of a column.

    Returns
    -------
    dict
        ``id``, ``model``, ``seed``, ``made``, ``fitted``, ``texts``, ``sketch`` (whether it only stands in for the
        first map), ``records``, and ``unplaced``: the records with such a text that came since.

    Raises
    ------
    NoMapError
        If there is none yet.
    """
    found = store.rows(
        """SELECT id, model, seed, made, fitted, texts, sketch,
            (SELECT count(*) FROM placements WHERE map = m.id) AS records
        FROM maps m WHERE field = ?""",
        [column],
    )
    if not found:
        raise NoMapError(column)
    unplaced = store.frame(f'SELECT count(*) FROM records WHERE "{column}" IS NOT NULL').item() - found[0]["records"]
    if unplaced > 0:  # some are blank, perhaps, which takes longer to tell
        placed = f"SELECT record_id FROM placements WHERE map = {found[0]['id']:d}"
        sql = f"SELECT count(*) FROM records r WHERE r.id NOT IN ({placed}) AND {gather.said(column)}"
        unplaced = store.frame(sql).item()
    return found[0] | {"unplaced": max(0, unplaced)}


def behind(store: Store) -> list[str]:
    """List the columns that have a map, no sketch, and records that are not on it yet."""
    mapped = [row["field"] for row in store.rows("SELECT field FROM maps WHERE NOT sketch ORDER BY id")]
    return [column for column in mapped if current(store, column)["unplaced"]]


def awaited(store: Store, column: str = "prompt") -> bool:
    """Tell whether a column has no map or only a sketch, and different texts enough for one."""
    if store.rows("SELECT 1 FROM maps WHERE field = ? AND NOT sketch", [column]):
        return False
    some = f"SELECT DISTINCT {gather.key(column)} FROM records r WHERE {gather.said(column)} LIMIT {fit.LEAST}"
    return store.frame(f"SELECT count(*) AS n FROM ({some})").item() == fit.LEAST


def topics(store: Store, column: str = "prompt") -> list[dict[str, Any]]:
    """List the topics, the largest first: ``id``, ``name``, ``middle``, ``n`` (records), ``share`` (of all placed).

    ``made`` is when a topic came to the map, null for those that it began with. The records below every topic's floor
    come last, with an ``id`` of -1.

    Raises
    ------
    NoMapError
        If there is no map yet.
    """
    number = current(store, column)["id"]
    return store.rows(
        """WITH counted AS (SELECT topic, count(*) AS n FROM placements WHERE map = $map GROUP BY topic)
        SELECT topic AS id, coalesce(t.name, $between) AS name, t.middle, coalesce(n, 0) AS n,
            coalesce(n, 0) / (SELECT greatest(sum(n), 1) FROM counted) AS share, t.made
        FROM counted FULL JOIN (FROM topics WHERE map = $map AND stands) t USING (topic)
        ORDER BY topic < 0, n DESC, topic""",
        {"map": number, "between": replay.BETWEEN},
    )
