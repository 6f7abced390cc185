"""A worker process, as its owner sees it: it is asked, answers, and ends with its owner."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from pathlib import Path


_QUIET = {"OPENBLAS_THREAD_TIMEOUT": "14"}
"""After each product of NumPy's, OpenBLAS's idle threads spin for 2 to this many cycles before they sleep, on cores
that have other work: by itself for 2^28 of them, a tenth of a second (OpenMathLib/OpenBLAS#5171)."""


class WorkerError(OSError):
    """A worker process ended before its work was done."""


class WorkerProcess:
    """A worker process.

    Parameters
    ----------
    module : str
        What it runs: it reads a task a line as JSON from standard input, and answers each with such a line.
    workspace : Path
        The one argument that it is given.
    errors : Path
        The file for what it says on standard error.
    """

    def __init__(self, module: str, workspace: Path, errors: Path) -> None:
        self._errors = errors
        with errors.open("wb") as file:
            self._child = subprocess.Popen(
                [sys.executable, "-m", module, str(workspace)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                env=_QUIET | os.environ,
                start_new_session=True,  # Ctrl-C is for the owner, which then cancels in an orderly way
            )

    def ask(self, task: dict[str, Any]) -> dict[str, Any]:
        """Give it a task, and wait for the answer.

        Raises
        ------
        WorkerError
            If it ended instead.
        """
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        try:
            self._child.stdin.write(orjson.dumps(task) + b"\n")
            self._child.stdin.flush()
        except BrokenPipeError:
            pass  # its end is told below
        line = self._child.stdout.readline()
        if not line:
            code = self._child.wait()
            last = self._errors.read_text(errors="replace").strip().splitlines()[-1:]
            raise WorkerError(f"A worker process broke off ({last[0] if last else f'it ended with code {code}'}).")
        return dict(orjson.loads(line))

    def kill(self) -> None:
        """End it at once; who waits for an answer gets a :class:`WorkerError`."""
        self._child.kill()

    def close(self) -> None:
        """Let it end, and wait for that."""
        with suppress(BrokenPipeError), self._child:  # a task may be left that it ended too early to read
            self._child.kill()
