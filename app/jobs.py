"""Long work beside the interface: one job at a time in each lane, on threads that pages watch but never wait for."""

from __future__ import annotations

import queue
import socket
import threading
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import duckdb

from analysis.cancelled import CancelledError
from analysis.metrics.kept.days import refresh
from analysis.scoring.learning import due
from analysis.scoring.plan import coverage
from analysis.scoring.registry import registry
from analysis.state import jobs as kept
from analysis.state import settings
from analysis.topics import listing
from app.ticket import GiveWayError, Ticket
from app.work import kinds as all_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.state.database import State
    from analysis.state.jobs import Job
    from analysis.store import Store
    from app.work import Work

SAVE_EVERY = 2.0
"""Seconds between two writes of a job's progress to the state store; who asks this process sees it at once."""

FOLLOWS = "score.follows"
"""The setting by which an import is scored by the quick scorers and placed on the maps; on unless turned off."""

ALSO = "score.also"
"""The setting that names slow scorers that do so too."""

FIRST = "prompt"
"""The column whose first map draws itself, once it has texts enough."""

ALL = 1000
"""Jobs that are looked through for builds of it."""

JUDGES = "judge.follows"
"""The setting that holds the order of a judge that does so too."""

BESIDE = frozenset({"judge", "topic names", "regress"})
"""Kinds of jobs that wait for others' answers most of the time: they have a lane of their own, beside the rest."""

PATIENCE = {"subtopics": 1, "score": 2, "topics": 3}
"""How patient a kind of job is, others not at all: it gives way to the less patient. Two kinds that gave way to each
other would never end."""

_UNFORESEEN = "Afterword failed in a way it did not foresee; its log on standard error says where. Please report it."


class _Lane:
    """Work that is done piece by piece, in its order, by a thread."""

    def __init__(self, name: str) -> None:
        self._queue: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._go, name=name, daemon=True)
        self._thread.start()

    @property
    def empty(self) -> bool:
        """Whether nothing waits in it."""
        return self._queue.empty()

    @property
    def idle(self) -> bool:
        """Whether nothing waits in it, and nothing is under way."""
        return not self._queue.unfinished_tasks

    def put(self, work: Callable[[], None]) -> None:
        self._queue.put(work)

    def close(self, patience: float) -> None:
        """Let it end after what waits in it, for up to so many seconds."""
        self._queue.put(None)
        self._thread.join(patience)

    def _go(self) -> None:
        while (work := self._queue.get()) is not None:
            work()
            self._queue.task_done()


