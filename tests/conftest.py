"""What several tests share: an empty workspace, and a PostgreSQL where there is one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from analysis.store import Store
from analysis.workspace import Workspace
from tests import postgres, records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


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
    """Put records into `store`: :func:`records.add`."""
    return partial(records.add, store)


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
