"""What `afterword queue`, `labels` and `agreement` print for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.sizes import counted
from app.tables import cell, clean, table

if TYPE_CHECKING:
    from collections.abc import Callable

SHOWN = 5
"""Items without a record, and refused labels, that the terminal shows; --json has them all."""


def _made(answer: dict[str, Any]) -> str:
    queue = answer["queue"]
    arms = ", ".join(f"{count:,} {arm}" for arm, count in queue["arms"].items())
    return (
        f"{clean(queue['name'])}: {arms}, of {queue['frame']:,} records ({clean(queue['looked_at'])}), seed "
        f"{queue['seed']}; {queue['reviewers']} to label each by {clean(queue['rubric'])} {queue['rubric_version']}."
    )


def _list(answer: dict[str, Any]) -> str:
    if not answer["queues"]:
        return "No queues yet. `afterword queue make NAME --rubric bias` makes one."
    columns = ["name", "rubric", "method", "frame", "items", "reviewers", "labels", "wanted"]
    return table(columns, [[queue[name] for name in columns] for queue in answer["queues"]])


def _show(answer: dict[str, Any]) -> str:
    queue, how = answer["queue"], answer["progress"]
    parts = [
        clean(f"{queue['name']}: {queue['rubric']} {queue['rubric_version']}, {queue['method']}"),
        f"{how['finished']:,} of {how['items']:,} items have all labels ({how['labels']:,} of {how['wanted']:,}); "
        f"{how['disagreements']:,} to decide, {how['decided']:,} decided, {how['flagged']:,} flagged.",
    ]
    if queue["strata"]:
        parts.append(table(["stratum", "frame", "drawn"], [list(one.values()) for one in queue["strata"]]))
    if how["reviewers"]:
        columns = ["who", "done", "skipped", "flagged", "left", "seconds", "an_hour"]
        rows = [[one[name] for name in columns] + [_gold(one["gold"])] for one in how["reviewers"]]
        parts.append(table([*columns, "gold"], rows))
    return "\n\n".join(parts)


def _gold(counts: list[int]) -> str | None:
    return f"{counts[0]} of {counts[1]}" if counts[1] else None


def _size(answer: dict[str, Any]) -> str:
    chances = f"power {cell(answer['power'])}, chance of a false alarm {cell(answer['alpha'])}"
    if "discordant_pairs" in answer:
        return f"{answer['discordant_pairs']:,} pairs that differ ({chances})."
    first, second = answer["rates"]
    return f"{answer['per_group']:,} items a group to tell {cell(first)} from {cell(second)} ({chances})."


def _rubrics(answer: dict[str, Any]) -> str:
    rows = [[one["name"], one["version"], one["title"], ", ".join(one["questions"])] for one in answer["rubrics"]]
    return table(["rubric", "version", "title", "questions"], rows)


def _rubric(answer: dict[str, Any]) -> str:
    return "\n".join(map(clean, answer["text"].splitlines()))


def _rubric_kept(answer: dict[str, Any]) -> str:
    asked = counted(answer["questions"], "question")
    return f"{clean(answer['name'])}, version {answer['version']}: {asked}."


def _brought(answer: dict[str, Any]) -> str:
    parts = [
        f"{answer['labels']:,} labels of {answer['items']:,} items by {answer['raters']:,} raters are in "
        f"{clean(answer['queue'])}, for the question {clean(answer['question'])}.",
        "They say: "
        + ", ".join(f"{clean(label)} {n:,}" for label, n in list(answer["said"].items())[:SHOWN])
        + (f" and {len(answer['said']) - SHOWN:,} others." if len(answer["said"]) > SHOWN else "."),
    ]
    if answer["same"]:
        parts.append(f"{answer['same']:,} were there already.")
    if answer["again"]:
        parts.append(f"{answer['again']:,} came after another of the same rater; the last counts.")
    if answer["nameless"]:
        parts.append(f"{answer['nameless']:,} name no item or no rater and were not taken.")
    for names, what in ((answer["without_record"], "no record"), (answer["several"], "more than one record")):
        if names:
            some = ", ".join(names[:SHOWN])
            parts.append(clean(f"{len(names):,} items name {what} and count for agreement only: {some}"))
    parts += [clean(f"Not taken: {words}") for words in answer["refused"][:SHOWN]]
    if len(answer["refused"]) > SHOWN:
        parts.append(f"{len(answer['refused']):,} not taken in all; --json lists them.")
    return "\n".join(parts)


def _taken_back(answer: dict[str, Any]) -> str:
    return f"{counted(answer['labels'], 'label')} of {clean(answer['queue'])} were taken back."


def _agreement(answer: dict[str, Any]) -> str:
    if not answer["questions"]:
        return f"{clean(answer['queue'])}: there are no labels yet."
    columns = ["question", "among", "level", "items", "raters", "agree", "Fleiss", "alpha", "95 %"]
    rows: list[list[Any]] = []
    for one in answer["questions"]:
        parts = {"all": one["overall"]} | one["reviewers"] | one["strata"]
        rows += [[one["question"], name, one["level"], *_row(found)] for name, found in parts.items()]
    reasons = {one["overall"]["alpha"]["reason"] for one in answer["questions"]} - {""}
    words = [one["question"] for one in answer["questions"] if answer["asked"] not in (None, one["level"])]
    if words:
        reasons.add(f"Words have no distance, and an order only where their rubric says so: {', '.join(words)}.")
    return "\n".join([table(columns, rows), *sorted(reasons)])


def _row(found: dict[str, Any]) -> list[Any]:
    alpha = found["alpha"]
    ends = None if alpha["low"] is None else f"{alpha['low']:.2f} to {alpha['high']:.2f}"
    shown = [found[name]["value"] for name in ("percent", "fleiss", "alpha")]
    return [found["items"], found["raters"], *(None if value is None else round(value, 3) for value in shown), ends]


PRINTED: dict[str, Callable[[dict[str, Any]], str]] = {
    "queue make": _made,
    "queue list": _list,
    "queue show": _show,
    "queue size": _size,
    "queue rubric list": _rubrics,
    "queue rubric show": _rubric,
    "queue rubric import": _rubric_kept,
    "labels import": _brought,
    "labels undo": _taken_back,
    "agreement": _agreement,
}
