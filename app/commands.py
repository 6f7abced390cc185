"""What `afterword` can do with a workspace, by name: called in this process, or by the server that holds the workspace.

A command takes JSON and gives JSON. Its errors are words for the person who asked.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import duckdb

from analysis import export, readonly
from analysis.ingest import ledger
from analysis.ingest.adapters import ADAPTERS
from analysis.ingest.mapping import TARGETS
from analysis.ingest.report import Options
from analysis.ingest.run import undo as undo_import
from analysis.metrics.catalogue import METRICS, find, imported
from analysis.metrics.filter import Filter
from analysis.metrics.query import measure
from analysis.state import jobs as kept
from app.jobs import import_arguments

if TYPE_CHECKING:
    from app.runtime import Runtime

POLL = 0.1
"""Seconds between two looks at a job that a command waits for."""


class CommandError(Exception):
    """A command that did not succeed: the words to say, and the exit code, 1 failed or 2 bad use or bad input."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Call:
    """One use of a command: on what, by whom, whom to tell progress, and whether to stop."""

    runtime: Runtime
    who: str
    on_progress: Callable[[dict[str, Any]], None]
    cancelled: Callable[[], bool]


Command = Callable[[Call, dict[str, Any]], dict[str, Any]]


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
    """Import files; the server runs it as a job among others, so that the pages show it too."""
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
    jobs = call.runtime.jobs
    job = jobs.submit("import", import_arguments(paths, options), who=call.who)
    while not job.over:
        time.sleep(POLL)
        if call.cancelled():
            jobs.cancel(job.id)
        job = jobs.get(job.id)
        if job.progress:
            call.on_progress(job.progress)
    if job.state == kept.DONE and job.result:
        return job.result
    raise CommandError(job.error or f"The import was {job.state}.", 1)


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


def _metrics(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List the metrics, those of imported scores at the end."""
    fields = ("name", "title", "unit", "definition", "denominator", "better")
    found = [*METRICS.values(), *imported(call.runtime.store)]
    return {"metrics": [{field: getattr(metric, field) for field in fields} for metric in found]}


def _metric(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Measure one metric, by dimensions and over time."""
    store, name, grain = call.runtime.store, arguments["name"], arguments.get("grain")
    by = [field for field in arguments.get("by") or [] if field]
    metric, filter = find(store, name), _filter(arguments)
    frame = measure(store, [name], filter, by=by, grain=grain).drop("metric")
    rows = [{key: plain(value) for key, value in row.items()} for row in frame.iter_rows(named=True)]
    return {"metric": metric.name, "unit": metric.unit, "selection": filter.sentence(), "rows": rows}


def _export(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Write records to a file in staging, for the caller to move."""
    ending = arguments["ending"].removeprefix(".")
    if ending not in export.FORMATS:
        raise ValueError(f"Can't write a file of kind {ending!r}. End its name in .{', .'.join(export.FORMATS)}.")
    store = call.runtime.store
    path = store.workspace.staging / f"export-{time.time_ns()}.{ending}"
    return {"records": export.export(store, _filter(arguments), path), "staged": str(path)}


def _sql(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Answer a SELECT."""
    answer = readonly.ask(call.runtime.store, arguments["sql"])
    rows = [[plain(value) for value in row] for row in answer.rows]
    return {"columns": answer.columns, "rows": rows, "truncated": answer.truncated}


def _filter(arguments: dict[str, Any]) -> Filter:
    start, end = arguments.get("from"), arguments.get("to")
    return Filter.parse(
        list(arguments.get("where") or []),
        start=moment(start) if start else None,
        end=moment(end, closing=True) if end else None,
    )


def moment(text: str, *, closing: bool = False) -> datetime:
    """A time as people write it, in UTC: a date or an ISO 8601 time; a `closing` date takes its whole day in.

    Raises
    ------
    ValueError
        If it is neither.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date or time. Write 2026-05-31 or 2026-05-31T14:00.") from None
    is_date = len(text) <= len("2026-05-31")
    return found + timedelta(days=1) if closing and is_date else found


def plain(value: Any) -> Any:  # noqa: ANN401 - any value that a query can give
    """A value as JSON has it: times in ISO 8601 with Z, numbers that JSON lacks as null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, date | time_of_day):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, UUID | timedelta) else value


COMMANDS: dict[str, Command] = {
    "import": _import,
    "imports": _imports,
    "undo": _undo,
    "refused": _refused,
    "metrics": _metrics,
    "metric": _metric,
    "export": _export,
    "sql": _sql,
}
