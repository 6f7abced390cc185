"""What the tokens of a team's own machines cost: an hour's price, over what they read and wrote in it.

This stands beside the recomputed cost and does not feed it: the price of a token of an own machine hangs on how busy
the machine is, and would change the cost of calls long past with every import. Whoever wants it counted enters it as a
price of the model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from analysis.metrics import query
from analysis.metrics.fields import Bound
from analysis.metrics.filter import Filter
from analysis.resources.joined import calls_of
from analysis.resources.machines import hourly
from analysis.resources.measured import measured, samples

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from analysis.resources.machines import Machine
    from analysis.resources.pools import Pool
    from analysis.store import Store


@dataclass(frozen=True)
class Cost:
    """What a pool's tokens cost over a period.

    Parameters
    ----------
    usd, hours : float
        The price of the hours in which its machines were up, each machine's hours of its own.
    tokens : float
        Read and written in them.
    counted : bool
        Whether the machines counted the tokens; else they are those of the logged calls, and there may have been more.
    utilisation : float or None
        How busy its GPUs were on average, 0 to 1.
    by_day : polars.DataFrame
        ``time``, ``usd``, ``hours``, ``tokens``, ``value`` (US dollars for 1,000 tokens), ``utilisation``.
    """

    usd: float
    hours: float
    tokens: float
    counted: bool
    utilisation: float | None
    by_day: pl.DataFrame

    def by(self, grain: str) -> pl.DataFrame:
        """Give US dollars for 1,000 tokens as ``time`` and ``value``, by day, week or month."""
        width = {"week": "1w", "month": "1mo"}.get(grain, "1d")
        sums = self.by_day.group_by(pl.col("time").dt.truncate(width)).agg(pl.col("usd", "tokens").sum())
        return sums.select("time", value=1000 * pl.col("usd") / pl.col("tokens")).sort("time")

    @property
    def per_1k(self) -> float | None:
        """US dollars for 1,000 tokens."""
        return 1000 * self.usd / self.tokens if self.tokens else None

    @property
    def per_1k_at_full_load(self) -> float | None:
        """What 1,000 tokens would cost were its GPUs busy all the time, and tokens in proportion."""
        return None if self.per_1k is None or self.utilisation is None else self.per_1k * self.utilisation


def cost(store: Store, pool: Pool, machines: Sequence[Machine], filter: Filter) -> Cost | None:
    """Compute what a pool's tokens cost in a filter's period; none where a machine of it has no price, or no token.

    A machine is up in an hour of which it has any figure; days of which no token is known are left out. Conditions of
    the filter do not narrow a machine's own figures.
    """
    every = replace(pool, served=())  # a machine that serves other models too is paid for once
    days = measured(store, every, filter, "day").select("time", "tokens", utilisation="gpu_utilisation")
    counted = bool(days["tokens"].is_not_null().any())
    if not counted:
        days = days.drop("tokens").join(_logged(store, pool, filter), on="time", how="left")
    priced = _priced(store, pool, machines, filter)
    if priced is None:
        return None
    days = priced.join(days, on="time").filter(pl.col("tokens") > 0).sort("time")
    if days.is_empty():
        return None
    busy = days.filter(pl.col("utilisation").is_not_null())
    return Cost(
        float(days["usd"].sum()), float(days["hours"].sum()), float(days["tokens"].sum()), counted,
        busy.select(pl.col("utilisation").dot("hours") / pl.col("hours").sum()).item() if len(busy) else None,
        days.select("time", "usd", "hours", "tokens", (1000 * pl.col("usd") / pl.col("tokens")).alias("value"),
                    "utilisation"),
    )  # fmt: skip


def _logged(store: Store, pool: Pool, filter: Filter) -> pl.DataFrame:
    """Sum the tokens of a pool's logged calls by day."""
    calls = calls_of(pool, Filter(filter.start, filter.end))
    if calls is None:
        return pl.DataFrame(schema={"time": pl.Datetime("us"), "tokens": pl.Float64})
    long = query.measure(store, ["total_tokens"], calls, grain="day")
    return long.select(pl.col("time").cast(pl.Datetime("us")), tokens="value")


def _priced(store: Store, pool: Pool, machines: Sequence[Machine], filter: Filter) -> pl.DataFrame | None:
    """Price the hours of each day in which a pool's machines were up; none where a price is missing."""
    bound = Bound("m")
    rows = store.rows(
        f"""SELECT date_trunc('day', time)::TIMESTAMP AS time, i, count(DISTINCT date_trunc('hour', time)) AS hours
        FROM ({samples(pool, filter, bound)}) GROUP BY ALL""",
        bound.values,
    )
    by_day: dict[datetime, tuple[float, float]] = {}
    for row in rows:
        price = hourly(machines, row["i"], row["time"].date())
        if price is None:
            return None
        usd, hours = by_day.get(row["time"], (0.0, 0.0))
        by_day[row["time"]] = usd + price * row["hours"], hours + row["hours"]
    return pl.DataFrame(
        [(time, *sums) for time, sums in by_day.items()],
        schema={"time": pl.Datetime("us"), "usd": pl.Float64, "hours": pl.Float64}, orient="row",
    )  # fmt: skip
