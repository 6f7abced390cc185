"""How far a statement is that reads a file: asked from another thread while it runs."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import duckdb

EVERY = 0.25
_READ = Path("/proc/self/io")


@contextmanager
def watching(
    cursor: duckdb.DuckDBPyConnection, size: int, tell: Callable[[int], None], beside: Callable[[], int] = lambda: 0
) -> Iterator[None]:
    """Tell the bytes read so far, a few times a second, while the block runs.

    Linux counts what a process reads. DuckDB's own measure, taken elsewhere, counts the steps of its plan alike, and so
    jumps.

    Parameters
    ----------
    cursor : DuckDBPyConnection
        Runs the statement.
    size : int
        Bytes of the file.
    tell : callable
        Given the bytes.
    beside : callable
        Gives the bytes that something else of this process has read since the block began.
    """
    over, before = threading.Event(), _read()

    def watch() -> None:
        while not over.wait(EVERY):
            now = _read()
            if before is None or now is None:
                tell(int(max(cursor.query_progress(), 0.0) / 100 * size))
            else:
                tell(max(0, min(now - before - beside(), size)))  # what is read beside it is counted a little later

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _read() -> int | None:
    with suppress(OSError, ValueError, IndexError):
        return int(_READ.read_text().split()[1])
    return None
