"""Metrics by day, kept: what makes a first look at ten million records quick.

For every UTC day, and for every day and value of :data:`FIELDS`, the metrics are computed once, by the very scan that
would answer a question, and kept in a table. A question about days is then read; one about a longer time is put
together from days, exactly, where the metric can be; the broken days at the ends of a period are scanned. Nothing here
is approximate, and nothing has to be told what changed: :func:`refresh` finds the days whose records are no longer
those that were computed, and until it ran after a change, questions are answered by scans.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import polars as pl

from analysis.metrics.catalogue import METRICS, Metric
from analysis.metrics.fields import NONE, Bound
from analysis.metrics.filter import Filter
from analysis.metrics.period import floor
from analysis.metrics.scan import SCORED, Keys, scan
from analysis.record import TOKEN_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from analysis.store import Store

FIELDS = ("environment", "app", "model")
"""Fields by which days are kept apart, as long as they have at most :data:`MAX_MEMBERS` values."""

MAX_MEMBERS = 50

AT_ONCE = 10
"""Days that are computed in one scan."""

KEPT = tuple(metric for metric in METRICS.values() if metric.source in ("records", "scores"))
"""The metrics that are kept: all but imported scores and signals."""

_PARTS = ("value", "n", "of", "spread")
_TABLES = (
    "CREATE TABLE IF NOT EXISTS rollup_days (day DATE, print VARCHAR)",
    """CREATE TABLE IF NOT EXISTS rollup (time TIMESTAMP, field VARCHAR, member VARCHAR, metric VARCHAR,
        value DOUBLE, n BIGINT, of BIGINT, spread DOUBLE)""",
)
_SEEN = ", ".join(
    f'r."{name}"'
    for name in (
        "id", *FIELDS, "user_id", "session_id", *TOKEN_COLUMNS, "recorded_cost", "computed_cost", "latency",
        "time_to_first_token", "status", "finish_reason",
    )
)  # fmt: skip
_PRINTS = f"""WITH
    seen AS (SELECT r.time::DATE AS day, count(*) AS n, sum(hash({_SEEN})::HUGEINT) AS print FROM records r GROUP BY 1),
    judged AS (SELECT r.time::DATE AS day, sum(hash(s.record_id, s.name, s.value)::HUGEINT) AS print
               FROM scores s JOIN records r ON s.record_id = r.id GROUP BY 1)
    SELECT seen.day, concat_ws(' ', $version, seen.n, seen.print, judged.print) AS print
    FROM seen LEFT JOIN judged ON judged.day IS NOT DISTINCT FROM seen.day ORDER BY seen.day"""

_fresh: WeakKeyDictionary[Store, int] = WeakKeyDictionary()
"""The generation of a store at which its table is known to be right."""


def refresh(store: Store) -> int:
    """Bring the table up to date: compute the days that changed since, drop those that are gone.

    To be called after an import, its undoing and a repricing, and when a store was opened; it may run beside readers.

    Returns
    -------
    int
        The days computed; -1 where another change came between, and nothing was kept.
    """
    generation = store.generation
    fields = _fields(store)
    now = {row["day"]: row["print"] for row in store.rows(_PRINTS, {"version": _version(fields)})}
    kept = _kept(store)
    changed = [day for day in now if day is not None and kept.get(day) != now[day]]
    stale = [day for day in kept if kept[day] != now.get(day)]
    if not changed and not stale and kept:
        _fresh[store] = generation
        return 0
    rows = [_rows(store, period, field) for period in _runs(changed) for field in (None, *fields)]
    with store.write() as cursor:
        if store.generation != generation:
            return -1
        for statement in _TABLES:
            cursor.execute(statement)
        gone = {"days": [*changed, *(day for day in stale if day is not None)]}
        cursor.execute("DELETE FROM rollup WHERE list_contains($days, time::DATE)", gone)
        cursor.execute("DELETE FROM rollup_days WHERE day IS NULL OR list_contains($days, day)", gone)
        for frame in rows:
            cursor.register("fresh", frame.to_arrow())
            cursor.execute("INSERT INTO rollup SELECT * FROM fresh")
            cursor.unregister("fresh")
        days = [(day, now[day]) for day in now if day is None or day in changed]
        if days:
            cursor.executemany("INSERT INTO rollup_days VALUES (?, ?)", days)
    _fresh[store] = generation + 1
    return len(changed)


def serve(
    store: Store, metrics: Sequence[Metric], filter: Filter, by: Sequence[str], grain: str | None, limit: int | None
) -> pl.DataFrame | None:
    """Answer from the table, in the form of :func:`scan.scan`, with those of `metrics` that it can answer.

    Returns
    -------
    polars.DataFrame or None
        None where the question goes beyond what is kept.
    """
    chosen = [metric for metric in metrics if metric in KEPT and (grain == "day" or _merges(metric))]
    field = _field(filter, by)
    if _fresh.get(store) != store.generation or METRICS["requests"] not in chosen or field == "" or grain == "hour":
        return None
    span = _span(store, filter, grain)
    if span is None or not _has(store, field):
        return None
    start, end = span
    edges = [piece for piece in _edges(filter, start, end) if piece is not None]
    days = pl.concat(
        [_read(store, chosen, filter, field, start, end), *(_days(store, chosen, e, field) for e in edges)]
    )
    if limit is not None and by and days[by[0]].n_unique() > limit:
        return None
    days = days if by or field is None else days.drop(field)
    return days if grain == "day" else _merge(days, chosen, by, grain)


def _fields(store: Store) -> list[str]:
    counts = store.rows(f"SELECT {', '.join(f'count(DISTINCT {name}) AS {name}' for name in FIELDS)} FROM records")[0]
    return [name for name in FIELDS if counts[name] <= MAX_MEMBERS]


def _version(fields: list[str]) -> str:
    """Name what the kept values depend on beside the records: all is computed anew where it changes."""
    return hashlib.sha256(repr((KEPT, fields)).encode()).hexdigest()[:16]


def _kept(store: Store) -> dict[date | None, str]:
    known = store.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'rollup_days'")
    return {row["day"]: row["print"] for row in store.rows("FROM rollup_days")} if known else {}


def _runs(days: list[date]) -> Iterator[Filter]:
    """Give consecutive days as periods of at most :data:`AT_ONCE`, which bounds the memory of a scan."""
    start = 0
    for place, day in enumerate(days, start=1):
        last = place == len(days) or days[place] != day + timedelta(days=1)
        if last or place - start == AT_ONCE:
            yield Filter(_midnight(days[start]), _midnight(day + timedelta(days=1)))
            start = place


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def _days(store: Store, metrics: Sequence[Metric], filter: Filter, field: str | None) -> pl.DataFrame:
    """Compute metrics by day, and by `field`."""
    columns = ["date_trunc('day', r.time)::TIMESTAMP"]
    columns += [] if field is None else [f"coalesce(r.{field}::VARCHAR, '{NONE}')"]
    keys = Keys(("time", field) if field is not None else ("time",), tuple(columns), Bound("k"))
    frame = scan(store, [metric for metric in metrics if metric.source == "records"], "records r", filter, keys)
    scored = [metric for metric in metrics if metric.source == "scores"]
    if scored:
        frame = frame.join(scan(store, scored, SCORED, filter, keys), on=list(keys.names), how="left")
    parts = [pl.col(f"{m.name}.{part}").cast(_TYPES[part]) for m in metrics for part in _PARTS]
    return frame.select(*keys.names, *parts)


_TYPES = {"value": pl.Float64, "n": pl.Int64, "of": pl.Int64, "spread": pl.Float64}


def _rows(store: Store, filter: Filter, field: str | None) -> pl.DataFrame:
    """Compute the rows of the table for a period."""
    frame = _days(store, KEPT, filter, field)
    member = pl.lit(None, pl.String) if field is None else pl.col(field)
    names = [(metric.name, [f"{metric.name}.{part}" for part in _PARTS]) for metric in KEPT]
    rows = [
        frame.select(
            "time", field=pl.lit(field, pl.String), member=member, metric=pl.lit(name),
            **dict(zip(_PARTS, columns, strict=True)),
        )
        for name, columns in names
    ]  # fmt: skip
    return pl.concat(rows)


def _field(filter: Filter, by: Sequence[str]) -> str | None:
    """Name the kept field that a question is about: None for none, "" where it is about more."""
    conditions = filter.conditions
    if not conditions and len(by) <= 1:
        return by[0] if by and by[0] in FIELDS else "" if by else None
    if by or len(conditions) != 1 or conditions[0].field not in FIELDS or conditions[0].op != "=":
        return ""
    return conditions[0].field if len(conditions[0].values) == 1 else ""


def _span(store: Store, filter: Filter, grain: str | None) -> tuple[datetime, datetime] | None:
    """Find the first and the end of the whole days of a period; None where records without a time are asked for."""
    row = store.rows("SELECT min(day) AS first, max(day) AS last, count(*) > count(day) AS timeless FROM rollup_days")[
        0
    ]
    if row["first"] is None or (row["timeless"] and grain is None and filter.start is filter.end is None):
        return None
    start = filter.start or _midnight(row["first"])
    first = floor(start, "day")
    end = floor(filter.end or _midnight(row["last"]) + timedelta(days=1), "day")
    first += timedelta(days=0 if first == start else 1)
    return (first, end) if first < end else None


def _has(store: Store, field: str | None) -> bool:
    return field is None or bool(store.rows("SELECT 1 FROM rollup WHERE field = $field LIMIT 1", {"field": field}))


def _edges(filter: Filter, start: datetime, end: datetime) -> tuple[Filter | None, Filter | None]:
    """Give the broken days before and after the whole ones."""
    before = filter.during(filter.start, start) if filter.start is not None and filter.start < start else None
    after = filter.during(end, filter.end) if filter.end is not None and end < filter.end else None
    return before, after


def _read(
    store: Store, metrics: Sequence[Metric], filter: Filter, field: str | None, start: datetime, end: datetime
) -> pl.DataFrame:
    columns = [
        f"max({part}) FILTER (metric = '{metric.name}') AS \"{metric.name}.{part}\""
        for metric in metrics
        for part in _PARTS
    ]
    given: dict[str, object] = {
        "field": field,
        "start": start,
        "end": end,
        "names": [metric.name for metric in metrics],
    }
    where = "field IS NOT DISTINCT FROM $field AND time >= $start AND time < $end AND list_contains($names, metric)"
    if filter.conditions:
        value = filter.conditions[0].values[0]
        given["member"] = NONE if value is None else value
        where += " AND member = $member"
    member = "" if field is None else f"member AS {field}, "
    group = "1" if field is None else "1, 2"
    return store.frame(f"SELECT time, {member}{', '.join(columns)} FROM rollup WHERE {where} GROUP BY {group}", given)


def _merges(metric: Metric) -> bool:
    return metric.merges in ("sum", "ratio")


def _merge(days: pl.DataFrame, metrics: Sequence[Metric], by: Sequence[str], grain: str | None) -> pl.DataFrame:
    """Put days together: sums add up, ratios and means by what they rest on, deviations with the means between."""
    if grain is not None:
        days = days.with_columns(pl.col("time").dt.truncate({"week": "1w", "month": "1mo"}[grain]))
    keys = [*(["time"] if grain is not None else []), *by]
    parts = [expression for metric in metrics for expression in _merged(metric)]
    return days.group_by(keys).agg(parts) if keys else days.select(parts)


def _merged(metric: Metric) -> list[pl.Expr]:
    value, n, of, spread = (pl.col(f"{metric.name}.{part}") for part in _PARTS)
    known = value.count() > 0
    whole: pl.Expr
    deviation: pl.Expr
    if metric.merges == "sum" or metric.over_requests:
        whole, deviation = pl.when(known).then(value.sum()), spread.max()
    elif metric.interval == "none":
        whole, deviation = (value * spread).sum() / _some(spread.filter(value.is_not_null()).sum()), spread.sum()
    else:
        weighed, count = (value * n).sum(), _some(n.sum())
        whole = pl.when(known).then(weighed / count)
        squares = (spread.fill_null(0) ** 2 * (n - 1)).sum() + (value**2 * n).sum() - weighed**2 / count
        deviation = pl.when(n.sum() > 1).then((squares.clip(0) / (n.sum() - 1)).sqrt())
        if metric.interval == "wilson":
            deviation = pl.lit(None, pl.Float64)
    combined = (whole, n.sum(), of.sum(), deviation)
    return [part.alias(f"{metric.name}.{name}") for name, part in zip(_PARTS, combined, strict=True)]


def _some(total: pl.Expr) -> pl.Expr:
    return pl.when(total > 0).then(total)
