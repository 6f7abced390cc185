"""What there is to choose from: fields to break down by, their values, and when each turned up.

Answers come from what is kept by day (:mod:`kept.facets`), where that has them, else from the records. What is offered
may then be a little more than a filter's records have: conditions do not narrow it, and it may lag behind a change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.metrics import fields
from analysis.metrics.fields import ATTRIBUTE, NONE, Bound
from analysis.metrics.kept.facets import IDENTIFIERS, MAX_KEYS, is_kept
from analysis.record import DIMENSIONS

if TYPE_CHECKING:
    import polars as pl

    from analysis.metrics.filter import Filter
    from analysis.store import Store

ENOUGH = 10_000
"""Marks that are looked at to tell whether there are several languages."""
_FOUND = {
    fields.TOPIC: "SELECT count(DISTINCT name) FROM topics WHERE stands",
    fields.LANGUAGE: f"""SELECT count(DISTINCT label) FROM (
        SELECT label FROM current_marks WHERE name = 'prompt_language' LIMIT {ENOUGH})""",
}
"""How many values the fields have that Afterword found out."""

_WITHIN = """($start::DATE IS NULL OR day >= $start::DATE) AND ($end::TIMESTAMP IS NULL OR day < $end::TIMESTAMP)
    AND (day IS NOT NULL OR ($start::DATE IS NULL AND $end::TIMESTAMP IS NULL))"""


@dataclass(frozen=True)
class Dimension:
    """A field that records can be broken down by, and roughly how many values it has among them."""

    field: str
    title: str
    values: int


def dimensions(store: Store, filter: Filter) -> list[Dimension]:
    """List the fields that have a value in some record of the filter, attributes last."""
    found = _kept_dimensions(store, filter) if is_kept(store) else _scanned_dimensions(store, filter)
    for field, sql in _FOUND.items():
        ((different,),) = store.frame(sql).rows()
        if different:
            found.append(Dimension(field, fields.TEXTS[field], different))
    return found


def _kept_dimensions(store: Store, filter: Filter) -> list[Dimension]:
    rows = store.rows(
        f"SELECT field, count(DISTINCT value) AS n FROM kept_facets WHERE {_WITHIN} AND value IS NOT NULL GROUP BY 1",
        _period(filter),
    )
    counts = {row["field"]: row["n"] for row in rows}
    attributes = sorted(name for name in counts if name.startswith(ATTRIBUTE))
    named = {**DIMENSIONS, **{name: name.removeprefix(ATTRIBUTE) for name in attributes}}
    return [Dimension(name, title, counts[name]) for name, title in named.items() if name in counts]


def values(store: Store, field: str, filter: Filter, *, limit: int = 50) -> pl.DataFrame:
    """List a field's most frequent values among the records of a filter.

    Returns
    -------
    polars.DataFrame
        ``value`` (text; a missing one reads ``(none)``) and ``requests``, the most frequent first.
    """
    if _offers(store, field):
        return store.frame(
            f"""SELECT coalesce(value, '{NONE}') AS value, sum(requests)::BIGINT AS requests FROM kept_facets
            WHERE field = $field AND {_WITHIN} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {limit:d}""",
            _period(filter) | {"field": field},
        )
    bound = Bound("k")
    column = fields.group(field, bound)
    where, parameters = filter.predicate()
    return store.frame(
        f"SELECT {column} AS value, count(*) AS requests FROM records r WHERE {where} "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {limit:d}",
        parameters | bound.values,
    )


def values_in_order(store: Store, field: str, *, limit: int = 1000) -> list[str]:
    """List the values of a field in the order in which imports brought them.

    A further import only adds at the end, so a value's place in the list, and with it its colour, stays.
    """
    bound = Bound()
    order = "ORDER BY min(import_id) NULLS LAST, {size} DESC, 1"
    if _offers(store, field):
        sql = "SELECT value FROM kept_facets WHERE field = $field AND value IS NOT NULL"
        order, given = order.format(size="sum(requests)"), {"field": field}
    else:
        column = f"{fields.column(field, bound)}::VARCHAR"
        sql = f"SELECT {column} AS value FROM records r WHERE {column} IS NOT NULL"
        order, given = order.format(size="count(*)"), bound.values
    rows = store.rows(f"{sql} GROUP BY 1 {order} LIMIT {limit:d}", given)
    return [row["value"] for row in rows]


def arrivals(store: Store, field: str, filter: Filter) -> pl.DataFrame:
    """List when each value of a field was first seen, where that falls inside the filter's period.

    Conditions other than the period apply. Columns: ``value``, ``time``; earliest first. A value that is there from the
    very first record on is no arrival.
    """
    bound = Bound("k")
    if not filter.conditions and _offers(store, field):
        seen = "SELECT value, min(first) AS time FROM kept_facets WHERE field = $field AND value IS NOT NULL GROUP BY 1"
        given: dict[str, Any] = {"field": field}
    else:
        column = f"{fields.column(field, bound)}::VARCHAR"
        where, given = filter.during(None, None).predicate()
        seen = f"""SELECT {column} AS value, min(r.time) AS time FROM records r
            WHERE {where} AND {column} IS NOT NULL AND r.time IS NOT NULL GROUP BY 1"""
    return store.frame(
        f"""WITH seen AS ({seen})
        SELECT value, time FROM seen
        WHERE time > (SELECT min(time) + INTERVAL 1 DAY FROM seen)
            AND ($start::TIMESTAMP IS NULL OR time >= $start) AND ($end::TIMESTAMP IS NULL OR time < $end)
        ORDER BY time, value""",
        given | bound.values | _period(filter),
    )


def _period(filter: Filter) -> dict[str, Any]:
    return {"start": filter.start, "end": filter.end}


def _offers(store: Store, field: str) -> bool:
    """Whether a field's values are kept."""
    if field in IDENTIFIERS or field not in DIMENSIONS:
        kept = field.startswith(ATTRIBUTE) and store.rows(
            "SELECT 1 FROM kept_facets WHERE field = $field LIMIT 1", {"field": field}
        )
        return bool(kept)
    return is_kept(store)


def _scanned_dimensions(store: Store, filter: Filter) -> list[Dimension]:
    where, parameters = filter.predicate()
    names = list(DIMENSIONS)
    columns = ", ".join(f"approx_count_distinct(r.{fields.quoted(name)})" for name in names)
    counts = store.frame(f"SELECT {columns} FROM records r WHERE {where}", parameters).row(0)
    found = [Dimension(name, DIMENSIONS[name], count) for name, count in zip(names, counts, strict=True)]
    keys = store.frame(
        "SELECT unnest(variant_keys(attributes)) AS key, count(*) AS n FROM records GROUP BY 1 "
        f"ORDER BY 2 DESC, 1 LIMIT {MAX_KEYS:d}"
    )
    for key in keys["key"].sort():
        bound = Bound("k")
        column = fields.column(ATTRIBUTE + key, bound)
        sql = f"SELECT approx_count_distinct({column}) FROM records r WHERE {where}"
        count = store.frame(sql, parameters | bound.values).item()
        found.append(Dimension(ATTRIBUTE + key, key, count))
    return [dimension for dimension in found if dimension.values]
