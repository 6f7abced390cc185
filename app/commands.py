"""What `afterword` can do with a workspace, by name: called in this process, or by the server that holds the workspace.

A command takes JSON and gives JSON. Its errors are words for the person who asked.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from analysis import export, readonly
from analysis.drift.report import drift, windows
from analysis.drift.series import changes
from analysis.ingest import ledger
from analysis.ingest.adapters import ADAPTERS
from analysis.ingest.mapping import TARGETS
from analysis.ingest.report import Options
from analysis.ingest.run import undo as undo_import
from analysis.metrics import lookup
from analysis.metrics.catalogue import METRICS
from analysis.metrics.extent import extent
from analysis.metrics.lookup import find, imported, scored
from analysis.metrics.query import measure
from analysis.metrics.shifts.explain import candidates, explain_by
from analysis.scoring.judge.order import Order
from analysis.scoring.plan import coverage
from analysis.scoring.registry import registry
from analysis.state import topic_edits
from analysis.topics import edits, listing
from app.command import Call, Command, CommandError, awaited, compared, plain, selected
from app.work import import_arguments


def run(name: str, call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Run a command.

    Raises
    ------
    CommandError
        If it did not succeed.
    """
    if name not in COMMANDS:
        raise CommandError(f"There is no command {name!r}.", 2)
    try:
        return COMMANDS[name](call, arguments)
    except (ValueError, FileNotFoundError, duckdb.ParserException, duckdb.BinderException) as error:
        raise CommandError(str(error), 2) from error
    except (duckdb.CatalogException, duckdb.ConversionException, duckdb.InvalidInputException) as error:
        raise CommandError(str(error), 2) from error
    except (OSError, duckdb.Error) as error:
        raise CommandError(str(error), 1) from error


