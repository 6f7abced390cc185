"""Recorded cost against recomputed cost, and the models that have no price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analysis.metrics.kept.costs import by_model

if TYPE_CHECKING:
    from analysis.metrics.filter import Filter
    from analysis.store import Store


def comparison(store: Store, filter: Filter) -> pl.DataFrame:
    """Set recorded against recomputed cost, model by model, over the records where both are known.

    Returns
    -------
    polars.DataFrame
        ``provider``, ``model``, ``requests`` (all), ``both`` (records with both costs), ``recorded``, ``computed`` and
        ``difference`` (computed less recorded) over these, in US dollars, null where there are none; ``only_recorded``
        and ``only_computed`` (records with just one); the greatest absolute difference first.
    """
    found = by_model(store, filter).with_columns(difference=pl.col("computed") - pl.col("recorded"))
    return found.select(
        "provider", "model", "requests", "both", "recorded", "computed", "difference", "only_recorded", "only_computed"
    ).sort(-pl.col("difference").abs(), -pl.col("requests").cast(pl.Int64), "provider", "model", nulls_last=True)


def unpriced(store: Store, filter: Filter) -> pl.DataFrame:
    """List the models of a filter's records that have no price.

    Returns
    -------
    polars.DataFrame
        ``provider``, ``model``, ``requests``, ``tokens``; the most requests first.
    """
    found = by_model(store, filter).filter(pl.col("unpriced") > 0)
    return found.select("provider", "model", requests="unpriced", tokens="unpriced_tokens").sort(
        -pl.col("requests"), "provider", "model", nulls_last=True
    )
