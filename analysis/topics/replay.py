"""What people's edits make of a map: which topics stand, what they are called, and where each record counts to.

Edits are gone through in their order, from the topics that the map itself found. Each speaks of topics by texts of
theirs, and means the topic that holds most of these: so it holds on any map. A name goes to that topic; a merge joins
the topics of its parts; a split divides the topic of two parts or more, by the nearest middle. To do so again changes
nothing, so that what a kill left half done is mended by doing it again.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from analysis.metrics.fields import NONE, OTHER
from analysis.state import topic_edits
from analysis.topics import fit, topic_map
from analysis.topics.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb
    from numpy.typing import NDArray

    from analysis.state.database import State
    from analysis.state.topic_edits import Edit
    from analysis.workspace import Workspace

AT_ONCE = 20_000
"""Texts whose vectors are read at a time."""
BETWEEN = "Between the topics"
"""What records below every topic's floor are called."""
TAKEN = (NONE, OTHER, BETWEEN)
"""Names that stand for something else wherever records are told apart by topic: no topic bears one."""
_KEPT: dict[str, pl.DataType | type[pl.DataType]] = {
    "topic": pl.Int32, "name": pl.String, "phrases": pl.List(pl.String), "middle": pl.String,
    "exemplars": pl.List(pl.UInt64), "made": pl.Datetime("us"), "edit": pl.Int64, "part": pl.Int64,
}  # fmt: skip
"""What is kept of a topic: the last three of those that came after the map was built."""


@dataclass(frozen=True)
class Divided:
    """A topic whose texts count to others: to one, or to that of these whose middle they are most like."""

    topic: int
    into: tuple[int, ...]
    middles: NDArray[np.float32] | None = None


@dataclass
class Plan:
    """What edits come to on a map: what becomes of topics in its order, the names given, the numbers of new topics."""

    divided: list[Divided] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    made: dict[int, tuple[Edit, int]] = field(default_factory=dict)
    """For each new topic, the edit that made it and which part of that it is."""


