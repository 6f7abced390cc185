"""What is to be expected, budgets and what-if: see :mod:`app.commands`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.forecast import budgets
from analysis.forecast.forecast import WAYS, forecast
from analysis.forecast.project import project
from analysis.forecast.series import TooFewDaysError, additive, newest
from analysis.forecast.whatif import LIMITS, Change, whatif
from analysis.state import budgets as kept
from app import outlook
from app.command import Call, Command, plain, selected

if TYPE_CHECKING:
    from analysis.forecast.budgets import Standing
    from analysis.forecast.project import Projection


def _forecast(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Forecast a metric day by day, and the running month where its days add up."""
    store, name, filter = call.runtime.store, arguments["name"], selected(arguments)
    at = newest(store)
    found = forecast(store, name, filter, at=at, ahead=int(arguments["days"]))
    metric = found.so_far.metric
    return {
        "metric": metric.name, "unit": metric.unit, "selection": filter.sentence(), "known_to": plain(at),
        "days_known": len(found.so_far.values), "way": found.way, "by": WAYS[found.way], "says": outlook.fared(found),
        "error": {"origins": len(found.trial.actual), "off": plain(found.trial.off), "mase": plain(found.trial.scaled),
                  "naive_off": plain(found.naive.off), "naive_mase": plain(found.naive.scaled)},
        "days": [plain(vars(day)) for day in found.days],
        "month": _projected(project(store, name, filter, at=at)) if additive(metric) else None,
    }  # fmt: skip


def _budgets(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Tell how each budget stands."""
    found = budgets.standings(call.runtime.store, call.runtime.state)
    return {"budgets": [_standing(one) for one in found]}


def _set(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Set a budget."""
    given = {name: arguments[name] for name in ("name", "metric", "period")}
    amount, where = float(arguments["amount"]), arguments.get("where") or []
    made = budgets.put(call.runtime.state, amount=amount, where=where, who=call.who, **given)
    return {"budget": _budget(made)}


def _end(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """End a budget."""
    try:
        kept.end(call.runtime.state, arguments["name"], who=call.who)
    except KeyError as error:
        raise ValueError(f"{error.args[0]} `afterword budgets list` lists them.") from error
    return {"ended": arguments["name"]}


def _whatif(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Recompute what a model's calls would have cost, and the running month with it."""
    store, filter, price = call.runtime.store, selected(arguments), arguments.get("price")
    change = Change(
        arguments["model"], arguments.get("as"), tuple(price) if price else None, arguments.get("times")
    )  # fmt: skip
    found = whatif(store, filter, change)
    try:
        month = project(store, "cost", filter, at=newest(store))
    except TooFewDaysError:
        month = None
    return {
        "change": change.sentence(), "selection": filter.sentence(), "says": outlook.changed(found),
        "calls": found.calls, "priced": found.priced, "before": found.before, "after": found.after,
        "repriced": found.repriced, "anew": found.anew, "whole": found.whole, "limits": LIMITS,
        "month": _projected(month) if month else None,
        "month_then": _projected(found.projected(month)) if month and found.priced else None,
    }  # fmt: skip


def _projected(found: Projection) -> dict[str, Any]:
    return {
        "start": plain(found.start), "at": plain(found.at), "until": plain(found.until), "known": found.known,
        "total": found.total, "low": found.low, "high": found.high, "says": outlook.ends(found),
    }  # fmt: skip


def _budget(budget: kept.Budget) -> dict[str, Any]:
    fields = ("name", "metric", "amount", "period", "where", "who", "made")
    return {field: plain(getattr(budget, field)) for field in fields}


def _standing(found: Standing) -> dict[str, Any]:
    return {
        **_budget(found.budget), "known_to": plain(found.at), "spent": found.spent, "requests": found.requests,
        "unknown": found.unknown, "share": found.share,
        "projection": _projected(found.projection) if found.projection else None, "chance": found.chance,
        "over": found.over, "passed": plain(found.passed), "says": outlook.passing(found),
        "unknown_says": outlook.unknown(found),
    }  # fmt: skip


COMMANDS: dict[str, Command] = {
    "forecast": _forecast,
    "budgets": _budgets,
    "budgets set": _set,
    "budgets end": _end,
    "whatif": _whatif,
}
