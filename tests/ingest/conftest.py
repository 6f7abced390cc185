"""Files to import, and a short way to import them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from analysis.ingest.report import Options, Report
from analysis.ingest.run import import_paths

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analysis.store import Store


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file and give its path."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / "given" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def take(store: Store) -> Callable[..., list[Report]]:
    """Import paths into `store`."""

    def run(*paths: Path, **options: Any) -> list[Report]:
        return import_paths(store, paths, Options(**options))

    return run


def run_of(number: int, **changes: Any) -> dict[str, Any]:
    """A LangSmith run: the plainest of the formats, with a nested message list."""
    return {
        "id": f"run-{number}",
        "run_type": "llm",
        "dotted_order": f"20261103T091400000000Zrun-{number}",
        "start_time": f"2026-11-03T09:{number // 60:02d}:{number % 60:02d}.118000",
        "end_time": f"2026-11-03T10:{number // 60:02d}:{number % 60:02d}.118000",
        "extra": {"metadata": {"ls_model_name": "gpt-4o-mini", "user_id": f"user-{number % 3}"}},
        "inputs": {"messages": [{"role": "user", "content": f"Question {number}?"}]},
        "outputs": {"messages": [{"role": "assistant", "content": f"Answer {number}."}]},
        "prompt_tokens": 5,
        "completion_tokens": 2,
        "total_cost": "0.25",
    } | changes


def lines(*rows: Any) -> str:
    """Rows as JSON lines; a string stands as it is."""
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n"


def check(report: Any, *, kept: int = 20, refused: int = 0, repaired: int = 0) -> None:
    assert report.failure is None
    assert (report.kept, report.refused, report.repaired) == (kept, refused, repaired)
    assert report.read == report.kept + report.duplicate + report.aside + report.refused
