"""The points of a map: a text each, with where it lies, its topic, and what its records have of a metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.metrics import fields
from analysis.metrics.fields import Bound

if TYPE_CHECKING:
    import polars as pl

    from analysis.metrics.filter import Filter
    from analysis.store import Store

MOST = 50_000
"""Points of a picture; of more texts, so many are drawn at random, always the same ones."""
TIME = "time"
"""Names a record's time, as a value."""
SHOWN = 240
"""Letters of a text that are read."""


def points(store: Store, map: int, column: str, filter: Filter, value: str | None = None) -> pl.DataFrame:
    """Read the points of a map that records of a filter lie on.

    Parameters
    ----------
    map, column : int, str
        The map and the column of its texts.
    value : str or None
        A numeric field, ``time``, ``score.NAME`` or ``scorer.NAME``, of which each point has the mean; or a field of
        texts, of which it has the most frequent one.

    Returns
    -------
    polars.DataFrame
        ``x``, ``y``, ``topic``, ``records``, ``value`` (of the time in days since 1970), ``group``, ``id`` and ``day``
        of the latest record, ``text`` (its beginning).
    """
    bound = Bound("v")
    where, parameters = filter.predicate()
    named = value is not None and value != TIME and fields.kind(value) == "text"
    found = "NULL" if named else _value(value, bound)
    group = fields.column(value, bound) if named and value is not None else "NULL"
    return store.frame(
        f"""WITH placed AS MATERIALIZED (
            SELECT p.x, p.y, p.topic, count(*) AS records, avg({found})::DOUBLE AS value,
                mode({group})::VARCHAR AS "group", arg_max(r.id, (r.time, r.id)) AS id, max(r.time)::DATE AS day
            FROM placements p JOIN records r ON r.id = p.record_id
            WHERE p.map = {map:d} AND {where}
            GROUP BY p.x, p.y, p.topic ORDER BY hash(p.x, p.y) LIMIT {MOST})
        SELECT o.* REPLACE (o.id::VARCHAR AS id), left(r.{column}, {SHOWN}) AS text
        FROM placed o JOIN records r ON r.id = o.id ORDER BY hash(o.x, o.y)""",
        parameters | bound.values,
    )


def _value(name: str | None, bound: Bound) -> str:
    if name is None:
        return "NULL"
    if name == TIME:
        return "epoch(r.time) / 86400"
    for prefix, table in ((fields.SCORE, "scores"), (fields.SCORER, "current_marks")):
        if name.startswith(prefix):
            asked = bound.add(name.removeprefix(prefix))
            return f"(SELECT avg(m.value) FROM {table} m WHERE m.record_id = r.id AND m.name = {asked})"
    return fields.column(name, bound)
