"""What is to be expected, in words: the end of a month, a budget, how a forecast fared, what a change would cost."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from analysis.forecast.forecast import WAYS
from analysis.metrics.catalogue import METRICS
from app import units
from app.sizes import counted

if TYPE_CHECKING:
    from datetime import date, datetime

    from analysis.forecast.budgets import Standing
    from analysis.forecast.forecast import Forecast
    from analysis.forecast.project import Projection
    from analysis.forecast.whatif import WhatIf
    from analysis.state.budgets import Budget


def near(value: float, unit: str) -> str:
    """Write a figure no more exactly than it can be known, to three figures: ``$412``, ``48,200``."""
    if value == 0:
        return units.figure(0.0, unit)
    rounded = round(value, 2 - math.floor(math.log10(abs(value))))
    text = units.figure(rounded, unit)
    return text.removesuffix(".00") if rounded >= 100 else text


def span(low: float, high: float, unit: str) -> str:
    """Write an interval as exactly as :func:`near` does."""
    return f"{near(low, unit)} to {near(high, unit)}"


def chance(share: float) -> str:
    """Write a chance in whole per cent, never as certain: ``62 %``, ``under 1 %``."""
    if share < 0.01:
        return f"under 1{units.THIN}%"
    return f"over 99{units.THIN}%" if share > 0.99 else f"{100 * share:.0f}{units.THIN}%"


def period(start: datetime, until: datetime) -> str:
    """Name a running period: ``November``, ``22 November``."""
    return f"{start:%B}" if until - start > timedelta(days=1) else f"{start.day} {start:%B}"


def ordinal(day: date) -> str:
    """Write the day of a month: ``the 28th``."""
    tens = 10 < day.day % 100 < 14
    return f"the {day.day}{'th' if tens else {1: 'st', 2: 'nd', 3: 'rd'}.get(day.day % 10, 'th')}"


def ends(found: Projection) -> str:
    """Say what a period comes to: ``November will end near $412 ($380 to $470)``."""
    of = found.metric.unit
    what = "" if of == "USD" else f" {of}"
    end = f"{near(found.total, of)}{what} ({span(found.low, found.high, of)})"
    return f"{period(found.start, found.until)} will end near {end}"


def unit(budget: Budget) -> str:
    """Name the unit of a budget."""
    return METRICS[budget.metric].unit


def passing(found: Standing) -> str:
    """Say what becomes of a budget: ``the budget of $400 is passed with a chance of 62 %, about the 28th``."""
    of = unit(found.budget)
    amount = units.figure(found.budget.amount, of).removesuffix(".00") + ("" if of == "USD" else f" {of}")
    if found.over:
        when = f" since {ordinal(found.passed)}" if found.passed and found.budget.period == "month" else ""
        return f"the budget of {amount} is passed{when}"
    if found.chance is None:
        return f"{units.share(found.share)} of the budget of {amount} is spent"
    when = f", about {ordinal(found.passed)}" if found.passed and found.budget.period == "month" else ""
    return f"the budget of {amount} is passed with a chance of {chance(found.chance)}{when}"


def unknown(found: Standing) -> str:
    """Say what a budget does not count, as it is not known; empty where all is."""
    if not found.unknown:
        return ""
    lacks = "cost is" if found.budget.metric == "cost" else "tokens are"
    return f"{found.budget.name}: without {units.of(found.unknown, found.requests)} requests, whose {lacks} not known."


def fared(found: Forecast) -> str:
    """Say by what a forecast goes on, and how that fared on days of the past beside repeating the last week."""
    origins = counted(len(found.trial.actual), "day")
    tried = f"Tried from {origins} of the past, a day was off by {_off(found.trial.off)} on average"
    if found.way == "naive":
        why = "no model did better" if found.compared else "there are too few days to try a model"
        return f"By {WAYS[found.way]}, as {why}. {tried}."
    beside = f"; repeating the last week, by {_off(found.naive.off)}" if found.compared else ""
    return f"By {WAYS[found.way]}. {tried}{beside}."


def changed(found: WhatIf) -> str:
    """Say what a change would have cost, and on how many calls that rests."""
    on = f"{units.of(found.priced, found.calls)} calls"
    if not found.priced:
        if not found.repriced:
            lacks = "tokens are" if found.change.factor is None else "cost is"
            return f"None of the {counted(found.calls, 'call')} can be recomputed: their {lacks} not known."
        return (
            f"What {units.of(found.repriced, found.calls)} calls cost is not known; they would have cost "
            f"{units.money(found.anew)}."
        )
    moved = units.change(found.after, found.before, "USD")
    return (
        f"{units.money(found.before)} would have been {units.money(found.after)}{f' ({moved})' if moved else ''}, "
        f"recomputed for {on}."
    )


def _off(share: float) -> str:
    return "more than a mean day" if share > 1 else f"{100 * share:.0f}{units.THIN}%"
