"""Opening the state store, and its two kinds of transaction."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.exc import NoSuchModuleError, OperationalError

from analysis.state.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

BUSY_TIMEOUT = 30.0
"""Seconds a write waits for another process's write."""


class StateUnreachableError(Exception):
    """The state store can't be opened; the message says where it is and what to do."""


class State:
    """The state store behind one URL, brought to the newest schema.

    Parameters
    ----------
    url : str
        ``sqlite:///PATH`` or ``postgresql://USER:PASSWORD@HOST/DATABASE``.

    Raises
    ------
    StateUnreachableError
        If there is no such database, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self.address = self._engine.url.render_as_string(hide_password=True)
        """Where it is, without a password."""
        try:
            with self.write(alone="schema") as connection:
                migrate(connection)
        except OperationalError as error:
            self._engine.dispose()
            raise StateUnreachableError(
                f"The state store {self.address} can't be opened: {_first_line(error)}. "
                "Check AFTERWORD_STATE_URL and that the database is up."
            ) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the store; it writes nothing."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, alone: str = "") -> Iterator[Connection]:
        """A connection within a transaction, on disk when the block ends, undone by an error out of it.

        With `alone`, a subject, nobody else who names it writes meanwhile, and what is read of it still holds when it
        is written: SQLite has one writer at a time anyway, PostgreSQL takes an advisory lock.
        """
        with self._engine.execution_options(writes=True).begin() as connection:
            if alone and connection.dialect.name == "postgresql":
                lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 0))")
                connection.execute(lock, {"subject": alone})
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def now() -> datetime:
    """The time in UTC, without a zone, as every table holds it."""
    return datetime.now(UTC).replace(tzinfo=None)


def _engine(address: str) -> Engine:
    url = make_url(address)
    if url.get_backend_name() in ("postgres", "postgresql"):
        return _postgresql(url)
    if url.get_backend_name() != "sqlite":
        raise StateUnreachableError(f"{url.render_as_string()} is no sqlite:/// or postgresql:// address.")
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql(url: URL) -> Engine:
    try:
        # A connection that the server dropped overnight is noticed before it is used.
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StateUnreachableError(
            "PostgreSQL needs the package psycopg: pip install 'afterword[postgres]', or psycopg[binary]."
        ) from error


def _prepare_sqlite(connection, _record) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    # sqlite3 would begin transactions at moments of its own choice; _begin_sqlite does it instead.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer that takes the lock at once waits for its turn; one that takes it later fails where another was quicker.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _first_line(error: OperationalError) -> str:
    return str(error.orig).strip().splitlines()[0].rstrip(".")
