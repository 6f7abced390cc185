"""The command that does everything once: import what arrived, score and place it, check the rules, send alerts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import rounds
from app.command import POLL, Call, CommandError, awaited
from app.work import arrival_arguments

if TYPE_CHECKING:
    from analysis.state.jobs import Job
    from app.command import Command


def _run(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Do everything once, and wait until it is done."""
    here = call.runtime
    folders = rounds.allowed(here, [Path(folder) for folder in arguments["folders"]])
    found = rounds.arrived(here, folders, settled=float(arguments["settled"]))
    here.jobs.serves = True  # this process stays until what follows an import is done too
    mine = _Mine(call)
    imported: list[dict[str, Any]] = []
    if found:
        imported = awaited(call, "import", arrival_arguments(found, who=call.who))["imports"]
    else:
        here.jobs.catch_up(who=call.who, judge=False)  # an earlier run may have been killed
    mine.wait()
    return {"imports": imported, "failed": mine.failed()} | rounds.warn(here)


class _Mine:
    """The jobs that follow a command: those of the same person that are newer than it."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._jobs = call.runtime.jobs
        self._last = max((job.id for job in self._jobs.recent(limit=1)), default=0)

    def wait(self) -> None:
        """Wait until no job waits or runs.

        Raises
        ------
        CommandError
            If the person no longer wants to.
        """
        while not self._jobs.idle:
            time.sleep(POLL)
            own = [job for job in self._jobs.active() if self._own(job)]
            if self._call.cancelled():
                for job in own:
                    self._jobs.cancel(job.id)
                raise CommandError("Cancelled. What was imported stays; the next run goes on from there.", 1)
            if own and own[0].progress:
                self._call.on_progress(own[0].progress)

    def failed(self) -> list[dict[str, Any]]:
        """Tell which did not come to their end, and why."""
        own = [job for job in self._jobs.recent() if self._own(job) and job.error]
        return [{"job": job.kind, "error": job.error} for job in own]

    def _own(self, job: Job) -> bool:
        return job.id > self._last and job.who == self._call.who


COMMANDS: dict[str, Command] = {"run": _run}
