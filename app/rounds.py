"""What Afterword does by itself while it serves: it imports what arrives, checks the rules and sends alerts.

`afterword run` does the same once, for a scheduler of the team's own.
"""

from __future__ import annotations

import os
import threading
import time
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from sqlalchemy.exc import SQLAlchemyError

from analysis.alerts import rules
from analysis.alerts.evaluate import check
from analysis.alerts.outbox import deliver
from analysis.ingest import arrivals
from app import beacon
from app.work import arrival_arguments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.ingest.arrivals import Arrival
    from app.runtime import Runtime

FOLDERS = "AFTERWORD_WATCH"
"""Folders that a server watches, separated as PATH is."""
EVERY = float(os.environ.get("AFTERWORD_WATCH_EVERY") or 10)
"""Seconds between two looks at the folders and at what waits to be sent."""
CHECK_EVERY = 300.0
"""Seconds after which the rules are held against the records though none came: some fire because none did."""
CHANGING = frozenset({"import", "score", "undo"})
"""Kinds of jobs after which the rules are checked, and not while they run."""
PATIENCE = 10.0
"""Seconds for a round to end when the server does."""
WHO = "afterword"
_broken = threading.Event()


def folders() -> list[Path]:
    """The folders that a server watches."""
    return [Path(name) for name in os.environ.get(FOLDERS, "").split(os.pathsep) if name]


def allowed(here: Runtime, given: Sequence[Path]) -> list[Path]:
    """Give the folders as absolute ones.

    Raises
    ------
    ValueError
        If there is no such folder, or the workspace lies in it.
    """
    found = [folder.expanduser().resolve() for folder in given]
    for folder in found:
        if not folder.is_dir():
            raise ValueError(f"There is no folder {folder} to watch.")
        if here.workspace.root.resolve().is_relative_to(folder):
            raise ValueError(f"The workspace {here.workspace.root} lies in {folder}: watch a folder beside it.")
    return found


def arrived(here: Runtime, given: Sequence[Path], *, settled: float = arrivals.SETTLED) -> list[Arrival]:
    """Find what arrived in folders, and is finished."""
    return [one for folder in given for one in arrivals.waiting(here.store, folder, settled=settled)]


def warn(here: Runtime) -> dict[str, Any]:
    """Hold the rules against what is new, and send what is to be told; returns what came of both."""
    checked = check(here.store, here.state, address=beacon.public(here.workspace))
    return {
        "opened": [number for outcome in checked.outcomes for number in outcome.opened],
        "resolved": [number for outcome in checked.outcomes for number in outcome.resolved],
        "firing": checked.firing,
        "problems": [{"rule": one.rule, "problem": one.problem} for one in checked.outcomes if one.problem],
        "messages": asdict(deliver(here.state)),
    }


def broken() -> bool:
    """Whether an error that nobody foresaw has ended the rounds of this process."""
    return _broken.is_set()


class Rounds:
    """Makes rounds on a thread of its own, until it is stopped.

    Parameters
    ----------
    here : Runtime
        What is served.
    given : sequence of Path
        The folders that are watched.
    """

    def __init__(self, here: Runtime, given: Sequence[Path]) -> None:
        self._here = here
        self._folders = allowed(here, given)
        self._over = threading.Event()
        self._checked: tuple[int, int, float] | None = None
        _broken.clear()
        self._thread = threading.Thread(target=self._go, name="rounds", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the round that is under way, for which nobody waits long."""
        self._over.set()
        self._thread.join(PATIENCE)

    def _go(self) -> None:
        try:
            while not self._over.wait(EVERY):
                self._tried()
        finally:
            if not self._over.is_set():  # the server's output has the error, and the Alerts page says so
                _broken.set()

    def _tried(self) -> None:
        try:
            self._round()
        except (OSError, ValueError, duckdb.Error, SQLAlchemyError):
            if not self._over.is_set():  # else the stores were closed on it: the next server does it anew
                traceback.print_exc()

    def _round(self) -> None:
        jobs = self._here.jobs
        if not any(job.arguments.get("arrivals") for job in jobs.active()):
            found = arrived(self._here, self._folders)
            if found:
                jobs.submit("import", arrival_arguments(found, who=WHO), who=WHO)
        if not any(job.kind in CHANGING for job in jobs.active()) and self._due():
            self._checked = self._here.store.generation, rules.latest(self._here.state), time.monotonic()
            warn(self._here)
        else:
            deliver(self._here.state)

    def _due(self) -> bool:
        if self._checked is None:
            return True
        generation, rule, when = self._checked
        changed = (generation, rule) != (self._here.store.generation, rules.latest(self._here.state))
        return changed or time.monotonic() - when >= CHECK_EVERY
