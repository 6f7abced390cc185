"""What `afterword` can do with a workspace, by name: called in this process, or by the server that holds the workspace.

A command takes JSON and gives JSON. Its errors are words for the person who asked.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from analysis import export, readonly
from analysis.ingest import ledger
from analysis.ingest.adapters import ADAPTERS
from analysis.ingest.mapping import TARGETS
from analysis.ingest.report import Options
from analysis.ingest.resources.formats import FORMATS
from analysis.ingest.run import undo as undo_import
from analysis.metrics import lookup
from analysis.metrics.catalogue import METRICS
from analysis.metrics.lookup import find, imported, scored
from analysis.metrics.query import measure
from analysis.review import scores
from analysis.rollups import rollups
from analysis.scoring.judge.order import Order
from analysis.scoring.plan import coverage
from analysis.scoring.registry import registry
from app import (
    commands_alerts,
    commands_alerts_senders,
    commands_audit,
    commands_drift,
    commands_forecast,
    commands_golden,
    commands_releases,
    commands_resources,
    commands_review,
    commands_run,
    commands_topics,
)
from app.command import Call, Command, CommandError, awaited, plain, selected
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
        with suppress(duckdb.Error):  # of a damaged store, which a command that reads it will say
            scores.sync(call.runtime.store, call.runtime.state)
        return COMMANDS[name](call, arguments)
    except (ValueError, FileNotFoundError) as error:
        raise CommandError(str(error), 2) from error
    except OverflowError as error:
        raise CommandError("That reaches beyond the years 1 to 9999, which dates have.", 2) from error
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
    if name is not None and name not in {**ADAPTERS, **FORMATS}:
        raise ValueError(f"There is no format {name!r}. Formats: {', '.join(sorted({**ADAPTERS, **FORMATS}))}.")
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


def _export(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Write records, their scores or topics to a file in staging, for the caller to move."""
    ending, store = arguments["ending"].removeprefix("."), call.runtime.store
    if ending not in export.FORMATS:
        raise ValueError(f"Can't write a file of kind {ending!r}. End its name in .{', .'.join(export.FORMATS)}.")
    path = store.workspace.staging / f"export-{time.time_ns()}.{ending}"
    write = {"records": export.records, "scores": export.scores, "topics": export.topics}[arguments["what"]]
    return {arguments["what"]: write(store, selected(arguments), path), "staged": str(path)}


def _rollups(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Write every metric by time and fields to a file in staging, for the caller to move."""
    store = call.runtime.store
    path = store.workspace.staging / f"rollups-{time.time_ns()}.{arguments['ending'].removeprefix('.')}"
    rows = rollups(store, selected(arguments), path, grain=arguments["grain"], by=arguments["by"])
    return {"rows": rows, "staged": str(path)}


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


def _sql(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Answer a SELECT."""
    try:
        answer = readonly.ask(call.runtime.store, arguments["sql"])
    except (duckdb.ProgrammingError, duckdb.DataError) as error:
        raise ValueError(str(error)) from error
    rows = [[plain(value) for value in row] for row in answer.rows]
    return {"columns": answer.columns, "rows": rows, "truncated": answer.truncated}


COMMANDS: dict[str, Command] = {
    "import": _import,
    "imports": _imports,
    "undo": _undo,
    "refused": _refused,
    "metrics": _metrics,
    "metric": _metric,
    "export": _export,
    "export rollups": _rollups,
    "scorers": _scorers,
    "score": _score,
    "judge": _judge,
    "sql": _sql,
    **commands_alerts_senders.COMMANDS,
    **commands_alerts.COMMANDS,
    **commands_audit.COMMANDS,
    **commands_drift.COMMANDS,
    **commands_forecast.COMMANDS,
    **commands_resources.COMMANDS,
    **commands_review.COMMANDS,
    **commands_topics.COMMANDS,
    **commands_golden.COMMANDS,
    **commands_releases.COMMANDS,
    **commands_run.COMMANDS,
}
