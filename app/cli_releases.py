"""The commands `afterword release` and `afterword releases`: when a release came, and whether it got better."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from app import terminal
from app.options import Home, Json


class _Named(TyperGroup):
    """A group whose first word, where it is no command, is the name of a release to show."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - Click's own types
        return super().resolve_command(ctx, args if args[0] in self.commands else ["show", *args])


released = typer.Typer(
    cls=_Named, help="Releases, and whether each got better.", invoke_without_command=True, rich_markup_mode=None
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The release's name, as in the logs.")]
App = Annotated[str | None, typer.Option("--app", metavar="APP", help="Of this application.")]


def release(
    name: Name,
    at: Annotated[str, typer.Option(metavar="TIME", help="When it began, UTC: 2026-09-29T09:00.")],
    app: App = None,
    environment: Annotated[str | None, typer.Option(metavar="NAME", help="Where: production, staging, …")] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="In a few words.")] = "",
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Say when a release began; one that the logs have is moved. It stands in the margin of every chart."""
    arguments = {"name": name, "at": at, "app": app, "environment": environment, "note": note}
    terminal.say("release", terminal.ask("release", arguments), as_json=as_json)


@released.callback()
def releases(context: typer.Context, workspace: Home = None, as_json: Json = False) -> None:
    """List the releases, the latest first; with a NAME, tell what became of it."""
    if context.invoked_subcommand is None:
        terminal.say("releases", terminal.ask("releases", {}), as_json=as_json)


@released.command("show")
def releases_show(
    name: Name,
    app: App = None,
    days: Annotated[int | None, typer.Option(metavar="N", help="Days before and after. Default: 7.")] = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Tell whether a release got better, for whom and at what cost; `show` may be left out."""
    answer = terminal.ask("releases", {"name": name, "app": app, "days": days})
    terminal.say("releases show", answer, as_json=as_json)


@released.command("import")
def releases_import(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="JSON, JSON lines or CSV with name and time.")],
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Put down the releases of a file; app, environment and note are read where they are there."""
    answer = terminal.ask("releases import", {"text": terminal.read(path), "file": path.name})
    terminal.say("releases import", answer, as_json=as_json)


@released.command("remove")
def releases_remove(name: Name, app: App = None, workspace: Home = None, as_json: Json = False) -> None:
    """Take a release back; one of the logs is listed no longer."""
    terminal.say("releases remove", terminal.ask("releases remove", {"name": name, "app": app}), as_json=as_json)
