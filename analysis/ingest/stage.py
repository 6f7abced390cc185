"""The heavy half of an import: from a log file to staged Parquet, in a process of its own.

``python -m analysis.ingest.stage`` reads one task as JSON from its first argument, writes progress and results as JSON
lines to standard output, and ends when its parent does. It never opens the log store: a crash here loses nothing.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import orjson

from analysis.ingest.resources import formats
from analysis.ingest.resources.stage import stage as stage_samples
from analysis.ingest.source import SourceError, open_source, unpack
from analysis.ingest.stager import Stager, connect
from analysis.ingest.task import Staged, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def stage(task: Task, progress: Callable[[str, int, int], None]) -> Iterator[Staged]:
    """Stage the plain files of one path, each with its own result."""
    out = Path(task.out)
    try:
        for number, (path, name) in enumerate(
            unpack(Path(task.path), out / "unpacked", max_expansion=task.max_expansion)
        ):
            folder = out / str(number)
            folder.mkdir()
            staged = Staged(name=name, bytes=path.stat().st_size)
            try:
                if not _figures(task, path, name, folder, staged, progress):
                    with closing(connect(out)) as connection:
                        Stager(connection, task, folder, staged, progress).run(open_source(path, name))
            except SourceError as error:
                staged.failure = str(error)
            except duckdb.Error as error:
                staged.failure = f"{name} could not be read: {str(error).splitlines()[0]}"
            yield staged
    except SourceError as error:
        yield Staged(name=Path(task.path).name, failure=str(error))


def _figures(
    task: Task, path: Path, name: str, folder: Path, staged: Staged, progress: Callable[[str, int, int], None]
) -> bool:
    """Stage a file of figures of machines; false where it is none."""
    found = None if task.mapping else formats.find(path, name, task.format)
    if found is None:
        return False
    stage_samples(
        *found, staged, folder, at=datetime.fromisoformat(task.at) if task.at else None,
        instance=task.partitions.get("instance"), progress=lambda done: progress("reading", done, staged.bytes),
    )  # fmt: skip
    return True


def _say(**message: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(message) + b"\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    """Standard input is a pipe that only the parent's end closes."""
    while os.read(0, 1):
        pass
    os._exit(3)


def main() -> None:
    """Stage the task of the first argument."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    task = Task(**orjson.loads(sys.argv[1]))
    for staged in stage(task, lambda stage, done, total: _say(stage=stage, done=done, total=total)):
        _say(staged=asdict(staged))
    # DuckDB's functions written in Python outlive the interpreter's tidying up, which it reports as leaks
    os._exit(0)


if __name__ == "__main__":
    main()
