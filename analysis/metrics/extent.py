"""What the log store holds altogether: how much, from when to when, and what turned up when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.metrics import fields
from analysis.metrics.fields import Bound

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    from analysis.metrics.filter import Filter
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


def values_in_order(store: Store, field: str, *, limit: int = 1000) -> list[str]:
    """List the values of a field in the order in which imports brought them.

    A further import only adds at the end, so a value's place in the list, and with it its colour, stays.
    """
    bound = Bound()
    column = f"{fields.column(field, bound)}::VARCHAR"
    rows = store.rows(
        f"SELECT {column} AS value FROM records r WHERE {column} IS NOT NULL "
        f"GROUP BY 1 ORDER BY min(import_id) NULLS LAST, count(*) DESC, 1 LIMIT {limit:d}",
        bound.values,
    )
    return [row["value"] for row in rows]


def arrivals(store: Store, field: str, filter: Filter) -> pl.DataFrame:
    """List when each value of a field was first seen, where that falls inside the filter's period.

    Conditions other than the period apply. Columns: ``value``, ``time``; earliest first. A value that is there from the
    very first record on is no arrival.
    """
    bound = Bound("k")
    column = f"{fields.column(field, bound)}::VARCHAR"
    where, values = filter.during(None, None).predicate()
    return store.frame(
        f"""WITH seen AS (
            SELECT {column} AS value, min(r.time) AS time FROM records r
            WHERE {where} AND {column} IS NOT NULL AND r.time IS NOT NULL GROUP BY 1)
        SELECT value, time FROM seen
        WHERE time > (SELECT min(time) + INTERVAL 1 DAY FROM seen)
            AND ($start::TIMESTAMP IS NULL OR time >= $start) AND ($end::TIMESTAMP IS NULL OR time < $end)
        ORDER BY time, value""",
        values | bound.values | {"start": filter.start, "end": filter.end},
    )
