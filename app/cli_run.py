"""The commands that work by themselves: `afterword run` once, `afterword watch` again and again."""

from __future__ import annotations

import json
import time
from pathlib import Path
from threading import Event
from typing import Annotated, Any

import typer

from analysis.ingest.arrivals import SETTLED, Arrival, present
from app import rounds, terminal
from app.command import CommandError
from app.options import BAD_USE, FAILED, Home, Json

Folders = Annotated[list[Path] | None, typer.Argument(metavar="DIR…", help="Folders in which exports arrive.")]
Settled = Annotated[
    float, typer.Option(metavar="SECONDS", help="A file that was not written to for so long is finished.")
]


def run(folders: Folders = None, settled: Settled = SETTLED, workspace: Home = None, as_json: Json = False) -> None:
    """Do everything once, for a scheduler: import what arrived, score it, place it, check the rules, send alerts."""
    answer = _once(folders or [], settled)
    terminal.say("run", answer, as_json=as_json)
    if answer["failed"] or any(report["failure"] for report in answer["imports"]):
        raise typer.Exit(FAILED)


def watch(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR…", help="Folders in which exports arrive.")],
    every: Annotated[float, typer.Option(metavar="SECONDS", help="Between two looks.")] = rounds.EVERY,
    settled: Settled = SETTLED,
    workspace: Home = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document a line for each run.")] = False,
) -> None:
    """Do as `run` does whenever files arrive, and every five minutes, until Ctrl-C."""
    for folder in folders:
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder} to watch.", BAD_USE)
    taken: set[Arrival] | None = None
    due = 0.0
    with terminal.stop_key() as stop:
        while not stop.is_set():
            found = {one for folder in folders for one in present(folder.expanduser().resolve(), settled=settled)}
            if found != taken or time.monotonic() >= due:
                try:
                    _say(_once(folders, settled, stop), as_json=as_json)
                    taken, due = found, time.monotonic() + rounds.CHECK_EVERY
                except CommandError as error:
                    if error.code == BAD_USE:
                        raise
                    terminal.warn(str(error))  # another process may hold the workspace, and be done soon
            stop.wait(every)


def _once(folders: list[Path], settled: float, stop: Event | None = None) -> dict[str, Any]:
    arguments = {"folders": [str(folder.expanduser().resolve()) for folder in folders], "settled": settled}
    return terminal.ask("run", arguments, stoppable=True, stop=stop)


def _say(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    elif any(answer[what] for what in ("imports", "failed", "opened", "resolved")):
        terminal.say("run", answer, as_json=False)
