"""A command's way from the terminal to its answer: here or at the server, with progress, Ctrl-C and one document."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import threading
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from analysis.state.database import StateUnreachableError
from analysis.store import StoreBusyError
from analysis.workspace import Workspace
from app import beacon, client, identity, runtime
from app.command import Call, CommandError
from app.printed import PRINTED
from app.tables import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOW = 5.0
"""Seconds between two lines of progress where standard error is no terminal."""


def ask(
    name: str, arguments: dict[str, Any], *, stoppable: bool = False, stop: threading.Event | None = None
) -> dict[str, Any]:
    """Run a command at the server that holds the workspace, else in this process.

    Parameters
    ----------
    stoppable : bool
        Whether Ctrl-C stops it in an orderly way.
    stop : Event, optional
        What stops it instead, as of :func:`stop_key`.

    Raises
    ------
    CommandError
        If it did not succeed.
    """
    workspace, who, progress = Workspace.at(), identity.local().name, _Progress()
    server = client.find(workspace)
    with nullcontext(stop) if stop else stop_key() if stoppable else nullcontext(threading.Event()) as over, progress:
        if server is not None:
            return client.run(server, name, arguments, who=who, on_progress=progress, cancelled=over.is_set)
        from app import commands  # what they use takes a second to import, and a server has done so

        try:
            call = Call(opened(workspace), who, progress, over.is_set)
            return commands.run(name, call, arguments)
        finally:
            runtime.close()


def opened(workspace: Workspace) -> runtime.Runtime:
    """Open the workspace in this process.

    Raises
    ------
    CommandError
        If it can't be opened; the words say who holds it, where that can be told.
    """
    try:
        return runtime.current()
    except StoreBusyError as error:
        found = beacon.seen(workspace)
        hint = f" Its server was process {found.pid} at {found.url}, which does not answer now." if found else ""
        words = f"{workspace.root} is held by another process.{hint} Stop that process, or wait until it is done."
        raise CommandError(words, 1) from error
    except (StateUnreachableError, RuntimeError, OSError) as error:
        raise CommandError(str(error), 1) from error


def say(name: str, answer: dict[str, Any], *, as_json: bool) -> None:
    """Print an answer."""
    print(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else PRINTED[name](answer))


def tell(name: str, answer: dict[str, Any]) -> None:
    """Say something beside the answer, on standard error."""
    print(PRINTED[name](answer), file=sys.stderr)


def warn(message: str) -> None:
    """Say what went wrong, and go on."""
    print(f"afterword: {clean(message)}", file=sys.stderr, flush=True)


def fail(message: str, code: int, *, as_json: bool) -> NoReturn:
    """Say what went wrong and end with an exit code."""
    warn(message)
    if as_json:
        print(json.dumps({"error": message}, ensure_ascii=False))
    raise SystemExit(code)


def read(path: Path) -> str:
    """Read a text file that the person named.

    Raises
    ------
    CommandError
        If it can't be read, or is no text.
    """
    try:
        return path.expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"Can't read {path}: {getattr(error, 'strerror', None) or 'it is no text'}.", 2) from error


def move(answer: dict[str, Any], target: Path) -> dict[str, Any]:
    """Move a file that a command made in the workspace to where the person wants it; the answer then names it.

    Raises
    ------
    CommandError
        If it can't be put there.
    """
    staged = Path(answer.pop("staged"))
    try:
        shutil.move(staged, target)
    except OSError as error:
        staged.unlink(missing_ok=True)
        raise CommandError(f"Can't write {target}: {error.strerror or error}.", 1) from error
    return answer | {"file": str(target)}


@contextmanager
def stop_key() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second ends the process as usual."""
    stop = threading.Event()

    def first(_signal: int, _frame: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)
        print("\nCancelling …", file=sys.stderr)

    before = signal.signal(signal.SIGINT, first)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


class _Progress:
    """Progress on standard error: one line that is written over on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._last = ("", "")
        self._said = 0.0
        self._shown = False

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown and self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def __call__(self, progress: dict[str, Any]) -> None:
        """Show how far it is."""
        stage = (progress.get("file", ""), progress["stage"])
        new = stage != self._last
        if not new and time.monotonic() - self._said < (0.1 if self._terminal else SLOW):
            return
        self._last, self._said, self._shown = stage, time.monotonic(), True
        line = _words(progress)
        print(f"\r\x1b[K{line}" if self._terminal else line, end="" if self._terminal else "\n", file=sys.stderr)
        sys.stderr.flush()


def _words(progress: dict[str, Any]) -> str:
    words = f"{clean(progress['file'])}: {progress['stage']}" if "file" in progress else progress["stage"]
    if progress["total"] and progress["done"]:
        rate = f"{progress['rate'] / 1e6:.0f} MB/s" if "file" in progress else f"{progress['rate']:,.0f} records/s"
        words += f" {progress['done'] / progress['total']:.0%}, {rate}"
    if progress["seconds_left"]:
        words += f", {progress['seconds_left']:.0f} s left"
    return words
