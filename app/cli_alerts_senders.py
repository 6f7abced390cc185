"""The commands of `afterword alerts` about senders: which there are, whether they work, what was not delivered."""

from __future__ import annotations

from typing import Annotated

import typer

from app import terminal
from app.options import FAILED, Home, Json


def senders(workspace: Home = None, as_json: Json = False) -> None:
    """List the senders of alerts, and what each lacks; addresses and keys come from the environment."""
    terminal.say("alerts senders", terminal.ask("alerts senders", {}), as_json=as_json)


def try_out(
    sender: Annotated[str | None, typer.Argument(metavar="SENDER", help="One sender; else all of them.")] = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Send a message that says it is a test, at once."""
    answer = terminal.ask("alerts test", {"sender": sender})
    terminal.say("alerts test", answer, as_json=as_json)
    if not answer["tested"] or any(one["problem"] for one in answer["tested"]):
        raise typer.Exit(FAILED)


def undelivered(
    again: Annotated[
        list[int] | None, typer.Option(metavar="ID", help="Try this message again; may be repeated.")
    ] = None,
    drop: Annotated[list[int] | None, typer.Option(metavar="ID", help="Let this one be; may be repeated.")] = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """List messages that were not delivered, or perhaps, with the reason."""
    answer = terminal.ask("alerts undelivered", {"again": again, "drop": drop})
    terminal.say("alerts undelivered", answer, as_json=as_json)


def add(alerts: typer.Typer) -> None:
    """Add these commands to `afterword alerts`."""
    for name, command in (("senders", senders), ("test", try_out), ("undelivered", undelivered)):
        alerts.command(name)(command)
