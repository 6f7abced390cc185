"""The command line: `afterword`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from app import (
    cli_alerts,
    cli_audit,
    cli_export,
    cli_forecast,
    cli_golden,
    cli_releases,
    cli_resources,
    cli_review,
    cli_run,
    cli_topics,
    options,
    terminal,
)
from app import doctor as checks
from app.command import CommandError, moment
from app.options import (
    BAD_USE,
    FAILED,
    AgainstFrom,
    AgainstTo,
    Budget,
    Endpoint,
    From,
    Home,
    Json,
    Number,
    Out,
    Price,
    To,
    Where,
    selection,
)

cli = typer.Typer(
    name="afterword",
    help="Reads what an LLM application has said: imports its logs, and shows what changed in them and why.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
cli.add_typer(cli_export.exported, name="export")
cli.add_typer(cli_topics.mapped, name="topics")
cli.add_typer(cli_review.queued, name="queue")
cli.add_typer(cli_review.labels, name="labels")
cli.command()(cli_review.agreement)
cli.add_typer(cli_golden.golden, name="golden")
cli.add_typer(cli_audit.audited, name="audit")
cli.command()(cli_forecast.forecast)
cli.add_typer(cli_forecast.budgeted, name="budgets")
cli.command()(cli_forecast.whatif)
cli.add_typer(cli_alerts.alerts, name="alerts")
cli.command()(cli_resources.resources)
cli.command()(cli_releases.release)
cli.add_typer(cli_releases.released, name="releases")
cli.command()(cli_run.run)
cli.command()(cli_run.watch)


@cli.callback()
def everywhere(workspace: Home = None) -> None:
    """Read what an LLM application has said: import its logs, and see what changed in them and why."""


@cli.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Default: 8501, or the next that is free.")] = None,
    host: Annotated[
        str, typer.Option(help="The address to listen on; the default is this machine only.")
    ] = "127.0.0.1",
    browser: Annotated[bool, typer.Option(help="Open the browser, where there is one.")] = True,
    sample: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Import this first, if nothing was imported yet.")
    ] = None,
    watch: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Import what arrives in this folder; may be repeated."),
    ] = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Open the app."""
    from app.serving import serve as run  # Streamlit takes a second to import, which no other command need wait for

    run(host=host, port=port, browser=browser, sample=sample, watch=watch or [], as_json=as_json)


@cli.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files and folders.")],
    format: Annotated[
        str | None, typer.Option("--as", metavar="FORMAT", help="Take them for this format, without a look.")
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help="For logs of no known format; may be repeated."),
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="The time of rows that have none in their format, UTC.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and report; keep nothing.")] = False,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Import log exports: JSON, JSONL, CSV, TSV, Parquet, also in .gz, .zst or .zip."""
    arguments = {
        "paths": [str(path.expanduser().resolve()) for path in paths],
        "format": format,
        "map": mapping,
        "at": _time(at),
        "dry_run": dry_run,
    }
    answer = terminal.ask("import", arguments, stoppable=True)
    terminal.say("import", answer, as_json=as_json)
    if any(report["failure"] for report in answer["imports"]):
        raise typer.Exit(BAD_USE)


@cli.command()
def imports(workspace: Home = None, as_json: Json = False) -> None:
    """List the imports, newest first."""
    terminal.say("imports", terminal.ask("imports", {}), as_json=as_json)


@cli.command()
def undo(number: Number, workspace: Home = None, as_json: Json = False) -> None:
    """Take an import back whole."""
    terminal.say("undo", terminal.ask("undo", {"id": number}), as_json=as_json)


@cli.command()
def refused(number: Number, output: Out, workspace: Home = None, as_json: Json = False) -> None:
    """Write the refused lines of an import to a file, to be mended and imported again."""
    answer = terminal.ask("refused", {"id": number})
    terminal.say("refused", terminal.move(answer, output), as_json=as_json)


@cli.command()
def metrics(workspace: Home = None, as_json: Json = False) -> None:
    """List the metrics."""
    terminal.say("metrics", terminal.ask("metrics", {}), as_json=as_json)


@cli.command()
def metric(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A metric of `afterword metrics`, or score.NAME.")],
    by: Annotated[
        list[str] | None, typer.Option(metavar="DIM,…", help="Break down by these fields, such as model,feature.")
    ] = None,
    grain: Annotated[str | None, typer.Option(metavar="hour|day|week|month", help="Over time, by this step.")] = None,
    start: From = None,
    end: To = None,
    where: Where = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Measure a metric."""
    fields = [field.strip() for group in by or [] for field in group.split(",")]
    arguments = {"name": name, "by": fields, "grain": grain, **selection(start, end, where)}
    terminal.say("metric", terminal.ask("metric", arguments), as_json=as_json)


