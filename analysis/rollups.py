"""Roll-ups: every metric by time and by fields, for tools that draw their own charts (Looker and its like)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analysis.export import write
from analysis.metrics.catalogue import METRICS
from analysis.metrics.lookup import imported, scored
from analysis.metrics.query import measure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analysis.metrics.filter import Filter
    from analysis.store import Store

GRAIN = "day"
BY = ("app", "model")


def rollups(store: Store, filter: Filter, path: Path, *, grain: str = GRAIN, by: Sequence[str] = BY) -> int:
    """Write every metric for each bucket of time and group to a file, by whose ending the format is chosen.

    The table is long, so that its columns stay as they are when a metric comes to it: ``time`` (the bucket's start,
    UTC), a column a field of `by`, ``metric``, ``unit``, ``adds_up`` (whether the values of several rows may be summed;
    of a rate or a quantile they may not), ``value``, ``n`` (records or scores it rests on), ``of``, ``low`` and
    ``high`` (its 95 % interval). What has no value has no row.

    Parameters
    ----------
    grain : str
        "hour", "day", "week" or "month".
    by : sequence of str
        Fields, as of :func:`analysis.metrics.query.measure`.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    ValueError
        If the ending, the grain or a field is unknown.
    """
    metrics = [*METRICS.values(), *imported(store), *scored(store)]
    about = pl.DataFrame(
        [(metric.name, metric.unit, metric.merges == "sum") for metric in metrics],
        schema={"metric": pl.String, "unit": pl.String, "adds_up": pl.Boolean}, orient="row",
    )  # fmt: skip
    frame = measure(store, [metric.name for metric in metrics], filter, by=by, grain=grain)
    columns = ["time", *by, "metric", "unit", "adds_up", "value", "n", "of", "low", "high"]
    known = frame.filter(pl.col("value").is_not_null())
    return write([known.join(about, on="metric", how="left", maintain_order="left").select(columns)], path)
