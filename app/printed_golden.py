"""What the commands of `afterword golden` print for people: see :mod:`app.printed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.sizes import counted
from app.tables import clean, table
from app.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable

SHOWN = 10
"""Items and refused lines that the terminal shows; --json has them all."""
_BRIEF = 70
_LEFT_OUT = {
    "same": "the same question was there already", "near": "nearly the same question was there already",
    "over": "there are more than a dataset takes",
}  # fmt: skip


def _list(answer: dict[str, Any]) -> str:
    if not answer["versions"]:
        return "No golden dataset yet. `afterword golden build NAME` makes one."
    rows = [
        [one["dataset"], one["version"], one["items"], _kinds(one), one["how"], one["where"] or one["file"] or "",
         one["who"], one["made"][: len("2026-05-31T14:00")].replace("T", " ")]
        for one in answer["versions"]
    ]  # fmt: skip
    return table(["dataset", "version", "items", "from", "how", "what", "who", "made"], rows)


def _built(answer: dict[str, Any]) -> str:
    lines = [f"{clean(answer['dataset'])}, version {answer['version']}: {_items(answer['items'])} ({_kinds(answer)})."]
    lines += [f"{count:,} left out: {_LEFT_OUT[why]}." for why, count in answer["left_out"].items() if count]
    return "\n".join(lines)


def _imported(answer: dict[str, Any]) -> str:
    lines = [f"{_items(answer['read'])} read.", _built(answer)]
    lines += [f"Line {fault['line']} refused: {clean(fault['reason'])}" for fault in answer["refused"][:SHOWN]]
    if len(answer["refused"]) > SHOWN:
        lines.append(f"{len(answer['refused']):,} lines were refused in all; --json lists them.")
    return "\n".join(lines)


def _diff(answer: dict[str, Any]) -> str:
    parts = [f"{len(answer[what]):,} {what}" for what in ("added", "removed", "changed")]
    since = f"since version {answer['before']}" if answer["before"] else "in its first version"
    lines = [f"{clean(answer['dataset'])}, version {answer['version']}: {', '.join(parts)} {since}."]
    rows = [
        [what, item["id"], _brief(item["prompt"]), _brief(item["expected"])]
        for what in ("added", "removed", "changed") for item in answer[what][:SHOWN]
    ]  # fmt: skip
    return "\n".join([*lines, *(["", table(["", "id", "prompt", "expected"], rows)] if rows else [])])


def _exported(answer: dict[str, Any]) -> str:
    part = f", the part for {answer['split']}" if answer["split"] else ""
    lines = [
        f"{answer['file']} has {_items(answer['items'])} of {clean(answer['dataset'])}, "
        f"version {answer['version']}{part}."
    ]
    return "\n".join([*lines, *(f"{_items(count)} left out: {why}." for why, count in answer["left_out"].items())])


def _regressed(answer: dict[str, Any]) -> str:
    head = f"{clean(answer['name'])} against {clean(answer['dataset'])}, version {answer['version']}"
    lines = [f"{head}: {answer['verdict']}, on {answer['items']:,} of {_items(answer['of'])}."]
    if answer["missing"]:
        lines.append(f"{_items(len(answer['missing']))} without a new answer.")
    lines += [f"Line {one['line']} was refused: {clean(one['reason'])}" for one in answer.get("faults", [])[:SHOWN]]
    if answer["stopped"]:
        why = "the budget is used up" if answer["stopped"] == "budget" else clean(answer["stopped"])
        lines.append(f"Stopped before all were asked: {why}")
    lines += [f"{clean(name)} broke off: {clean(why)}" for name, why in answer["failed"].items()]
    rows = [
        [one["title"], one["n"], *(_short(one[name]) for name in ("before", "now", "difference", "low", "high")),
         _short(one["adjusted"]), _short(one["smallest"]), one["verdict"]]
        for one in answer["changes"]
    ]  # fmt: skip
    columns = ["measure", "n", "before", "now", "change", "low", "high", "p, corrected", "would be seen", ""]
    if rows:
        lines += ["", table(columns, rows)]
    worst = [
        [one["item"], ", ".join(f"{name} {_short(was)} → {_short(now)}" for name, (was, now) in one["by"].items())]
        for one in answer["worse"][:SHOWN]
    ]
    if worst:
        lines += ["", table(["worse item", "by"], worst)]
    return "\n".join(lines)


def _items(count: int) -> str:
    return counted(count, "item")


def _kinds(answer: dict[str, Any]) -> str:
    return listed([counted(count, kind) if kind != "feedback" else f"{count:,} {kind}"
                   for kind, count in answer["kinds"].items()])  # fmt: skip


def _brief(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _BRIEF else f"{line[: _BRIEF - 1]}…"


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.3g}")


PRINTED: dict[str, Callable[[dict[str, Any]], str]] = {
    "golden list": _list,
    "golden build": _built,
    "golden import": _imported,
    "golden diff": _diff,
    "golden export": _exported,
    "golden regress": _regressed,
}
