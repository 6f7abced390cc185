"""The commands of `afterword alerts`: rules, what they find, and what people do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app import cli_alerts_senders, terminal
from app.options import From, Home, Json, To

FIRING = 3
"""With what `alerts check --exit-code` ends where something fires."""

alerts = typer.Typer(help="Rules that watch, and what they found.", no_args_is_help=True, rich_markup_mode=None)
cli_alerts_senders.add(alerts)

Rule = Annotated[str, typer.Argument(metavar="RULE", help="A rule of `afterword alerts rules`.")]
Alert = Annotated[int, typer.Argument(metavar="ID", help="The alert's number, from `afterword alerts list`.")]


@alerts.command("list")
def alerts_list(
    firing: Annotated[bool, typer.Option("--firing", help="Only those that are not over.")] = False,
    limit: Annotated[int, typer.Option(metavar="N", help="At most so many.")] = 100,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """List alerts, the newest first."""
    terminal.say("alerts list", terminal.ask("alerts list", {"firing": firing, "limit": limit}), as_json=as_json)


@alerts.command("rules")
def alerts_rules(workspace: Home = None, as_json: Json = False) -> None:
    """List the rules, those that come with Afterword first."""
    terminal.say("alerts rules", terminal.ask("alerts rules", {}), as_json=as_json)


@alerts.command("check")
def alerts_check(
    at: Annotated[
        str | None, typer.Option("--now", metavar="TIME", help="As if it were this time; later records are not seen.")
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help=f"End with {FIRING} where something fires.")] = False,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Look at every rule that is on, on what is new, and tell what fires."""
    answer = terminal.ask("alerts check", {"now": at}, stoppable=True)
    terminal.say("alerts check", answer, as_json=as_json)
    if exit_code and answer["firing"]:
        raise typer.Exit(FIRING)


@alerts.command("try")
def alerts_try(
    rule: Annotated[
        str, typer.Argument(metavar="RULE", help="A rule of `afterword alerts rules`, or a YAML file with rules.")
    ],
    start: From = None,
    end: To = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Tell when a rule would have fired; nothing is kept, and nobody is told."""
    path = Path(rule)
    from_file = path.suffix in (".yaml", ".yml")
    given = {"text": terminal.read(path), "file": path.name} if from_file else {"name": rule}
    answer = terminal.ask("alerts try", {**given, "from": start, "to": end}, stoppable=True)
    terminal.say("alerts try", answer, as_json=as_json)


@alerts.command("set")
def alerts_set(
    rules: Annotated[Path, typer.Argument(metavar="FILE", help="YAML: a rule, or a list of them.")],
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Keep the rules of a file; one of the same name gives way."""
    answer = terminal.ask("alerts set", {"text": terminal.read(rules), "file": rules.name})
    terminal.say("alerts set", answer, as_json=as_json)


@alerts.command("switch")
def alerts_switch(
    rule: Rule,
    on: Annotated[bool, typer.Option("--on/--off", help="Whether it is looked at.")] = True,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Switch a rule on or off."""
    terminal.say("alerts switch", terminal.ask("alerts switch", {"name": rule, "on": on}), as_json=as_json)


@alerts.command("remove")
def alerts_remove(rule: Rule, workspace: Home = None, as_json: Json = False) -> None:
    """Take a rule away; its alerts stay."""
    terminal.say("alerts remove", terminal.ask("alerts remove", {"name": rule}), as_json=as_json)


@alerts.command("acknowledge")
def alerts_acknowledge(alert: Alert, workspace: Home = None, as_json: Json = False) -> None:
    """Say that you have seen an alert."""
    _do("acknowledge", alert, "", as_json=as_json)


@alerts.command("assign")
def alerts_assign(
    alert: Alert,
    to: Annotated[str, typer.Option(metavar="NAME", help="To whom.")],
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Give an alert to somebody."""
    _do("assign", alert, to, as_json=as_json)


@alerts.command("resolve")
def alerts_resolve(
    alert: Alert,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="What it was.")] = "",
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """End an alert."""
    _do("resolve", alert, reason, as_json=as_json)


@alerts.command("comment")
def alerts_comment(
    alert: Alert,
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Remark on an alert."""
    _do("comment", alert, text, as_json=as_json)


@alerts.command("silence")
def alerts_silence(
    lasting: Annotated[str, typer.Option("--for", metavar="TIME", help="For how long: 30 min, 2 h, 3 d.")],
    rule: Annotated[str | None, typer.Option(metavar="RULE", help="Only this rule.")] = None,
    group: Annotated[str | None, typer.Option(metavar="VALUE", help="Only this group of it.")] = None,
    start: From = None,
    weekly: Annotated[bool, typer.Option("--weekly", help="Every week at this time.")] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Keep alerts from being told for a while; what fires is kept all the same."""
    arguments = {"for": lasting, "rule": rule, "group": group, "from": start, "weekly": weekly, "reason": reason}
    terminal.say("alerts silence", terminal.ask("alerts silence", arguments), as_json=as_json)


def _do(deed: str, alert: int, text: str, *, as_json: bool) -> None:
    answer = terminal.ask("alerts do", {"deed": deed, "id": alert, "text": text})
    terminal.say("alerts do", answer, as_json=as_json)
