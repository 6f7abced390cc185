"""The commands of `afterword golden`: datasets of what should be answered, and regression against them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app import options, terminal
from app.options import FAILED, Budget, Endpoint, From, Home, Json, Out, Price, To, Where, selection

golden = typer.Typer(
    help="What should be answered, by people's judgement, and whether new answers are worse.", no_args_is_help=True,
    rich_markup_mode=None,
)  # fmt: skip

Name = Annotated[str, typer.Argument(metavar="NAME", help="The dataset's name.")]
Version = Annotated[int | None, typer.Option(metavar="N", help="Of this version; else of the newest.")]


@golden.command("list")
def golden_list(workspace: Home = None, as_json: Json = False) -> None:
    """List the datasets and their versions."""
    terminal.say("golden list", terminal.ask("golden list", {}), as_json=as_json)


@golden.command("build")
def golden_build(
    name: Name,
    start: From = None,
    end: To = None,
    where: Where = None,
    good: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LABEL",
            help="A reviewers' label that calls an answer good, such as correct=1; may be repeated. Default: correct "
            "and helpful, by the rubric's scale.",
        ),
    ] = None,
    corrections: Annotated[bool, typer.Option(help="Take corrected answers.")] = True,
    feedback: Annotated[
        bool, typer.Option("--feedback", help="Take answers with a thumb up, or four stars or more.")
    ] = False,
    near: Annotated[
        bool, typer.Option("--no-near-duplicates", help="Keep one of several questions that are nearly the same.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep all that the newest version holds.")] = False,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Make a new version of a dataset from labels, corrections and feedback; what was imported into it stays."""
    arguments = {
        "name": name, "good": good, "corrections": corrections, "feedback": feedback, "near": near, "keep": keep,
        **selection(start, end, where),
    }  # fmt: skip
    terminal.say("golden build", terminal.ask("golden build", arguments), as_json=as_json)


@golden.command("import")
def golden_import(
    name: Name,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines, or CSV with prompt and expected.")],
    replace: Annotated[bool, typer.Option("--replace", help="In place of all that is there.")] = False,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Put items of a file into a dataset: of OpenAI's or Anthropic's fine-tuning, preference pairs, CSV, or its own."""
    arguments = {"name": name, "path": str(path.expanduser().resolve()), "replace": replace}
    terminal.say("golden import", terminal.ask("golden import", arguments), as_json=as_json)


@golden.command("diff")
def golden_diff(
    name: Name,
    before: Annotated[int | None, typer.Option(metavar="N", help="The older version; else that before.")] = None,
    version: Version = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Tell which items came, went and changed from one version to another."""
    answer = terminal.ask("golden diff", {"name": name, "before": before, "version": version})
    terminal.say("golden diff", answer, as_json=as_json)


@golden.command("export")
def golden_export(
    name: Name,
    output: Out,
    format: Annotated[
        str,
        typer.Option(metavar="FORMAT", help="jsonl (all of it), openai, anthropic, preference or csv."),
    ] = "jsonl",
    version: Version = None,
    split: Annotated[
        str | None, typer.Option(metavar="PART", help="Only the part for train, validation or test.")
    ] = None,
    shares: Annotated[str, typer.Option(metavar="A,B,C", help="Per cent for train, validation and test.")] = "80,10,10",
    by: Annotated[str, typer.Option(metavar="conversation|user", help="What no two parts share.")] = "conversation",
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed gives the same parts.")] = 0,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Write a dataset to a file, for fine-tuning or to keep."""
    arguments = {
        "name": name, "format": format, "version": version, "split": split, "shares": shares, "by": by, "seed": seed,
    }  # fmt: skip
    answer = terminal.ask("golden export", arguments)
    terminal.say("golden export", terminal.move(answer, output), as_json=as_json)


@golden.command("regress")
def golden_regress(
    name: Name,
    answers: Annotated[
        Path | None,
        typer.Argument(metavar="ANSWERS", help="JSON lines or CSV with id and response, or an OpenAI batch's output."),
    ] = None,
    version: Version = None,
    called: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="What answered, for the list.")] = None,
    scorer: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Measure by this scorer; may be repeated.")
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="MODEL", help="Ask this model, in place of a file.")] = None,
    system: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Ask it by this system prompt, in place of the recorded ones.")
    ] = None,
    rubric: Annotated[str | None, typer.Option(metavar="RUBRIC", help="Have both answers judged by it, too.")] = None,
    judge: Annotated[str, typer.Option(metavar="MODEL", help="The model that judges.")] = "gpt-5-mini",
    budget: Budget = 1.0,
    url: Endpoint = None,
    price: Price = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Compare new answers with the recorded ones; exit code 1 where they are worse. With --model texts are sent out."""
    order = {
        "dataset": name, "version": version, "answers": str(answers.expanduser().resolve()) if answers else None,
        "name": called, "scorers": scorer, "model": model, "rubric": rubric,
        "system": terminal.read(system) if system else None,
        "judge": judge if rubric else None, "budget": budget, "url": url, "price": options.price(price),
    }  # fmt: skip
    answer = terminal.ask("golden regress", {"order": order}, stoppable=True)
    terminal.say("golden regress", answer, as_json=as_json)
    if answer["verdict"] == "worse" or answer["stopped"]:
        raise typer.Exit(FAILED)
