"""The lines of a file that DuckDB passed over: found again, with their numbers, so that each gets its word.

DuckDB reads a file of JSON lines several times quicker than Python, and makes an empty row of a line it cannot read. So
it reads the whole file, and where a row came out empty, the file is gone through once more for those lines alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from analysis.ingest.adapter import MAX_BRACKETS
from analysis.ingest.clean import Cleaned, clean_rows, json_rows
from analysis.ingest.relation import MENDED, UNREAD, json_relation, nested_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    import duckdb

    from analysis.ingest.clean import Row
    from analysis.ingest.sniff import Sniffed
    from analysis.ingest.source import Source

MOST = 64 << 20
"""Bytes of lines that are found again; a file with more of them is read carefully from end to end."""


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
        Told the bytes gone through.

    Returns
    -------
    pair of iterator of Row and Cleaned, or None
        The good ones among them, and an account that is complete once they were taken; none where there are too many.
    """
    doubtful = _Doubt(sniffed)
    found: list[tuple[int, bytes]] = []
    last = size = 0
    for last, raw in json_rows(source, progress):
        if doubtful(raw):
            found.append((last, raw))
            size += len(raw)
            if size > MOST:
                return None
    scratch.write_bytes(b"\n".join(raw for _, raw in found))
    relation = json_relation(
        scratch, "jsonl", sniffed.adapter.reads, sniffed.extras, cleaned=False, objects=sniffed.objects
    )
    connection.execute("SET preserve_insertion_order = true")
    unread = connection.execute(f"SELECT {MENDED} IS NOT DISTINCT FROM '{UNREAD}' FROM ({relation})").fetchall()
    connection.execute("SET preserve_insertion_order = false")
    scratch.unlink()
    if len(unread) != len(found):
        return None
    cleaned = Cleaned()
    again = (row for row, (passed,) in zip(found, unread, strict=True) if passed)
    return clean_rows(again, cleaned, ends=last), cleaned


class _Doubt:
    """Whether a line may be passed over: no object, none of the fields in it, an empty object in one, or very many."""

    def __init__(self, sniffed: Sniffed) -> None:
        self._names = {name.partition(".")[0] for name in sniffed.adapter.reads} | set(sniffed.extras)
        self._parts = nested_parts(sniffed.adapter.reads, sniffed.objects)

    def __call__(self, raw: bytes) -> bool:
        try:
            row = orjson.loads(raw)
        except orjson.JSONDecodeError:
            return True
        many = len(raw) > 2 * MAX_BRACKETS and raw.count(b"{") + raw.count(b"[") > MAX_BRACKETS
        return many or not isinstance(row, dict) or self._is_hollow(row)

    def _is_hollow(self, row: dict[str, Any]) -> bool:
        if all(row.get(name) is None for name in self._names):
            return True
        for top, parts in self._parts.items():
            value = row.get(top)
            if value is not None and not (isinstance(value, dict) and any(value.get(p) is not None for p in parts)):
                return True
        return False
