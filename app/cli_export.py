"""The commands of `afterword export`: what the workspace holds, to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from analysis import rollups
from app import terminal
from app.options import From, Home, Json, Out, To, Where, selection

exported = typer.Typer(help="Write what the workspace holds to a file.", no_args_is_help=True, rich_markup_mode=None)


@exported.command("records")
def export_records(
    output: Out,
    start: From = None,
    end: To = None,
    where: Where = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Write records to a file that ends in .csv, .jsonl or .parquet."""
    _export("records", output, selection(start, end, where), as_json=as_json)


@exported.command("scores")
def export_scores(
    output: Out,
    start: From = None,
    end: To = None,
    where: Where = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Write what the scorers gave, a row a record and scorer, to a file that ends in .csv, .jsonl or .parquet."""
    _export("scores", output, selection(start, end, where), as_json=as_json)


@exported.command("topics")
def export_topics(
    output: Out,
    start: From = None,
    end: To = None,
    where: Where = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Write each record's topic and place on the map to a file that ends in .csv, .jsonl or .parquet."""
    _export("topics", output, selection(start, end, where), as_json=as_json)


@exported.command("rollups")
def export_rollups(
    output: Out,
    grain: Annotated[str, typer.Option(metavar="GRAIN", help="hour, day, week or month.")] = rollups.GRAIN,
    by: Annotated[
        list[str] | None, typer.Option(metavar="FIELD", help="Instead of app and model; may be repeated.")
    ] = None,
    start: From = None,
    end: To = None,
    where: Where = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Write every metric by time and fields to a file that ends in .csv, .jsonl or .parquet."""
    arguments = {"ending": output.suffix.lower(), "grain": grain, "by": by or list(rollups.BY)}
    answer = terminal.ask("export rollups", arguments | selection(start, end, where))
    terminal.say("export", terminal.move(answer, output), as_json=as_json)


def _export(what: str, output: Path, selection: dict[str, Any], *, as_json: bool) -> None:
    answer = terminal.ask("export", {"what": what, "ending": output.suffix.lower(), **selection})
    terminal.say("export", terminal.move(answer, output), as_json=as_json)
