"""What several tests share: an empty workspace, and a PostgreSQL where there is one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from hypothesis import settings

from analysis.store import Store
from analysis.workspace import Workspace
from tests import postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection


# how long an example takes says something of the machine, not of the code
settings.register_profile("afterword", deadline=None)
settings.load_profile("afterword")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty workspace, which this process opens when something first asks for it and closes at the end."""
    from app import runtime

    runtime.close()
    root = tmp_path / "workspace"
    monkeypatch.setenv("AFTERWORD_HOME", str(root))
    monkeypatch.delenv("AFTERWORD_STATE_URL", raising=False)
    yield root
    runtime.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty log store."""
    opened = Store(Workspace.at(tmp_path / "workspace"))
    yield opened
    opened.close()


@pytest.fixture
def add_records(store: Store) -> Callable[..., list[str]]:
    """Put records into `store`, given as dictionaries; gives their ids. `scores` name theirs as ``record_id``."""

    def insert(cursor: DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
        places = [f"${name}{'::JSON::VARIANT' if name == 'attributes' else ''}" for name in row]
        values = row | ({"attributes": json.dumps(row["attributes"])} if "attributes" in row else {})
        names = ", ".join(f'"{name}"' for name in row)
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join(places)})", values)

    def add(*records: dict[str, Any], scores: Iterable[dict[str, Any]] = ()) -> list[str]:
        base = {"import_id": 1, "source": "test", "kind": "call"}
        rows: list[dict[str, Any]] = [{"id": str(uuid4())} | base | record for record in records]
        with store.write() as cursor:
            for row in rows:
                insert(cursor, "records", row)
            for score in scores:
                insert(cursor, "scores", {"id": str(uuid4()), "import_id": 1, "target": "call"} | score)
        return [row["id"] for row in rows]

    return add


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    """Address of a PostgreSQL server, with ``{database}`` to fill in."""
    try:
        with postgres.cluster() as address:
            yield address
    except postgres.UnavailableError as reason:
        pytest.skip(str(reason))


@pytest.fixture
def postgres_url(postgres_cluster: str) -> str:
    """An empty PostgreSQL database of the test's own."""
    import uuid

    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_cluster.format(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres_cluster.format(database=name)
