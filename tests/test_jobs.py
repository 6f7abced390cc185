"""Jobs run one after another beside everything else, can be stopped, and are never left "running" by a dead process."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from analysis.ingest.intake import ImportCancelledError
from analysis.state import jobs as kept
from analysis.state.database import State
from analysis.store import Store
from analysis.workspace import Workspace
from app.jobs import Runner
from app.ticket import GiveWayError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from analysis.state.jobs import Job
    from app.ticket import Ticket

PATIENCE = 30.0


class Bench:
    """A runner with work that a test can hold and let go."""

    def __init__(self, store: Store, state: State) -> None:
        self.store, self.state = store, state
        self.go, self.order = threading.Event(), list[str]()
        kinds = {"hold": self.hold, "judge": self.hold, "fail": self.fail, "break": self.break_down}
        self.runner = Runner(store, state, kinds)

    def hold(self, store: Store, arguments: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
        self.order.append(arguments["name"])
        ticket.progress = {"done": 1, "total": 2}
        while not self.go.wait(0.01):
            if ticket.cancelled():
                raise ImportCancelledError
        return {"name": arguments["name"]}

    def fail(self, store: Store, arguments: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
        raise OSError("the disk is full")

    def break_down(self, store: Store, arguments: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
        raise TypeError("nobody foresaw this")

    def submit(self, kind: str, name: str = "") -> Job:
        return self.runner.submit(kind, {"name": name}, who="ana")

    def until(self, job: Job, true: Callable[[Job], Any]) -> Job:
        deadline = time.monotonic() + PATIENCE
        while not true(now := self.runner.get(job.id)):
            assert time.monotonic() < deadline, now
            time.sleep(0.01)
        return now

    def over(self, job: Job) -> Job:
        return self.until(job, lambda now: now.over)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[Store, State]]:
    workspace = Workspace.at(tmp_path)
    store, state = Store(workspace), State(workspace.state_url)
    yield store, state
    state.close()
    store.close()


@pytest.fixture
def bench(stores: tuple[Store, State]) -> Iterator[Bench]:
    bench = Bench(*stores)
    yield bench
    bench.runner.stop()


def test_jobs_run_in_their_order_and_show_how_far_they_are(bench: Bench):
    first, second = bench.submit("hold", "first"), bench.submit("hold", "second")
    running = bench.until(first, lambda job: job.progress)
    assert (running.state, running.progress) == ("running", {"done": 1, "total": 2})
    assert [(job.id, job.state) for job in bench.runner.active()] == [(first.id, "running"), (second.id, "queued")]
    bench.go.set()
    assert bench.over(second).result == {"name": "second"}
    assert bench.order == ["first", "second"]
    assert [job.state for job in bench.runner.recent()] == ["done", "done"]


def test_a_running_and_a_waiting_job_can_be_cancelled(bench: Bench):
    running, waiting = bench.submit("hold", "running"), bench.submit("hold", "waiting")
    bench.until(running, lambda job: job.state == "running")
    bench.runner.cancel(waiting.id)
    bench.runner.cancel(running.id)
    assert bench.over(running).state == bench.over(waiting).state == "cancelled"
    assert bench.order == ["running"]


def test_a_judge_keeps_nobody_waiting_and_waits_for_nobody(bench: Bench):
    judging, importing = bench.submit("judge", "judge"), bench.submit("hold", "import")
    for job in (judging, importing):
        bench.until(job, lambda now: now.state == "running")
    bench.runner.cancel(judging.id)
    assert bench.over(judging).state == "cancelled"
    assert bench.runner.get(importing.id).state == "running"


def test_a_failure_is_told_in_its_own_words(bench: Bench):
    job = bench.over(bench.submit("fail"))
    assert (job.state, job.error) == ("failed", "the disk is full")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_unforeseen_error_ends_its_job_and_no_other(bench: Bench):
    broken, next_one = bench.submit("break"), bench.submit("fail")
    assert "did not foresee" in str(bench.over(broken).error)
    assert bench.over(next_one).error == "the disk is full"


def test_stopping_cancels_what_runs(bench: Bench):
    job = bench.submit("hold", "long")
    bench.until(job, lambda now: now.state == "running")
    bench.runner.stop()
    assert kept.get(bench.state, job.id).state == "cancelled"


def test_an_unknown_kind_is_refused(bench: Bench):
    with pytest.raises(KeyError, match="no kind of job 'dance'"):
        bench.submit("dance")


def test_what_a_killed_process_left_is_found_interrupted(stores: tuple[Store, State]):
    store, state = stores
    bench = Bench(store, state)
    job = bench.submit("hold", "long")
    bench.until(job, lambda now: now.state == "running")
    after = Runner(store, state, {})  # what the next process of this workspace does
    found = after.get(job.id)
    assert (found.state, found.error) == (
        "interrupted",
        "Afterword was stopped while this ran; nothing of it was kept.",
    )
    bench.runner.stop()
    after.stop()


def test_work_that_gives_way_to_other_work_comes_to_its_end(store: Store, tmp_path: Path):
    ended: list[str] = []
    both = threading.Event()

    def polite(store: Store, arguments: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
        both.wait(PATIENCE)
        if ticket.others():
            raise GiveWayError
        ended.append(ticket.kind)
        return {}

    state = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
    runner = Runner(store, state, dict.fromkeys(("topics", "score", "subtopics"), polite))
    for kind in ("topics", "score", "subtopics"):
        runner.submit(kind, {}, who="ana")
    both.set()
    deadline = time.monotonic() + PATIENCE
    while len(ended) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    runner.stop()
    state.close()
    assert ended == ["subtopics", "score", "topics"]
