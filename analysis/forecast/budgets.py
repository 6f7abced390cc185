"""Budgets against what was spent: how much is gone, what the period will come to, and the chance that it passes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from analysis.forecast.project import Projection, project
from analysis.forecast.series import TooFewDaysError, newest
from analysis.metrics.filter import Filter
from analysis.metrics.period import floor
from analysis.metrics.query import measure
from analysis.state import budgets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    import polars as pl

    from analysis.state.budgets import Budget
    from analysis.state.database import State
    from analysis.store import Store

METRICS = ("cost", "total_tokens", "requests")
"""What a budget may limit."""
PERIODS = ("day", "month")


@dataclass(frozen=True)
class Standing:
    """How a budget stands in its running period.

    Parameters
    ----------
    at : datetime
        UTC: up to when all is known.
    spent : float
        In the budget's unit.
    requests, unknown : int
        The period's requests so far, and those of them that are not in `spent`, as their cost or tokens are not known.
    projection : Projection or None
        What the period will come to; None where there are too few days to tell.
    passed : date or None
        The day on which it was passed, or the day by whose end that is more likely than not; None where it holds.
    """

    budget: Budget
    at: datetime
    spent: float
    requests: int
    unknown: int
    projection: Projection | None
    passed: date | None

    @property
    def share(self) -> float:
        """The share of the budget that is spent."""
        return self.spent / self.budget.amount

    @property
    def over(self) -> bool:
        """Whether it is passed already."""
        return self.spent > self.budget.amount

    @property
    def chance(self) -> float | None:
        """The chance that it will be passed in this period; None where that can't be told."""
        if self.over:
            return 1.0
        return None if self.projection is None else self.projection.chance(self.budget.amount)


def put(
    state: State, name: str, amount: float, *, metric: str = "cost", period: str = "month", where: Sequence[str] = (),
    who: str, over: Mapping[str, int] | None = None,
) -> Budget:  # fmt: skip
    """Set a budget, or change the one of that name; see :func:`analysis.state.budgets.put` for `over`.

    Raises
    ------
    ValueError
        If the name is empty, the amount no positive number, the metric, the period or a condition unknown, or somebody
        else was quicker.
    """
    if not name.strip():
        raise ValueError("A budget needs a name.")
    if not (math.isfinite(amount) and amount > 0):
        raise ValueError(f"A budget of {amount} is none. Give an amount above 0.")
    for what, given, allowed in (("metric", metric, METRICS), ("period", period, PERIODS)):
        if given not in allowed:
            raise ValueError(f"A budget has no {what} {given!r}. Use one of {', '.join(allowed)}.")
    conditions = tuple(Filter.parse(where).texts())
    return budgets.put(state, name.strip(), amount, metric=metric, period=period, where=conditions, who=who, over=over)


def standings(store: Store, state: State, *, at: datetime | None = None) -> list[Standing]:
    """Tell how each budget stands at a moment (UTC), the newest record's time where none is given.

    Raises
    ------
    TooFewDaysError
        If `at` is not given and no record has a time.
    """
    held = budgets.running(state)
    if not held:
        return []
    moment = at or newest(store)
    return [standing(store, budget, at=moment) for budget in held]


def standing(store: Store, budget: Budget, *, at: datetime) -> Standing:
    """Tell how a budget stands."""
    filter = Filter.parse(budget.where)
    start = floor(at, budget.period)
    days = measure(store, [budget.metric], filter.during(start, at), grain="day") if at > start else None
    spent, passed = (0.0, None) if days is None else _spent(days, budget.amount)
    requests, known = (0, 0) if days is None else (int(days["of"].sum()), int(days["n"].sum()))
    try:
        projection = project(store, budget.metric, filter, at=at, until=_until(at, budget.period))
    except TooFewDaysError:
        projection = None
    if passed is None and projection is not None:
        passed = projection.passes(budget.amount)
    return Standing(budget, at, spent, requests, requests - known, projection, passed)


def _until(at: datetime, period: str) -> datetime | None:
    return None if period == "month" else floor(at, "day") + timedelta(days=1)


def _spent(days: pl.DataFrame, amount: float) -> tuple[float, date | None]:
    """Sum up what was spent, and find the day on which that passed the budget."""
    total, passed = 0.0, None
    for time, value in days.select("time", "value").iter_rows():
        total += value or 0.0
        if passed is None and total > amount:
            passed = time.date()
    return total, passed
