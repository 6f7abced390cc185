"""What each command prints for people; with ``--json`` its answer is printed instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.drift.series import LIMITS, NOTHING
from analysis.ingest.resources.formats import FORMATS
from app import (
    printed_alerts,
    printed_alerts_senders,
    printed_audit,
    printed_forecast,
    printed_golden,
    printed_releases,
    printed_resources,
    printed_review,
    printed_run,
    units,
)
from app.tables import cell, clean, table

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSALS_SHOWN = 5
"""Refused lines that the terminal shows of a file; the report has more."""

GROUPS_SHOWN = 12
"""Groups that the terminal shows of a split; --json has them all."""

_ENDS = ("value", "low", "high")

_COUNTS = ("read", "kept", "duplicate", "aside", "repaired", "refused", "scores")


def _imported(answer: dict[str, Any]) -> str:
    reports = answer["imports"]
    if not reports:
        return "There was no file to import."
    parts = [_reports(reports)]
    for report in reports:
        name = clean(report["file"])
        if report["failure"]:
            parts.append(f"{name} was not imported: {clean(report['failure'])}")
        refusals = report["refusals"]
        for refusal in refusals[:REFUSALS_SHOWN]:
            parts.append(f"{name}, line {refusal['line'] or '?'} refused: {clean(refusal['reason'])}")
        if report["refused"] > REFUSALS_SHOWN and report["id"] is not None:
            parts.append(f"{report['refused']:,} refused in all: afterword refused {report['id']} -o FILE")
        parts += [f"{name}: {tally['count']:,} × {clean(tally['what'])}" for tally in report["repairs"]]
        parts += [f"{name}: {clean(note)}" for note in report["notes"]]
    return "\n".join(parts)


def _imports(answer: dict[str, Any]) -> str:
    if not answer["imports"]:
        return "No imports yet. `afterword import PATH` makes one."
    return _reports(answer["imports"])


def _reports(reports: list[dict[str, Any]]) -> str:
    columns = ["id", "file", "format", *_COUNTS, "from", "to"]
    rows = []
    for report in reports:
        number = "–" if report["id"] is None else str(report["id"])
        named = [report[name] for name in columns[1:-2]]
        rows.append([number, *named, _minute(report["from"]), _minute(report["to"])])
    return table(columns, rows)


def _minute(time: str | None) -> str | None:
    """A time of JSON as people read it."""
    return time and time[: len("2026-05-31T14:00")].replace("T", " ")


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _undone(answer: dict[str, Any]) -> str:
    report = answer["undone"]
    what = "figure" if report["format"] in FORMATS else "record"
    return f"Import {report['id']} ({clean(report['file'])}, {_counted(report['kept'], what)}) is taken back."


def _refused(answer: dict[str, Any]) -> str:
    return f"{answer['file']} has {_counted(answer['lines'], 'refused line')} of import {answer['import']}."


def _metrics(answer: dict[str, Any]) -> str:
    columns = ["name", "unit", "definition"]
    return table(columns, [[metric[name] for name in columns] for metric in answer["metrics"]])


def _metric(answer: dict[str, Any]) -> str:
    head = f"{answer['metric']} ({answer['unit'] or 'no unit'}), {answer['selection']}"
    if not answer["rows"]:
        return f"{clean(head)}\nNo records."
    columns = list(answer["rows"][0])
    return f"{clean(head)}\n\n{table(columns, [list(row.values()) for row in answer['rows']])}"


def _explained(answer: dict[str, Any]) -> str:
    unit = answer["unit"]
    before, now = (cell(_short(answer[when], unit)) for when in ("before", "now"))
    lines = [
        clean(
            f"{answer['metric']}{f' ({unit})' if unit else ''} by {answer['by']}: {answer['now_is']}, against "
            f"{answer['before_is']}"
        ),
        f"{before} → {now}, a change of {_span(answer['change'], unit)}:",
    ]
    words = {"volume": "more or fewer requests", "mix": "other shares of the groups", "rate": "the groups themselves"}
    lines += [f"  {_span(answer[part], unit)} of {said}" for part, said in words.items() if answer[part]["value"]]
    rows = [
        [part["group"], *(_short(part[when], unit) for when in ("before", "now")),
         *(_short(part[share]) for share in ("share_before", "share_now")),
         *(_short(part["effect"][end], unit) for end in _ENDS), *(_short(part[of], unit) for of in ("mix", "rate")),
         "stands out" if part["stands_out"] else ""]
        for part in answer["parts"][:GROUPS_SHOWN]
    ]  # fmt: skip
    columns = ["group", "before", "now", "share_before", "share_now", "effect", "low", "high", "mix", "rate", ""]
    lines += [clean(answer["says"]), "", table(columns, rows)]
    if len(answer["parts"]) > GROUPS_SHOWN:
        lines.append(f"and {len(answer['parts']) - GROUPS_SHOWN:,} more groups; --json lists them.")
    if answer["change"]["low"] is not None:
        lines.append(f"95 % intervals by bootstrap over each {answer['blocks']}'s records.")
    return "\n".join(lines)


def _span(span: dict[str, float | None], unit: str) -> str:
    value, low, high = (cell(_short(span[end], unit)) for end in _ENDS)
    sign = "+" if (span["value"] or 0) > 0 else ""
    return f"{sign}{value}{f' ({low} to {high})' if span['low'] is not None else ''}"


def _short(value: float | None, unit: str = "") -> float | None:
    """Round to three figures, but a whole number, and whatever has no half, in full."""
    if value is None:
        return None
    return round(value) if unit in units.WHOLE or abs(value) >= 100 else float(f"{value:.3g}")


def _drift(answer: dict[str, Any]) -> str:
    (before, now), (blocks0, blocks) = answer["records"], answer["blocks"]
    lines = [
        f"{clean(answer['window'])}, against {clean(answer['reference'])}: {answer['verdict']}.",
        f"{_counted(now, 'record')} of {_counted(blocks, answer['unit'])}, against {before:,} of {blocks0:,}.",
    ]
    if answer["verdict"] == "no drift seen" and answer["smallest"] is not None:
        lines.append(f"Something new with {100 * answer['smallest']:.1f} % of the window would have been seen.")
    aspects = [*answer["aspects"], *answer["others"]]
    columns = ["title", "p", "adjusted", "distance", "by_chance"]
    if aspects:
        rows = [[aspect["title"], *(_short(aspect[name]) for name in columns[1:])] for aspect in aspects]
        lines += ["", table(["aspect", *columns[1:]], rows)]
    groups = [
        [aspect["title"], group["name"], _short(group["before"]), _short(group["now"]), _short(group["low"]),
         _short(group["high"]), group["kind"]]
        for aspect in aspects for group in aspect["groups"][:GROUPS_SHOWN]
    ]  # fmt: skip
    if groups:
        lines += ["", table(["aspect", "group", "before", "now", "low", "high", ""], groups)]
    if answer["outcomes"]:
        rows = [
            [one["metric"], _short(one["before"]), _short(one["now"]), *(_short(one["rate"][end]) for end in _ENDS),
             _short(one["adjusted"]), "changed" if one["changed"] else ""]
            for one in answer["outcomes"]
        ]  # fmt: skip
        lines += ["", table(["outcome", "before", "now", "within topics", "low", "high", "adjusted", ""], rows)]
    return "\n".join(lines)


def _changes(answer: dict[str, Any]) -> str:
    if not answer["series"]:
        return NOTHING
    if not answer["changes"]:
        return "No topic and no outcome changed its level by more than chance."
    rows = [
        [change["title"], _minute(change["start"]), "" if change["lasts"] else _minute(change["end"]),
         _short(change["before"]), _short(change["level"]), change["unit"]]
        for change in answer["changes"]
    ]  # fmt: skip
    return f"{table(['what', 'from', 'to', 'before', 'then', 'unit'], rows)}\n{LIMITS}"


def _export(answer: dict[str, Any]) -> str:
    ((what, count),) = (
        (key, answer[key]) for key in ("records", "scores", "topics", "labels", "rows") if key in answer
    )
    one = "place" if what == "topics" else what.removesuffix("s")  # a row a record and map
    return f"{answer['file']} has {_counted(count, one)}."


def _scorers(answer: dict[str, Any]) -> str:
    columns = ["name", "version", "scored", "of", "title", "needs"]
    rows = [[scorer[name] for name in columns] for scorer in answer["scorers"]]
    broken = [f"{clean(entry['where'])} could not be loaded: {clean(entry['why'])}" for entry in answer["broken"]]
    return "\n".join([table(columns, rows), *broken])


def _topics(answer: dict[str, Any]) -> str:
    columns = ["id", "name", "n", "share"]
    rows = [[row["id"], row["name"], row["n"], f"{100 * row['share']:.1f} %"] for row in answer["topics"]]
    return table(columns, rows)


def _mapped(answer: dict[str, Any]) -> str:
    placed = f"{_counted(answer['records'], 'record')} placed"
    if "topics" not in answer:
        return f"{placed}."
    return (
        f"{_counted(answer['topics'], 'topic')} of {_counted(answer['texts'], 'different text')}, "
        f"{answer['fitted']:,} of them fitted; {placed}, in {answer['seconds']:,.0f} s."
    )


def _edited(answer: dict[str, Any]) -> str:
    return f"Edit {answer['edit']}: {clean(answer['what'])}."


def _named(answer: dict[str, Any]) -> str:
    lines = [f"{_counted(answer['names'], 'topic')} of {answer['total']:,} named, for {answer['spent']:.4f} USD."]
    if answer["stopped"]:
        lines.append(f"Stopped: {_why_stopped(answer)}")
    lines += [f"Topic {entry['topic']} was not named: {clean(entry['reason'])}" for entry in answer["failed"]]
    return "\n".join(lines)


def _split(answer: dict[str, Any]) -> str:
    if not answer["parts"]:
        return "This topic does not fall apart: its texts are as alike as a topic's are."
    parts = table(["n", "name", "middle"], [[part["n"], part["name"], part["middle"]] for part in answer["parts"]])
    if answer["edit"] is None:
        return f"{parts}\nNothing is changed yet; --accept splits it so."
    return f"{parts}\n{_edited(answer)}"


def _edits(answer: dict[str, Any]) -> str:
    if not answer["edits"]:
        return "Nobody has edited these topics."
    rows = [
        [row["id"], _minute(row["made"]), row["who"], row["what"], "" if row["holds"] else "taken back"]
        for row in answer["edits"]
    ]
    return table(["id", "made", "who", "what", ""], rows)


def _scored(answer: dict[str, Any]) -> str:
    learnt = [
        f"Learnt what {clean(app) or 'records without an application'} usually answers." for app in answer["learnt"]
    ]
    if not answer["total"]:
        return "\n".join([*learnt, "Nothing to score: every record has its scores."])
    done = f"{_counted(answer['records'], 'record')} scored in {answer['seconds']:,.1f} s: {answer['marks']:,} scores."
    raised = [f"{clean(name)} broke off: {clean(why)}" for name, why in answer["failed"].items()]
    return "\n".join([*learnt, done, *raised])


def _sql(answer: dict[str, Any]) -> str:
    printed = table(answer["columns"], answer["rows"])
    return (
        f"{printed}\nThere are more rows; these are the first {len(answer['rows']):,}." * answer["truncated"] or printed
    )


def _doctor(answer: dict[str, Any]) -> str:
    lines = [table(["check", "state", "found"], [[c["check"], c["state"], c["found"]] for c in answer["checks"]])]
    lines += [f"{check['check']}: {check['advice']}" for check in answer["checks"] if check["advice"]]
    return "\n".join(lines)


def _estimate(answer: dict[str, Any]) -> str:
    found = answer["estimate"]
    return (
        f"{_counted(found['records'], 'record')} to judge: about {found['likely']:.4f} USD, at most "
        f"{found['most']:.4f}; no more than {answer['budget']:.2f} will be spent."
    )


def _judged(answer: dict[str, Any]) -> str:
    lines = [f"{_counted(answer['judged'], 'record')} judged, for {answer['spent']:.4f} USD."]
    left = answer["total"] - answer["judged"] - len(answer["failed"])
    if answer["stopped"]:
        lines.append(f"Stopped with {_counted(left, 'record')} left: {_why_stopped(answer)}")
    lines += [f"{entry['id']} was not judged: {clean(entry['reason'])}" for entry in answer["failed"][:REFUSALS_SHOWN]]
    if len(answer["failed"]) > REFUSALS_SHOWN:
        lines.append(f"{len(answer['failed']):,} records were not judged in all; --json lists them.")
    return "\n".join(lines)


def _why_stopped(answer: dict[str, Any]) -> str:
    return "the budget is used up" if answer["stopped"] == "budget" else clean(answer["stopped"])


PRINTED: dict[str, Callable[[dict[str, Any]], str]] = {
    **printed_alerts_senders.PRINTED,
    **printed_alerts.PRINTED,
    **printed_audit.PRINTED,
    "import": _imported,
    "imports": _imports,
    "undo": _undone,
    "refused": _refused,
    "metrics": _metrics,
    "metric": _metric,
    "explain": _explained,
    "drift": _drift,
    "changes": _changes,
    "export": _export,
    "scorers": _scorers,
    "score": _scored,
    "estimate": _estimate,
    "judge": _judged,
    "topics": _topics,
    "topics build": _mapped,
    "topics split": _split,
    "topics name": _named,
    "topics edits": _edits,
    "edit": _edited,
    **printed_forecast.PRINTED,
    **printed_golden.PRINTED,
    "resources": printed_resources.resources,
    **printed_releases.PRINTED,
    "sql": _sql,
    "doctor": _doctor,
    **printed_review.PRINTED,
    **printed_run.PRINTED,
}
