"""Gathering the texts of a column: each different one once, a sample of them drawn evenly over time, batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.topics import models

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

BATCH = 2000
"""Texts of a batch."""
STRATA = 50
"""Spans of time that a sample is drawn from evenly."""


def key(column: str) -> str:
    """Give the SQL of a text's key: half of its MD5, which is the same in every release."""
    return f"md5_number_lower(r.{column})"


def said(column: str) -> str:
    """Give the SQL of whether a text has a character that is seen: blank ones lie on no map."""
    return f"regexp_matches(r.{column}, '[^\\pZ\\p{{Cc}}\\p{{Cf}}]')"  # trim() takes fifty times as long


class Texts:
    """The different texts of a column, as temporary tables of a cursor.

    Parameters
    ----------
    cursor : DuckDBPyConnection
        The caller closes it.
    column : str
        The column of the records.
    which : str
        SQL over ``records r``: those that count.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, column: str, which: str = "true") -> None:
        self._cursor = cursor
        self.column = column
        cursor.execute(
            f"""CREATE OR REPLACE TEMP TABLE asked AS
            SELECT {key(column)} AS key, count(*) AS n, min(r.rowid) AS place, arg_min(r.id, r.rowid) AS id,
                min(r.time) AS time, least(any_value(length(r.{column})), {models.READ}) AS characters
            FROM records r WHERE {said(column)} AND {which} GROUP BY 1"""
        )
        self.parts = ["asked"]
        """The tables that hold every text once."""
        self.total = _number(cursor, "SELECT count(*) FROM asked")
        self.characters = _number(cursor, "SELECT coalesce(sum(characters), 0)::BIGINT FROM asked")

    def draw(self, most: int, seed: int) -> int:
        """Draw at most so many texts, evenly over the time they first came; returns how many.

        Each stands for as many askings as its span of time has, divided by the texts drawn there.
        """
        self._cursor.execute(
            f"""CREATE OR REPLACE TEMP TABLE drawn AS
            WITH whole AS (
                SELECT min(epoch(time)) AS first, max(epoch(time)) - min(epoch(time)) + 1 AS long FROM asked),
            spans AS (
                SELECT asked.*, CASE WHEN {self.total:d} > {most:d}
                    THEN coalesce(floor((epoch(time) - first) / long * {STRATA}), -1) ELSE 0 END AS span
                FROM asked, whole),
            ranked AS (
                SELECT *, row_number() OVER (PARTITION BY span ORDER BY hash(key, {seed:d}), key) AS turn,
                    sum(n) OVER (PARTITION BY span) AS askings
                FROM spans),
            -- the first of each span, then the second of each, until there are enough
            chosen AS (SELECT * FROM ranked ORDER BY turn, hash(key, {seed:d}), key LIMIT {most:d})
            SELECT key, place, id, n * askings / sum(n) OVER (PARTITION BY span) AS n FROM chosen"""
        )
        self._cursor.execute("CREATE OR REPLACE TEMP TABLE others AS FROM asked ANTI JOIN drawn USING (key)")
        self.parts = ["drawn", "others"]
        return _number(self._cursor, "SELECT count(*) FROM drawn")

    def batches(self, table: str) -> Iterator[Any]:
        """Read a table of texts as Arrow tables of ``key``, ``text`` and ``n``, in the order of the store.

        The table is ``asked``, ``drawn``, or ``others``: those that were not drawn.
        """
        ranges = self._cursor.execute(
            f"""SELECT min(place), max(place) FROM (
                SELECT place, (row_number() OVER (ORDER BY place) - 1) // {BATCH} AS batch FROM {table})
            GROUP BY batch ORDER BY batch"""
        ).fetchall()
        for first, last in ranges:
            yield self._cursor.sql(
                f"""SELECT t.key, left(r.{self.column}, {models.READ}) AS text, t.n::DOUBLE AS n
                FROM {table} t JOIN records r ON r.rowid = t.place AND r.id = t.id
                WHERE r.rowid BETWEEN $first AND $last AND t.place BETWEEN $first AND $last ORDER BY t.key""",
                params={"first": first, "last": last},
            ).to_arrow_table()


def _number(cursor: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = cursor.execute(sql).fetchone()
    return int(row[0]) if row else 0
