"""Machines beside the calls that they answered, on one time axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analysis.metrics import query
from analysis.metrics.period import bucket_end, floor
from analysis.resources.measured import measured

if TYPE_CHECKING:
    from analysis.metrics.filter import Filter
    from analysis.resources.pools import Pool
    from analysis.store import Store

CALLS: tuple[str, ...] = ("requests", "latency_p95", "time_to_first_token_p95")


def calls_of(pool: Pool, filter: Filter) -> Filter | None:
    """Narrow a filter to the records that a pool answered; none where it is not known which."""
    return filter.where("model", *pool.models) if pool.models else None


def joined(store: Store, pool: Pool, filter: Filter, grain: str) -> pl.DataFrame:
    """Set a pool's figures beside those of its calls, in each bucket from the first to the last that has either.

    Conditions of the filter narrow the calls; a machine's figures are of all that it did.

    Returns
    -------
    polars.DataFrame
        ``time``, the columns of :func:`measured.measured`, and :data:`CALLS`; null where nothing is known.
    """
    frame = measured(store, pool, filter, grain)
    calls = calls_of(pool, filter)
    if calls is None:
        empty = [pl.lit(None, pl.Float64).alias(name) for name in CALLS]
        return _whole(frame.with_columns(empty), grain)
    long = query.measure(store, list(CALLS), calls, grain=grain)
    wide = long.pivot(on="metric", index="time", values="value") if len(long) else long.select("time")
    missing = [pl.lit(None, pl.Float64).alias(name) for name in CALLS if name not in wide.columns]
    wide = wide.with_columns(missing).select("time", *CALLS)
    return _whole(frame.join(wide, on="time", how="full", coalesce=True), grain)


def _whole(frame: pl.DataFrame, grain: str) -> pl.DataFrame:
    """Add the buckets that have nothing, so that a chart shows the gap."""
    if frame.is_empty():
        return frame
    times, last = [], frame["time"].max()
    time = floor(frame["time"].min(), grain)  # type: ignore[arg-type]
    while time <= last:  # type: ignore[operator]
        times.append(time)
        time = bucket_end(time, grain)
    grid = pl.DataFrame({"time": times}, schema={"time": frame.schema["time"]})
    return grid.join(frame, on="time", how="left", maintain_order="left")
