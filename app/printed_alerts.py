"""What `afterword alerts` prints for people: see :mod:`app.printed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.sizes import counted
from app.tables import clean, table

if TYPE_CHECKING:
    from collections.abc import Callable


def _time(text: str | None) -> str:
    return text[:16].replace("T", " ") if text else ""


def _list(answer: dict[str, Any]) -> str:
    if not answer["alerts"]:
        return "No alerts."
    columns = ["id", "alert", "group", "state", "since", "until", "", "what"]
    rows = [
        [one["id"], one["title"], one["group"], one["state"], _time(one["start"]), _time(one["end"]), one["late"],
         one["says"]]
        for one in answer["alerts"]
    ]  # fmt: skip
    return table(columns, rows)


def _rules(answer: dict[str, Any]) -> str:
    rows = [[one["name"], "on" if one["on"] else "off", one["severity"], one["says"]] for one in answer["rules"]]
    return table(["rule", "", "severity", "when"], rows)


def _check(answer: dict[str, Any]) -> str:
    lines = [f"{one['rule']}: {clean(one['problem'])}" for one in answer["rules"] if one["problem"]]
    done = [
        ("opened", "opened"), ("reopened", "opened again"), ("resolved", "over"), ("told", "told"),
    ]  # fmt: skip
    for key, words in done:
        numbers = [number for one in answer["rules"] for number in one[key]]
        if numbers:
            lines.append(f"{counted(len(numbers), 'alert')} {words}: {', '.join(map(str, numbers))}.")
    if not answer["firing"]:
        return "\n".join([*lines, f"{counted(len(answer['rules']), 'rule')} looked at; nothing fires."])
    return "\n".join([*lines, _list({"alerts": answer["firing"]})])


def _try(answer: dict[str, Any]) -> str:
    return "\n\n".join(_tried(one) for one in answer["tried"])


def _tried(one: dict[str, Any]) -> str:
    if one["from"] is None:
        return "No record has a time: there is nothing to try a rule on."
    span = f"from {_time(one['from'])} to {_time(one['to'])}"
    many = len(one["episodes"])
    head = f"{clean(one['title'])}. {clean(one['says'])}.\nIt would have fired {counted(many, 'time')} {span}."
    rows = [[_time(e["start"]), _time(e["fired"]), _time(e["end"]), e["group"], e["says"]] for e in one["episodes"]]
    return f"{head}\n{table(['since', 'fired', 'until', 'group', 'what'], rows)}" if rows else head


def _alert(answer: dict[str, Any]) -> str:
    return _list({"alerts": [answer["alert"]]})


def _silence(answer: dict[str, Any]) -> str:
    one = answer["silence"]
    what = clean(one["rule"]) if one["rule"] else "All rules"
    weekly = ", every week" if one["weekly"] else ""
    return f"{what}: nothing is told from {_time(one['start'])} to {_time(one['end'])} UTC{weekly}."


PRINTED: dict[str, Callable[[dict[str, Any]], str]] = {
    "alerts list": _list,
    "alerts rules": _rules,
    "alerts check": _check,
    "alerts try": _try,
    "alerts set": lambda answer: f"Kept: {', '.join(answer['kept'])}.",
    "alerts switch": lambda answer: f"{answer['rule']} is {'on' if answer['on'] else 'off'}.",
    "alerts remove": lambda answer: f"{answer['removed']} is gone; its alerts stay.",
    "alerts do": _alert,
    "alerts silence": _silence,
}
