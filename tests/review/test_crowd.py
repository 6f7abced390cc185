"""Ten reviewers at once, with kills: the short version of `tests/benchmarks/review.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.review import crowd

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_every_acknowledged_label_is_there_once_and_no_item_has_too_many(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
):
    url = f"sqlite:///{tmp_path / 'state.sqlite'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    folder = tmp_path / "told"
    folder.mkdir()
    outcome = crowd.run(url, folder, seconds=4, size=300, kills_a_second=2)
    assert outcome.acknowledged > 0
    assert outcome.kills > 0
