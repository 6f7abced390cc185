"""What if a price or a model changed: what calls would have cost, from their tokens by the price table, in one scan."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from analysis.metrics.fields import COST
from analysis.overrides import Override
from analysis.prices import Key
from analysis.pricing import COST as BY_PRICE
from analysis.pricing import KEY, matching, tabulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from analysis.forecast.project import Projection
    from analysis.metrics.filter import Filter
    from analysis.store import Store

LIMITS = (
    "By the tokens as they were counted: another model would have counted and answered otherwise, and would have been "
    "used otherwise at another price."
)
"""What a recomputed cost does not know."""


@dataclass(frozen=True)
class Change:
    """One change of one model's calls: another model in its place, a price of its own, or its cost times a factor.

    Parameters
    ----------
    model : str
        Whose calls change.
    other : str or None
        The model in its place, at the price table's price of the day of each call.
    price : tuple of float or None
        US dollars for a million input and output tokens.
    factor : float or None
        What its cost is multiplied by.

    Raises
    ------
    ValueError
        If not exactly one of the three is given, or a price or factor is no number of 0 or more.
    """

    model: str
    other: str | None = None
    price: tuple[float, float] | None = None
    factor: float | None = None

    def __post_init__(self) -> None:
        if sum(given is not None for given in (self.other, self.price, self.factor)) != 1:
            raise ValueError("Say what changes: another model, a price, or a factor, and one of them only.")
        numbers = self.price or (() if self.factor is None else (self.factor,))
        if not all(math.isfinite(number) and number >= 0 for number in numbers):
            raise ValueError("A price, or the factor of one, is a number of 0 or more.")

    def sentence(self) -> str:
        """Put the change in words: ``gpt-4.1-mini as gpt-5-mini``."""
        if self.other is not None:
            return f"{self.model} as {self.other}"
        if self.price is not None:
            return f"{self.model} at ${self.price[0]:g} and ${self.price[1]:g} a million tokens"
        return f"{self.model} at {self.factor:g} times its cost"


@dataclass(frozen=True)
class WhatIf:
    """What calls cost, and what they would have cost.

    Parameters
    ----------
    calls : int
        The calls of the model in the period.
    priced : int
        Those whose cost is known and can be recomputed.
    before, after : float
        What these cost, as recorded or else by the price table, and what they would have cost; US dollars.
    repriced, anew : int, float
        All calls that can be recomputed, and what they would have cost: more than `priced` where some have no cost yet.
    whole : float
        The known cost of all records of the filter, those of other models with them.
    """

    change: Change
    calls: int
    priced: int
    before: float
    after: float
    repriced: int
    anew: float
    whole: float

    @property
    def ratio(self) -> float:
        """The whole cost after the change over that before; 1 where nothing cost anything."""
        return 1 + (self.after - self.before) / self.whole if self.whole > 0 else 1.0

    def projected(self, projection: Projection) -> Projection:
        """Change what is left of a running period as the period looked at would have changed: what is known stays."""
        root = math.sqrt(max(self.ratio, 0.0))
        left = [replace(spread, middle=spread.middle * root**2, half=spread.half * root) for spread in projection.left]
        return replace(projection, left=tuple(left))


def whatif(store: Store, filter: Filter, change: Change) -> WhatIf:
    """Recompute what a model's calls would have cost.

    Raises
    ------
    ValueError
        If the model has no call in the period, or the model in its place has no price.
    PriceFileError
        If the workspace's own prices can't be read.
    """
    chosen, values = filter.predicate()
    model = {"model": change.model}
    with store.cursor() as cursor:
        cursor.execute(f"SELECT sum({COST}) FROM records r WHERE {chosen}", values)
        whole = _row(cursor)[0] or 0.0
        where = f"{chosen} AND r.model = $model"
        keys = cursor.execute(f"SELECT DISTINCT {KEY} FROM records r WHERE {where}", values | model).fetchall()
        if not keys:
            raise ValueError(f"There is no call of {change.model!r} among these records.")
        given: dict[str, object] = values | model
        if change.factor is not None:
            sql = f"SELECT {COST} AS before, $factor * {COST} AS after FROM records r WHERE {where}"
            given["factor"] = change.factor
        else:
            other, provider = _other(cursor, change)
            sql = _as_priced(cursor, change, keys, (provider, other), where)
            given |= {"other": other, "provider": provider}
        cursor.execute(
            f"""SELECT count(*), count(*) FILTER (known), sum(before) FILTER (known), sum(after) FILTER (known),
                count(after), sum(after)
            FROM (SELECT *, before IS NOT NULL AND after IS NOT NULL AS known FROM ({sql}))""",
            given,
        )
        calls, priced, before, after, repriced, anew = _row(cursor)
    return WhatIf(change, calls, priced, before or 0.0, after or 0.0, repriced, anew or 0.0, whole)


def _as_priced(
    cursor: duckdb.DuckDBPyConnection,
    change: Change,
    keys: Sequence[tuple[str | None, ...]],
    as_if: tuple[str | None, str],
    where: str,
) -> str:
    """Write SQL of each call's cost as it was and by another price, and put the prices where it finds them."""
    own = None if change.price is None else (Override("*", *change.price),)
    asked = dict.fromkeys((*as_if, None, key[3]) for key in keys)
    if not tabulate(cursor, (Key(*key) for key in asked), own):
        raise ValueError(f"There is no price of {as_if[1]!r}. Give it one in prices.json, or a price here.")
    return f"""SELECT before, {BY_PRICE} AS after
        FROM (SELECT r.* REPLACE ($provider AS provider, $other AS model, NULL::VARCHAR AS requested_model),
              {COST} AS before FROM records r WHERE {where}) r
        LEFT JOIN prices p ON {matching(asked)}"""


def _other(cursor: duckdb.DuckDBPyConnection, change: Change) -> tuple[str, str | None]:
    """Name the model in its place, and the provider that ran most of its calls so far, if any did."""
    name = change.other or change.model
    cursor.execute("SELECT mode(provider) FROM records WHERE model = $model", {"model": name})
    return name, _row(cursor)[0]


def _row(cursor: duckdb.DuckDBPyConnection) -> tuple[Any, ...]:
    row = cursor.fetchone()
    assert row is not None  # an aggregate has a row
    return row
