"""What this process holds open: one workspace, its two stores, and the jobs that run on them.

Pages, routes and commands all ask :func:`current`; the first to ask opens it. A script that Streamlit runs again and
again finds the same one each time, for this module is imported once.
"""

from __future__ import annotations

import shutil
import threading
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from analysis.review import scores
from analysis.state.database import State
from analysis.store import Store
from analysis.topics import edits
from analysis.workspace import Workspace
from app.jobs import Runner

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Runtime:
    """An open workspace."""

    workspace: Workspace
    store: Store
    state: State
    jobs: Runner


_lock = threading.RLock()
_open: Runtime | None = None


def current() -> Runtime:
    """The workspace that this process has open, opened at ``$AFTERWORD_HOME`` where it has none yet.

    Raises
    ------
    StoreBusyError
        If another process holds the log store.
    StateUnreachableError
        If the state store can't be opened.
    """
    global _open
    with _lock:
        if _open is None:
            _open = _opened(Workspace.at())
        return _open


def is_open() -> bool:
    """Whether this process has a workspace open."""
    return _open is not None


def close() -> None:
    """Stop the jobs and close the stores; :func:`current` would open them again."""
    global _open
    with _lock:
        if _open is None:
            return
        _open.jobs.stop()
        _open.state.close()
        _open.store.close()
        _open = None


def _opened(workspace: Workspace) -> Runtime:
    # The log store comes first: who holds it holds the workspace, and what others left in it can be cleared away.
    store = Store(workspace)
    try:
        state = State(workspace.state_url)
    except BaseException:
        store.close()
        raise
    _clear(workspace.incoming)
    edits.mend(store, state)
    take_in_labels(store, state)
    return Runtime(workspace, store, state, Runner(store, state))


def take_in_labels(store: Store, state: State) -> None:
    """Bring the log store up to what people labelled, at most every few seconds."""
    try:
        scores.keep_up(store, state)
    except duckdb.Error:  # of a damaged store: the pages that read what is missing say so
        traceback.print_exc()


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