class Runner:
    """Runs jobs one after another, in the order in which they were submitted; those of :data:`BESIDE` by themselves.

    Parameters
    ----------
    store, state : Store, State
        What jobs work on, and where they are written down.
    kinds : mapping
        The work of each kind of job.
    """

    def __init__(self, store: Store, state: State, kinds: Mapping[str, Work] | None = None) -> None:
        self.serves = False
        """Whether this process stays: what is long can follow an import only there."""
        self._store = store
        self._state = state
        self._kinds = all_kinds(state) if kinds is None else kinds
        self._owner = f"{socket.gethostname()}:{store.workspace.root}"
        self._tickets: dict[int, Ticket] = {}
        kept.interrupt(state, owner=self._owner)
        self._main, self._beside = _Lane("jobs"), _Lane("jobs beside")

    def submit(self, kind: str, arguments: dict[str, Any], *, who: str) -> Job:
        """Queue a job.

        Raises
        ------
        KeyError
            If there is no such kind of job.
        """
        if kind not in self._kinds:
            raise KeyError(f"There is no kind of job {kind!r}.")
        job = kept.create(self._state, kind, arguments, who=who, owner=self._owner)
        self._tickets[job.id] = Ticket(kind, others=partial(self._others_wait, kind))
        self._lane(job).put(partial(self._attend, job))
        return job

    def _lane(self, job: Job) -> _Lane:
        return self._beside if job.kind in BESIDE else self._main

    def get(self, job_id: int) -> Job:
        """A job as it stands now.

        Raises
        ------
        KeyError
            If there is none with this number.
        """
        return self._live(kept.get(self._state, job_id))

    def recent(self, *, kind: str | None = None, limit: int = 50) -> list[Job]:
        """The latest jobs as they stand now, newest first."""
        return [self._live(job) for job in kept.recent(self._state, kind=kind, limit=limit)]

    def active(self) -> list[Job]:
        """Jobs of this process that wait or run, in their order."""
        return [job for job in map(self.get, sorted(self._tickets)) if not job.over]

    @property
    def idle(self) -> bool:
        """Whether no job waits or runs, nor what follows one."""
        return self._main.idle and self._beside.idle

    def cancel(self, job_id: int) -> None:
        """Ask a job to stop; it does so within a second or two. One that is over already stays as it is."""
        ticket = self._tickets.get(job_id)
        if ticket:
            ticket.cancel()

    def _others_wait(self, kind: str) -> bool:
        waiting = {ticket.kind for ticket in list(self._tickets.values())} - BESIDE
        return any(PATIENCE.get(other, 0) < PATIENCE.get(kind, 0) for other in waiting)

    def stop(self, patience: float = 20.0) -> None:
        """Take no more jobs, ask the present ones to stop, and wait up to `patience` seconds for that."""
        for ticket in list(self._tickets.values()):
            ticket.cancel()
        until = time.monotonic() + patience
        for lane in (self._main, self._beside):
            lane.close(max(until - time.monotonic(), 0.0))

    def _live(self, job: Job) -> Job:
        ticket = self._tickets.get(job.id)
        return replace(job, progress=ticket.progress) if ticket and ticket.progress else job

    def freshen(self) -> None:
        """Bring the metrics that are kept by day up to date, when the jobs before are done; every job does so too."""
        self._main.put(self._freshen)

    def catch_up(self, *, who: str, judge: bool = True) -> None:
        """Queue the scorers and the judge that people want to follow an import, where this process serves."""
        if not self.serves:
            return
        if settings.get(self._state, FOLLOWS, True):
            self._main.put(partial(self._catch_up, who))
        order = settings.get(self._state, JUDGES) if judge else None
        if order:
            self.submit("judge", order, who=who)

    def _catch_up(self, who: str) -> None:
        also = settings.get(self._state, ALSO, [])
        known = registry(self._store.workspace).scorers.values()
        follow = [scorer for scorer in known if not scorer.heavy or scorer.name in also]
        behind = [name for name, far in coverage(self._store, follow).items() if far.marked < far.eligible]
        if behind or due(self._store):
            self.submit("score", {"scorers": behind, "sample": None}, who=who)
        for column in listing.behind(self._store):
            self.submit("topics", {"column": column, "new": True}, who=who)
        if listing.awaited(self._store, FIRST) and self._undrawn():
            self.submit("topics", {"column": FIRST, "new": False, "itself": True}, who=who)

    def _undrawn(self) -> bool:
        """Tell whether the first map may draw itself: none is under way, nobody stopped one, and none failed so."""
        builds = [
            job for job in self.recent(kind="topics", limit=ALL)
            if job.arguments["column"] == FIRST and not job.arguments["new"]
        ]  # fmt: skip
        return all(job.state in (kept.DONE, kept.INTERRUPTED) or _by_hand(job) for job in builds)

    def _freshen(self) -> None:
        if self._main.empty:
            refresh(self._store)

    def _attend(self, job: Job) -> None:
        # A thread of its own, so that an error nobody foresaw ends this job, with its traceback, and no other.
        thread = threading.Thread(target=self._run, args=(job,), name=f"job {job.id}", daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(SAVE_EVERY)
            self._save(job)
        if kept.get(self._state, job.id).over:
            self._tickets.pop(job.id, None)
            if job.kind not in BESIDE:  # what it gave is not kept by day
                self._freshen()
        else:
            self._lane(job).put(partial(self._attend, job))

    def _save(self, job: Job) -> None:
        progress = self._tickets[job.id].progress
        if progress is not None:
            kept.advance(self._state, job.id, progress)

    def _run(self, job: Job) -> None:
        ticket = self._tickets[job.id]
        outcome, result = kept.FAILED, None
        error: str | None = _UNFORESEEN
        try:
            if ticket.cancelled():
                raise CancelledError("Cancelled before it began.")
            kept.start(self._state, job.id)
            result = self._kinds[job.kind](self._store, job.arguments, ticket)
            outcome, error = kept.DONE, None
            if job.kind == "import":
                self.catch_up(who=job.who)
        except GiveWayError:
            outcome, error = kept.QUEUED, None
        except CancelledError as stopped:
            outcome, error = kept.CANCELLED, str(stopped)
        except (OSError, ValueError, MemoryError, duckdb.Error) as problem:
            error = str(problem) or type(problem).__name__
        finally:
            kept.finish(self._state, job.id, outcome, result=result, error=error)


def _by_hand(job: Job) -> bool:
    """Tell whether a build failed that somebody had asked for: there may have been too few texts then."""
    return job.state == kept.FAILED and not job.arguments.get("itself")
