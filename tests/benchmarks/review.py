"""Ten reviewers at once for five minutes, on SQLite and on PostgreSQL, their processes killed once a second.

``python -m tests.benchmarks.review [SECONDS]``. It fails where an acknowledged label is not there exactly once, an item
has more labels than it should, or a slot is held twice.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests import postgres
from tests.review import crowd

SECONDS = 300.0
SIZE = 20_000
"""Items; more than ten people label in that time."""


def main() -> None:
    """Run both, and say what came of it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with tempfile.TemporaryDirectory() as folder:
        _run("SQLite", f"sqlite:///{folder}/state.sqlite", seconds)
    with postgres.cluster() as address:
        _run("PostgreSQL", address.format(database="postgres"), seconds)


def _run(name: str, url: str, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outcome = crowd.run(url, Path(folder), seconds=seconds, size=SIZE)
    print(
        f"{name}: {outcome.acknowledged:,} labels acknowledged in {seconds:.0f} s and each there once; "
        f"{outcome.kills} kills, {outcome.lost} claims lost to others",
        flush=True,
    )


if __name__ == "__main__":
    main()
