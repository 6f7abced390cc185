"""Which values each field has on each day, how often, and since when: what pages offer to choose from.

Of a field with very many values the most frequent of each day are kept; of users and conversations two, to know that
there are several. Values of an attribute that hold lists or objects are looked for in a part of a large day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analysis.metrics.fields import ATTRIBUTE, Bound, column, quoted
from analysis.record import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.metrics.filter import Filter
    from analysis.store import Store

MOST = 200
"""Values of a field that are kept for a day."""

MAX_KEYS = 100
"""Keys of attributes that are kept for a period; any other can still be named in a link."""

IDENTIFIERS = ("user_id", "session_id")
"""Fields that name somebody or something: too many values to choose from."""

LARGE = 200_000
"""In a period of more records, nested attributes are looked for in one record of a hundred."""

_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "day": pl.Date, "field": pl.String, "value": pl.String, "requests": pl.Int64, "first": pl.Datetime("us"),
    "import_id": pl.Int32,
}  # fmt: skip


def compute(store: Store, period: Filter | None, _fields: Sequence[str] = ()) -> Iterator[tuple[str, pl.DataFrame]]:
    """Compute the rows of a period of whole days; none is the records without a time."""
    where, values = ("r.time IS NULL", {}) if period is None else period.predicate()
    for name in DIMENSIONS:
        kept = _ends if name in IDENTIFIERS else _frequent
        yield "kept_facets", kept(store, name, f"r.{quoted(name)}", where, values)
    for key, nested in _keys(store, where, values):
        bound = Bound("k")
        some = f"{where} AND r.rowid % 100 = 0" if nested else where
        sql = column(ATTRIBUTE + key, bound)
        yield "kept_facets", _frequent(store, ATTRIBUTE + key, sql, some, values | bound.values)


def is_kept(store: Store) -> bool:
    """Whether there is anything here to choose from."""
    return bool(store.rows("SELECT 1 FROM kept_facets LIMIT 1"))


def _frequent(store: Store, field: str, sql: str, where: str, values: dict[str, object]) -> pl.DataFrame:
    return _frame(
        store,
        f"""SELECT r.time::DATE AS day, '{field.replace("'", "''")}' AS field, {sql}::VARCHAR AS value,
            count(*) AS requests, min(r.time) AS first, min(r.import_id) AS import_id
        FROM records r WHERE {where} GROUP BY 1, 3
        QUALIFY row_number() OVER (PARTITION BY day ORDER BY requests DESC, value) <= {MOST}""",
        values,
    )


def _ends(store: Store, field: str, sql: str, where: str, values: dict[str, object]) -> pl.DataFrame:
    return _frame(
        store,
        f"""SELECT day, '{field}' AS field, unnest(list_distinct([a, z])) AS value, 1 AS requests, first, import_id
        FROM (SELECT r.time::DATE AS day, min({sql}) AS a, max({sql}) AS z, min(r.time) AS first,
                min(r.import_id) AS import_id FROM records r WHERE {where} GROUP BY ALL)""",
        values,
    )


def _frame(store: Store, sql: str, values: dict[str, object]) -> pl.DataFrame:
    return store.frame(sql, values).select(pl.col(name).cast(kind) for name, kind in _SCHEMA.items())


def _keys(store: Store, where: str, values: dict[str, object]) -> list[tuple[str, bool]]:
    """List the attributes of a period, with whether they are nested and too many to be read all."""
    found = store.rows(
        f"""SELECT unnest(variant_keys(r.attributes)) AS key, count(*) AS n FROM records r WHERE {where}
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MAX_KEYS}""",
        values,
    )
    return [(row["key"], row["n"] > LARGE and _is_nested(store, row["key"], where, values)) for row in found]


def _is_nested(store: Store, key: str, where: str, values: dict[str, object]) -> bool:
    row = store.rows(
        f"""SELECT coalesce(bool_or(starts_with(kind, 'ARRAY') OR starts_with(kind, 'OBJECT')), false) AS nested
        FROM (SELECT variant_typeof(variant_extract(r.attributes, $key)) AS kind FROM records r
              WHERE {where} LIMIT 2000)""",
        values | {"key": key},
    )
    return bool(row[0]["nested"])
