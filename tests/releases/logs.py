"""Logs of a made-up application that releases."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from analysis.store import Store
from analysis.workspace import Workspace
from tests import records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START = datetime(2026, 6, 1)
"""A Monday."""


def calls(days: int, a_day: int = 48, **others: Any) -> list[dict[str, Any]]:
    """Calls of so many days, evenly over each day, each of a user of its own; functions are asked by day and place."""
    return [
        {
            "time": START + timedelta(days=day) + place * timedelta(days=1) / a_day, "app": "shop",
            "user_id": f"u{day}-{place}", "session_id": f"s{day}-{place}", "status": "ok",
        } | {name: value(day, place) if callable(value) else value for name, value in others.items()}
        for day in range(days) for place in range(a_day)
    ]  # fmt: skip


@contextmanager
def filled(folder: Path, rows: list[dict[str, Any]]) -> Iterator[Store]:
    """A store of these records, for tests that only read."""
    store = Store(Workspace.at(folder))
    records.add(store, *rows)
    yield store
    store.close()
