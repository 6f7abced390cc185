"""Whenever the process that scores is killed, every mark is whole and there once, its workers end, and it goes on."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from analysis.scoring.registry import registry
from analysis.scoring.run import score
from analysis.store import Store
from analysis.workspace import Workspace
from tests import records

RECORDS = 2_000
KILLS = 4
SCORER = """
import time
from analysis.scoring.scorer import Mark, Scorer, Span, each

def slow(response):
    time.sleep(0.002)
    return Mark(len(response), "seen", (Span("response", 0, 1, "first"),))

SCORERS = [Scorer(name="slow", version=1, title="Slow", measures="It.", limits="None.", reads=("response",),
                  score=each(slow), topic="quality", figure="Slow", scale=(0, 100))]
"""
SCORE = """
import sys
from analysis.scoring import run
from analysis.scoring.registry import registry
from analysis.store import Store
from analysis.workspace import Workspace
run.BATCH = 20
store = Store(Workspace.at(sys.argv[1]))
print("open", flush=True)
run.score(store, [registry(store.workspace).find("slow")],
          on_progress=lambda run: print("kept", flush=True) if run.records else None)
"""


def test_what_was_scored_is_kept_and_the_rest_is_scored_after(tmp_path: Path) -> None:
    moments = random.Random(7)
    home = tmp_path / "workspace"
    store = Store(Workspace.at(home))
    records.add(store, *({"response": f"Answer {number}"} for number in range(RECORDS)))
    store.workspace.scorers.mkdir()
    (store.workspace.scorers / "own.py").write_text(textwrap.dedent(SCORER))
    store.close()
    seen = []
    for kill in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", SCORE, str(home)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        # At any moment of its start, or of its work, by turns.
        if kill % 2:
            process.stdout.readline()
            time.sleep(moments.uniform(0, 0.3))
        else:
            time.sleep(moments.uniform(0, 2.5))
        workers = children(process.pid)
        process.kill()
        process.wait()
        process.stdout.close()
        deadline = time.monotonic() + 20
        while any(running(worker) for worker in workers):
            assert time.monotonic() < deadline, "a worker outlived its owner"
            time.sleep(0.05)
        seen.append(counted(home))
    assert seen == sorted(seen)  # nothing is lost again
    assert any(0 < kept < RECORDS for kept in seen)
    store = Store(Workspace.at(home))
    run = score(store, [registry(store.workspace).find("slow")])
    store.close()
    assert run.marks == RECORDS - seen[-1]
    assert counted(home) == RECORDS


def counted(home: Path) -> int:
    """Count the marks; each is whole, of a record that is there, and its only one."""
    store = Store(Workspace.at(home))
    (found,) = store.rows(
        """SELECT count(*) AS n, count(DISTINCT record_id) AS records,
            count(*) FILTER (value = length(r.response) AND label = 'seen' AND len(evidence) = 1) AS whole
        FROM marks m JOIN records r ON r.id = m.record_id"""
    )
    (marks,) = store.rows("SELECT count(*) AS n FROM marks")
    assert found["n"] == found["records"] == found["whole"] == marks["n"]
    assert not list(store.workspace.staging.iterdir())
    store.close()
    return int(marks["n"])


def children(pid: int) -> list[int]:
    """List the processes that a process started, in any of its threads."""
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


def running(pid: int) -> bool:
    try:
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