@cli.command()
def explain(
    name: Annotated[str, typer.Argument(metavar="METRIC", help="A metric of `afterword metrics`.")],
    by: Annotated[
        str | None, typer.Option(metavar="DIM", help="Split by this field; else by the one that tells most.")
    ] = None,
    start: From = None,
    end: To = None,
    against_start: AgainstFrom = None,
    against_end: AgainstTo = None,
    where: Where = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Split the change of a metric from one period to another by groups: what comes of their mix, what of each."""
    against = {"from": against_start, "to": against_end}
    arguments = {"name": name, "by": by, "against": against, **selection(start, end, where)}
    terminal.say("explain", terminal.ask("explain", arguments), as_json=as_json)


@cli.command()
def drift(
    start: From = None,
    end: To = None,
    against: Annotated[
        str,
        typer.Option(metavar="WHAT", help="previous, weekdays, 'release NAME', or a period FROM..TO."),
    ] = "previous",
    where: Where = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Tell whether what people ask has drifted, in what, and whether the same topics fare otherwise than before."""
    arguments = {"against": against, **selection(start, end, where)}
    terminal.say("drift", terminal.ask("drift", arguments), as_json=as_json)


@cli.command()
def changes(
    start: From = None,
    end: To = None,
    where: Where = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Find since when topics and outcomes run on another level, and until when."""
    terminal.say("changes", terminal.ask("changes", selection(start, end, where)), as_json=as_json)


@cli.command()
def scorers(workspace: Home = None, as_json: Json = False) -> None:
    """List the scorers, and how far each is."""
    terminal.say("scorers", terminal.ask("scorers", {}), as_json=as_json)


@cli.command()
def score(
    scorer: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A scorer of `afterword scorers`, else all quick ones; may be repeated."),
    ] = None,
    sample: Annotated[
        int | None, typer.Option(metavar="N", help="Score only N records, drawn at random; else all that lack a score.")
    ] = None,
    learn: Annotated[
        list[str] | None,
        typer.Option(metavar="APP", help="Learn anew what this application usually answers; may be repeated."),
    ] = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Score the records that have no score yet, or one of an older version; nothing is sent anywhere."""
    answer = terminal.ask("score", {"scorers": scorer, "sample": sample, "learn": learn}, stoppable=True)
    terminal.say("score", answer, as_json=as_json)
    if answer["failed"]:
        raise typer.Exit(FAILED)


@cli.command()
def sql(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="One SELECT statement, in DuckDB's SQL.")],
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Ask the log store a question in SQL; it can change nothing."""
    terminal.say("sql", terminal.ask("sql", {"sql": query}), as_json=as_json)


@cli.command()
def doctor(workspace: Home = None, as_json: Json = False) -> None:
    """Look for what could stop Afterword from working, and say what to do."""
    answer = checks.examine()
    terminal.say("doctor", answer, as_json=as_json)
    if not answer["ok"]:
        raise typer.Exit(FAILED)


@cli.command()
def judge(
    rubric: Annotated[
        str, typer.Argument(metavar="RUBRIC", help="relevance, coherence, faithfulness, bias, or yours.")
    ],
    model: Annotated[str, typer.Option(metavar="MODEL", help="The model that judges.")] = "gpt-5-mini",
    sample: Annotated[int | None, typer.Option(metavar="N", help="Judge only N records, drawn at random.")] = None,
    share: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Judge only this share of the records, such as 0.01.")
    ] = None,
    where: Where = None,
    budget: Budget = 1.0,
    url: Endpoint = None,
    price: Price = None,
    per_minute: Annotated[float | None, typer.Option(metavar="N", help="Call at most N times a minute.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what it would take.")] = False,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Have a language model judge records; this sends their texts to it. The key comes from the environment."""
    order = {
        "rubric": rubric, "model": model, "sample": sample, "share": share, "where": where, "budget": budget,
        "url": url, "price": options.price(price), "per_minute": per_minute,
    }  # fmt: skip
    if not dry_run:
        terminal.tell("estimate", terminal.ask("judge", {"order": order, "dry_run": True}))
    answer = terminal.ask("judge", {"order": order, "dry_run": dry_run}, stoppable=True)
    terminal.say("estimate" if dry_run else "judge", answer, as_json=as_json)
    if not dry_run and (answer["failed"] or answer["stopped"]):
        raise typer.Exit(FAILED)


def _time(text: str | None) -> str | None:
    try:
        return moment(text).isoformat() if text else None
    except ValueError as error:
        raise CommandError(str(error), BAD_USE) from error


def main() -> None:
    """Run the command line; the exit code is 0 for done, 1 for failed, 2 for bad use or bad input."""
    as_json = "--json" in sys.argv
    try:
        code = cli(standalone_mode=False)
    except CommandError as error:
        terminal.fail(str(error), error.code, as_json=as_json)
    except typer.TyperException as error:
        terminal.fail(_words(error), BAD_USE, as_json=as_json)
    except (typer.Abort, KeyboardInterrupt):
        terminal.fail("Stopped.", FAILED, as_json=as_json)
    except BrokenPipeError:
        # The reader of a pipe has seen enough; Python would complain again when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(FAILED) from None
    raise SystemExit(code if isinstance(code, int) else 0)


def _words(error: typer.TyperException) -> str:
    message = getattr(error, "format_message", lambda: str(error))()
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "afterword"
    return f"{message.rstrip('.')}. `{command} --help` shows how."
