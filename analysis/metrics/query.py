"""Ask for metrics: figures, trends and breakdowns, many metrics in one scan of the records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from analysis.metrics import fields
from analysis.metrics.catalogue import METRICS
from analysis.metrics.fields import OTHER, Bound
from analysis.metrics.kept.figures import serve
from analysis.metrics.lookup import eligible, find
from analysis.metrics.period import bucket_end, check, floor
from analysis.metrics.scan import Keys, long_form, scan, scanned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.metrics.filter import Filter
    from analysis.metrics.metric import Metric
    from analysis.store import Store


@dataclass(frozen=True)
class Figure:
    """A metric's value: null where nothing is known.

    `n` is how many records or scores it rests on, `of` how many it could have rested on; `low` and `high` are the ends
    of its 95 % interval, null where the metric has none.
    """

    metric: Metric
    value: float | None
    n: int
    of: int
    low: float | None
    high: float | None


def summary(store: Store, names: Sequence[str], filter: Filter) -> dict[str, Figure]:
    """Compute metrics over all records of a filter.

    Raises
    ------
    UnknownMetricError
        If a metric is unknown.
    """
    rows = measure(store, names, filter).iter_rows(named=True)
    return {row.pop("metric"): Figure(metric=find(store, name), **row) for name, row in zip(names, rows, strict=True)}


def measure(
    store: Store,
    names: Sequence[str],
    filter: Filter,
    *,
    by: Sequence[str] = (),
    grain: str | None = None,
    limit: int | None = None,
) -> pl.DataFrame:
    """Compute metrics for each group and time bucket that has records.

    Parameters
    ----------
    names : sequence of str
        Metrics; those of one source are computed in one scan.
    by : sequence of str
        Fields to break down by: dimensions, numeric fields or ``attributes.KEY``. A missing value reads ``(none)``.
    grain : str or None
        "hour", "day", "week" (from Monday) or "month", in UTC. Records without a time are then left out.
    limit : int or None
        Keep the `limit` largest values of each field of `by`, by the first metric where it is a sum and by requests
        otherwise, and compute the rest together as ``(other)``.

    Returns
    -------
    polars.DataFrame
        Long: ``time`` where there is a grain, a text column a field of `by`, ``metric``, ``value``, ``n``, ``of``,
        ``low``, ``high``; sorted by time, then by the fields' values, the largest first and ``(other)`` last, then by
        the metrics as asked for.

    Raises
    ------
    UnknownMetricError, UnknownFieldError, ValueError
        If a metric, a field or the grain is unknown.
    """
    if grain is not None:
        check(grain)
    metrics = [find(store, name) for name in dict.fromkeys(names)]
    leading = _leading(metrics)
    bases = {metric.name: eligible(metric) if metric.source == "marks" else METRICS["requests"] for metric in metrics}
    asked = dict.fromkeys([METRICS["requests"], *metrics, *bases.values()])
    wide = _wide(store, list(asked), filter, by, grain, limit, leading)
    columns = (*(("time",) if grain is not None else ()), *by)
    long = []
    for place, metric in enumerate(metrics):
        base = bases[metric.name].name
        possible = wide[base].select(*columns, requests=f"{base}.value")
        long.append(long_form(metric, wide[metric.name], possible, columns, place))
    return _ordered(pl.concat(long), leading, wide[leading.name], by)


def fill(frame: pl.DataFrame, filter: Filter, grain: str) -> pl.DataFrame:
    """Add the buckets without records to a trend, so that a chart shows the gap.

    A sum or count is 0 there, unless no record has a value of it; any other metric is null; n and of are 0. The span is
    the filter's, else the frame's own.
    """
    if frame.is_empty():
        return frame
    first = floor(filter.start or frame["time"].min(), grain)  # type: ignore[arg-type]
    last = filter.end or bucket_end(frame["time"].max(), grain)  # type: ignore[arg-type]
    times = []
    while first < last:
        times.append(first)
        first = bucket_end(first, grain)
    groups = [name for name in frame.columns if name not in {"time", "value", "n", "of", "low", "high"}]
    grid = pl.DataFrame({"time": times}, schema={"time": frame.schema["time"]}).join(
        frame.select(groups).unique(maintain_order=True), how="cross"
    )
    additive = pl.col("metric").is_in([metric.name for metric in METRICS.values() if metric.total])
    additive &= pl.col("n").max().over("metric") > 0
    known = pl.col("n").is_not_null()
    return grid.join(frame, on=["time", *groups], how="left", maintain_order="left").with_columns(
        pl.when(known).then("value").otherwise(pl.when(additive).then(0.0)).alias("value"),
        pl.col("n", "of").fill_null(0),
    )


def _wide(
    store: Store,
    metrics: Sequence[Metric],
    filter: Filter,
    by: Sequence[str],
    grain: str | None,
    limit: int | None,
    leading: Metric,
) -> dict[str, pl.DataFrame]:
    """Give each metric's frame of :func:`scan.scan`: from what is kept, where that has it, else by a scan."""
    kept = serve(store, metrics, filter, by, grain, limit, leading)
    found = {} if kept is None else {m.name: kept for m in metrics if f"{m.name}.value" in kept.columns}
    missing = [metric for metric in metrics if metric.name not in found]
    if not missing:
        return found
    summed = tuple(metric for metric in metrics if metric.merges == "sum" and metric.source == "records")
    folded: dict[str, pl.DataFrame] = {}
    if limit is not None:
        for name in by:
            largest = _largest(store, store.generation, name, summed, leading, filter, limit + 1)
            if len(largest) > limit:
                folded[name] = largest[:limit]
    if len(summed) == len(metrics) and len(folded) == len(by) == 1 and fields.kind(by[0]) != "number":
        return _with_rest(store, metrics, filter, by[0], grain, folded[by[0]])
    return found | scanned(store, missing, filter, _keys(by, grain, folded))


