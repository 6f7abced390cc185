"""Jobs as the pages show them: those that wait and run, whoever began them, and what became of one's own."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import identity, runtime
from app.sizes import counted, size, wait
from app.text import escape, plain_label

if TYPE_CHECKING:
    from analysis.state.jobs import Job

EVERY = 1.0
"""Seconds between two looks at jobs that run."""

IDLE = 10.0
"""Seconds between two looks where none runs: another person may begin one."""

_STOPPABLE = frozenset({"import", "score", "judge", "topics", "subtopics", "topic names", "regress"})
_MINE = "jobs-mine"
_STOPPING = "jobs-stopping"
_RUNNING = "jobs-running"


def submit(kind: str, arguments: dict[str, Any]) -> None:
    """Queue a job, to be shown to this person when it is over."""
    job = runtime.current().jobs.submit(kind, arguments, who=identity.current().name)
    st.session_state[_MINE] = [*_mine(), job.id]


def put_away() -> None:
    """Show no longer what became of earlier jobs."""
    st.session_state[_MINE] = []


def finished(*kinds: str) -> list[Job]:
    """One's own jobs of these kinds that are over, in their order, until they are put away."""
    jobs = [runtime.current().jobs.get(number) for number in _mine()]
    return [job for job in jobs if job.over and job.kind in kinds]


def busy(*kinds: str) -> bool:
    """Whether jobs of these kinds wait or run."""
    return any(job.kind in kinds for job in runtime.current().jobs.active())


def running() -> None:
    """Draw the jobs that wait and run, with their progress; the page is drawn anew when one is over."""
    _mine()
    active = runtime.current().jobs.active()
    st.session_state[_RUNNING] = [job.id for job in active], runtime.current().store.generation
    st.fragment(_draw, run_every=EVERY if active else IDLE)()


def _mine() -> list[int]:
    """The jobs to show when they are over; someone who comes back to a page loaded anew finds those that still run."""
    if _MINE not in st.session_state:
        me = identity.current().name
        st.session_state[_MINE] = [job.id for job in runtime.current().jobs.active() if job.who == me]
    return list(st.session_state[_MINE])


def _draw() -> None:
    active = runtime.current().jobs.active()
    before, generation = st.session_state[_RUNNING]
    # A job may have begun and ended between two looks; while one runs, what it writes draws nothing anew.
    if [job.id for job in active] != before or (not active and runtime.current().store.generation != generation):
        st.rerun()
    if not active:
        return
    st.subheader("Under way")
    for place, job in enumerate(active):
        with st.container(key=f"job-{job.id}"):
            _one(job, place)


def _one(job: Job, ahead: int) -> None:
    words, stop = st.columns((9, 1), vertical_alignment="bottom")
    progress = job.progress if job.state == "running" else None
    with words:
        st.markdown(escape(f"{label(job)}{_whose(job)}", limit=300))
        st.progress(value=_share(job, progress), text=escape(_state(job, progress, ahead), limit=300))
    with stop:
        me = identity.current()
        if job.kind in _STOPPABLE and (job.who == me.name or me.may("engineer")):
            st.button("Cancel", key=f"cancel-{job.id}", type="tertiary", on_click=_cancel, args=(job.id,))


def label(job: Job) -> str:
    """What a job does."""
    if job.kind == "import":
        paths = [plain_label(PurePath(path).name, limit=60) for path in job.arguments["paths"]]
        more = f" and {counted(len(paths) - 2, 'more file')}" if len(paths) > 2 else ""
        verb = "Try" if job.arguments["options"]["dry_run"] else "Import"
        return f"{verb} {', '.join(paths[:2])}{more}"
    if job.kind == "score":
        return f"Score by {counted(len(job.arguments['scorers']), 'scorer')}"
    if job.kind == "learn":
        return "Learn what an application usually answers"
    if job.kind == "topics":
        return "Place new records on the map of topics" if job.arguments["new"] else "Build the map of topics"
    if job.kind == "subtopics":
        return "Look for sub-topics"
    if job.kind == "topic names":
        return f"Name topics by {plain_label(job.arguments['model'])}"
    if job.kind == "regress":
        return f"Compare new answers with {plain_label(job.arguments['order']['dataset'])}"
    if job.kind == "judge":
        return f"Judge {job.arguments['rubric']} by {plain_label(job.arguments['model'])}"
    return f"Take import {job.arguments['import']} back" if job.kind == "undo" else "Compute costs by the new prices"


def _whose(job: Job) -> str:
    return "" if job.who == identity.current().name else f", by {plain_label(job.who)}"


def _place(job: Job, progress: dict[str, Any]) -> tuple[int, int]:
    """Which file of how many an import is at, from 0; a folder counts as one."""
    names = [PurePath(path).name for path in job.arguments["paths"]]
    return (names.index(progress["file"]) if progress["file"] in names else 0), len(names)


def _share(job: Job, progress: dict[str, Any] | None) -> float:
    if progress is None:
        return 0.0
    if job.kind in ("score", "judge", "topics", "subtopics", "topic names", "regress"):
        return min(1.0, progress["done"] / (progress["total"] or 1))
    place, files = _place(job, progress)
    return (place + min(1.0, progress["done"] / (progress["total"] or 1))) / files


def _state(job: Job, progress: dict[str, Any] | None, ahead: int) -> str:
    """Say how far a job is: what of which file, how fast, and how long still."""
    if job.id in st.session_state.get(_STOPPING, set()):
        return "Stopping …"
    if job.state == "queued":
        return f"Waits for {counted(ahead, 'job')} before it" if ahead else "Begins"
    if progress is None:
        return "Under way" if job.kind in ("undo", "reprice", "learn") else "Begins"
    if job.kind in ("score", "judge"):
        return _counted(progress)
    if job.kind == "topic names":
        return _counted(progress, "topic")
    if job.kind == "regress":
        return f"{progress['stage'].capitalize()}: {_counted(progress, 'answer')}"
    if job.kind in ("topics", "subtopics"):
        return f"{progress['stage'].capitalize()}: {_counted(progress, 'text')}" if progress["total"] else "Reading"
    place, files = _place(job, progress)
    parts = [
        f"File {place + 1} of {files}" if files > 1 else "",
        f"{progress['stage']} {plain_label(progress['file'])}",
    ]
    if 0 < progress["done"] < progress["total"]:
        parts += [f"{size(progress['done'])} of {size(progress['total'])}", f"{size(progress['rate'])}/s"]
        parts += [f"about {wait(progress['seconds_left'])} left"] if progress["seconds_left"] is not None else []
    words = ", ".join(part for part in parts if part)
    return words[:1].upper() + words[1:]


def _counted(progress: dict[str, Any], what: str = "record") -> str:
    parts = [f"{progress['done']:,} of {counted(progress['total'], what)}"]
    parts += [f"{progress['rate']:,.0f} a second"] if progress["rate"] else []
    parts += [f"about {wait(progress['seconds_left'])} left"] if progress["seconds_left"] is not None else []
    parts += [f"{progress['spent']:.4f} USD spent"] if "spent" in progress else []
    return ", ".join(parts)


def _cancel(number: int) -> None:
    runtime.current().jobs.cancel(number)
    st.session_state[_STOPPING] = st.session_state.get(_STOPPING, set()) | {number}
