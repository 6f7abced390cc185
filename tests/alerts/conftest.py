"""What tests of alerts share: what is told, and the sample data with the scores that rules look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from analysis.alerts import outbox
from analysis.ingest.report import Options
from analysis.ingest.run import import_paths
from analysis.scoring.registry import registry
from analysis.scoring.run import score
from analysis.store import Store
from analysis.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.alerts.notice import Notice

SAMPLE = Path(__file__).parents[2] / "sample_data"
SCORERS = ("faithfulness", "prompt_injection", "response_toxicity", "response_pii", "response_secrets")


@pytest.fixture
def notices(monkeypatch: pytest.MonkeyPatch) -> list[Notice]:
    """What is told, in its order."""
    told: list[Notice] = []
    monkeypatch.setattr(outbox, "put", lambda connection, notice, senders: told.append(notice))
    return told


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The sample data, scored; it takes half a minute."""
    opened = Store(Workspace.at(tmp_path_factory.mktemp("sample")))
    import_paths(opened, sorted(SAMPLE.glob("*.jsonl.gz")), Options())
    known = registry(opened.workspace)
    score(opened, [known.find(name) for name in SCORERS])
    yield opened
    opened.close()
