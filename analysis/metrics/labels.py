"""Shares by label, for scores that say a word and no number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analysis.metrics import intervals

if TYPE_CHECKING:
    from analysis.metrics.filter import Filter
    from analysis.store import Store


def shares(store: Store, name: str, filter: Filter, *, limit: int = 50) -> pl.DataFrame:
    """Compute how the labels of a score are shared out among the records of a filter.

    Returns
    -------
    polars.DataFrame
        ``label``, ``value`` (its share of all labels of that score, 0 to 1), ``count``, ``n`` (all labels), ``low`` and
        ``high`` (Wilson, 95 %); the most frequent first, at most `limit`.
    """
    where, values = filter.predicate()
    frame = store.frame(
        f"""SELECT s.label, count(*) AS count, (sum(count(*)) OVER ())::BIGINT AS n
        FROM scores s JOIN records r ON s.record_id = r.id
        WHERE s.name = $score AND s.label IS NOT NULL AND {where}
        GROUP BY s.label ORDER BY count DESC, s.label LIMIT {limit:d}""",
        values | {"score": name},
    )
    ends = [intervals.wilson(count / n, n) for count, n in frame.select("count", "n").iter_rows()]
    return frame.select(
        "label",
        "count",
        "n",
        value=pl.col("count") / pl.col("n"),
        low=pl.Series([low for low, _ in ends], dtype=pl.Float64),
        high=pl.Series([high for _, high in ends], dtype=pl.Float64),
    )
