"""Which days changed since they were computed, and computing them anew."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from analysis.metrics.filter import Filter
from analysis.metrics.kept import costs, facets, figures, freshness, members, spreads, visits
from analysis.metrics.period import midnight
from analysis.record import DIMENSIONS, TOKEN_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from analysis.store import Store

AT_ONCE = 1_000_000
"""Records that are computed in one scan, or those of one day: this bounds its memory."""

_SEEN = ", ".join(
    f'r."{name}"'
    for name in (
        "id", *DIMENSIONS, *TOKEN_COLUMNS, "recorded_cost", "computed_cost", "price_source", "latency",
        "time_to_first_token",
    )
)  # fmt: skip
_PRINTS = f"""WITH
    seen AS (SELECT r.time::DATE AS day, count(*) AS n, sum(hash({_SEEN})::HUGEINT) AS print FROM records r GROUP BY 1),
    judged AS (SELECT r.time::DATE AS day, sum(hash(s.record_id, s.name, s.value)::HUGEINT) AS print
               FROM scores s JOIN records r ON s.record_id = r.id GROUP BY 1)
    SELECT seen.day, seen.n, concat_ws(' ', $version, seen.n, seen.print, judged.print) AS print
    FROM seen LEFT JOIN judged ON judged.day IS NOT DISTINCT FROM seen.day ORDER BY seen.day"""


def refresh(store: Store) -> int:
    """Bring what is kept up to date: compute the days that changed since, drop those that are gone.

    To be called after an import, its undoing and a repricing, and when a store was opened; it may run beside readers.

    Returns
    -------
    int
        The days computed; -1 where another change came between, and nothing was kept.
    """
    generation = store.generation
    fields = members.few(store)
    found = store.rows(_PRINTS, {"version": _version(fields)})
    now = {row["day"]: row["print"] for row in found}
    kept = {row["day"]: row["print"] for row in store.rows("FROM kept_days")}
    if now == kept:
        freshness.mark(store, generation)
        return 0
    changed = [day for day in now if kept.get(day) != now[day]]
    gone = [*changed, *(day for day in kept if day not in now)]
    dated = {row["day"]: row["n"] for row in found if row["day"] in changed and row["day"] is not None}
    rows = [
        (name, frame)
        for period in _runs(dated)
        for part in (figures, spreads, costs, facets)
        for name, frame in part.compute(store, period, fields)
    ]
    if None in changed:
        rows += facets.compute(store, None, fields)
    with store.write() as cursor:
        if store.generation != generation:
            return -1
        for table in ("kept_days", "kept_figures", "kept_spreads", "kept_costs", "kept_facets"):
            cursor.execute(f"DELETE FROM {table} WHERE list_contains($days, day) OR ($none AND day IS NULL)", {
                "days": [day for day in gone if day is not None], "none": None in gone,
            })  # fmt: skip
        for table, frame in rows:
            cursor.register("fresh", frame.to_arrow())
            cursor.execute(f"INSERT INTO {table} BY NAME SELECT * FROM fresh")
            cursor.unregister("fresh")
        visits.update(cursor, [day for day in gone if day is not None])
        if changed:
            cursor.executemany("INSERT INTO kept_days VALUES (?, ?)", [(day, now[day]) for day in changed])
    freshness.mark(store, generation + 1)
    return len(dated)


def _version(fields: list[str]) -> str:
    """Name what the kept values depend on beside the records: all is computed anew where it changes."""
    return hashlib.sha256(
        repr((figures.KEPT, spreads.PER_DECADE, costs.COLUMNS, facets.MOST, fields)).encode()
    ).hexdigest()[:16]


def _runs(days: Mapping[date, int]) -> Iterator[Filter]:
    """Give consecutive days, with their numbers of records, as periods of at most :data:`AT_ONCE`."""
    run: list[date] = []
    for day in days:
        if run and (day != run[-1] + timedelta(days=1) or sum(days[held] for held in run) + days[day] > AT_ONCE):
            yield _period(run)
            run = []
        run.append(day)
    if run:
        yield _period(run)


def _period(run: list[date]) -> Filter:
    return Filter(midnight(run[0]), midnight(run[-1] + timedelta(days=1)))