def _with_rest(
    store: Store, metrics: Sequence[Metric], filter: Filter, field: str, grain: str | None, tops: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Scan the records of the largest groups alone; sums have a rest, which is what the whole has beyond them."""
    if grain is not None:
        tops = scan(store, metrics, "records r", filter.where(field, *tops[field]), _keys([field], grain, {}))
    whole = _wide(store, metrics, filter, (), grain, None, metrics[0])["requests"]
    time = ["time"] if grain is not None else []
    parts = [f"{metric.name}.{part}" for metric in metrics for part in ("value", "n", "of")]
    named = pl.col(parts).sum().name.suffix(" named")
    sums = tops.group_by(time).agg(named) if time else tops.select(named)
    rest = whole.join(sums, on=time, how="left") if time else whole.hstack(sums)
    rest = rest.with_columns(pl.col(part) - pl.col(f"{part} named").fill_null(0) for part in parts).with_columns(
        pl.when(pl.col(f"{metric.name}.n") > 0).then(pl.col(f"{metric.name}.value").clip(0)) for metric in metrics
    )
    rest = rest.filter(pl.col("requests.n") > 0).with_columns(pl.lit(OTHER).alias(field))
    frame = pl.concat([tops, rest.select(tops.columns)], how="vertical_relaxed")
    return dict.fromkeys((metric.name for metric in metrics), frame)


def _keys(by: Sequence[str], grain: str | None, folded: Mapping[str, pl.DataFrame]) -> Keys:
    """Group by time and fields; of a field of `folded` only the values there are groups of their own."""
    bound, names, columns = Bound("k"), [], []
    if grain is not None:
        names.append("time")
        columns.append(f"date_trunc('{grain}', r.time)::TIMESTAMP")
    for name in by:
        names.append(name)
        columns.append(fields.group(name, bound, folded[name][name] if name in folded else None))
    return Keys(tuple(names), tuple(columns), bound)


def _leading(metrics: Sequence[Metric]) -> Metric:
    """Choose what makes a group large: the first metric where parts of it add up, requests otherwise."""
    return metrics[0] if metrics[0].merges == "sum" and metrics[0].source == "records" else METRICS["requests"]


def _ordered(long: pl.DataFrame, leading: Metric, counts: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    ranks = []
    for place, name in enumerate(by):
        rank = f"rank {place}"
        sizes = (
            counts.group_by(name)
            .agg(size=pl.col(f"{leading.name}.value").sum())
            .sort(pl.col(name) == OTHER, -pl.col("size"), name)
            .select(name)
            .with_row_index(rank)
        )
        long = long.join(sizes, on=name, how="left")
        ranks.append(rank)
    time = ["time"] if "time" in long.columns else []
    return long.sort(*time, *ranks, "place").drop("place", *ranks)


@lru_cache(maxsize=64)
def _largest(
    store: Store, generation: int, field: str, metrics: tuple[Metric, ...], leading: Metric, filter: Filter, limit: int
) -> pl.DataFrame:
    """Scan for the `limit` largest values of a field."""
    keys = replace(_keys([field], None, {}), largest=(leading, limit))
    return scan(store, metrics, "records r", filter, keys)
