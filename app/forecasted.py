"""The Cost page's look ahead: the running month, the days to come, the budgets, and what a change would cost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from analysis.forecast import budgets
from analysis.forecast.project import Projection, project
from analysis.forecast.series import TooFewDaysError, newest
from analysis.metrics.filter import Filter
from analysis.metrics.period import midnight
from analysis.state import budgets as kept
from app import breakdowns, budget_form, data, moments, outlook, runtime, states, units, whatif_form
from app.charts import ahead, frame
from app.charts.listing import Column
from app.sizes import counted
from app.text import escape

if TYPE_CHECKING:
    from analysis.forecast.budgets import Standing
    from analysis.state.budgets import Budget
    from app.page import Scope

DRAWN = 56
"""Days so far that are drawn before those to come."""


def draw(scope: Scope) -> None:
    """Draw what cost will come to, whatever the period above, and what that means for the budgets."""
    conditions, running = scope.chosen.during(None, None), kept.running(runtime.current().state)
    found, standing = None, []
    states.heading("What is to come")
    try:
        standing = [_standing(_now(), budget) for budget in running]
        found = _projected(_now(), conditions)
    except TooFewDaysError as error:
        states.absent("There are too few days to look ahead.", str(error))
    if found is not None:
        here = [one for one in standing if one.budget.metric == "cost" and _speaks_of(one.budget, conditions)]
        _month(found, conditions, [one for one in here if one.budget.period == "month"])
        _days(found, [one for one in here if one.budget.period == "day"])
    _budgets(standing)
    budget_form.draw(scope, running)
    whatif_form.draw(scope, found)


def _month(found: Projection, conditions: Filter, standing: list[Standing]) -> None:
    """Draw the running month added up day by day, with the budgets of a month across it."""
    title = outlook.ends(found)
    to_come = _course(found)
    so_far = to_come.select("time", "value").head(1)
    if found.at > found.start:
        days = data.measure(["cost"], conditions.during(found.start, found.at), grain="day")
        so_far = days.select("time", pl.col("value").fill_null(0).cum_sum()) if len(days) else so_far
    figure = ahead.figure(
        title, _subtitle("US dollars since the first of the month", standing), "USD", so_far, to_come,
        limits=[(f"budget {one.budget.name}", one.budget.amount) for one in standing],
    )  # fmt: skip
    frame.plotly(figure, name="month-ahead", says=title)
    frame.foot("month-ahead", to_come, f"All days up to {moments.full(found.at)}, whatever the period above.")


def _days(found: Projection, standing: list[Standing]) -> None:
    """Draw the days so far and those to come, with the budgets of a day across them."""
    seen, before = found.forecast, found.forecast.so_far
    so_far = pl.DataFrame({"time": [midnight(day) for day in before.days], "value": before.values}).tail(DRAWN)
    to_come = pl.DataFrame([vars(day) | {"time": midnight(day.day)} for day in seen.days])
    mean = float(to_come["value"].mean())  # type: ignore[arg-type]
    title = f"The next {len(seen.days)} days cost about {outlook.near(mean, 'USD')} a day"
    figure = ahead.figure(
        title, _subtitle("US dollars a day", standing), "USD", so_far, to_come,
        limits=[(f"budget {one.budget.name}", one.budget.amount) for one in standing],
    )  # fmt: skip
    frame.plotly(figure, name="days-ahead", says=title)
    frame.foot("days-ahead", to_come.drop("time"), f"Learnt from {counted(len(before.values), 'complete day')}.")
    st.caption(escape(outlook.fared(seen), limit=400))


def _subtitle(unit: str, standing: list[Standing]) -> str:
    """Say what becomes of the first budget, and what is drawn."""
    told = "; ".join([*(outlook.passing(one) for one in standing[:1]), unit, "bands: 80 % and 95 % intervals"])
    return told[0].upper() + told[1:]


def _budgets(standing: list[Standing]) -> None:
    """Set the table of the budgets: what is spent, what the period comes to, and the chance that it passes."""
    if not standing:
        return
    states.heading("Budgets")
    columns = [
        Column("", 0), Column("for", 21, muted=True, room=23), Column("spent", 52, "right", figure=True),
        Column("budget", 65, "right", muted=True), Column("will come to", 84, "right"),
        Column("chance to pass", 100, "right", figure=True),
    ]  # fmt: skip
    table = pl.DataFrame(
        [
            {"budget": one.budget.name, "metric": one.budget.metric, "period": one.budget.period,
             "where": ", ".join(one.budget.where), "amount": one.budget.amount, "spent": one.spent,
             "requests": one.requests, "unknown": one.unknown,
             "total": one.projection and one.projection.total, "low": one.projection and one.projection.low,
             "high": one.projection and one.projection.high, "chance": one.chance, "passed": one.passed}
            for one in standing
        ], infer_schema_length=None,
    )  # fmt: skip
    note = f"Of the day or month of the newest record, {moments.day(standing[0].at)}, UTC, with 95 % intervals."
    breakdowns.listed(table, columns, [(one.budget.name, _row(one)) for one in standing], key="budgets", note=note)
    without = " ".join(outlook.unknown(one) for one in standing if one.unknown)
    if without:
        st.caption(escape(without, limit=600))


def _row(one: Standing) -> list[str]:
    budget, unit = one.budget, outlook.unit(one.budget)
    of = Filter.parse(budget.where).sentence().removesuffix(", all time") if budget.where else "everything"
    will = "too few days"
    if one.projection is not None:
        found = one.projection
        will = f"{outlook.near(found.total, unit)} ({outlook.span(found.low, found.high, unit)})"
    when = f", {outlook.ordinal(one.passed)}" if one.passed is not None and budget.period == "month" else ""
    passes = "passed" if one.over else units.NONE if one.chance is None else outlook.chance(one.chance)
    share = f"{100 * one.share:.0f}{units.THIN}% of {units.figure(budget.amount, unit)}"
    return [budget.name, f"{of}, a {budget.period}", units.figure(one.spent, unit), share, will, passes + when]


def _course(found: Projection) -> pl.DataFrame:
    """Add up the running period from what is known on, day by day."""
    start, to_come = midnight(found.at.date()), found.left[1:] or found.left
    if found.at == start:  # of the running day nothing is known
        start, to_come = start - timedelta(days=1), found.left
    rows = [{"time": start, **dict.fromkeys(("value", "low80", "high80", "low", "high"), found.known)}]
    for place, left in enumerate(to_come, 1):
        ends = {"low80": 0.1, "high80": 0.9, "low": 0.025, "high": 0.975}
        rows.append(
            {"time": start + timedelta(days=place), "value": found.known + left.middle}
            | {name: found.known + left.quantile(share) for name, share in ends.items()}
        )
    return pl.DataFrame(rows)


def _speaks_of(budget: Budget, conditions: Filter) -> bool:
    """Whether a budget is for the very records that the page looks at."""
    return sorted(budget.where) == sorted(conditions.texts())


def _now() -> tuple[str, int]:
    store = data.store()
    return str(store.workspace.root), store.generation


@st.cache_resource(max_entries=64, show_spinner="Looking ahead")
def _projected(now: tuple[str, int], conditions: Filter) -> Projection:
    return project(data.store(), "cost", conditions, at=newest(data.store()))


@st.cache_resource(max_entries=200, show_spinner="Looking ahead")
def _standing(now: tuple[str, int], budget: Budget) -> Standing:
    return budgets.standing(data.store(), budget, at=newest(data.store()))
