"""The records behind the figures: a page of them, one record, a conversation, a user, a trace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import polars as pl

from analysis.metrics import fields
from analysis.metrics.fields import COST, NUMBERS, TEXTS, TOTAL_TOKENS
from analysis.record import RECORD_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.metrics.filter import Filter
    from analysis.store import Store

EXCERPT = 240
"""Characters of prompt and response that a list shows."""
READ = EXCERPT + 80
"""Characters that it is given: enough to see that something that is to be masked goes on beyond the end."""

MAX_TURNS = 1000
"""Turns of a conversation or trace that are read at once; its totals always cover all of them."""

MAX_SESSIONS = 200
"""Conversations that are listed for a user."""

SORTABLE = ("time", *NUMBERS, *TEXTS)
"""Fields that the list of records can be sorted by."""

_LIST = (
    "id", "time", "environment", "app", "feature", "model", "provider", "user_id", "session_id", "trace_id", "status",
    "finish_reason", "latency",
)  # fmt: skip

_TOTALS = f"""count(*) AS requests, min(r.time) AS first, max(r.time) AS last, sum({COST}) AS cost,
    count({COST}) AS costed, sum({TOTAL_TOKENS})::BIGINT AS tokens, sum(r.latency) AS latency,
    count(*) FILTER (r.status = 'error') AS errors"""


@dataclass(frozen=True)
class Page:
    """Some of the records of a filter, and how many there are in all."""

    total: int
    rows: pl.DataFrame


@dataclass(frozen=True)
class Turns:
    """A conversation or trace: its totals, and its records in order.

    Each record has ``scores``, that came with the logs, and ``marks``, of the scorers.
    `totals` has requests, first, last, cost (USD) and costed (records with one), tokens, latency (s, summed), errors;
    and users for a conversation. `turns` holds at most :data:`MAX_TURNS` of `totals["requests"]`.
    """

    totals: dict[str, Any]
    turns: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class User:
    """A user's totals (as for :class:`Turns`, with sessions) and their conversations, the latest first.

    `sessions`: ``session_id``, requests, first, last, cost, tokens, errors, and ``prompt``, how it began.
    """

    totals: dict[str, Any]
    sessions: pl.DataFrame


def records_page(
    store: Store, filter: Filter, *, sort: str = "time", descending: bool = True, offset: int = 0, limit: int = 50
) -> Page:
    """Read one page of the records of a filter, with excerpts in place of whole texts.

    Parameters
    ----------
    sort : str
        One of :data:`SORTABLE`; records without a value come last, equal ones in the order of their ids.

    Returns
    -------
    Page
        `rows` has id, time, environment, app, feature, model, provider, user_id, session_id, trace_id, status,
        finish_reason, latency, cost, tokens, prompt, response (excerpts), repairs, and what a user said last in thumbs
        and stars.

    Raises
    ------
    ValueError
        If the records can't be sorted by `sort`, or offset or limit is negative.
    """
    if sort not in SORTABLE:
        raise ValueError(f"Records can't be sorted by {sort!r}. Use one of {', '.join(SORTABLE)}.")
    if offset < 0 or limit < 0:
        raise ValueError(f"Offset and limit must not be negative: {offset}, {limit}.")
    where, values = filter.predicate()
    key = "r.time" if sort == "time" else fields.column(sort, fields.Bound())
    order = f"{'DESC' if descending else 'ASC'} NULLS LAST"
    columns = ", ".join(f"r.{fields.quoted(name)}" for name in _LIST)
    excerpts = ", ".join(f"left(r.{name}, {READ:d}) AS {name}" for name in ("prompt", "response"))
    select = f"{columns}, {COST} AS cost, {TOTAL_TOKENS} AS tokens, {excerpts}, r.repairs, judged.thumbs, judged.stars"
    window = f"LIMIT {limit:d} OFFSET {offset:d}"
    # Two steps: the page's rows are found by their keys alone, then read. A search of texts takes long, so one pass
    # over them serves the page and the total; elsewhere counting is quicker apart.
    searching = any(condition.field == fields.TEXT_SEARCH for condition in filter.conditions)
    rows = store.frame(
        f"""WITH hits AS {"" if searching else "NOT"} MATERIALIZED (
                SELECT r.rowid AS place, {key} AS key, r.id FROM records r WHERE {where}),
            page AS (SELECT * FROM hits ORDER BY key {order}, id {window}),
            judged AS (SELECT record_id, {_latest("thumbs")} AS thumbs, {_latest("stars")} AS stars FROM scores
                WHERE name IN ('thumbs', 'stars') AND record_id IN (SELECT id FROM page) GROUP BY 1)
        SELECT {select}, {"(SELECT count(*) FROM hits)" if searching else "NULL::BIGINT"} AS total
        FROM page JOIN records r ON r.rowid = page.place LEFT JOIN judged ON judged.record_id = r.id
        ORDER BY page.key {order}, r.id""",
        values,
    )
    rows = rows.with_columns(pl.col("id").cast(pl.String))
    if searching and (len(rows) or not offset):
        return Page(rows["total"][0] if len(rows) else 0, rows.drop("total"))
    total: int = store.frame(f"SELECT count(*) FROM records r WHERE {where}", values).item()
    return Page(total, rows.drop("total"))


def _latest(name: str) -> str:
    return f"arg_max(value, coalesce(time, TIMESTAMP '1970-01-01')) FILTER (name = '{name}')"


def record(store: Store, id: str) -> dict[str, Any] | None:
    """Read one record whole, with ``cost`` and its ``scores``; None where there is none of that id.

    ``attributes`` is a dictionary; ``messages``, ``tool_calls`` and ``parameters`` are read from JSON.
    """
    try:
        key = UUID(id)
    except ValueError:
        return None
    found = _records(store, "r.id = $key", key)
    return found[0] if found else None


def session(store: Store, session_id: str) -> Turns | None:
    """Read a conversation; None where no record names it."""
    return _turns(store, "session_id", session_id)


def trace(store: Store, trace_id: str) -> Turns | None:
    """Read the records of one trace; None where no record names it."""
    return _turns(store, "trace_id", trace_id)


def user(store: Store, user_id: str) -> User | None:
    """Read a user's totals and conversations; None where no record names the user."""
    given = {"key": user_id}
    totals = store.rows(
        f"SELECT {_TOTALS}, count(DISTINCT r.session_id) AS sessions FROM records r WHERE r.user_id = $key", given
    )[0]
    if not totals["requests"]:
        return None
    sessions = store.frame(
        f"""WITH listed AS (
            SELECT r.session_id, {_TOTALS}, arg_min(r.rowid, r.time) AS opening FROM records r WHERE r.user_id = $key
            GROUP BY r.session_id ORDER BY last DESC NULLS LAST, r.session_id LIMIT {MAX_SESSIONS:d})
        SELECT listed.*, left(o.prompt, {READ:d}) AS prompt
        FROM listed LEFT JOIN records o ON o.rowid = listed.opening
        ORDER BY last DESC NULLS LAST, listed.session_id""",
        given,
    )
    return User(totals, sessions.drop("costed", "latency", "opening"))


