"""The light half of an import: staged rows into the log store, all of them or none, within one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.ingest.adapter import utc
from analysis.ingest.insert import insert_priced
from analysis.ingest.ledger import begin, complete, first_refusals
from analysis.ingest.link import fill, forget_turns, resolve_scores, stand_in
from analysis.ingest.normalise import REPAIRS
from analysis.ingest.report import Report, Tally
from analysis.pricing import price_missing
from analysis.record import STAGED_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

    from analysis.ingest.direct import Direct
    from analysis.ingest.ledger import Given
    from analysis.ingest.task import Staged

_PARTS = ("trace", "trace_part", "call_part")


def load(cursor: duckdb.DuckDBPyConnection, staged: Staged, report: Report, given: Given) -> None:
    """Insert what was staged, link it with what is there, and write the account of it.

    A call is known by its id: one that is there already is a duplicate and changes nothing, but for formats that log
    one call in several pieces, where it fills what was missing.

    Parameters
    ----------
    cursor : DuckDBPyConnection
        Within a transaction.
    staged : Staged
        With its rows.
    report : Report
        Completed here.
    given : Given
        The file as it was given.
    """
    _Load(cursor, report).staged(staged, given)


def load_directly(
    cursor: duckdb.DuckDBPyConnection, direct: Direct, report: Report, given: Given, passed_over: Callable[[], Staged]
) -> None:
    """Insert a file of plain calls in one pass, link it with what is there, and write the account of it.

    Parameters
    ----------
    cursor, report, given
        As for :func:`load`.
    direct : Direct
        The file.
    passed_over : callable
        Stages the lines that DuckDB passed over; asked where there are any.

    Raises
    ------
    duckdb.Error
        One of ``direct.REFUSED``, at the first row that is no plain call; the transaction is to be rolled back.
    LostLinesError
        If the lines passed over were not all found again; likewise.
    """
    _Load(cursor, report).directly(direct, given, passed_over)


class LostLinesError(Exception):
    """DuckDB passed lines over that were not found again: the file is to be read in another way."""


class _Load:
    def __init__(self, cursor: duckdb.DuckDBPyConnection, report: Report) -> None:
        self.cursor = cursor
        self.report = report
        self.import_id = report.id = self._number("SELECT coalesce(max(id), 0) + 1 FROM imports")

    def staged(self, staged: Staged, given: Given) -> None:
        begin(self.cursor, self.report, given)
        self._take(staged)
        self._finish(given)

    def directly(self, direct: Direct, given: Given, passed_over: Callable[[], Staged]) -> None:
        begin(self.cursor, self.report, given)
        known = self._number("SELECT count(*) FROM records")
        inserted, lost, aside = direct.insert(self.cursor, self.import_id)
        self.report.duplicate = self._delete_duplicates(known)
        self.report.kept = inserted - self.report.duplicate
        if aside:
            self._put_aside(direct.relation, aside)
        self.report.read = inserted + aside
        if lost:
            staged = passed_over()
            if staged.read != lost:
                raise LostLinesError
            self._take(staged)
        else:
            self.report.notes += direct.notes
            self._join()
        self._finish(given)

    def _take(self, staged: Staged) -> None:
        """Insert what was staged."""
        self.cursor.execute(f"CREATE OR REPLACE TEMP VIEW staged AS {staged.relation}")
        refused = self._refuse(staged)
        calls = self._insert_calls(merges=staged.merges)
        score_rows = self._insert_scores()
        self._insert_parts()
        self._join()
        self._set_aside(staged.read - refused - calls - score_rows)
        self.report.read += staged.read
        self.report.refused += refused
        self.report.notes += staged.notes
        self.cursor.execute("DROP VIEW staged")

    def _finish(self, given: Given) -> None:
        self._describe()
        complete(self.cursor, self.report, given)

    def _join(self) -> None:
        """Join what came with what is there."""
        fill(self.cursor, self.import_id)
        forget_turns(self.cursor, f"SELECT id FROM records WHERE import_id = {self.import_id:d}")
        stand_in(self.cursor)
        resolve_scores(self.cursor)
        price_missing(self.cursor)

    def _delete_duplicates(self, known: int) -> int:
        """Take out rows that were there before, and all but one of those that came twice; returns how many."""
        deleted = 0
        if known:
            deleted += self._number(
                """DELETE FROM records WHERE import_id = $1
                AND id IN (SELECT r.id FROM records r WHERE r.import_id <> $1)""",
                [self.import_id],
            )
        own = f"FROM records WHERE import_id = {self.import_id}"
        if self._number(f"SELECT count(*) - count(DISTINCT id) {own}"):
            deleted += self._number(
                f"DELETE {own} AND rowid NOT IN (SELECT max(rowid) {own} GROUP BY id)",
            )
        return deleted

    def _number(self, sql: str, parameters: list[Any] | None = None) -> int:
        row = self.cursor.execute(sql, parameters or []).fetchone()
        return int(row[0] or 0) if row else 0

    def _refuse(self, staged: Staged) -> int:
        """Keep the refusals of the careful path, and those of rows that say nothing; returns how many there are."""
        if staged.refusals:
            self.cursor.execute(
                f"INSERT INTO refusals SELECT ?, line, col, reason, excerpt, raw "
                f"FROM read_parquet('{staged.refusals}')",
                [self.import_id],
            )
        empty = self._number("SELECT count(*) FROM staged WHERE problem IS NOT NULL")
        if empty:
            self.cursor.execute(
                """INSERT INTO refusals SELECT ?, line, NULL, problem, left(coalesce(attributes, ''), 200),
                   encode(coalesce(attributes, '{}')) FROM staged WHERE problem IS NOT NULL LIMIT 10000""",
                [self.import_id],
            )
        self.report.refusals = first_refusals(self.cursor, self.import_id)
        return staged.refused + empty

    def _insert_calls(self, *, merges: bool) -> int:
        """Insert the calls that are not there yet; returns how many of the staged rows were calls."""
        calls = "SELECT * FROM staged WHERE row_kind = 'call' AND problem IS NULL"
        total = self._number(f"SELECT count(*) FROM ({calls})")
        distinct = self._number(f"SELECT count(DISTINCT id) FROM ({calls})")
        if distinct < total:
            calls = self._one_each(calls, merges=merges)
        known = self._number("SELECT count(*) FROM records")
        new = "WHERE NOT EXISTS (SELECT 1 FROM records k WHERE k.id = r.id)" if known else ""
        insert_priced(self.cursor, self.import_id, calls, calls, new)
        kept = self._number("SELECT count(*) FROM records") - known
        self.report.kept += kept
        self.report.duplicate += total - kept
        if merges and known and kept < distinct:
            self._insert_pieces(calls)
        return total

    def _one_each(self, calls: str, *, merges: bool) -> str:
        if not merges:
            return f"SELECT * FROM ({calls}) QUALIFY row_number() OVER (PARTITION BY id ORDER BY line DESC) = 1"
        merged = ", ".join(f'any_value("{name}") AS "{name}"' for name in STAGED_COLUMNS if name != "id")
        return f"SELECT id, {merged} FROM ({calls}) GROUP BY id"

    def _insert_pieces(self, calls: str) -> None:
        """Calls that were there already become parts: they may know what the first piece did not."""
        self._insert_part_rows(
            "'id'", "CAST(id AS VARCHAR)",
            f"({calls}) WHERE id IN (SELECT r.id FROM records r WHERE r.import_id <> {self.import_id})",
        )  # fmt: skip

    def _insert_parts(self) -> None:
        joins = """CASE WHEN row_kind IN ('trace', 'trace_part') THEN 'trace_id'
            WHEN source_id IS NOT NULL AND correlation_id IS NULL THEN 'id' ELSE 'correlation_id' END"""
        key = f"""CASE {joins} WHEN 'trace_id' THEN trace_id WHEN 'id' THEN CAST(id AS VARCHAR)
            ELSE correlation_id END"""
        self._insert_part_rows(joins, key, f"staged WHERE row_kind IN {_PARTS} AND problem IS NULL")

    def _insert_part_rows(self, joins: str, key: str, rows: str) -> None:
        columns = ", ".join(f'"{name}"' for name in STAGED_COLUMNS)
        values = columns.replace('"attributes"', "CAST(CAST(attributes AS JSON) AS VARIANT)")
        self.cursor.execute(
            f"""INSERT INTO parts (joins, key, stands_in, import_id, {columns})
            SELECT joins, join_key, kind = 'trace', {self.import_id}, {values}
            FROM (SELECT *, {joins} AS joins, {key} AS join_key FROM {rows}) s
            WHERE join_key IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM parts p WHERE p.id = s.id AND p.key = s.join_key)"""
        )

    def _insert_scores(self) -> int:
        """Insert scores that are not there yet; returns how many staged rows held nothing else."""
        before = self._number("SELECT count(*) FROM scores")
        self.cursor.execute(
            f"""INSERT INTO scores (id, import_id, target, target_key, name, value, label, comment, origin, time)
            SELECT * FROM (
                SELECT CAST(md5(coalesce(source || ':score:' || s.id, concat_ws(chr(31), source, target, target_key,
                        s.name, coalesce(s.origin, ''), coalesce(s.value, ''), coalesce(s.label, '')))) AS UUID) AS id,
                    $import_id AS import_id, target, target_key, s.name AS name,
                    CASE lower(s.value) WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE
                        CASE WHEN isfinite(TRY_CAST(s.value AS DOUBLE)) THEN TRY_CAST(s.value AS DOUBLE) END
                        END AS value,
                    nullif(s.label, '') AS label, nullif(s.comment, '') AS comment, s.origin AS origin,
                    coalesce({utc("s.time")}, time) AS time
                FROM (
                    SELECT source, time, s, coalesce(s.target, CASE WHEN row_kind IN ('trace', 'trace_part')
                            THEN 'trace' ELSE 'call' END) AS target,
                        CASE WHEN s.target_key IS NULL AND row_kind IN ('trace', 'trace_part') THEN trace_id
                            WHEN s.target_key IS NULL THEN CAST(id AS VARCHAR)
                            WHEN s.target = 'call'
                                THEN CAST(CAST(md5(source || ':' || s.target_key) AS UUID) AS VARCHAR)
                            ELSE s.target_key END AS target_key
                    FROM (SELECT id, source, trace_id, time, row_kind, unnest(scores) AS s FROM staged
                        WHERE scores IS NOT NULL AND problem IS NULL))
                WHERE s.name IS NOT NULL)
            QUALIFY row_number() OVER (PARTITION BY id) = 1 AND id NOT IN (SELECT id FROM scores)""",
            {"import_id": self.import_id},
        )
        self.report.scores = self._number("SELECT count(*) FROM scores") - before
        rows = self._number("SELECT count(*) FROM staged WHERE row_kind = 'score' AND problem IS NULL")
        if rows:
            kept = min(self.report.scores, rows)
            self.report.kept += kept
            self.report.duplicate += rows - kept
        return rows

    def _set_aside(self, others: int) -> None:
        """Account for the staged rows that are neither calls nor scores."""
        report = self.report
        stood_in = self._number("SELECT count(*) FROM records WHERE import_id = ? AND kind = 'trace'", [self.import_id])
        report.kept += stood_in
        if others > stood_in:
            self._put_aside("staged", others - stood_in)

    def _put_aside(self, rows: str, number: int) -> None:
        """Add to the account of what was set aside: `number` rows, told apart by why."""
        found = self.cursor.execute(
            f"""SELECT coalesce(why, CASE row_kind WHEN 'trace' THEN 'trace that fills in its calls'
                WHEN 'aside' THEN 'no model call' ELSE 'fills in calls logged elsewhere' END) AS what, count(*)
            FROM {rows} WHERE row_kind NOT IN ('call', 'score') AND problem IS NULL GROUP BY ALL ORDER BY 2 DESC"""
        ).fetchall()
        tallies = {tally.what: tally.count for tally in self.report.asides}
        for what, count in found:
            tallies[what] = tallies.get(what, 0) + count
        self.report.aside += number
        self.report.asides = [Tally(what, count) for what, count in tallies.items()]

    def _describe(self) -> None:
        report = self.report
        rows = self.cursor.execute(
            "SELECT repairs, count(*) FROM records WHERE import_id = ? AND repairs IS NOT NULL GROUP BY ALL",
            [self.import_id],
        ).fetchall()
        report.repaired = sum(count for _, count in rows)
        tallies: dict[str, int] = {}
        for codes, count in rows:
            for code in codes.split(","):
                tallies[code] = tallies.get(code, 0) + count
        report.repairs = [Tally(REPAIRS.get(code, code), count) for code, count in tallies.items()]
        span = self.cursor.execute(
            """SELECT coalesce(min(time), (SELECT min(time) FROM scores WHERE import_id = $1)),
                coalesce(max(time), (SELECT max(time) FROM scores WHERE import_id = $1)),
                count(*) FILTER (time IS NULL) FROM records WHERE import_id = $1""",
            [self.import_id],
        ).fetchone()
        if span:
            report.first_time, report.last_time = span[0], span[1]
            if span[2]:
                report.notes.append(f"Records without a time: {span[2]:,}. They are in totals, not in trends.")
