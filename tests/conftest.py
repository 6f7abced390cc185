"""What several tests share: an empty workspace, its stores, and a PostgreSQL where there is one."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from analysis.state.database import State
from analysis.store import Store
from analysis.workspace import Workspace
from tests import postgres, records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


# How long an example takes says something of the machine, not of the code. The same code has the same examples;
# `--hypothesis-profile anew` looks for others.
settings.register_profile("afterword", deadline=None, derandomize=True)
settings.register_profile("anew", deadline=None)
settings.load_profile("afterword")


@pytest.fixture(autouse=True)
def main_stays() -> Iterator[None]:
    """Put back the main module: an AppTest leaves its script there, which processes begun later would run anew."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with nothing in its stores, to be copied: a fraction of the time that making them takes."""
    workspace = Workspace.at(tmp_path_factory.mktemp("blank"))
    Store(workspace).close()
    State(f"sqlite:///{workspace.root / 'state.sqlite'}").close()
    return workspace.root


@pytest.fixture
def home(blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty workspace, which this process opens when something first asks for it and closes at the end."""
    from app import runtime

    runtime.close()
    root = shutil.copytree(blank, tmp_path / "workspace")
    monkeypatch.setenv("AFTERWORD_HOME", str(root))
    monkeypatch.delenv("AFTERWORD_STATE_URL", raising=False)
    yield root
    runtime.close()


@pytest.fixture
def store(blank: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty log store."""
    workspace = Workspace.at(tmp_path / "workspace")
    shutil.copy(Workspace(blank).logs, workspace.logs)
    opened = Store(workspace)
    yield opened
    opened.close()


@pytest.fixture
def add_records(store: Store) -> Callable[..., list[str]]:
    """Put records into `store`: :func:`records.add`."""
    return partial(records.add, store)


@pytest.fixture
def state(blank: Path, tmp_path: Path) -> Iterator[State]:
    """An empty state store."""
    opened = State(_sqlite(blank, tmp_path))
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_state(request: pytest.FixtureRequest, blank: Path, tmp_path: Path) -> Iterator[State]:
    """An empty state store of each kind."""
    sqlite = request.param == "sqlite"
    opened = State(_sqlite(blank, tmp_path) if sqlite else request.getfixturevalue("postgres_url"))
    yield opened
    opened.close()


def _sqlite(blank: Path, folder: Path) -> str:
    return f"sqlite:///{shutil.copy(blank / 'state.sqlite', folder)}"


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