class Board:
    """A map on which edits are gone through.

    Parameters
    ----------
    cursor : DuckDBPyConnection
        Reads the map; the writer's, where something is written.
    map : dict
        A row of ``maps``.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, workspace: Workspace, map: dict[str, Any]) -> None:
        self._cursor = cursor
        self._workspace = workspace
        self._map = map
        self._opened: Vectors | None = None

    def plan(self, edits: Sequence[Edit]) -> Plan:
        """Go through the edits that hold, in their order."""
        held, plan, numbers = self._anchors(edits), Plan(), self._numbers()
        for edit in edits:
            if edit.kind in (topic_edits.RENAME, topic_edits.NAMES):
                for part in edit.body.get("names", [edit.body]):
                    topic = _holder(held, part["texts"])
                    if topic is not None:
                        plan.names[topic] = part["name"]
            elif edit.kind == topic_edits.MERGE:
                found = (_holder(held, part) for part in edit.body["parts"])
                same = list(dict.fromkeys(topic for topic in found if topic is not None))
                self._add(plan, held, [Divided(other, (same[0],)) for other in same[1:]])
            else:
                self._add(plan, held, self._split(edit, held, numbers, plan))
        return plan

    def texts(self, plan: Plan) -> pl.DataFrame:
        """Follow the texts whose topic the plan changes: ``key``, ``leaf``, ``n`` (records), and the new ``topic``."""
        frame = self._frame(
            """SELECT key, leaf, count(*) AS n FROM placements
            WHERE map = $map AND leaf IN (SELECT unnest($leaves::INTEGER[])) GROUP BY key, leaf""",
            {"leaves": sorted(_touched(plan))},
        )
        topics = frame["leaf"].to_numpy().astype(np.int32)
        keys = frame["key"].to_numpy()
        for one in plan.divided:
            own = np.flatnonzero(topics == one.topic)
            topics[own] = self._nearest(keys[own], one)
        return frame.with_columns(pl.Series("topic", topics, dtype=pl.Int32))

    def write(self, plan: Plan, edits: int) -> None:
        """Make the map so: its topics, their names, and where each record counts to, having seen so many edits."""
        found = self.texts(plan)
        self._cursor.register("followed", found.to_arrow())
        self._cursor.execute(
            """UPDATE placements p SET topic = f.topic FROM followed f
            WHERE p.map = $map AND p.key = f.key AND p.topic <> f.topic""",
            {"map": self._map["id"]},
        )
        self._cursor.execute(
            """UPDATE placements SET topic = leaf
            WHERE map = $map AND topic <> leaf AND leaf NOT IN (SELECT leaf FROM followed)""",
            {"map": self._map["id"]},
        )
        self._cursor.unregister("followed")
        self._make(plan)
        self._stand(plan)
        self._cursor.execute("UPDATE maps SET edits = ? WHERE id = ?", [edits, self._map["id"]])

    def _anchors(self, edits: Sequence[Edit]) -> dict[int, int]:
        """Give the topic of the map itself for each text that an edit names and that is still there."""
        keys = sorted({key for edit in edits for key in _named(edit)})
        frame = self._frame(
            "SELECT DISTINCT key, leaf FROM placements WHERE map = $map AND key IN (SELECT unnest($keys::UBIGINT[]))",
            {"keys": keys},
        )
        return dict(frame.iter_rows())

    def _split(self, edit: Edit, held: dict[int, int], numbers: _Numbers, plan: Plan) -> list[Divided]:
        parts: dict[int, list[int]] = {}
        for place, part in enumerate(edit.body["parts"]):
            topic = _holder(held, part["texts"])
            if topic is not None:
                parts.setdefault(topic, []).append(place)
        found = []
        for topic, own in parts.items():
            if len(own) < 2:  # it is apart from the others already
                continue
            into = tuple(numbers.of(edit.id, place) for place in own)
            middles = np.stack([self._middle(edit.body["parts"][place]["texts"]) for place in own])
            plan.made |= {number: (edit, place) for number, place in zip(into, own, strict=True)}
            found.append(Divided(topic, into, middles))
        return found

    def _add(self, plan: Plan, held: dict[int, int], divided: Iterable[Divided]) -> None:
        for one in divided:
            plan.divided.append(one)
            own = np.array([key for key, topic in held.items() if topic == one.topic], np.uint64)
            held |= zip(own.tolist(), self._nearest(own, one).tolist(), strict=True)

    def _nearest(self, keys: NDArray[np.uint64], one: Divided) -> NDArray[np.int32]:
        into = np.array(one.into, np.int32)
        if one.middles is None or not len(keys):
            return np.full(len(keys), into[0], np.int32)
        parts = [keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE)]
        return into[np.concatenate([(self._vectors(part) @ one.middles.T).argmax(axis=1) for part in parts])]

    def _middle(self, texts: Sequence[int]) -> NDArray[np.float32]:
        vectors = self._vectors(np.array(texts, np.uint64))
        return fit.centre(vectors, np.zeros(len(vectors), np.int32))[0]

    def _vectors(self, keys: NDArray[np.uint64]) -> NDArray[np.float32]:
        """Read vectors; zeros for a text that has none any more."""
        if self._opened is None:
            path = topic_map.path(self._workspace, self._map)
            dimensions = topic_map.load(path, path.stat().st_mtime_ns).centroids.shape[1]
            self._opened = Vectors(self._workspace.vectors, self._map["model"], dimensions)
        there = ~self._opened.missing(keys)
        taken = self._opened.take(keys[there])
        found = np.zeros((len(keys), taken.shape[1]), np.float32)
        found[there] = taken
        return found

    def _numbers(self) -> _Numbers:
        rows = self._frame("SELECT topic, edit, part FROM topics WHERE map = $map").rows()
        return _Numbers(
            {(edit, part): topic for topic, edit, part in rows if edit is not None},
            max((topic for topic, *_ in rows), default=-1) + 1,
        )

    def _make(self, plan: Plan) -> None:
        """Keep the topics that splits made, unless they were made before."""
        known = {topic for (topic,) in self._frame("SELECT topic FROM topics WHERE map = $map").rows()}
        made = []
        for number in sorted(plan.made.keys() - known):
            edit, place = plan.made[number]
            where = {"topic": number, "made": edit.made, "edit": edit.id, "part": place}
            made.append(edit.body["parts"][place] | where)
        keep(self._cursor, self._map["id"], made)

    def _stand(self, plan: Plan) -> None:
        gone = {one.topic: one.into[0] if one.middles is None else None for one in plan.divided}
        rows = self._frame("SELECT topic, name, phrases, edit, stands, merged_into FROM topics WHERE map = $map").rows()
        rows.sort(
            key=lambda row: (not plan.names.get(row[0]), row[0])
        )  # of two alike, what people named keeps its name
        taken = set(TAKEN)
        for topic, name, phrases, edit, stands, merged in rows:
            own = " · ".join(phrases)
            if topic in plan.made:
                own = plan.made[topic][0].body["parts"][plan.made[topic][1]]["name"]
            there = topic not in gone and (edit is None or topic in plan.made)
            called = plan.names.get(topic) or own
            if there:
                called = _free(called, taken)
                taken.add(called)
            now = (called, there, gone.get(topic))
            if now != (name, stands, merged):
                self._cursor.execute(
                    "UPDATE topics SET name = ?, stands = ?, merged_into = ? WHERE map = ? AND topic = ?",
                    [*now, self._map["id"], topic],
                )

    def _frame(self, sql: str, values: dict[str, Any] | None = None) -> pl.DataFrame:
        return pl.DataFrame(self._cursor.sql(sql, params={"map": self._map["id"]} | (values or {})).to_arrow_table())


@dataclass
class _Numbers:
    """The numbers of topics that splits made, each given once on a map."""

    given: dict[tuple[int, int], int]
    next: int

    def of(self, edit: int, part: int) -> int:
        if (edit, part) not in self.given:
            self.given[edit, part] = self.next
            self.next += 1
        return self.given[edit, part]


def replay(cursor: duckdb.DuckDBPyConnection, workspace: Workspace, map: int, state: State | None) -> None:
    """Make of a map what the edits say, within the writer's transaction; `state` is None where people have none."""
    (row,) = cursor.execute("SELECT id, field, model, additions FROM maps WHERE id = ?", [map]).fetchall()
    found = dict(zip(("id", "field", "model", "additions"), row, strict=True))
    edits = topic_edits.everything(state, found["field"]) if state else []
    board = Board(cursor, workspace, found)
    board.write(board.plan(topic_edits.in_force(edits)), len(edits))


