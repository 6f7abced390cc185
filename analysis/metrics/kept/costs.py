"""What each model's records cost, recorded and recomputed, kept by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analysis.metrics.fields import TOTAL_TOKENS, quoted
from analysis.metrics.kept.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.metrics.filter import Filter
    from analysis.store import Store

_BOTH = "r.recorded_cost IS NOT NULL AND r.computed_cost IS NOT NULL"
COLUMNS = {
    "requests": "count(*)",
    "both": f"count(*) FILTER ({_BOTH})",
    "recorded": f"sum(r.recorded_cost) FILTER ({_BOTH})",
    "computed": f"sum(r.computed_cost) FILTER ({_BOTH})",
    "only_recorded": "count(*) FILTER (r.recorded_cost IS NOT NULL AND r.computed_cost IS NULL)",
    "only_computed": "count(*) FILTER (r.recorded_cost IS NULL AND r.computed_cost IS NOT NULL)",
    "unpriced": "count(*) FILTER (r.price_source IS NULL)",
    "unpriced_tokens": f"coalesce(sum({TOTAL_TOKENS}) FILTER (r.price_source IS NULL), 0)::BIGINT",
}
"""What is kept of a model's records on a day: columns of the table, and their SQL."""

_MODEL = ("provider", "model")


def compute(store: Store, period: Filter, _fields: Sequence[str] = ()) -> Iterator[tuple[str, pl.DataFrame]]:
    """Compute the rows of a period of whole days."""
    yield "kept_costs", _scanned(store, period, by_day=True)


def by_model(store: Store, filter: Filter) -> pl.DataFrame:
    """Sum costs up model by model, from what is kept where the filter has no conditions, else by a scan.

    Returns
    -------
    polars.DataFrame
        ``provider``, ``model`` and ``requests``; ``both``, records with both costs, and ``recorded`` and ``computed``
        over these, in US dollars, null where there are none; ``only_recorded`` and ``only_computed``, records with
        just one; ``unpriced``, records without a price, and their ``unpriced_tokens``. Records without a model are
        left out.
    """
    span = Span.of(store, filter, None) if not filter.conditions else None
    if span is None:
        return _scanned(store, filter)
    where, given = span.days
    columns = ", ".join(map(quoted, (*_MODEL, *COLUMNS)))
    kept = store.frame(f"SELECT {columns} FROM kept_costs WHERE {where}", given)
    parts = pl.concat([kept, *(_scanned(store, edge) for edge in span.edges)])
    known = pl.col("both").sum() > 0
    return parts.group_by(_MODEL).agg(
        pl.when(known).then(pl.col(name).sum()) if name in ("recorded", "computed") else pl.col(name).sum()
        for name in COLUMNS
    )


def _scanned(store: Store, filter: Filter, *, by_day: bool = False) -> pl.DataFrame:
    where, values = filter.predicate()
    day = "r.time::DATE AS day, " if by_day else ""
    columns = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in COLUMNS.items())
    return store.frame(
        f"""SELECT {day}r.provider, r.model, {columns} FROM records r WHERE {where} AND r.model IS NOT NULL
        GROUP BY ALL""",
        values,
    )
