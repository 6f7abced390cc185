"""By which fields days are kept apart, and which of them a question is about."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from analysis.metrics.fields import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.metrics.filter import Filter, Value
    from analysis.store import Store

FIELDS = ("environment", "app", "feature", "model", "provider", "finish_reason")
"""Fields by which days are kept apart, as long as they have at most :data:`MAX_MEMBERS` values."""

MAX_MEMBERS = 50


def few(store: Store) -> list[str]:
    """Those of :data:`FIELDS` that have few enough values."""
    counts = store.rows(f"SELECT {', '.join(f'count(DISTINCT {name}) AS {name}' for name in FIELDS)} FROM records")[0]
    return [name for name in FIELDS if counts[name] <= MAX_MEMBERS]


def are_kept(store: Store, field: str | None) -> bool:
    """Whether days are kept apart by a field, as they always are by none."""
    return field is None or field in _kept(store, store.generation)


@lru_cache(maxsize=8)
def _kept(store: Store, generation: int) -> frozenset[str]:
    found = store.rows("SELECT DISTINCT field FROM kept_figures WHERE field IS NOT NULL")
    return frozenset(row["field"] for row in found)


def asked(filter: Filter, by: Sequence[str] = ()) -> str | None:
    """Name the field of :data:`FIELDS` that a question is about: None for none, "" where it is about more."""
    named = {*by, *(condition.field for condition in filter.conditions)}
    if not named:
        return None
    simple = len(filter.conditions) <= 1 and all(condition.op == "=" for condition in filter.conditions)
    field = named.pop()
    return field if simple and not named and len(by) <= 1 and field in FIELDS else ""


def meant(filter: Filter) -> list[Value]:
    """List the values that a filter's one condition holds its field to, as they are kept."""
    return [NONE if value is None else value for value in filter.conditions[0].values]
