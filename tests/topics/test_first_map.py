"""The first map draws itself once there are texts enough, where the process serves; and does not try in vain again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from analysis.state import settings
from analysis.state.database import State
from app.jobs import FOLLOWS, Runner
from tests import records
from tests.topics.talk import prompts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from analysis.state.jobs import Job
    from analysis.store import Store
    from app.work import Work


class Served:
    """A runner that serves, with work on topics that does what a test says."""

    def __init__(self, store: Store, state: State) -> None:
        self.store, self.state = store, state
        self.work: Callable[[], dict[str, Any]] = dict
        nothing: dict[str, Work] = {kind: lambda *_: {} for kind in ("score", "judge")}
        self.jobs = Runner(store, state, {**nothing, "topics": lambda *_: self.work()})
        self.jobs.serves = True

    def add(self, *asked: str) -> None:
        records.add(self.store, *({"prompt": prompt} for prompt in asked))

    def builds(self) -> list[Job]:
        """The builds there were, after one more import."""
        self.jobs.catch_up(who="ana")
        for _ in range(2):  # what follows an import is queued before what it finds to do
            time.sleep(0.2)
            self.wait()
        return self.jobs.recent(kind="topics")

    def wait(self) -> None:
        deadline = time.monotonic() + 30
        while self.jobs.active():
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.fixture
def served(store: Store, tmp_path: Path) -> Iterator[Served]:
    state = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
    found = Served(store, state)
    yield found
    found.jobs.stop()
    state.close()


def fail() -> dict[str, Any]:
    raise ValueError("It cannot be.")


def test_it_begins_with_the_fiftieth_text_and_not_where_nothing_follows_an_import(served: Served) -> None:
    served.add(*prompts()[:49], prompts()[0])
    assert served.builds() == []
    settings.put(served.state, FOLLOWS, False, who="ana")
    served.add(prompts()[49])
    assert served.builds() == []
    settings.put(served.state, FOLLOWS, True, who="ana")
    (job,) = served.builds()
    assert (job.arguments["column"], job.arguments["new"], job.who) == ("prompt", False, "ana")


def test_one_that_failed_by_itself_is_not_tried_again(served: Served) -> None:
    served.work = fail
    served.add(*prompts())
    assert [job.state for job in served.builds()] == ["failed"]
    assert len(served.builds()) == 1


def test_one_that_somebody_stopped_is_not_begun_again(served: Served) -> None:
    served.add(*prompts())
    job = served.jobs.submit("topics", {"column": "prompt", "new": False}, who="bo")
    served.jobs.cancel(job.id)
    served.wait()
    if served.jobs.get(job.id).state == "cancelled":  # it may have been too late
        assert len(served.builds()) == 1


def test_one_that_failed_when_somebody_asked_for_it_too_early_stands_in_no_ones_way(served: Served) -> None:
    served.work = fail
    served.jobs.submit("topics", {"column": "prompt", "new": False}, who="bo")
    served.wait()
    served.work = dict
    served.add(*prompts())
    assert [job.state for job in served.builds()] == ["done", "failed"]
