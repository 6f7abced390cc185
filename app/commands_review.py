"""What `afterword queue`, `labels` and `agreement` can do: see :mod:`app.commands`."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from analysis.export import FORMATS
from analysis.review import agreeing, exchange, labels_file, power, queue, ready_made, table
from analysis.review.agreement import LEVELS, Agreement
from analysis.review.labels import disagreements
from analysis.review.plan import ATTENTION, GOLD, Check, Plan
from analysis.review.progress import Count, counts, progress
from analysis.review.rubrics import from_yaml
from analysis.state import rubrics as kept
from app.command import Call, Command, plain, selected


def _make(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Draw a queue."""
    filter = selected(arguments)
    given = {name: value for name, value in arguments["plan"].items() if value is not None}
    plan = Plan(
        **given | {"ids": tuple(given.get("ids", ())), "scorers": tuple(given.get("scorers", ()))},
        where=tuple(filter.texts()), start=filter.start, end=filter.end, 
        checks=(*_checks(arguments.get("gold"), GOLD), *_checks(arguments.get("attention"), ATTENTION)),
    )  # fmt: skip
    made = queue.make(
        call.runtime.store, call.runtime.state, arguments["name"], plan, rubric=arguments["rubric"],
        reviewers=int(arguments["reviewers"]), who=call.who,
    )  # fmt: skip
    return {"queue": _shown(made)}


def _checks(path: str | None, arm: str) -> tuple[Check, ...]:
    """Read gold or attention items: a table with the column ``item``, and one a question."""
    if path is None:
        return ()
    return tuple(Check(item, expected, arm) for item, expected in table.expected(Path(path)).items())


def _list(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List the queues, newest first."""
    state = call.runtime.state
    rows = []
    found = counts(state)
    for one in queue.everything(state):
        how = found.get(one.id, Count())
        rows.append(_shown(one) | {"items": how.items, "labels": how.labels, "wanted": how.items * one.reviewers})
    return {"queues": rows}


def _show(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Tell how a queue was drawn and how far it is."""
    state = call.runtime.state
    found = queue.find(state, arguments["name"])
    how = {name: plain(value) for name, value in asdict(progress(state, found)).items()}
    differing = len(disagreements(state, found))
    return {"queue": _shown(found), "plan": plain(found.plan), "progress": how | {"disagreements": differing}}


def _size(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Tell how many items show a gap."""
    rate, to, ratio, pairs = (arguments.get(name) for name in ("rate", "to", "ratio", "pairs"))
    wanted = {"alpha": arguments["alpha"], "power": arguments["power"]}
    if pairs is not None:
        return {"discordant_pairs": power.discordant(pairs, **wanted), **wanted}
    if rate is None or (to is None) == (ratio is None):
        raise ValueError("Say --rate and one of --to and --ratio, or --pairs.")
    other = rate * ratio if to is None else to
    return {"per_group": power.per_group(rate, other, **wanted), "rates": [rate, other], **wanted}


def _bring_in(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Take labels of other tools in."""
    path = Path(arguments["path"])
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    columns = {name: arguments.get(name) for name in ("item", "rater", "label", "gold")}
    store, state, order = call.runtime.store, call.runtime.state, arguments.get("order") or ()
    report = exchange.bring_in(store, state, table.read(path, **columns), arguments["queue"], order=order, who=call.who)
    return asdict(report)


def _take_back(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Take an import of labels back."""
    name = arguments["queue"]
    return {"queue": name, "labels": exchange.take_back(call.runtime.store, call.runtime.state, name)}


def _write_out(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Write labels to a file in staging, for the caller to move."""
    ending, state = arguments["ending"].removeprefix("."), call.runtime.state
    if ending not in FORMATS:
        raise ValueError(f"Can't write a file of kind {ending!r}. End its name in .{', .'.join(FORMATS)}.")
    name = arguments.get("queue")
    among = [queue.find(state, name)] if name else queue.everything(state)
    path = call.runtime.workspace.staging / f"labels-{time.time_ns()}.{ending}"
    return {"labels": labels_file.write_out(state, path, among=among), "staged": str(path)}


def _agreement(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Tell how far the reviewers of a queue agree."""
    state, level = call.runtime.state, arguments.get("level")
    if level is not None and level not in LEVELS:
        raise ValueError(f"There is no level {level!r}. Use one of {', '.join(LEVELS)}.")
    found = queue.find(state, arguments["name"])
    return {
        "queue": found.name,
        "asked": level,
        "questions": [
            {
                "question": one.question, "level": one.level, "overall": _told(one.overall),
                "reviewers": {name: _told(part) for name, part in one.reviewers.items()},
                "strata": {name: _told(part) for name, part in one.strata.items()},
            }
            for one in agreeing.agreements(state, found, level=level)
        ],
    }  # fmt: skip


def _rubrics(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List the rubrics, each in its newest version."""
    state = call.runtime.state
    versions = {one.name: one for one in kept.newest(state)}
    return {
        "rubrics": [
            {"name": one.name, "title": one.title, "version": versions[one.name].version if one.name in versions else 1,
             "questions": [question.name for question in one.questions]}
            for one in ready_made.everything(state)
        ]
    }  # fmt: skip


def _rubric_show(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Give a rubric as it is edited."""
    rubric, version = ready_made.find(call.runtime.state, arguments["name"], arguments.get("version"))
    return {"rubric": rubric.as_json(), "version": version.version, "text": rubric.to_yaml()}


def _rubric_import(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Keep a rubric; another than the newest of its name becomes the next version, and queues keep theirs."""
    rubric = from_yaml(arguments["text"])
    version = ready_made.keep(call.runtime.state, rubric, who=call.who)
    return {"name": version.name, "version": version.version, "questions": len(rubric.questions)}


def _told(agreement: Agreement) -> dict[str, Any]:
    return plain(asdict(agreement))


def _shown(one: queue.Queue) -> dict[str, Any]:
    about = {name: plain(value) for name, value in asdict(one).items() if name != "plan"}
    sizes = {name: one.plan.get(name) for name in ("method", "frame", "seed", "arms", "strata", "looked_at")}
    return about | sizes


COMMANDS: dict[str, Command] = {
    "queue make": _make,
    "queue list": _list,
    "queue show": _show,
    "queue size": _size,
    "queue rubric list": _rubrics,
    "queue rubric show": _rubric_show,
    "queue rubric import": _rubric_import,
    "labels import": _bring_in,
    "labels undo": _take_back,
    "labels export": _write_out,
    "agreement": _agreement,
}
