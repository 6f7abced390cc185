"""The figures of a pool's machines over time: levels averaged, counters as what they grew by a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.metrics.fields import Bound
from analysis.metrics.period import check

if TYPE_CHECKING:
    import polars as pl

    from analysis.metrics.filter import Filter
    from analysis.resources.pools import Pool
    from analysis.store import Store

GAP = 7200
"""Seconds between two readings of a counter beyond which nobody knows when it grew."""

STEPS = (60, 300, 900, 3600)
"""Widths, in seconds, of the buckets in which machines are set beside calls."""

COLUMNS: tuple[str, ...] = (
    "gpu_utilisation", "gpu_memory", "gpu_memory_used", "requests_running", "requests_waiting", "kv_cache_usage",
    "prompt_tokens_per_second", "tokens_per_second", "network_received", "network_sent", "power", "temperature",
    "tokens",
)  # fmt: skip
"""What :func:`measured` gives: shares of 1, bytes, requests, tokens and bytes a second, W, °C, tokens in the bucket."""


def measured(store: Store, pool: Pool, filter: Filter, grain: str) -> pl.DataFrame:
    """Measure a pool in each hour, day, week or month of a filter's period that has figures.

    Returns
    -------
    polars.DataFrame
        ``time`` and :data:`COLUMNS`, of all machines and devices together: shares and temperatures as their mean,
        all else summed, each hour by itself and then the mean of the hours, so that a machine counts in the hours in
        which it was up; null where nothing is known.
    """
    bound = Bound("m")
    query = sql(pool, filter, f"date_trunc('{check(grain)}', time)", bound)
    return store.frame(f"{query} ORDER BY time", bound.values)


def step(store: Store, pool: Pool, filter: Filter) -> int:
    """Find how wide, in seconds, the buckets are in which each has a figure: one of :data:`STEPS`."""
    bound = Bound("m")
    row = store.rows(
        f"""SELECT median(seconds) AS seconds FROM (
            SELECT epoch(time - lag(time) OVER (PARTITION BY metric, i, d, m ORDER BY time)) AS seconds
            FROM ({samples(pool, filter, bound)}))
        WHERE seconds > 0""",
        bound.values,
    )[0]
    return next((width for width in STEPS if width >= (row["seconds"] or 0)), STEPS[-1])


def sql(pool: Pool, filter: Filter, bucket: str, bound: Bound) -> str:
    """Write SQL of :func:`measured` by any bucket of ``time``; values are added to `bound`.

    A counter that stands lower than before was set back, as its server started anew: it grew by what it shows.
    """
    level = "avg(v) FILTER (metric = '{0}')"
    total = "sum(v) FILTER (metric = '{0}') / count(DISTINCT hour) FILTER (metric = '{0}')"
    growth = "sum(rate) FILTER (metric = '{0}') / count(DISTINCT hour) FILTER (metric = '{0}' AND rate IS NOT NULL)"
    return f"""
    WITH samples AS ({samples(pool, filter, bound)}),
    series AS (
        SELECT {bucket}::TIMESTAMP AS bucket, date_trunc('hour', time) AS hour, metric, i, d, m, avg(value) AS v,
            sum(CASE WHEN value >= before THEN value - before ELSE value END) FILTER (seconds <= {GAP}) AS grown,
            grown / nullif(sum(seconds) FILTER (seconds <= {GAP}), 0) AS rate
        FROM (SELECT *, lag(value) OVER readings AS before, epoch(time - lag(time) OVER readings) AS seconds
            FROM samples WINDOW readings AS (PARTITION BY metric, i, d, m ORDER BY time))
        GROUP BY ALL)
    SELECT bucket AS time,
        coalesce({level.format("gpu_utilisation")}, {level.format("gpu_engine_active")}) AS gpu_utilisation,
        ({total.format("gpu_memory_used")}) / coalesce({total.format("gpu_memory_total")},
            {total.format("gpu_memory_used")} + {total.format("gpu_memory_free")}) AS gpu_memory,
        {total.format("gpu_memory_used")} AS gpu_memory_used,
        {total.format("requests_running")} AS requests_running,
        {total.format("requests_waiting")} AS requests_waiting,
        {level.format("kv_cache_usage")} AS kv_cache_usage,
        {growth.format("tokens_prompt")} AS prompt_tokens_per_second,
        {growth.format("tokens_generated")} AS tokens_per_second,
        {growth.format("network_received")} AS network_received,
        {growth.format("network_sent")} AS network_sent,
        {total.format("power")} AS power,
        {level.format("temperature")} AS temperature,
        sum(grown) FILTER (metric IN ('tokens_prompt', 'tokens_generated')) AS tokens
    FROM series GROUP BY bucket"""


def samples(pool: Pool, filter: Filter, bound: Bound) -> str:
    """Write SQL of the pool's figures in the period; of a machine that serves other models too, its own share."""
    where = [f"list_contains({bound.add(list(pool.instances))}, coalesce(instance, ''))"]
    if pool.served:
        where.append(f"(model IS NULL OR list_contains({bound.add(list(pool.served))}, model))")
    if filter.start is not None:
        where.append(f"time >= {bound.add(filter.start)}")
    if filter.end is not None:
        where.append(f"time < {bound.add(filter.end)}")
    return f"""SELECT time, metric, coalesce(instance, '') AS i, coalesce(device, '') AS d, coalesce(model, '') AS m,
            value
        FROM resource_samples WHERE {" AND ".join(where)}"""
