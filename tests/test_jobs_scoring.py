"""Scorers follow an import in the process that serves, unless that is turned off; elsewhere they wait to be asked."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from analysis.ingest.report import Options
from analysis.state import settings
from app import runtime
from app.jobs import FOLLOWS
from app.work import import_arguments
from tests import records

if TYPE_CHECKING:
    from pathlib import Path

SCORER = """
from analysis.scoring.scorer import Mark, Scorer, each
SCORERS = [Scorer(name=name, version=1, title=name, measures="It.", limits="None.", reads=("response",),
                  score=each(lambda text: Mark(1)), topic="quality", figure=name, heavy=name == "slow")
           for name in ("quick", "slow")]
"""


@pytest.mark.parametrize(
    ("serves", "wanted", "expected"), [(True, None, ["quick"]), (True, False, []), (False, None, [])]
)
def test_what_follows_an_import(
    serves: bool, wanted: bool | None, expected: list[str], home: Path, tmp_path: Path
) -> None:
    here = runtime.current()
    here.workspace.scorers.mkdir()
    (here.workspace.scorers / "own.py").write_text(SCORER)
    settings.put(here.state, FOLLOWS, wanted, who="ana")
    here.jobs.serves = serves
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps({"prompt": "Hello?", "response": "Hello.", "timestamp": "2026-05-01T10:00:00"}) + "\n")
    here.jobs.submit("import", import_arguments([log], Options()), who="ana")
    _wait()
    here.jobs.submit("reprice", {}, who="ana")  # when this is over, what follows the import is queued
    _wait()
    own = {"quick", "slow"}
    scored = {row["name"] for row in here.store.rows("SELECT DISTINCT name FROM current_marks")} & own
    assert sorted(scored) == expected
    assert [job.who for job in here.jobs.recent(kind="score")] == ["ana"] * len(expected)


def test_a_long_run_lets_an_import_go_first(home: Path, tmp_path: Path) -> None:
    here = runtime.current()
    records.add(here.store, *({"response": f"Answer {number}"} for number in range(60)))
    here.workspace.scorers.mkdir()
    slow = SCORER.replace("Mark(1)", "(__import__('time').sleep(0.05), Mark(1))[1]")
    (here.workspace.scorers / "own.py").write_text(slow)
    scoring = here.jobs.submit("score", {"scorers": ["quick"], "sample": None}, who="ana")
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps({"prompt": "Hello?", "response": "Hello.", "timestamp": "2026-05-01T10:00:00"}) + "\n")
    imported = here.jobs.submit("import", import_arguments([log], Options()), who="ana")
    _wait()
    first, second = here.jobs.get(imported.id), here.jobs.get(scoring.id)
    assert (first.state, second.state) == ("done", "done")
    assert first.finished is not None
    assert second.finished is not None
    assert first.finished < second.finished
    assert here.store.rows("SELECT count(*) AS n FROM current_marks WHERE name = 'quick'") == [{"n": 61}]


def _wait() -> None:
    deadline = time.monotonic() + 60
    while runtime.current().jobs.active():
        assert time.monotonic() < deadline
        time.sleep(0.02)
