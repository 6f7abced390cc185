"""The commands that look ahead: `afterword forecast`, `budgets` and `whatif`."""

from __future__ import annotations

from typing import Annotated

import typer

from app import options, terminal
from app.options import From, Home, Json, Price, To, Where, selection

budgeted = typer.Typer(help="Budgets, and how they stand.", invoke_without_command=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The budget's name.")]


def forecast(
    name: Annotated[str, typer.Argument(metavar="METRIC", help="A metric of `afterword metrics`.")],
    days: Annotated[int, typer.Option(metavar="N", help="Days ahead.")] = 30,
    where: Where = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Forecast a metric day by day from the days so far, and what the running month will come to."""
    arguments = {"name": name, "days": days, "where": where}
    terminal.say("forecast", terminal.ask("forecast", arguments), as_json=as_json)


@budgeted.callback()
def budgets(context: typer.Context, workspace: Home = None, as_json: Json = False) -> None:
    """Tell how each budget stands."""
    if context.invoked_subcommand is None:
        terminal.say("budgets", terminal.ask("budgets", {}), as_json=as_json)


@budgeted.command("list")
def budgets_list(workspace: Home = None, as_json: Json = False) -> None:
    """Tell how each budget stands: spent, what the period will come to, the chance that it passes."""
    terminal.say("budgets", terminal.ask("budgets", {}), as_json=as_json)


@budgeted.command("set")
def budgets_set(
    name: Name,
    amount: Annotated[float, typer.Argument(metavar="AMOUNT", help="In US dollars, tokens or requests.")],
    metric: Annotated[str, typer.Option("--of", metavar="METRIC", help="cost, total_tokens or requests.")] = "cost",
    period: Annotated[str, typer.Option("--per", metavar="day|month", help="For each day or month, UTC.")] = "month",
    where: Where = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Set a budget, or change the one of that name."""
    arguments = {"name": name, "amount": amount, "metric": metric, "period": period, "where": where}
    terminal.say("budgets set", terminal.ask("budgets set", arguments), as_json=as_json)


@budgeted.command("end")
def budgets_end(name: Name, workspace: Home = None, as_json: Json = False) -> None:
    """End a budget; what it was is kept."""
    terminal.say("budgets end", terminal.ask("budgets end", {"name": name}), as_json=as_json)


def whatif(
    model: Annotated[str, typer.Option(metavar="MODEL", help="The model whose calls change.")],
    other: Annotated[
        str | None, typer.Option("--as", metavar="MODEL", help="As if this model had answered, by the price table.")
    ] = None,
    price: Price = None,
    factor: Annotated[float | None, typer.Option("--times", metavar="K", help="As if it cost K times as much.")] = None,
    start: From = None,
    end: To = None,
    where: Where = None,
    workspace: Home = None,
    as_json: Json = False,
) -> None:
    """Tell what a model's calls would have cost as another model's, at another price, or K times theirs."""
    arguments = {
        "model": model, "as": other, "price": options.price(price), "times": factor, **selection(start, end, where),
    }  # fmt: skip
    terminal.say("whatif", terminal.ask("whatif", arguments), as_json=as_json)
