"""The commands of `afterword queue`, `labels` and `agreement`: what people judge, and how far they agree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app import terminal
from app.options import From, Home, Json, Out, To, Where, selection

rubrics = typer.Typer(help="What reviewers are asked.", no_args_is_help=True, rich_markup_mode=None)
queued = typer.Typer(help="Items for people to label.", no_args_is_help=True, rich_markup_mode=None)
queued.add_typer(rubrics, name="rubric")
labels = typer.Typer(help="What people labelled.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The queue's name.")]


@queued.command("make")
def queue_make(
    name: Name,
    rubric: Annotated[str, typer.Option(metavar="NAME", help="bias, quality, safety, or one of your own.")],
    size: Annotated[int, typer.Option(metavar="N", help="Items, without gold ones.")] = 100,
    method: Annotated[
        str, typer.Option(metavar="METHOD", help="random, stratified, uncertainty, disagreement or worst.")
    ] = "random",
    by: Annotated[
        str | None, typer.Option(metavar="DIM", help="Of strata: a field, week, or scorer.NAME for its bands.")
    ] = None,
    allocation: Annotated[str, typer.Option(metavar="proportional|equal", help="Of strata.")] = "proportional",
    scorer: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="One, or for disagreement two; may be repeated.")
    ] = None,
    reviewers: Annotated[int, typer.Option(metavar="N", help="How many different people label an item.")] = 1,
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed draws the same items.")] = 0,
    random_share: Annotated[float, typer.Option(metavar="SHARE", help="Drawn at random whatever the method.")] = 0.2,
    gold: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Items whose answers are known: item, and a column a question.")
    ] = None,
    attention: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Items that nobody who reads gets wrong; as for --gold.")
    ] = None,
    gold_share: Annotated[float, typer.Option(metavar="SHARE", help="The greatest share of both.")] = 0.1,
    ids: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw only from these records: an id a line.")
    ] = None,
    start: From = None,
    end: To = None,
    where: Where = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Draw records for people to label, by a plan that is kept with them."""
    plan = {
        "method": method, "size": size, "by": by, "allocation": allocation, "scorers": scorer or [], "seed": seed,
        "random_share": random_share, "check_share": gold_share, "ids": terminal.read(ids).split() if ids else [],
    }  # fmt: skip
    arguments = {
        "name": name, "rubric": rubric, "reviewers": reviewers, "plan": plan,
        **{name: str(path.expanduser().resolve()) if path else None
           for name, path in (("gold", gold), ("attention", attention))},
        **selection(start, end, where),
    }  # fmt: skip
    terminal.say("queue make", terminal.ask("queue make", arguments), as_json=as_json)


@queued.command("list")
def queue_list(workspace: Home = None, as_json: Json = False) -> None:
    """List the queues, newest first."""
    terminal.say("queue list", terminal.ask("queue list", {}), as_json=as_json)


@queued.command("show")
def queue_show(name: Name, workspace: Home = None, as_json: Json = False) -> None:
    """Tell how a queue was drawn, and how far it and each reviewer are."""
    terminal.say("queue show", terminal.ask("queue show", {"name": name}), as_json=as_json)


@queued.command("size")
def queue_size(
    rate: Annotated[float | None, typer.Option(metavar="RATE", help="Of the first group, 0 to 1.")] = None,
    to: Annotated[float | None, typer.Option(metavar="RATE", help="Of the second.")] = None,
    ratio: Annotated[float | None, typer.Option(metavar="RATIO", help="Of the second to the first instead.")] = None,
    pairs: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Of pairs that differ, the share that favours one side.")
    ] = None,
    alpha: Annotated[float, typer.Option(metavar="CHANCE", help="Of a false alarm.")] = 0.05,
    power: Annotated[float, typer.Option(metavar="CHANCE", help="Of finding the gap.")] = 0.8,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Tell how many items show a gap between two groups."""
    arguments = {"rate": rate, "to": to, "ratio": ratio, "pairs": pairs, "alpha": alpha, "power": power}
    terminal.say("queue size", terminal.ask("queue size", arguments), as_json=as_json)


@rubrics.command("list")
def rubric_list(workspace: Home = None, as_json: Json = False) -> None:
    """List the rubrics, each in its newest version."""
    terminal.say("queue rubric list", terminal.ask("queue rubric list", {}), as_json=as_json)


@rubrics.command("show")
def rubric_show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="bias, quality, safety, or one of your own.")],
    version: Annotated[int | None, typer.Option(metavar="N", help="Default: the newest.")] = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Print a rubric as YAML, to be changed and imported."""
    answer = terminal.ask("queue rubric show", {"name": name, "version": version})
    terminal.say("queue rubric show", answer, as_json=as_json)


@rubrics.command("import")
def rubric_import(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="YAML as `show` prints it; its name says which it is.")],
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Keep a rubric, of a name that is there as its next version; queues keep the version that they were made with."""
    answer = terminal.ask("queue rubric import", {"text": terminal.read(path)})
    terminal.say("queue rubric import", answer, as_json=as_json)


@labels.command("import")
def labels_import(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .csv, .tsv, .jsonl or .json: a row a label, or a column a rater.")
    ],
    queue: Annotated[str, typer.Option(metavar="NAME", help="The queue to put them in; made where there is none.")],
    item: Annotated[
        str | None, typer.Option(metavar="COL", help="The record's id, that of its own tool, or a name.")
    ] = None,
    rater: Annotated[
        list[str] | None, typer.Option(metavar="COL", help="Who; given several times, a column a rater.")
    ] = None,
    label: Annotated[str | None, typer.Option(metavar="COL", help="The label.")] = None,
    gold: Annotated[str | None, typer.Option(metavar="COL", help="The right label, where it is known.")] = None,
    order: Annotated[
        str | None, typer.Option(metavar="A,B,C", help="Of labels that are words, from least to most.")
    ] = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Take labels of another tool in, also as Label Studio, Argilla, doccano and Prodigy export them."""
    arguments = {
        "path": str(path.expanduser().resolve()), "queue": queue, "item": item, "rater": rater, "label": label,
        "gold": gold, "order": [word.strip() for word in order.split(",")] if order else None,
    }  # fmt: skip
    terminal.say("labels import", terminal.ask("labels import", arguments), as_json=as_json)


@labels.command("undo")
def labels_undo(queue: Name, workspace: Home = None, as_json: Json = False) -> None:
    """Take an import of labels back, with its queue: the columns were others, say. What people did in it stays."""
    terminal.say("labels undo", terminal.ask("labels undo", {"queue": queue}), as_json=as_json)


@labels.command("export")
def labels_export(
    output: Out,
    queue: Annotated[str | None, typer.Option(metavar="NAME", help="Of this queue alone.")] = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Write labels and decisions, a row an answer, to a file that ends in .csv, .jsonl or .parquet."""
    answer = terminal.ask("labels export", {"queue": queue, "ending": output.suffix.lower()})
    terminal.say("export", terminal.move(answer, output), as_json=as_json)


def agreement(
    name: Name,
    level: Annotated[
        str | None, typer.Option(metavar="nominal|ordinal|interval", help="What labels are; else as the rubric says.")
    ] = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Tell how far reviewers agree, by their labels before any decision and without gold items."""
    terminal.say("agreement", terminal.ask("agreement", {"name": name, "level": level}), as_json=as_json)
