"""The commands of `afterword audit`: bias audits, their reports, and pairs of prompts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app import terminal
from app.command import CommandError
from app.options import BAD_USE, FAILED, Home, Json, Out

audited = typer.Typer(help="Bias audits.", invoke_without_command=True, rich_markup_mode=None)
paired = typer.Typer(help="Prompts that differ in one attribute.", no_args_is_help=True, rich_markup_mode=None)
audited.add_typer(paired, name="pairs")


@audited.callback()
def audits(context: typer.Context, workspace: Home = None, as_json: Json = False) -> None:
    """List the audits, the latest first."""
    if context.invoked_subcommand is None:
        terminal.say("audit", terminal.ask("audit", {}), as_json=as_json)


@audited.command("run")
def audit_run(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="A YAML file: filter, outcome, groups, design, …")],
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Run an audit and freeze its report; the exit code is 1 where a disparity was found."""
    answer = terminal.ask("audit run", {"text": terminal.read(spec), "file": spec.name})
    terminal.say("audit run", answer, as_json=as_json)
    if answer["report"]["verdict"]["kind"] == "disparity found":
        raise typer.Exit(FAILED)


@audited.command("report")
def audit_report(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An audit of `afterword audit`.")],
    output: Out,
    version: Annotated[int | None, typer.Option(metavar="N", help="Default: the newest.")] = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Write an audit's report to a file that ends in .html, .pdf or .json."""
    arguments = {"name": name, "version": version, "ending": output.suffix.lower()}
    terminal.say("audit report", terminal.move(terminal.ask("audit report", arguments), output), as_json=as_json)


@audited.command("sign")
def audit_sign(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An audit of `afterword audit`.")],
    words: Annotated[str, typer.Option(metavar="TEXT", help="What you stand by, or what you reserve.")] = "",
    version: Annotated[int | None, typer.Option(metavar="N", help="Default: the newest.")] = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Sign a version of an audit under your name."""
    arguments = {"name": name, "version": version, "words": words}
    terminal.say("audit sign", terminal.ask("audit sign", arguments), as_json=as_json)


@paired.command("write")
def pairs_write(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help="Templates with {name}, {pronoun} …, or texts; one a line, or JSONL.")
    ],
    output: Out,
    arm: Annotated[
        list[str] | None, typer.Option(metavar="ARM", help="female, male or neutral; may be repeated.")
    ] = None,
    times: Annotated[int, typer.Option(metavar="N", help="Names for each template and arm.")] = 10,
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed deals the same names and order.")] = 0,
    as_json: Json = False,
) -> None:
    """Write the prompts of counterfactual pairs, JSON lines with pair_id, arm and prompt, to be run elsewhere."""
    answer = _written({
        "text": terminal.read(source), "arms": arm or ["female", "male"], "times": times, "seed": seed,
        "output": str(output.expanduser().resolve()),
    })  # fmt: skip
    terminal.say("audit pairs write", answer, as_json=as_json)


@paired.command("import")
def pairs_import(
    answers: Annotated[Path, typer.Argument(metavar="FILE", help="JSONL or CSV with pair_id, arm and response.")],
    prompts: Annotated[Path, typer.Option(metavar="FILE", help="What `pairs write` wrote.")],
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Import what a model answered to the prompts of pairs; each answer is a record with its pair_id and arm."""
    arguments = {name: str(path.expanduser().resolve()) for name, path in (("answers", answers), ("prompts", prompts))}
    terminal.say("import", terminal.ask("audit pairs import", arguments, stoppable=True), as_json=as_json)


def _written(arguments: dict[str, Any]) -> dict[str, Any]:
    from app import commands_audit  # takes half a second, which no other command need wait for

    try:
        return commands_audit.pairs_write(arguments)
    except ValueError as error:
        raise CommandError(str(error), BAD_USE) from error
    except OSError as error:
        raise CommandError(f"Can't write {arguments['output']}: {error.strerror or error}.", FAILED) from error