def batches(store: Store, filter: Filter, *, size: int = 10_000) -> Iterator[pl.DataFrame]:
    """Read all records of a filter as of now, whole and in the order of time, at most `size` at a time.

    ``attributes`` is JSON text and ``id`` text; ``cost`` is added. It goes day by day, which bounds what is sorted
    at once. There is always a batch, be it empty.
    """
    where, values = filter.predicate()
    columns = ", ".join(_EXPORTED.get(name, f"r.{fields.quoted(name)}") for name in RECORD_COLUMNS)
    select = f"SELECT {columns}, {COST} AS cost FROM records r WHERE {where}"
    empty = True
    with store.cursor() as cursor:
        cursor.execute("BEGIN")
        found = f"SELECT DISTINCT r.time::DATE FROM records r WHERE {where} AND r.time IS NOT NULL ORDER BY 1"
        days = [row[0] for row in cursor.execute(found, values).fetchall()]
        for day in [*days, None]:
            time = "r.time >= $day AND r.time < $day + INTERVAL 1 DAY" if day is not None else "r.time IS NULL"
            given = values | ({"day": day} if day is not None else {})
            result = cursor.sql(f"{select} AND {time} ORDER BY r.time, r.id", params=given or None)
            for batch in result.to_arrow_reader(size):
                empty = False
                yield pl.DataFrame(batch)
        if empty:
            yield pl.DataFrame(cursor.sql(f"{select} LIMIT 0", params=values or None).to_arrow_table())


_EXPORTED = {"id": "r.id::VARCHAR AS id", "attributes": "r.attributes::JSON::VARCHAR AS attributes"}
JSON_COLUMNS = ("messages", "tool_calls", "parameters", "attributes")


def _turns(store: Store, column: str, key: str) -> Turns | None:
    where = f"r.{column} = $key"
    totals = store.rows(
        f"SELECT {_TOTALS}, count(DISTINCT r.user_id) AS users FROM records r WHERE {where}", {"key": key}
    )[0]
    return Turns(totals, _records(store, where, key)) if totals["requests"] else None


def _records(store: Store, where: str, key: str | UUID) -> list[dict[str, Any]]:
    columns = ", ".join(_EXPORTED.get(name, f"r.{fields.quoted(name)}") for name in RECORD_COLUMNS)
    rows = store.rows(
        f"""SELECT {columns}, {COST} AS cost, {TOTAL_TOKENS} AS tokens
        FROM records r WHERE {where} ORDER BY r.time NULLS LAST, r.id LIMIT {MAX_TURNS:d}""",
        {"key": key},
    )
    ids = [row["id"] for row in rows]
    scores, marks = _grouped(store, _SCORES, ids), _grouped(store, _MARKS, ids)
    for row in rows:
        row["scores"], row["marks"] = scores.get(row["id"], []), marks.get(row["id"], [])
        row |= {name: _parsed(row[name]) for name in JSON_COLUMNS}
    return rows


_SCORES = """SELECT record_id::VARCHAR AS record_id, name, value, label, comment, origin, target, time FROM scores
    WHERE record_id IN (SELECT unnest($ids::UUID[])) ORDER BY time NULLS LAST, name, id"""
_MARKS = """SELECT record_id::VARCHAR AS record_id, name, value, label, evidence, note FROM current_marks
    WHERE record_id IN (SELECT unnest($ids::UUID[])) AND (value IS NOT NULL OR label IS NOT NULL) ORDER BY name"""


def _grouped(store: Store, sql: str, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in store.rows(sql, {"ids": list(ids)}):
        found.setdefault(row.pop("record_id"), []).append(row)
    return found


def _parsed(text: str | None) -> Any:  # noqa: ANN401 - JSON
    """Read JSON; text that is none is given as it is."""
    if text is None:
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
