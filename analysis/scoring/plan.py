"""Which records a scorer has still to score, and in which batches: work is proportional to what is new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.scoring import context

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from analysis.scoring.scorer import Scorer
    from analysis.store import Store

AT_ONCE = 60
"""Scorers of one plan: each has a bit of a 64-bit number."""


@dataclass(frozen=True)
class Coverage:
    """How far a scorer is: the records it can speak of, and of them those that have a mark of its version."""

    eligible: int
    marked: int


class Plan:
    """The records that lack a mark of one of some scorers, in the order of the store, the latest first.

    Parameters
    ----------
    cursor : DuckDBPyConnection
        The plan is a temporary table of it.
    scorers : sequence of Scorer
        At most :data:`AT_ONCE`.
    sample : int or None
        Plan only those among so many of all records, drawn at random by `seed`: the same ones each time.
    seed : int
        Of the sample.
    size : int
        Records of a batch.
    """

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        scorers: Sequence[Scorer],
        *,
        sample: int | None,
        seed: int,
        size: int,
    ) -> None:
        self.names = [scorer.name for scorer in scorers]
        self._cursor = cursor
        self._reads = list(dict.fromkeys(column for scorer in scorers for column in scorer.reads))
        self._reads_on = any(scorer.reads_on for scorer in scorers)
        _gather(cursor, scorers, sample, seed)
        self.total = _number(cursor, "SELECT count(*) FROM todo")
        self._ranges: list[tuple[int, int]] = cursor.execute(
            f"""SELECT min(place), max(place) FROM (
                SELECT place, (row_number() OVER (ORDER BY place DESC) - 1) // {size:d} AS batch FROM todo)
            GROUP BY batch ORDER BY batch"""
        ).fetchall()

    def __len__(self) -> int:
        """The number of batches."""
        return len(self._ranges)

    def batch(self, number: int) -> Any:  # noqa: ANN401 - a pyarrow.Table, which has no types
        """Read a batch: ``id``, ``wanted`` (a bit a scorer, by its place), and the columns that the scorers read."""
        columns = ", ".join(
            f"{context.NEXT[name]} AS {name}" if name in context.NEXT else f'r."{name}"' for name in self._reads
        )
        return self._cursor.sql(
            f"""SELECT r.id::VARCHAR AS id, t.wanted, {columns}
            FROM records r JOIN todo t ON t.place = r.rowid AND t.id = r.id
            {context.JOIN if self._reads_on else ""}
            WHERE r.rowid BETWEEN $first AND $last AND t.place BETWEEN $first AND $last""",
            params=dict(zip(("first", "last"), self._ranges[number], strict=True)),
        ).to_arrow_table()


def coverage(store: Store, scorers: Sequence[Scorer]) -> dict[str, Coverage]:
    """Tell how far each scorer is."""
    if not scorers:
        return {}
    # as a condition, statistics can answer it: as a FILTER, every text is read to see whether it is there
    counts = ", ".join(f"(SELECT count(*) FROM records r WHERE {scorer.among})" for scorer in scorers)
    with store.cursor() as cursor:
        eligible = cursor.execute(f"SELECT {counts}").fetchall()[0]
        marked = dict(cursor.execute("SELECT name, count(*) FROM current_marks GROUP BY name").fetchall())
        versions = dict(cursor.execute("SELECT name, version FROM scorers").fetchall())
    return {
        scorer.name: Coverage(of, marked.get(scorer.name, 0) if versions.get(scorer.name) == scorer.version else 0)
        for scorer, of in zip(scorers, eligible, strict=True)
    }


def _gather(cursor: duckdb.DuckDBPyConnection, scorers: Sequence[Scorer], sample: int | None, seed: int) -> None:
    """Make the table of what is to do: a record's place in the store, its id, and the scorers that want it."""
    able = " + ".join(f"CASE WHEN {scorer.among} THEN {1 << place} ELSE 0 END" for place, scorer in enumerate(scorers))
    cursor.execute("CREATE OR REPLACE TEMP TABLE wanted (name VARCHAR, version INTEGER, bit UBIGINT)")
    cursor.executemany(
        "INSERT INTO wanted VALUES (?, ?, ?)",
        [(scorer.name, scorer.version, 1 << place) for place, scorer in enumerate(scorers)],
    )
    drawn = f"ORDER BY hash(id, {seed:d}) LIMIT {sample:d}" if sample is not None else ""
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE todo AS
        SELECT place, id, (able & ~coalesce(done, 0::UBIGINT))::UBIGINT AS wanted FROM (
            SELECT place, id, able FROM (SELECT r.rowid AS place, r.id, ({able})::UBIGINT AS able FROM records r)
            WHERE able <> 0 {drawn})
        LEFT JOIN (
            SELECT m.record_id, bit_or(w.bit) AS done FROM marks m JOIN wanted w USING (name, version) GROUP BY 1)
        ON record_id = id WHERE (able & ~coalesce(done, 0::UBIGINT)) <> 0"""
    )
    reads_on = sum(1 << place for place, scorer in enumerate(scorers) if scorer.reads_on)
    if reads_on:
        cursor.execute(
            context.closings(
                "SELECT r.session_id FROM records r JOIN todo t ON t.place = r.rowid AND t.id = r.id "
                f"WHERE t.wanted & {reads_on:d} <> 0"
            )
        )


def _number(cursor: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = cursor.execute(sql).fetchone()
    return int(row[0]) if row else 0
