"""A workspace with a map, built once for the tests that only look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.store import Store
from analysis.topics.build import build
from analysis.workspace import Workspace
from tests import records
from tests.topics.talk import prompts

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a map: each prompt twice, and records that have none."""
    store = Store(Workspace.at(tmp_path_factory.mktemp("built")))
    rows = (
        {"import_id": 99, "prompt": prompt, "response": "Yes.", "time": f"2026-05-{1 + place % 28:02d} 10:00:00"}
        for place, prompt in enumerate([*prompts(), *prompts()])
    )
    records.add(store, *rows)
    records.add(store, {"prompt": None}, {"prompt": "  "})
    build(store)
    store.close()
    return store.workspace.root
