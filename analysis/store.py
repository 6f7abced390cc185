"""The log store: one DuckDB file, owned by one process, with a cursor for each reader and a single writer."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from analysis.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.workspace import Workspace

MEMORY_LIMIT = "1200MB"


class StoreBusyError(Exception):
    """Another process holds the log store."""


class Store:
    """The log store of a workspace.

    DuckDB lets one process open the file, and one connection is not safe across threads: every query gets a cursor of
    its own, and every change goes through :meth:`write`, one at a time.

    Parameters
    ----------
    workspace : Workspace
        DuckDB may read and write below its folder and nowhere else.
    memory_limit : str
        DuckDB's own limit; ``$AFTERWORD_MEMORY`` overrides it.

    Raises
    ------
    StoreBusyError
        If another process holds the file.
    """

    def __init__(self, workspace: Workspace, *, memory_limit: str | None = None) -> None:
        self.workspace = workspace
        self.generation = 0
        """Counts the committed writes: what was read at one generation holds until the next."""
        self._writing = threading.Lock()
        try:
            self._connection = duckdb.connect(str(workspace.logs))
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise
            raise StoreBusyError(
                f"{workspace.logs} is in use by another process. Stop it, or let `afterword` reach the running server."
            ) from error
        # only the owner stages: what lies there is from an import that was killed
        shutil.rmtree(workspace.staging, ignore_errors=True)
        workspace.staging.mkdir(mode=0o700)
        migrate(self._connection)
        self._writer = self._connection.cursor()
        # how far a statement is can only be asked where these are set, and nothing can be set once it is locked
        for setting in ("enable_progress_bar = true", "enable_progress_bar_print = false", "progress_bar_time = 0"):
            self._writer.execute(f"SET {setting}")
        self._lock_down(memory_limit or os.environ.get("AFTERWORD_MEMORY") or MEMORY_LIMIT)

    def _lock_down(self, memory_limit: str) -> None:
        for name, value in (
            ("TimeZone", "UTC"),
            ("memory_limit", memory_limit),
            ("preserve_insertion_order", False),
            ("temp_directory", str(self.workspace.spill)),
            ("allowed_directories", [str(self.workspace.root)]),
            ("autoinstall_known_extensions", False),
            ("autoload_known_extensions", False),
            ("allow_community_extensions", False),
            ("python_enable_replacements", False),
            ("allow_persistent_secrets", False),
            ("enable_external_access", False),
            ("lock_configuration", True),
        ):
            self._connection.execute(f"SET {name} = $value", {"value": value})

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor for the calling thread; the caller closes it."""
        return self._connection.cursor()

    def frame(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> pl.DataFrame:
        """Run one query and return its result."""
        with self.cursor() as cursor:
            result = cursor.sql(sql, params=parameters or None)
            return pl.DataFrame(result.to_arrow_table())

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        """Run one query and return its rows as dictionaries."""
        with self.cursor() as cursor:
            cursor.execute(sql, parameters)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The writer's cursor in a transaction: committed at the end of the block, rolled back by any error in it."""
        with self._writing:
            self._writer.execute("BEGIN")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")
            self.generation += 1

    def close(self) -> None:
        """Close the file; what is committed is on disk."""
        with self._writing:
            self._writer.close()
            self._connection.close()
