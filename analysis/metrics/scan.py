"""One scan of the records for many metrics, and the long form of its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from analysis.metrics import intervals
from analysis.metrics.fields import Bound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.metrics.filter import Filter
    from analysis.metrics.metric import Metric
    from analysis.store import Store

SCORED = "scores s JOIN records r ON s.record_id = r.id"
RATED = """(SELECT record_id, name, avg(value) AS value FROM scores WHERE value IS NOT NULL GROUP BY ALL) s
    JOIN records r ON s.record_id = r.id"""
MARKED = "current_marks s JOIN records r ON s.record_id = r.id"
SIGNALLED = """records r
    JOIN (SELECT q.source, q.app, bool_or(t.value = 0) AS whole FROM scores t JOIN records q ON t.record_id = q.id
          WHERE t.name = {score} GROUP BY ALL) logged
      ON logged.source IS NOT DISTINCT FROM r.source AND logged.app IS NOT DISTINCT FROM r.app
    LEFT JOIN (SELECT record_id, max(coalesce(value, 1)) AS value FROM scores WHERE name = {score} GROUP BY ALL) s
      ON s.record_id = r.id"""
SOURCES: dict[str, str] = {
    "records": "records r", "scores": SCORED, "rated": RATED, "marks": MARKED, "signal": SIGNALLED,
    "eligible": "records r",
}  # fmt: skip
"""What the metrics of a source are computed over."""

APART = ("signal", "eligible")
"""Sources of which each metric has a scan of its own."""


@dataclass(frozen=True)
class Keys:
    """What a query groups by: names of the result's columns and their SQL, with the values it binds.

    With `largest`, a metric of the records and a number, only so many groups are given, the largest first.
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    bound: Bound
    largest: tuple[Metric, int] | None = None


def scan(store: Store, metrics: Sequence[Metric], source: str, filter: Filter, keys: Keys) -> pl.DataFrame:
    """Compute metrics of one source in one scan, and in one more for each distinct count.

    Returns
    -------
    polars.DataFrame
        A row a group: the keys, then ``NAME.value``, ``NAME.n``, ``NAME.of`` and ``NAME.spread`` of each metric.
    """
    columns = {
        f"{metric.name}.{part}": (metric, getattr(metric, part))
        for metric in metrics
        for part in ("value", "n", "of", "spread")
        if part != "value" or metric.apart != metric.value
    }
    frame = _query(store, columns, source, filter, keys)
    for metric in metrics:
        if metric.apart is None:
            continue
        counts = _query(store, {"distinct": (metric, metric.apart)}, source, filter, keys, metric.among)
        frame = frame.join(counts, on=list(keys.names), how="left") if keys.names else frame.hstack(counts)
        name = f"{metric.name}.value"
        distinct = pl.col("distinct")
        value = distinct if metric.per is None else pl.when(distinct > 0).then(pl.col(name) / distinct)
        frame = frame.with_columns(value.alias(name))
        if metric.per is not None:
            frame = frame.with_columns(distinct.cast(pl.Float64).alias(f"{metric.name}.spread"))
        frame = frame.drop("distinct")
    return frame


def scanned(store: Store, metrics: Sequence[Metric], filter: Filter, keys: Keys) -> dict[str, pl.DataFrame]:
    """Give each metric's frame of :func:`scan`, those of one source from one where that can be."""
    found: dict[str, pl.DataFrame] = {}
    for source, sql in SOURCES.items():
        chosen = [metric for metric in metrics if metric.source == source]
        for together in [[metric] for metric in chosen] if source in APART else [chosen]:
            if together:
                found |= dict.fromkeys((m.name for m in together), scan(store, together, sql, filter, keys))
    return found


def _query(
    store: Store,
    columns: dict[str, tuple[Metric, str]],
    source: str,
    filter: Filter,
    keys: Keys,
    among: str = "true",
) -> pl.DataFrame:
    """Compute expressions, each of a metric, for each group of the records of which `among` holds."""
    where, values = filter.predicate()
    where += f" AND {among}"
    bound = Bound("m")
    names = list(dict.fromkeys(metric.score for metric, _ in columns.values() if metric.score is not None))
    scores = {name: bound.add(name) for name in names}
    sql = [f"{column} AS k{place}" for place, column in enumerate(keys.columns)]
    for metric, expression in columns.values():
        this = f"s.name = {scores[metric.score]}" if metric.score is not None else ""
        sql.append(f"{expression.replace('{this}', this)} AS m{len(sql)}")
    kind = next(metric.source for metric, _ in columns.values())
    if kind in ("scores", "rated", "marks"):
        where += f" AND s.name IN ({', '.join(scores.values())})"
    if kind == "eligible":
        # as a condition, statistics can answer it: as a FILTER, every text is read to see whether it is there
        where += f" AND {next(metric.among for metric, _ in columns.values())}"
    if kind == "signal":
        where += " AND (NOT coalesce(logged.whole, false) OR s.value IS NOT NULL)"
        source = source.format(score=scores[names[0]])
    if keys.names[:1] == ("time",):
        where += " AND r.time IS NOT NULL"
    group = f"GROUP BY {', '.join(str(place) for place in range(1, len(keys.columns) + 1))}" if keys.columns else ""
    if keys.largest is not None:
        size, most = keys.largest
        group += f" ORDER BY {size.value} DESC NULLS LAST, 1 LIMIT {most:d}"
    frame = store.frame(
        f"SELECT {', '.join(sql)} FROM {source} WHERE {where} {group}", values | keys.bound.values | bound.values
    )
    frame.columns = [*keys.names, *columns]
    return frame


def long_form(
    metric: Metric, wide: pl.DataFrame, requests: pl.DataFrame, keys: tuple[str, ...], place: int
) -> pl.DataFrame:
    """Give one metric's rows of the long form, with intervals; groups with requests but no score are kept."""
    columns = {part: f"{metric.name}.{part}" for part in ("value", "n", "of", "spread")}
    frame = wide.select(*keys, **columns)
    if metric.source != "records":
        frame = _with_requests(metric, frame, requests, keys)
    rows = frame.select("value", "n", "spread").iter_rows()
    ends = [_interval(metric, value, n, spread) for value, n, spread in rows]
    return frame.select(
        *keys,
        metric=pl.lit(metric.name),
        value=pl.col("value").cast(pl.Float64),
        n=pl.col("n").cast(pl.Int64),
        of=pl.col("of").cast(pl.Int64),
        low=pl.Series([low for low, _ in ends], dtype=pl.Float64),
        high=pl.Series([high for _, high in ends], dtype=pl.Float64),
        place=pl.lit(place),
    )


def _with_requests(metric: Metric, frame: pl.DataFrame, requests: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """Put the requests of each group beside its scores: what they could have rested on."""
    joined = requests.join(frame, on=list(keys), how="left") if keys else requests.hstack(frame)
    frame = joined.with_columns(pl.col("n").fill_null(0), of="requests")
    counted = pl.col("value").fill_null(0)
    if metric.over_requests:
        return frame.with_columns(value=pl.when(pl.col("of") > 0).then(counted / pl.col("of")), n="of")
    return frame.with_columns(value=counted) if metric.merges == "sum" else frame


def _interval(
    metric: Metric, value: float | None, n: int, spread: float | None
) -> tuple[float, float] | tuple[None, None]:
    if value is None or n < 1:
        return None, None
    if metric.interval == "wilson":
        return intervals.wilson(value, n)
    if metric.interval == "mean" and spread is not None:
        return intervals.mean(value, spread, n) or (None, None)
    return None, None
