"""Recompute cost from tokens."""

from __future__ import annotations

from dataclasses import astuple, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.overrides import load
from analysis.prices import Key, may_have, table
from analysis.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from analysis.overrides import Override
    from analysis.prices import Price

_TIER = "variant_extract(r.attributes, 'service_tier')::VARCHAR"
KEY = f"r.provider, r.model, r.requested_model, {_TIER}"
"""SQL of what a record's price is looked up by."""
_INPUT = "coalesce(r.input_tokens, 0) + coalesce(r.cache_read_tokens, 0) + coalesce(r.cache_write_tokens, 0)"

# A side of the call that costs something must have been counted, else the sum would say too little.
COST = """CASE
    WHEN coalesce(r.input_tokens, r.cache_read_tokens, r.cache_write_tokens) IS NULL AND p.input_mtok > 0 THEN NULL
    WHEN coalesce(r.output_tokens, r.reasoning_tokens) IS NULL AND p.output_mtok > 0 THEN NULL
    ELSE p.request + (coalesce(r.input_tokens, 0) * p.input_mtok + coalesce(r.cache_read_tokens, 0) * p.cache_read_mtok
        + coalesce(r.cache_write_tokens, 0) * p.cache_write_mtok + coalesce(r.output_tokens, 0) * p.output_mtok
        + coalesce(r.reasoning_tokens, 0) * p.reasoning_mtok) / 1e6 END"""
"""SQL of the cost of a record ``r`` by its price ``p``, in US dollars."""

_TABLE = """CREATE OR REPLACE TEMP TABLE prices (
    provider VARCHAR, model VARCHAR, requested_model VARCHAR, tier VARCHAR, opening TIMESTAMP, closing TIMESTAMP,
    opens INTEGER, closes INTEGER, above BIGINT, upto BIGINT, input_mtok DOUBLE, cache_read_mtok DOUBLE,
    cache_write_mtok DOUBLE, output_mtok DOUBLE, reasoning_mtok DOUBLE, request DOUBLE, source VARCHAR)"""


def reprice(
    cursor: duckdb.DuckDBPyConnection,
    import_id: int | None = None,
    *,
    models: Sequence[str] | None = None,
    overrides: Sequence[Override] | None = None,
) -> int:
    """Fill `computed_cost` and `price_source` by the price of each record's day, as one set.

    A record without a time takes today's price. Cache writes are priced at the five-minute rate. Where the price is
    known and the tokens are not, there is a source and no cost.

    Parameters
    ----------
    cursor : duckdb.DuckDBPyConnection
        In the writer's transaction.
    import_id : int or None
        The import whose records are priced; None for all.
    models : sequence of str or None
        Only records of these models, where given.
    overrides : sequence of Override or None
        Own prices; None for those in the workspace of the cursor's database.

    Returns
    -------
    int
        The records that have a price.

    Raises
    ------
    PriceFileError
        If the workspace's own prices can't be read.
    """
    where = "($import_id IS NULL OR r.import_id = $import_id) AND ($models IS NULL OR list_contains($models, r.model))"
    given: dict[str, object] = {"import_id": import_id, "models": list(models) if models is not None else None}
    keys = cursor.execute(f"SELECT DISTINCT {KEY} FROM records r WHERE {where}", given).fetchall()
    tabulate(cursor, (Key(*key) for key in keys), overrides)
    cursor.execute(
        f"UPDATE records r SET computed_cost = NULL, price_source = NULL WHERE r.price_source IS NOT NULL AND {where}",
        given,
    )
    priced = cursor.execute(
        f"""UPDATE records AS r SET computed_cost = {COST}, price_source = p.source FROM prices p
        WHERE {where} AND {matching(keys)}""",
        given,
    ).fetchone()
    return int(priced[0]) if priced else 0


def price_missing(cursor: duckdb.DuckDBPyConnection) -> None:
    """Price the records that have no computed cost yet and can have one: those whose model or tokens came late."""
    own = _own(cursor)
    names = cursor.execute(
        """SELECT DISTINCT r.provider, r.model, r.requested_model, NULL FROM records r
        WHERE r.computed_cost IS NULL AND r.model IS NOT NULL"""
    ).fetchall()
    given = {"models": [name[1] for name in names if may_have(Key(*name), own)]}
    if not given["models"]:
        return  # looking the service tiers up is what would take long
    where = "r.computed_cost IS NULL AND list_contains($models, r.model)"
    keys = cursor.execute(f"SELECT DISTINCT {KEY} FROM records r WHERE {where}", given).fetchall()
    tabulate(cursor, (Key(*key) for key in keys), own)
    cursor.execute(
        f"""UPDATE records AS r SET computed_cost = {COST}, price_source = p.source FROM prices p
        WHERE {where} AND (r.price_source IS NULL OR ({COST}) IS NOT NULL) AND {matching(keys)}""",
        given,
    )


def tabulate(
    cursor: duckdb.DuckDBPyConnection, keys: Iterable[Key], overrides: Sequence[Override] | None = None
) -> int:
    """Write the prices of some keys into the temporary table ``prices``, for :func:`matching`; returns how many.

    Raises
    ------
    PriceFileError
        If the workspace's own prices can't be read.
    """
    own = _own(cursor) if overrides is None else overrides
    prices = [_row(price) for price in table(keys, own)]
    cursor.execute(_TABLE)
    if prices:
        cursor.executemany(f"INSERT INTO prices VALUES ({', '.join('?' * len(prices[0]))})", prices)
    return len(prices)


def matching(keys: Iterable[tuple[str | None, ...]], tier: str = _TIER) -> str:
    """SQL that joins a record ``r`` to its price ``p``, of which there is one at most.

    Parameters
    ----------
    keys : iterable of tuple
        Those of the records, as ``KEY`` gives them: looking the service tier up takes as long as all the rest, and is
        left out where no record has one.
    tier : str
        SQL of the service tier.
    """
    now = f"TIMESTAMP '{datetime.now(UTC):%Y-%m-%d %H:%M:%S}'"
    moment = f"coalesce(r.time, {now})"
    second = f"extract('epoch' FROM {moment}::TIME)"
    tiered = f"AND {tier} IS NOT DISTINCT FROM p.tier" if any(key[3] is not None for key in keys) else ""
    return f"""r.provider IS NOT DISTINCT FROM p.provider AND r.model IS NOT DISTINCT FROM p.model
        AND r.requested_model IS NOT DISTINCT FROM p.requested_model {tiered}
        AND {moment} >= p.opening AND {moment} < p.closing AND {second} >= p.opens AND {second} < p.closes
        AND {_INPUT} > p.above AND {_INPUT} <= p.upto"""


def _row(price: Price) -> list[object]:
    """Give a price as a row of the table: the key's parts, then the rest, in the order of its fields."""
    return [*astuple(price.key), *(getattr(price, field.name) for field in fields(price)[1:])]


def _own(cursor: duckdb.DuckDBPyConnection) -> tuple[Override, ...]:
    row = cursor.execute("SELECT path FROM duckdb_databases() WHERE database_name = current_database()").fetchone()
    return load(Workspace(Path(row[0]).parent).prices) if row and row[0] else ()
