"""Kills at random moments: the short version of `tests/benchmarks/senders.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.alerts import killing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_each_alert_is_delivered_once_or_listed(kind: str, tmp_path: Path, request: pytest.FixtureRequest):
    url = f"sqlite:///{tmp_path / 'state.sqlite'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    outcome = killing.run(url, seconds=2, alerts=12)
    assert outcome.kills > 0
    assert outcome.sent + outcome.perhaps == outcome.put
