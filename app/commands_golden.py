"""What `afterword golden` can do: see :mod:`app.commands`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.golden import build, dataset, formats, reading
from analysis.golden.build import Recipe
from analysis.golden.splits import SPLITS, split
from analysis.review import queue
from analysis.state import golden
from app.command import Call, Command, awaited, plain, selected

if TYPE_CHECKING:
    from analysis.golden.item import Item
    from analysis.state.golden import Version


def _list(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List the datasets and their versions, newest first."""
    state = call.runtime.state
    found = [one for newest in golden.datasets(state) for one in golden.versions(state, newest.dataset)]
    return {"versions": [_about(version) for version in found]}


def _build(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Make a version of what people's labels, corrections and feedback give."""
    good = arguments.get("good") or build.usual(queue.scales(call.runtime.state))
    recipe = Recipe(tuple(good), arguments["corrections"], arguments["feedback"], arguments["near"])
    version = dataset.make(
        call.runtime.store, call.runtime.state, arguments["name"], selected(arguments), recipe,
        keep=arguments["keep"], who=call.who,
    )  # fmt: skip
    return _about(version)


def _import(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Put the items of a file into a dataset."""
    path = Path(arguments["path"])
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror or error}.") from error
    items, faults = reading.read_items(content, path.name)
    if not items:
        why = f" Line {faults[0].line}: {faults[0].reason}" if faults else ""
        raise ValueError(f"{path.name} has no item.{why}")
    version = dataset.add(
        call.runtime.state, arguments["name"], items, file=path.name, replace=arguments["replace"], who=call.who
    )
    refused = [{"line": fault.line, "reason": fault.reason} for fault in faults]
    return _about(version) | {"read": len(items), "refused": refused}


def _diff(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Tell how a version differs from an older one."""
    state, name = call.runtime.state, arguments["name"]
    now = golden.version(state, name, arguments.get("version"))
    number = arguments.get("before") or now.number - 1
    before = dataset.items(state, golden.version(state, name, number)) if number else []
    found = dataset.diff(before, dataset.items(state, now))
    return {
        "dataset": name, "before": number, "version": now.number,
        "added": [_brief(item) for item in found.added], "removed": [_brief(item) for item in found.removed],
        "changed": [_brief(now) | {"was": old.expected} for old, now in found.changed],
    }  # fmt: skip


def _export(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Write a version, or a part of it, to a file in staging, for the caller to move."""
    version = golden.version(call.runtime.state, arguments["name"], arguments.get("version"))
    items = dataset.items(call.runtime.state, version)
    part = arguments.get("split")
    if part is not None:
        if part not in SPLITS:
            raise ValueError(f"There is no part {part!r}. Parts: {', '.join(SPLITS)}.")
        shares = _shares(arguments["shares"])
        if part not in shares:
            raise ValueError(f"The part {part} is 0 % by --shares {arguments['shares']}: there is nothing in it.")
        items = split(items, shares, seed=int(arguments["seed"]), by=_by(arguments["by"]))[part]
    written = formats.write(items, arguments["format"])
    ending = formats.ending(arguments["format"])
    path = call.runtime.workspace.staging / f"golden-{time.time_ns()}.{ending}"
    path.write_bytes(written.content)
    return {
        "staged": str(path), "dataset": version.dataset, "version": version.number, "split": part,
        "items": written.n, "left_out": written.left_out,
    }  # fmt: skip


def _regress(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Compare new answers with the recorded ones."""
    given = {name: value for name, value in arguments["order"].items() if value is not None}
    return awaited(call, "regress", {"order": given, "who": call.who})


def _about(version: Version) -> dict[str, Any]:
    return {
        "dataset": version.dataset, "version": version.number, "items": len(version.rows),
        "kinds": version.recipe.get("kinds", {}), "left_out": version.recipe.get("left_out", {}),
        "how": version.recipe.get("how"), "where": version.recipe.get("sentence"), "file": version.recipe.get("file"),
        "hash": version.hash, "who": version.who, "made": plain(version.made),
    }  # fmt: skip


def _brief(item: Item) -> dict[str, Any]:
    return {"id": item.id, "prompt": item.prompt, "expected": item.expected, "from": item.source.kind}


def _shares(text: str) -> dict[str, float]:
    try:
        train, validation, test = (float(part) / 100 for part in text.split(","))
    except ValueError as error:
        raise ValueError(f"{text!r} are no shares. Write three numbers that add up to 100: 80,10,10.") from error
    return {name: share for name, share in zip(SPLITS, (train, validation, test), strict=True) if share}


def _by(text: str) -> str:
    if text not in ("conversation", "user"):
        raise ValueError(f"Parts can't be made by {text!r}. Use conversation or user.")
    return text


COMMANDS: dict[str, Command] = {
    "golden list": _list,
    "golden build": _build,
    "golden import": _import,
    "golden diff": _diff,
    "golden export": _export,
    "golden regress": _regress,
}
