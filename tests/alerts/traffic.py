"""Traffic for tests: weeks of records with days, nights and weekends, and what went wrong among them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.store import Store

MONDAY = datetime(2026, 6, 1)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def weeks(store: Store, many: int, *, start: datetime = MONDAY, busy: int = 20, app: str = "shop") -> None:
    """Put whole weeks in: `busy` or a few more requests an hour on workdays from 8 to 20, one or two at other times.

    One request in fifty fails; an answer takes a second or a little more.
    """
    with store.write() as cursor:
        cursor.execute(
            """INSERT INTO records (id, import_id, source, kind, time, status, latency, app, model)
            SELECT uuid(), 1, 'test', 'call', h + to_seconds(3600 * k // n),
                CASE WHEN hash(h, k) % 50 = 0 THEN 'error' ELSE 'ok' END, 1 + (hash(k, h) % 100) / 200, $app, 'm'
            FROM (SELECT h, n, unnest(range(n)) AS k FROM (
                SELECT $start::TIMESTAMP + to_hours(i::INTEGER) AS h,
                    (CASE WHEN isodow(h) < 6 AND hour(h) BETWEEN 8 AND 19 THEN $busy ELSE 1 END + hash(i) % 4)::BIGINT
                        AS n
                FROM range(168 * $many) t(i)))""",
            {"app": app, "start": start, "busy": busy, "many": many},
        )


def put(
    store: Store, start: datetime, many: int, *, over: timedelta = HOUR, status: str = "ok", latency: float = 1.2,
    app: str = "shop", score: str | None = None, value: float = 1.0,
) -> None:  # fmt: skip
    """Put requests in, evenly over a time; with a `score` of that name each."""
    with store.write() as cursor:
        cursor.execute(
            """CREATE OR REPLACE TEMP TABLE made AS
            SELECT uuid() AS id, $start::TIMESTAMP + to_microseconds(($over * k // $many)::BIGINT) AS time
            FROM range($many) t(k)""",
            {"start": start, "over": over // timedelta(microseconds=1), "many": many},
        )
        cursor.execute(
            """INSERT INTO records (id, import_id, source, kind, time, status, latency, app, model)
            SELECT id, 1, 'test', 'call', time, $status, $latency, $app, 'n' FROM made""",
            {"status": status, "latency": latency, "app": app},
        )
        if score is not None:
            cursor.execute(
                """INSERT INTO scores (id, import_id, record_id, target, target_key, name, value, origin, time)
                SELECT uuid(), 1, id, 'call', id::VARCHAR, $name, $value, 'model', time FROM made""",
                {"name": score, "value": value},
            )


def drop(store: Store, start: datetime, end: datetime) -> None:
    """Take the records of a time away."""
    with store.write() as cursor:
        cursor.execute("DELETE FROM records WHERE time >= $start AND time < $end", {"start": start, "end": end})
