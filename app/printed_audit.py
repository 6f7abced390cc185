"""What `afterword audit` prints for people: see :mod:`app.printed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.audit.wording import chance, span
from app.tables import clean, table

if TYPE_CHECKING:
    from collections.abc import Callable


def _audits(answer: dict[str, Any]) -> str:
    if not answer["audits"]:
        return "No audits yet. `afterword audit run SPEC` makes one."
    columns = ["name", "version", "verdict", "title", "made", "signed"]
    rows = [
        [one["name"], one["version"], one["verdict"], one["title"], one["made"][:16].replace("T", " "),
         ", ".join(signature["who"] for signature in one["signed"])]
        for one in answer["audits"]
    ]  # fmt: skip
    return table(columns, rows)


def _run(answer: dict[str, Any]) -> str:
    report = answer["report"]
    part = report["groups"]
    rows = [
        [row["group"], f"{row['n']:,}", span(row["value"], part["measure"]),
         span(row["difference"], part["measure"], sign=True), chance(row["adjusted"]), row["state"]]
        for row in part["rows"]
    ]  # fmt: skip
    rows += [[left["group"], f"{left['n']:,}", "", "", "", f"left out: {left['why']}"] for left in part["left_out"]]
    return "\n".join([
        f"{clean(answer['title'])} ({answer['name']}, version {answer['version']})", clean(answer["sentence"]), "",
        table(["group", "n", "value", "difference", "p, Holm", ""], rows),
        *(f"{test['of']}: {test['name']}, p {chance(test['p'])}." for test in part["tests"]),
    ])  # fmt: skip


def _report(answer: dict[str, Any]) -> str:
    return f"{answer['file']} has version {answer['version']} of {answer['name']}: {answer['verdict']}."


def _signed(answer: dict[str, Any]) -> str:
    return f"Version {answer['version']} of {answer['name']} is signed by {clean(answer['signed'][-1]['who'])}."


def _pairs(answer: dict[str, Any]) -> str:
    return f"{answer['file']} has {answer['prompts']:,} prompts of {answer['pairs']:,} pairs."


PRINTED: dict[str, Callable[[dict[str, Any]], str]] = {
    "audit": _audits,
    "audit run": _run,
    "audit report": _report,
    "audit sign": _signed,
    "audit pairs write": _pairs,
}
