"""The whole days of a period, and the broken ones at its ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from analysis.metrics.fields import OTHER
from analysis.metrics.kept import freshness, members
from analysis.metrics.period import floor, midnight

if TYPE_CHECKING:
    from collections.abc import Collection

    from analysis.metrics.filter import Filter
    from analysis.store import Store


_GRAINS = {"day": "1d", "week": "1w", "month": "1mo"}


def truncated(days: pl.DataFrame, grain: str | None) -> pl.DataFrame:
    """Move each day's ``time`` to the start of its bucket, where there are buckets."""
    return days if grain is None else days.with_columns(pl.col("time").dt.truncate(_GRAINS[grain]))


def folded(days: pl.DataFrame, field: str | None, fold: Collection[str]) -> pl.DataFrame:
    """Call the values of `field` that are in `fold` ``(other)``."""
    if field is None or not fold:
        return days
    beyond = pl.col(field).is_in(fold)
    return days.with_columns(pl.when(beyond).then(pl.lit(OTHER)).otherwise(field).alias(field))


@dataclass(frozen=True)
class Span:
    """Whole days from `start` to before `end`, and what is left of the period before and after them."""

    start: datetime
    end: datetime
    edges: tuple[Filter, ...]

    @classmethod
    def of(cls, store: Store, filter: Filter, grain: str | None) -> Span | None:
        """Find the span of a period.

        None where what is kept is not fresh, where there is no whole day, or records without a time are asked for.
        """
        if not freshness.is_fresh(store):
            return None
        row = _reach(store, store.generation)
        if row["first"] is None or (row["timeless"] and grain is None and filter.start is filter.end is None):
            return None
        begun = filter.start or midnight(row["first"])
        start = floor(begun, "day")
        start += timedelta(days=0 if start == begun else 1)
        end = floor(filter.end or midnight(row["last"]) + timedelta(days=1), "day")
        if start >= end:
            return None
        before = [filter.during(filter.start, start)] if filter.start is not None and filter.start < start else []
        after = [filter.during(end, filter.end)] if filter.end is not None and end < filter.end else []
        return cls(start, end, (*before, *after))

    @property
    def days(self) -> tuple[str, dict[str, object]]:
        """SQL that holds for the kept rows of the whole days, and its parameters."""
        return "day >= $start AND day < $end", {"start": self.start, "end": self.end}

    def where(self, filter: Filter, field: str | None) -> tuple[str, dict[str, object]]:
        """Narrow :attr:`days` to the rows of `field` that a filter means."""
        days, given = self.days
        where = f"field IS NOT DISTINCT FROM $field AND {days}"
        given["field"] = field
        if filter.conditions:
            given["members"] = members.meant(filter)
            where += " AND list_contains($members, member)"
        return where, given


@lru_cache(maxsize=8)
def _reach(store: Store, generation: int) -> dict[str, Any]:
    """From which day to which there are records, and whether some have no time."""
    return store.rows("SELECT min(day) AS first, max(day) AS last, count(*) > count(day) AS timeless FROM kept_days")[0]
