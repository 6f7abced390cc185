"""Whenever the importer is killed, an import is there whole or not at all, and earlier ones are untouched."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from analysis.ingest.report import Options
from analysis.ingest.run import import_paths
from analysis.store import Store
from analysis.workspace import Workspace
from tests.ingest.conftest import lines, run_of

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 8_000
KILLS = 11
IMPORT = """
import sys
from pathlib import Path
from analysis.ingest.report import Options
from analysis.ingest.run import import_paths
from analysis.store import Store
from analysis.workspace import Workspace
store = Store(Workspace.at(sys.argv[1]))
print("open", flush=True)
import_paths(store, [Path(sys.argv[2])], Options())
print("done", flush=True)
"""


@pytest.mark.parametrize("feedback", [None, {"user_score": {"avg": 1}}], ids=["straight in", "staged"])
def test_all_or_nothing(feedback: object, tmp_path: Path, file: Callable[..., Path]) -> None:
    moments = random.Random(20261124)
    early = file("early.jsonl", lines(*(run_of(number) for number in range(50))))
    late = file("late.jsonl", lines(*(run_of(number, feedback_stats=feedback) for number in range(100, 100 + ROWS))))
    home = tmp_path / "workspace"
    with_early = Store(Workspace.at(home))
    import_paths(with_early, [early], Options())
    with_early.close()
    length = 1.0
    outcomes = set()
    for attempt in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", IMPORT, str(home), str(late)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        begun = time.monotonic()
        if attempt == 0:
            # the first one runs to its end, to learn how long it takes
            process.wait()
            length = time.monotonic() - begun
        else:
            time.sleep(moments.uniform(0, length))
            process.kill()
            process.wait()
        process.stdout.close()
        store = Store(Workspace.at(home))
        (found,) = store.rows(
            """SELECT count(*) FILTER (import_id = 1) AS early, count(*) FILTER (import_id <> 1) AS late,
               (SELECT count(*) FROM scores) AS scores,
               (SELECT coalesce(sum(kept), 0) FROM imports WHERE id <> 1 AND undone IS NULL) AS said FROM records"""
        )
        assert found["early"] == 50
        assert found["late"] == found["said"]
        assert found["late"] in (0, ROWS)
        assert found["scores"] == (found["late"] if feedback else 0)
        assert not list(store.workspace.staging.iterdir())
        outcomes.add(found["late"])
        with store.write() as cursor:
            for table in ("records", "scores", "imports"):
                key = "id" if table == "imports" else "import_id"
                cursor.execute(f"DELETE FROM {table} WHERE {key} <> 1")
        store.close()
    assert outcomes == {0, ROWS}
