"""The commands of `afterword topics`: the map, its topics, and what people make of them."""

from __future__ import annotations

from typing import Annotated

import typer

from analysis.topics.naming import BUDGET
from app import options, terminal
from app.options import FAILED, Budget, Endpoint, Home, Json, Mapped, Price, Topic

mapped = typer.Typer(help="What people talk about.", invoke_without_command=True, rich_markup_mode=None)


@mapped.callback()
def topics(context: typer.Context, of: Mapped = "prompt", workspace: Home = None, as_json: Json = False) -> None:
    """List the topics: number, name, records, share."""
    if context.invoked_subcommand is None:
        terminal.say("topics", terminal.ask("topics", {"of": of}), as_json=as_json)


@mapped.command("build")
def topics_build(
    of: Mapped = "prompt",
    model: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="minilm-int8, minilm-static, or the name or path of a sentence-transformers model; else by how many "
            "texts there are.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed gives the same map.")] = 0,
    new: Annotated[bool, typer.Option("--new", help="Only place what came since on the map that is there.")] = False,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Build the map of topics anew; the one that is there stays until the new one is whole."""
    arguments = {"of": of, "model": model, "seed": seed, "new": new}
    terminal.say("topics build", terminal.ask("topics build", arguments, stoppable=True), as_json=as_json)


@mapped.command("rename")
def topics_rename(
    number: Topic,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Empty: the name that was made for it.")],
    of: Mapped = "prompt",
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Give a topic a name of your own; it stays with the topic on later maps."""
    terminal.say("edit", terminal.ask("topics rename", {"of": of, "id": number, "name": name}), as_json=as_json)


@mapped.command("name")
def topics_name(
    model: Annotated[str, typer.Option(metavar="MODEL", help="The model that names them.")] = "gpt-5-mini",
    of: Mapped = "prompt",
    budget: Budget = BUDGET,
    url: Endpoint = None,
    price: Price = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Have a language model name the topics that nobody has named; this sends some of their texts to it, masked."""
    arguments = {"of": of, "model": model, "budget": budget, "url": url, "price": options.price(price)}
    answer = terminal.ask("topics name", arguments, stoppable=True)
    terminal.say("topics name", answer, as_json=as_json)
    if answer["failed"] or answer["stopped"]:
        raise typer.Exit(FAILED)


@mapped.command("merge")
def topics_merge(
    numbers: Annotated[list[int], typer.Argument(metavar="ID…", help="Numbers of topics, two or more.")],
    of: Mapped = "prompt",
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Make one topic of several: the largest, which keeps its number and name."""
    terminal.say("edit", terminal.ask("topics merge", {"of": of, "ids": numbers}), as_json=as_json)


@mapped.command("split")
def topics_split(
    number: Topic,
    accept: Annotated[bool, typer.Option("--accept", help="Split it so; else only show what it would become.")] = False,
    of: Mapped = "prompt",
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Look for the sub-topics of a topic."""
    answer = terminal.ask("topics split", {"of": of, "id": number, "accept": accept}, stoppable=True)
    terminal.say("topics split", answer, as_json=as_json)


@mapped.command("edits")
def topics_edits(of: Mapped = "prompt", workspace: Home = None, as_json: Json = False) -> None:
    """List what people made of the topics, newest first."""
    terminal.say("topics edits", terminal.ask("topics edits", {"of": of}), as_json=as_json)


@mapped.command("take-back")
def topics_take_back(
    number: Annotated[int, typer.Argument(metavar="EDIT", help="The edit's number, from `afterword topics edits`.")],
    of: Mapped = "prompt",
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Take an edit of topics back."""
    terminal.say("edit", terminal.ask("topics take-back", {"of": of, "id": number}), as_json=as_json)