def _import(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Import files."""
    paths = [Path(path) for path in arguments["paths"]]
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"There is no file or folder {path}.")
    options = Options(
        format=_format(arguments.get("format")),
        mapping=_mapping(arguments.get("map") or []),
        dry_run=bool(arguments.get("dry_run")),
        at=datetime.fromisoformat(arguments["at"]) if arguments.get("at") else None,
        imported_by=call.who,
    )
    return awaited(call, "import", import_arguments(paths, options))


def _format(name: str | None) -> str | None:
    if name is not None and name not in ADAPTERS:
        raise ValueError(f"There is no format {name!r}. Formats: {', '.join(sorted(ADAPTERS))}.")
    return name


def _mapping(pairs: list[str]) -> dict[str, str] | None:
    mapping = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not (field and equals and column):
            raise ValueError(f"{pair!r} is no mapping. Write FIELD=COLUMN, such as prompt=question.")
        if field not in TARGETS:
            raise ValueError(f"There is no field {field!r} to map to. Fields: {', '.join(TARGETS)}.")
        mapping[field] = column
    return mapping or None


def _imports(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List the imports, newest first."""
    return {"imports": [report.as_json() for report in ledger.imports(call.runtime.store)]}


def _undo(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Take an import back whole."""
    number = int(arguments["id"])
    try:
        return {"undone": undo_import(call.runtime.store, number).as_json()}
    except KeyError as error:
        raise _no_import(number) from error


def _refused(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Write the refused lines of an import to a file in staging, for the caller to move."""
    number = int(arguments["id"])
    store = call.runtime.store
    if number not in {report.id for report in ledger.imports(store)}:
        raise _no_import(number)
    lines = ledger.refused_lines(store, number)
    path = store.workspace.staging / f"refused-{number}-{time.time_ns()}.jsonl"
    path.write_bytes(lines)
    return {"staged": str(path), "import": number, "lines": lines.count(b"\n")}


def _no_import(number: int) -> ValueError:
    return ValueError(f"There is no import {number}. `afterword imports` lists them.")


def _judge(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Have records judged within a budget, or only tell what it would take."""
    order = Order(**{name: value for name, value in arguments["order"].items() if value is not None})
    if arguments.get("dry_run"):
        return {"estimate": asdict(order.judge(call.runtime.store).estimate()), "budget": order.budget}
    return awaited(call, "judge", asdict(order))


def _metrics(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List the metrics, those of imported scores and of scorers at the end."""
    fields = ("name", "title", "unit", "definition", "denominator", "better")
    store = call.runtime.store
    found = [*METRICS.values(), *imported(store), *scored(store)]
    return {"metrics": [{field: getattr(metric, field) for field in fields} for metric in found]}


def _metric(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Measure one metric, by dimensions and over time."""
    store, name, grain = call.runtime.store, arguments["name"], arguments.get("grain")
    by = [field for field in arguments.get("by") or [] if field]
    metric, filter = find(store, name), selected(arguments)
    frame = measure(store, [name], filter, by=by, grain=grain).drop("metric")
    rows = [{key: plain(value) for key, value in row.items()} for row in frame.iter_rows(named=True)]
    return {"metric": metric.name, "unit": metric.unit, "selection": filter.sentence(), "rows": rows}


def _explain(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Split the change of a metric by the groups of a field, or of the one that tells most."""
    store, name = call.runtime.store, arguments["name"]
    before, now = compared(arguments)
    fields = [arguments["by"]] if arguments.get("by") else candidates(store, now)
    if not fields:
        raise ValueError("These records have no field of several values to split by. Name one: --by.")
    shift, *others = explain_by(store, name, before, now, fields)
    found = {key: plain(value) for key, value in asdict(shift).items() if key != "metric"}
    return {
        "metric": shift.metric.name, "unit": shift.metric.unit, "now_is": now.sentence(),
        "before_is": before.sentence(), **found,
        "others": [{"by": other.by, "explains": plain(other.explains)} for other in others],
    }  # fmt: skip


def _drift(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Compare a window of the records with a reference: by default the last week with the one before."""
    store, window, against = call.runtime.store, selected(arguments), arguments["against"]
    if window.start is None:
        last = window.end or extent(store).last
        if last is None:
            raise ValueError("There are no records with a time.")
        window = window.during(last - timedelta(weeks=1), last)
    start, between, end = against.partition("..")
    if between:
        reference = selected({"from": start, "to": end})
        found = drift(store, window, window.during(reference.start, reference.end))
    else:
        reference, window = windows(store, window, against)
        found = drift(store, window, reference)
    return {
        "window": found.window.sentence(), "reference": found.reference.sentence(), **plain(asdict(found.report)),
        "smallest": found.report.smallest,
        "outcomes": [
            {"metric": shift.metric.name, "before": shift.before, "now": shift.now, "p": outcome.p,
             "adjusted": outcome.adjusted, "changed": outcome.changed,
             **{part: plain(asdict(getattr(shift, part))) for part in ("change", "mix", "rate")}}
            for outcome in found.outcomes for shift in (outcome.shift,)
        ],
    }  # fmt: skip


def _changes(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Find when topics and outcomes changed."""
    return {"changes": [plain(asdict(change)) for change in changes(call.runtime.store, selected(arguments))]}


def _export(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Write records, their scores or topics to a file in staging, for the caller to move."""
    ending, store = arguments["ending"].removeprefix("."), call.runtime.store
    if ending not in export.FORMATS:
        raise ValueError(f"Can't write a file of kind {ending!r}. End its name in .{', .'.join(export.FORMATS)}.")
    path = store.workspace.staging / f"export-{time.time_ns()}.{ending}"
    write = {"records": export.records, "scores": export.scores, "topics": export.topics}[arguments["what"]]
    return {arguments["what"]: write(store, selected(arguments), path), "staged": str(path)}


def _scorers(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List the scorers, and how far each is."""
    known, broken = lookup.scorers(call.runtime.store), registry(call.runtime.workspace).broken
    covered = coverage(call.runtime.store, list(known.values()))
    fields = (
        "name", "version", "title", "topic", "figure", "reads", "better", "scale", "flags_from", "heavy", "measures",
        "limits", "measured",
    )  # fmt: skip
    return {
        "scorers": [
            {field: plain(getattr(scorer, field)) for field in fields}
            | {"needs": scorer.needs(), "scored": covered[name].marked, "of": covered[name].eligible}
            for name, scorer in known.items()
        ],
        "broken": [{"where": where, "why": why} for where, why in broken],
    }


def _score(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Score what is missing: by the scorers named, else by all that are quick."""
    found, names = registry(call.runtime.workspace), arguments.get("scorers")
    quick = [scorer for scorer in found.scorers.values() if not scorer.heavy and not scorer.needs()]
    chosen = [found.find(name) for name in names] if names else quick
    for scorer in chosen:
        if scorer.needs():
            raise ValueError(f"{scorer.name} cannot run here before this: {scorer.needs()}")
    sample = arguments.get("sample")
    if sample is not None and int(sample) < 1:
        raise ValueError(f"A sample of {sample} is none. Give a number of records, 1 or more.")
    again = arguments.get("learn")
    if again:
        awaited(call, "learn", {"apps": again})
    return awaited(call, "score", {"scorers": [scorer.name for scorer in chosen], "sample": sample})


def _topics(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List the topics of a column's map."""
    store, column = call.runtime.store, arguments["of"]
    about = {name: plain(value) for name, value in listing.current(store, column).items()}
    rows = [{name: plain(value) for name, value in row.items()} for row in listing.topics(store, column)]
    return {"of": column, "map": about, "topics": rows}


def _topics_build(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Build a column's map anew, or place on it what came since."""
    return awaited(call, "topics", {"column": arguments["of"], "model": arguments["model"], "new": arguments["new"],
                                    "seed": arguments["seed"]})  # fmt: skip


def _topics_rename(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Give a topic a name of one's own; an empty one takes it back to the name that was made for it."""
    store, state, column = call.runtime.store, call.runtime.state, arguments["of"]
    edit = edits.rename(store, state, int(arguments["id"]), arguments["name"], column=column, who=call.who)
    return _edited(edit)


def _topics_merge(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Make one topic of several."""
    topics, column = [int(number) for number in arguments["ids"]], arguments["of"]
    return _edited(edits.merge(call.runtime.store, call.runtime.state, topics, column=column, who=call.who))


def _topics_split(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Look for sub-topics, and split the topic into them where that is asked for."""
    column = arguments["of"]
    found = awaited(call, "subtopics", {"column": column, "topic": int(arguments["id"])})
    shown = {"parts": [{name: part[name] for name in ("name", "middle", "n")} for part in found["parts"]]}
    if not arguments.get("accept") or not found["parts"]:
        return shown | {"edit": None}
    return shown | _edited(edits.split(call.runtime.store, call.runtime.state, found, column=column, who=call.who))


def _topics_edits(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List people's edits of topics, newest first."""
    found = topic_edits.everything(call.runtime.state, arguments["of"])
    held = {edit.id for edit in topic_edits.in_force(found)}
    rows = [
        {"id": edit.id, "made": plain(edit.made), "who": edit.who, "what": edits.words(edit), "holds": edit.id in held}
        for edit in found if edit.kind != topic_edits.TAKE_BACK
    ]  # fmt: skip
    return {"of": arguments["of"], "edits": rows[::-1]}


def _topics_take_back(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Take an edit of topics back."""
    number, column = int(arguments["id"]), arguments["of"]
    try:
        return _edited(edits.take_back(call.runtime.store, call.runtime.state, number, column=column, who=call.who))
    except KeyError as error:
        raise ValueError(f"There is no edit {number} to take back. `afterword topics edits` lists them.") from error


def _edited(edit: topic_edits.Edit) -> dict[str, Any]:
    return {"edit": edit.id, "what": edits.words(edit)}


def _sql(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Answer a SELECT."""
    answer = readonly.ask(call.runtime.store, arguments["sql"])
    rows = [[plain(value) for value in row] for row in answer.rows]
    return {"columns": answer.columns, "rows": rows, "truncated": answer.truncated}


COMMANDS: dict[str, Command] = {
    "import": _import,
    "imports": _imports,
    "undo": _undo,
    "refused": _refused,
    "metrics": _metrics,
    "metric": _metric,
    "explain": _explain,
    "drift": _drift,
    "changes": _changes,
    "export": _export,
    "scorers": _scorers,
    "score": _score,
    "judge": _judge,
    "topics": _topics,
    "topics build": _topics_build,
    "topics rename": _topics_rename,
    "topics merge": _topics_merge,
    "topics split": _topics_split,
    "topics edits": _topics_edits,
    "topics take-back": _topics_take_back,
    "sql": _sql,
}
