"""What the commands on releases print for people: see :mod:`app.printed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import units
from app.sizes import counted
from app.tables import clean, table

if TYPE_CHECKING:
    from collections.abc import Callable

GROUPS_SHOWN = 12
"""Groups that the terminal shows; --json has them all."""


def _put(answer: dict[str, Any]) -> str:
    done = "is moved to" if answer["kind"] == "moved" else "began on"
    where = f" in {answer['app']}" if answer["app"] else ""
    return f"{clean(answer['name'])} {done} {_minute(answer['time'])} UTC{clean(where)}."


def _listed(answer: dict[str, Any]) -> str:
    if not answer["releases"]:
        return "No release was found in the logs. `afterword release NAME --at TIME` names one."
    rows = [[one["name"], _minute(one["start"]), one["came"]] for one in answer["releases"]]
    return table(["release", "began", "where and how"], rows)


def _shown(answer: dict[str, Any]) -> str:
    lines = [answer["says"], answer["tally"], answer["how"], answer["meanwhile"], *answer["reasons"]]
    told = [one for one in answer["metrics"] if one["verdict"] not in ("no difference seen", "too few")]
    rest = [one for one in answer["metrics"] if one not in told]
    parts = ["\n".join(clean(line) for line in lines if line)]
    for some in (told, rest):
        if some:
            parts.append(
                table(["metric", "before", "now", "change", "low", "high", "q", ""], [_row(one) for one in some])
            )
    groups = answer["groups"]
    if groups:
        rows = [
            [group["metric"], group["field"], group["group"],
             *(units.figure(group[side], group["unit"]) for side in ("before", "now", "others_before", "others_now"))]
            for group in groups[:GROUPS_SHOWN]
        ]  # fmt: skip
        columns = ["fares otherwise", "field", "group", "before", "now", "all others before", "now"]
        parts.append(table(columns, rows))
        if len(groups) > GROUPS_SHOWN:
            parts.append(f"and {len(groups) - GROUPS_SHOWN} more groups; --json lists them.")
    else:
        parts.append(f"No group fares otherwise than the rest, of {answer['groups_looked_at']:,} looked at.")
    run = answer["regression"]
    if run is not None:
        parts.append(
            clean(f"Golden regression of {run['dataset']}, {_minute(run['made'])}: {run['name']}, {run['verdict']}.")
        )
    return "\n\n".join(parts)


def _row(one: dict[str, Any]) -> list[Any]:
    unit = one["unit"]
    figures = [units.figure(one[name], unit) for name in ("before", "now", "change", "low", "high")]
    return [one["title"], *figures, "" if one["q"] is None else f"{one['q']:.3f}", one["verdict"]]


def _imported(answer: dict[str, Any]) -> str:
    lines = [f"{counted(answer['read'], 'release')} of {clean(answer['file'])} read, {answer['new']:,} new."]
    lines += [f"Row {fault['row']} refused: {clean(fault['reason'])}" for fault in answer["refused"]]
    return "\n".join(lines)


def _removed(answer: dict[str, Any]) -> str:
    return f"{clean(answer['removed']['name'])} is taken back."


def _minute(time: str) -> str:
    """A time of JSON as people read it."""
    return time[: len("2026-05-31T14:00")].replace("T", " ")


PRINTED: dict[str, Callable[[dict[str, Any]], str]] = {
    "release": _put,
    "releases": _listed,
    "releases show": _shown,
    "releases import": _imported,
    "releases remove": _removed,
}
"""By command."""
