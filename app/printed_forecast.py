"""What `afterword forecast`, `budgets` and `whatif` print for people: see :mod:`app.printed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import outlook
from app.tables import clean, table

if TYPE_CHECKING:
    from collections.abc import Callable


def _forecast(answer: dict[str, Any]) -> str:
    unit = answer["unit"]
    head = f"{answer['metric']} ({unit or 'no unit'}), {answer['selection']}, from {answer['days_known']} complete days"
    rows = [
        [day["day"], outlook.near(day["value"], unit), outlook.span(day["low80"], day["high80"], unit),
         outlook.span(day["low"], day["high"], unit)]
        for day in answer["days"]
    ]  # fmt: skip
    lines = [clean(head), answer["says"], "", table(["day", "expected", "80 %", "95 %"], rows)]
    if answer["month"]:
        lines += ["", f"{answer['month']['says']}."]
    return "\n".join(lines)


def _budgets(answer: dict[str, Any]) -> str:
    if not answer["budgets"]:
        return "No budgets. `afterword budgets set NAME AMOUNT` sets one."
    rows = [
        [one["name"], ", ".join(one["where"]) or "everything", f"{one['metric']} a {one['period']}", one["amount"],
         one["spent"], f"{100 * one['share']:.0f} %", one["projection"] and one["projection"]["total"],
         "" if one["chance"] is None else "passed" if one["over"] else outlook.chance(one["chance"]), one["passed"]]
        for one in answer["budgets"]
    ]  # fmt: skip
    columns = ["budget", "for", "of", "amount", "spent", "share", "will come to", "chance to pass", "on"]
    notes = [clean(one["unknown_says"]) for one in answer["budgets"] if one["unknown_says"]]
    return "\n".join([table(columns, rows), *notes])


def _set(answer: dict[str, Any]) -> str:
    budget = answer["budget"]
    of = ", ".join(budget["where"]) or "everything"
    return clean(f"Budget {budget['name']}: {budget['amount']:,.12g} {budget['metric']} a {budget['period']} for {of}.")


def _ended(answer: dict[str, Any]) -> str:
    return clean(f"Budget {answer['ended']} is ended.")


def _whatif(answer: dict[str, Any]) -> str:
    lines = [clean(f"{answer['change']}, {answer['selection']}:"), answer["says"]]
    if answer["month_then"]:
        lines.append(
            f"{answer['month']['says']}; from now on so, near {outlook.near(answer['month_then']['total'], 'USD')}."
        )
    return "\n".join([*lines, answer["limits"]])


PRINTED: dict[str, Callable[[dict[str, Any]], str]] = {
    "forecast": _forecast,
    "budgets": _budgets,
    "budgets set": _set,
    "budgets end": _ended,
    "whatif": _whatif,
}
