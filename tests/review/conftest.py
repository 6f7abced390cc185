from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.state.database import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[State]:
    """An empty state store of each kind."""
    kind = request.param == "sqlite"
    opened = State(f"sqlite:///{tmp_path / 'any.sqlite'}" if kind else request.getfixturevalue("postgres_url"))
    yield opened
    opened.close()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
    yield opened
    opened.close()
