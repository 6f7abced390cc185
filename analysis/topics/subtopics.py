"""Looking for sub-topics: a topic, or texts chosen on the map, clustered by themselves; nothing is changed by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import polars as pl

from analysis.state import topic_edits
from analysis.topics import build, edits, fit, gather, replay
from analysis.topics.workshop import Progress, Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb

    from analysis.state.database import State
    from analysis.store import Store


def look(
    store: Store,
    state: State,
    *,
    column: str = "prompt",
    topic: int | None = None,
    records: Sequence[str] = (),
    on_progress: Callable[[Progress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Look for sub-topics of a topic, or of the texts of records.

    Returns
    -------
    dict
        ``parts``, the largest first, none where the texts do not fall apart: each with ``name``, ``phrases``,
        ``middle``, ``exemplars`` and ``texts`` (keys), and ``n``, the records that it would have. Where only some texts
        of a topic were chosen, the others are a part too. ``apart`` tells whether the texts fall apart: where they do
        and there are no parts, these are topics already. ``was`` names the topics that would be split, ``texts`` counts
        the different texts.

    Raises
    ------
    NoMapError, ValueError
        If there is no map, or no such topic.
    CancelledError, WorkerError
        As :func:`analysis.topics.build.build`.
    """
    map = build.about(store, column)
    which = f"topic = {topic:d}" if topic is not None else f"record_id IN ({_listed(records)})"
    chosen = f"(SELECT key FROM placements WHERE map = {map['id']:d} AND {which})"
    with store.cursor() as cursor, Workshop(store, on_progress, cancelled) as workshop:
        texts = gather.Texts(cursor, column, f"{gather.key(column)} IN {chosen}")
        if not texts.total:
            raise ValueError(f"There is no topic {topic} on this map." if topic is not None else "No text was chosen.")
        drawn = texts.draw(fit.MOST, map["seed"])
        workshop.begin(map["model"])
        parts = workshop.divide(texts, drawn, map["seed"])
        apart = bool(parts)
        for part in parts:
            part["texts"] = _some(part["texts"])
        before = topic_edits.in_force(topic_edits.everything(state, column))
        return _counted(cursor, store, map, before, parts, chosen) | {"texts": texts.total, "apart": apart}


def _counted(
    cursor: duckdb.DuckDBPyConnection,
    store: Store,
    map: dict[str, Any],
    before: list[topic_edits.Edit],
    parts: list[dict[str, Any]],
    chosen: str,
) -> dict[str, Any]:
    """Tell what a split into the parts would come to, by making it on paper."""
    if not parts:
        return {"parts": [], "was": []}
    held = _held(cursor, map["id"], parts)
    for topic, row in held.items():
        rest = edits.drawn(cursor, map["id"], f"topic = {topic:d} AND key NOT IN {chosen}")
        if len(rest) >= fit.LEAST_PART:
            parts.append(row | {"exemplars": rest[:5], "texts": rest})
    board = replay.Board(cursor, store.workspace, map)

    def tried(parts: list[dict[str, Any]]) -> dict[str, Any]:
        plan = board.plan([*before, edits.supposed(map["field"], {"parts": parts})])
        counts = dict(board.texts(plan).group_by("topic").agg(pl.sum("n")).iter_rows())
        new = {number: place for number, (edit, place) in plan.made.items() if edit.id < 0}
        found = [parts[place] | {"n": counts.get(number, 0)} for number, place in new.items()]
        was = [held[one.topic]["name"] for one in plan.divided if one.into[0] in new]
        return {"parts": sorted(found, key=lambda part: -part["n"]), "was": was}

    found = tried(parts)
    some = [part for part in found["parts"] if part["n"]]
    # nothing of the topic may be nearest to one of its parts, which then is none
    return found if len(some) == len(found["parts"]) else tried(some)


def _held(cursor: duckdb.DuckDBPyConnection, map: int, parts: Sequence[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Find the topics that hold texts of the parts, with their names and what describes them."""
    keys = [key for part in parts for key in part["texts"]]
    rows = cursor.execute(
        """SELECT topic, name, phrases, middle FROM topics SEMI JOIN (
            SELECT topic, count(DISTINCT key) AS n FROM placements
            WHERE map = $map AND key IN (SELECT unnest($keys::UBIGINT[])) GROUP BY topic) USING (topic)
        WHERE map = $map AND stands""",
        {"map": map, "keys": keys},
    ).fetchall()
    return {topic: {"name": name, "phrases": phrases, "middle": middle} for topic, name, phrases, middle in rows}


def _some(keys: Sequence[int]) -> list[int]:
    """Choose texts that stand for a part: evenly through their keys, which are as good as drawn."""
    step = max(1, -(-len(keys) // edits.TEXTS))
    return sorted(keys)[::step]


def _listed(records: Sequence[str]) -> str:
    return ", ".join(f"'{UUID(record)}'" for record in records) or "NULL"
