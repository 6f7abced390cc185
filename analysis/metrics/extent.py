"""What the log store holds altogether: how much, and from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.store import Store


@dataclass(frozen=True)
class Extent:
    """All records, those without a time, and the first and last time (UTC; None where no record has one)."""

    records: int
    timeless: int
    first: datetime | None
    last: datetime | None


def extent(store: Store) -> Extent:
    """Measure the log store."""
    row = store.rows(
        "SELECT count(*) AS n, count(*) - count(time) AS timeless, min(time) AS a, max(time) AS b FROM records"
    )
    return Extent(row[0]["n"], row[0]["timeless"], row[0]["a"], row[0]["b"])
