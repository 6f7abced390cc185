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
SHOWN = 240
"""Letters of a text that are read."""


def points(store: Store, map: int, column: str, filter: Filter, value: str | None = None) -> pl.DataFrame:
    """Read the points of a map that records of a filter lie on.

    Parameters
    ----------
    map, column : int, str
        The map and the column of its texts.
    value : str or None
        A numeric field or ``scorer.NAME``, of which each point has the mean.

    Returns
    -------
    polars.DataFrame
        ``x``, ``y``, ``topic``, ``records``, ``value``, ``id`` and ``day`` of the latest record, ``text`` (its
        beginning).
    """
    bound = Bound("v")
    where, parameters = filter.predicate()
    found = _value(value, bound)
    return store.frame(
        f"""SELECT p.x, p.y, p.topic, count(*) AS records, avg({found})::DOUBLE AS value,
            arg_max(r.id, (r.time, r.id))::VARCHAR AS id, any_value(left(r.{column}, {SHOWN})) AS text,
            max(r.time)::DATE AS day
        FROM placements p JOIN records r ON r.id = p.record_id
        WHERE p.map = {map:d} AND {where}
        GROUP BY p.x, p.y, p.topic ORDER BY hash(p.x, p.y) LIMIT {MOST}""",
        parameters | bound.values,
    )


def _value(name: str | None, bound: Bound) -> str:
    if name is None:
        return "NULL"
    if name.startswith(fields.SCORER):
        scorer = bound.add(name.removeprefix(fields.SCORER))
        return f"(SELECT m.value FROM current_marks m WHERE m.record_id = r.id AND m.name = {scorer})"
    return fields.column(name, bound)