def keep(cursor: duckdb.DuckDBPyConnection, map: int, topics: Sequence[dict[str, Any]]) -> None:
    """Keep topics with their names, and a record for each text that stands for one."""
    if not topics:
        return
    cursor.register("found", pl.DataFrame(topics, schema=_KEPT).to_arrow())
    cursor.execute(
        """INSERT INTO topics (map, topic, name, phrases, middle, exemplars, made, edit, part)
        WITH standing AS (SELECT topic, unnest(exemplars) AS key FROM found),
            asked AS (
                SELECT key, min(record_id) AS id FROM placements
                WHERE map = $map AND key IN (SELECT key FROM standing) GROUP BY key)
        SELECT $map, f.topic, f.name, f.phrases, f.middle,
            (SELECT list(a.id) FROM standing s JOIN asked a USING (key) WHERE s.topic = f.topic), f.made, f.edit, f.part
        FROM found f""",
        {"map": map},
    )
    cursor.unregister("found")


def _named(edit: Edit) -> Iterable[int]:
    if edit.kind == topic_edits.RENAME:
        return list(edit.body["texts"])
    if edit.kind == topic_edits.NAMES:
        return [key for part in edit.body["names"] for key in part["texts"]]
    parts = edit.body["parts"]
    return [key for part in parts for key in (part if edit.kind == topic_edits.MERGE else part["texts"])]


def _holder(held: dict[int, int], texts: Iterable[int]) -> int | None:
    """Find the topic that holds more than half of the texts that are still there."""
    counts = Counter(held[key] for key in texts if key in held)
    ((topic, most),) = counts.most_common(1) or ((-1, 0),)
    return topic if topic >= 0 and 2 * most > counts.total() else None


def _free(name: str, taken: set[str]) -> str:
    """Give a name that no other topic has: the field `topic` goes by names."""
    numbered = (f"{name} ({number})" for number in itertools.count(2))
    return next(one for one in itertools.chain([name], numbered) if one not in taken)


def _touched(plan: Plan) -> set[int]:
    """List the topics of the map itself that the plan changes."""
    return {one.topic for one in plan.divided} - plan.made.keys()
