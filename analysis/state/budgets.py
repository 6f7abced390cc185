"""Budgets: what may be spent in a day or month, and on what. Each is set, changed and ended by a row of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, null, select

from analysis.state.database import now
from analysis.state.schema import budgets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from analysis.state.database import State


@dataclass(frozen=True)
class Budget:
    """A budget as it was set at one time.

    Parameters
    ----------
    metric : str
        What it limits the sum of: ``cost`` in US dollars, ``total_tokens`` or ``requests``.
    amount : float
        In the metric's unit; 0 where the budget was ended.
    period : str
        "day" or "month", in UTC.
    where : tuple of str
        Conditions as :meth:`analysis.metrics.filter.Filter.parse` reads them; none for all records.
    ended : bool
        Whether this is its end.
    """

    id: int
    name: str
    metric: str
    amount: float
    period: str
    where: tuple[str, ...]
    who: str
    made: datetime
    ended: bool = False


def put(
    state: State, name: str, amount: float, *, metric: str, period: str, where: tuple[str, ...], who: str,
    over: Mapping[str, int] | None = None,
) -> Budget:  # fmt: skip
    """Set a budget, or change the one of that name.

    Parameters
    ----------
    over : mapping of str to int, optional
        The budgets that were seen to hold, by name, each with its `id`; another of this name does not give way.

    Raises
    ------
    ValueError
        If somebody else was quicker.
    """
    body = {"metric": metric, "amount": amount, "period": period, "where": list(where)}
    values: dict[str, Any] = {"name": name, "body": body, "who": who, "made": now()}
    with state.write(alone=budgets.name) as connection:
        _unchanged(connection, name, over)
        made = connection.execute(insert(budgets).values(values).returning(budgets.c.id)).scalar_one()
    return Budget(made, name, metric, amount, period, where, who, values["made"])


def end(state: State, name: str, *, who: str, over: Mapping[str, int] | None = None) -> None:
    """End a budget; what it was stays in its history. `over` is what was seen, as for :func:`put`.

    Raises
    ------
    KeyError
        If there is none of that name.
    ValueError
        If somebody else has changed it.
    """
    with state.write(alone=budgets.name) as connection:
        body = select(budgets.c.body).where(budgets.c.name == name).order_by(budgets.c.id.desc()).limit(1)
        if connection.execute(body).scalar() is None:
            raise KeyError(f"There is no budget {name!r}.")
        _unchanged(connection, name, over)
        connection.execute(insert(budgets).values(name=name, body=null(), who=who, made=now()))


def _unchanged(connection: Connection, name: str, over: Mapping[str, int] | None) -> None:
    """Hold a budget to be as it was seen, or not to be there."""
    query = select(budgets).where(budgets.c.name == name).order_by(budgets.c.id.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    if over is None or row is None:
        return
    newest = _read(row)
    if over.get(name) == (None if newest.ended else newest.id):
        return
    did = "ended it" if newest.ended else f"set it to {newest.amount:,g} a {newest.period}"
    raise ValueError(
        f"{newest.who} {did} on {newest.made:%-d %B, %H:%M} UTC, after this page was opened. Once more does it all the "
        "same."
    )


def running(state: State) -> list[Budget]:
    """List the budgets that hold, by name."""
    newest = select(func.max(budgets.c.id)).group_by(budgets.c.name)
    query = select(budgets).where(budgets.c.id.in_(newest)).order_by(budgets.c.name)
    with state.read() as connection:
        found = [_read(row) for row in connection.execute(query).mappings()]
    return [budget for budget in found if not budget.ended]


def history(state: State, name: str) -> list[Budget]:
    """List what a budget was and when it ended, newest first."""
    query = select(budgets).where(budgets.c.name == name).order_by(budgets.c.id.desc())
    with state.read() as connection:
        return [_read(row) for row in connection.execute(query).mappings()]


def _read(row: RowMapping) -> Budget:
    body = row["body"] or {"metric": "", "amount": 0.0, "period": "", "where": []}
    return Budget(
        row["id"], row["name"], body["metric"], body["amount"], body["period"], tuple(body["where"]), row["who"],
        row["made"], ended=row["body"] is None,
    )  # fmt: skip
