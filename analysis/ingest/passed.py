"""The lines of a file that DuckDB passed over: found again, with their numbers, so that each gets its word.

DuckDB reads a file of JSON lines several times quicker than Python, and makes an empty row of a line it cannot read. So
it reads the whole file, and where a row came out empty, reads it once more for the places of those rows; Python then
takes only the lines in these places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.ingest.clean import Cleaned, clean_rows
from analysis.ingest.pace import watching
from analysis.ingest.relation import MENDED, UNREAD, json_relation
from analysis.ingest.text import json_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import duckdb

    from analysis.ingest.clean import Row
    from analysis.ingest.sniff import Sniffed
    from analysis.ingest.source import Source

MOST, MOST_BYTES = 100_000, 64 << 20
"""Lines, and bytes of them, that are found again; a file with more is read carefully from end to end."""


def passed_over(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    sniffed: Sniffed,
    scratch: Path,
    progress: Callable[[int], None],
) -> tuple[Iterator[Row], Cleaned] | None:
    """Find the lines of which :func:`json_relation` gives rows marked ``UNREAD``.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Not the log store's: it is asked to keep rows in order.
    source, sniffed : Source, Sniffed
        A file of JSON lines, as it was read whole.
    scratch : Path
        A file to write to.
    progress : callable
        Told how far it is, in bytes of the file.

    Returns
    -------
    pair of iterator of Row and Cleaned, or None
        The good ones among them, and an account that is complete once they were taken; none where there are too many,
        or where DuckDB does not see the lines that Python does.
    """
    size = source.path.stat().st_size
    with watching(connection, size, lambda done: progress(done // 2)):
        rows, places = _unread(connection, source.path, sniffed)
    if len(places) > MOST:
        return None
    wanted = set(places)
    found: list[tuple[int, bytes]] = []
    place = last = taken = 0
    for place, (last, raw) in enumerate(json_rows(source, lambda done: progress((size + done) // 2)), 1):
        if place - 1 in wanted:
            found.append((last, raw))
            taken += len(raw)
            if taken > MOST_BYTES:
                return None
    scratch.write_bytes(b"\n".join(raw for _, raw in found))
    again = _unread(connection, scratch, sniffed) if found else (0, [])
    scratch.unlink()
    if place != rows or again != (len(places), list(range(len(places)))):
        return None
    cleaned = Cleaned()
    return clean_rows(found, cleaned, ends=last), cleaned


def _unread(connection: duckdb.DuckDBPyConnection, path: Path, sniffed: Sniffed) -> tuple[int, list[int]]:
    """Count the rows that DuckDB makes of a file, and say which of them, from nought, it could not read."""
    relation = json_relation(path, "jsonl", sniffed)
    connection.execute("SET preserve_insertion_order = true")
    # A table in memory keeps the order of the rows though two threads fill it; a window over the file takes one.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE seen AS SELECT {MENDED} IS NOT DISTINCT FROM '{UNREAD}' AS unread "
        f"FROM ({relation})"
    )
    connection.execute("SET preserve_insertion_order = false")
    (rows,) = connection.execute("SELECT count(*) FROM seen").fetchone() or (0,)
    places = connection.execute(f"SELECT rowid FROM seen WHERE unread ORDER BY rowid LIMIT {MOST + 1}").fetchall()
    connection.execute("DROP TABLE seen")
    return int(rows), [place for (place,) in places]
