"""Put staged rows into the records, priced on their way: an update afterwards would write them twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.prices import Key
from analysis.pricing import COST, matching, tabulate
from analysis.record import STAGED_COLUMNS

if TYPE_CHECKING:
    import duckdb

_TIER = "json_extract_string(r.attributes, '$.service_tier')"


def insert_priced(cursor: duckdb.DuckDBPyConnection, import_id: int, rows: str, sample: str, where: str = "") -> int:
    """Insert staged rows with their computed cost.

    Parameters
    ----------
    cursor : DuckDBPyConnection
        Within a transaction.
    import_id : int
        Their import.
    rows : str
        SQL of the staged rows.
    sample : str
        SQL of some or all of them, by which prices are looked up; what it lacks stays unpriced.
    where : str
        A condition on the rows, named ``r``.

    Returns
    -------
    int
        The rows inserted.
    """
    keys = cursor.execute(
        f"SELECT DISTINCT r.provider, r.model, r.requested_model, {_TIER} FROM ({sample}) r"
    ).fetchall()
    tabulate(cursor, (Key(*key) for key in keys))
    columns = ", ".join(f'"{name}"' for name in STAGED_COLUMNS)
    values = ", ".join(
        "CAST(CAST(r.attributes AS JSON) AS VARIANT)" if name == "attributes" else f'r."{name}"'
        for name in STAGED_COLUMNS
    )
    row = cursor.execute(
        f"""INSERT INTO records (import_id, {columns}, computed_cost, price_source)
        SELECT {import_id}, {values}, {COST}, p.source
        FROM ({rows}) r LEFT JOIN prices p ON {matching(keys, _TIER)} {where}"""
    ).fetchone()
    return int(row[0]) if row else 0
