"""The life of a job, kept in the state store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.state import jobs

if TYPE_CHECKING:
    from analysis.state.database import State


def test_from_queued_to_done(state: State):
    job = jobs.create(state, "import", {"paths": ["a"]}, who="ana", owner="here")
    assert (job.state, job.over) == ("queued", False)
    jobs.start(state, job.id)
    jobs.advance(state, job.id, {"done": 1, "total": 2})
    running = jobs.get(state, job.id)
    assert (running.state, running.progress) == ("running", {"done": 1, "total": 2})
    jobs.finish(state, job.id, jobs.DONE, result={"imports": []})
    done = jobs.get(state, job.id)
    assert (done.over, done.result, done.error) == (True, {"imports": []}, None)
    assert done.started is not None
    assert done.finished is not None
    assert done.finished >= done.started


def test_what_a_dead_process_left_is_interrupted_and_no_one_elses(state: State):
    queued = jobs.create(state, "import", {}, who="ana", owner="here")
    running = jobs.create(state, "import", {}, who="ana", owner="here")
    jobs.start(state, running.id)
    done = jobs.create(state, "import", {}, who="ana", owner="here")
    jobs.finish(state, done.id, jobs.DONE)
    elsewhere = jobs.create(state, "import", {}, who="ana", owner="there")
    assert jobs.interrupt(state, owner="here") == 2
    states = {job.id: job.state for job in jobs.recent(state)}
    assert states == {
        queued.id: "interrupted", running.id: "interrupted", done.id: "done", elsewhere.id: "queued",
    }  # fmt: skip


def test_recent_newest_first_of_a_kind(state: State):
    first = jobs.create(state, "import", {}, who="ana", owner="here")
    jobs.create(state, "score", {}, who="ana", owner="here")
    last = jobs.create(state, "import", {}, who="ana", owner="here")
    assert [job.id for job in jobs.recent(state, kind="import")] == [last.id, first.id]
    assert len(jobs.recent(state, limit=1)) == 1


def test_an_unknown_job(state: State):
    with pytest.raises(KeyError, match="no job 7"):
        jobs.get(state, 7)
