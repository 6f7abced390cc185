"""How a length of time is spread: records in bins of equal ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analysis.metrics import fields
from analysis.metrics.fields import Bound
from analysis.metrics.kept.spreads import histogram

if TYPE_CHECKING:
    from analysis.metrics.filter import Filter
    from analysis.store import Store

PER_DECADE = 10
"""Bins to a factor of ten, each reaching to about 1.26 times its start."""


def distribution(store: Store, field: str, filter: Filter) -> pl.DataFrame:
    """Count records by the size of a numeric field, in bins whose ends grow by the same ratio.

    Returns
    -------
    polars.DataFrame
        ``start`` and ``end`` of each bin in the field's unit (half-open), ``records``, and ``share`` of the records
        above nought; the smallest first, bins without records left out.

    Raises
    ------
    UnknownFieldError
        If the field is unknown or no number.
    """
    if fields.kind(field) != "number":
        raise fields.UnknownFieldError(field)
    bins = histogram(store, field, filter, PER_DECADE)
    if bins is None:
        bins = _scanned(store, field, filter)
    start, records = pl.col("bin") / PER_DECADE, pl.col("records")
    return bins.sort("bin").select(
        start=10**start, end=10 ** (start + 1 / PER_DECADE), records="records", share=records / records.sum()
    )


def _scanned(store: Store, field: str, filter: Filter) -> pl.DataFrame:
    column = fields.column(field, Bound())
    where, values = filter.predicate()
    return store.frame(
        f"""SELECT floor(log10({column}) * {PER_DECADE} + 1e-9)::INTEGER AS bin, count(*) AS records
        FROM records r WHERE {where} AND {column} > 0 GROUP BY 1""",
        values,
    )
