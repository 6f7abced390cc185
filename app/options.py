"""What commands share: options that several take, and how their selection of records is handed on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from app.command import CommandError

FAILED, BAD_USE = 1, 2
"""With what a command ends that did not do all, and one that was not understood."""


def _use(folder: Path | None) -> Path | None:
    if folder is not None:
        os.environ["AFTERWORD_HOME"] = str(folder.expanduser().resolve())
    return folder


Home = Annotated[
    Path | None,
    typer.Option(
        "--workspace", metavar="DIR", callback=_use, help="Where Afterword keeps everything, if not at AFTERWORD_HOME."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
From = Annotated[str | None, typer.Option("--from", metavar="TIME", help="From this date or time on, UTC.")]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Up to and with this date, or before this time.")]
AgainstFrom = Annotated[
    str | None,
    typer.Option(
        "--against-from", metavar="TIME", help="The period to compare with; else that of the same length just before."
    ),
]
AgainstTo = Annotated[str | None, typer.Option("--against-to", metavar="TIME", help="Its end.")]
Where = Annotated[
    list[str] | None,
    typer.Option(metavar="CONDITION", help="Such as model=gpt-5, 'latency>2' or text~refund; may be repeated."),
]
Out = Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write.")]
Mapped = Annotated[str, typer.Option("--of", metavar="COLUMN", help="What is mapped: prompt or response.")]
Topic = Annotated[int, typer.Argument(metavar="ID", help="The topic's number, from `afterword topics`.")]
Number = Annotated[int, typer.Argument(metavar="ID", help="The import's number, from `afterword imports`.")]
Budget = Annotated[float, typer.Option(metavar="USD", help="Spend at most so much.")]
Endpoint = Annotated[
    str | None, typer.Option("--url", metavar="URL", help="An endpoint that speaks as OpenAI's or Anthropic's does.")
]
Price = Annotated[
    str | None,
    typer.Option("--price", metavar="IN,OUT", help="USD for a million tokens, where the price table lacks the model."),
]


def selection(start: str | None, end: str | None, where: list[str] | None) -> dict[str, Any]:
    """Hand on which records are meant."""
    return {"from": start, "to": end, "where": where}


def price(text: str | None) -> tuple[float, float] | None:
    """Read a price, as of :data:`Price`."""
    try:
        into, out = (float(part) for part in text.split(",")) if text else (None, None)
    except ValueError as error:
        raise CommandError(f"{text!r} is no price. Write INPUT,OUTPUT, such as 0.15,0.6.", BAD_USE) from error
    return (into, out) if into is not None and out is not None else None
