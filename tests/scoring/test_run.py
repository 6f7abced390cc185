"""Runs of scorers: only what is missing, each text once, nothing lost by a stop, versions never mixed."""

from __future__ import annotations

import os
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from analysis.cancelled import CancelledError
from analysis.ingest.run import undo
from analysis.scoring import run as runs
from analysis.scoring.plan import coverage
from analysis.scoring.registry import UnknownScorerError, registry
from analysis.scoring.run import score
from analysis.worker_process import WorkerError
from tests.ingest.conftest import lines, run_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analysis.scoring.scorer import Scorer
    from analysis.store import Store

SCORER = """
from pathlib import Path
from analysis.scoring.scorer import Mark, Scorer, Span, each

def shouting(response):
    with open({log!r}, "a") as file:
        file.write(response + "\\n")
    print("a scorer may print")
    {body}
    capitals = [place for place, letter in enumerate(response) if letter.isupper()]
    share = len(capitals) / max(len(response), 1)
    return Mark(share, "loud" if share > 0.5 else None, tuple(Span("response", p, p + 1, "capital") for p in capitals))

SCORERS = [Scorer(
    name="shouting", version={version}, title="Shouting", measures="The share of capitals.", limits="None.",
    reads=("response",), score=each(shouting), topic="quality", figure="Shouting", better="lower", flags_from=0.5,
)]
"""


@pytest.fixture
def written(store: Store, tmp_path: Path) -> Callable[..., list[Scorer]]:
    """Write the workspace's scorer, and load it."""

    def write(version: int = 1, body: str = "") -> list[Scorer]:
        folder = store.workspace.scorers
        folder.mkdir(exist_ok=True)
        code = SCORER.format(log=str(tmp_path / "scored"), version=version, body=body)
        (folder / "shouting.py").write_text(textwrap.dedent(code))
        return [registry(store.workspace).find("shouting")]

    return write


def scored(tmp_path: Path) -> list[str]:
    """The texts scored so far, once for each time."""
    return sorted((tmp_path / "scored").read_text().splitlines())


def marks(store: Store) -> dict[str, Any]:
    rows = store.rows(
        "SELECT r.response, m.value, m.label, len(m.evidence) AS spans FROM current_marks m JOIN records r "
        "ON r.id = m.record_id"
    )
    return {row["response"]: (row["value"], row["label"], row["spans"]) for row in rows}


def test_marks_have_value_label_and_evidence(
    store: Store, add_records: Callable[..., Any], written: Callable[..., list[Scorer]]
) -> None:
    add_records({"response": "STOp"}, {"response": "quiet"}, {"response": None}, {"prompt": "no answer"})
    run = score(store, written())
    assert (run.records, run.total, run.marks, run.failed) == (2, 2, 2, {})
    assert marks(store) == {"STOp": (0.75, "loud", 3), "quiet": (0.0, None, None)}
    assert coverage(store, written())["shouting"].__dict__ == {"eligible": 2, "marked": 2}


def test_only_what_is_new_is_scored_and_identical_texts_once(
    store: Store, add_records: Callable[..., Any], written: Callable[..., list[Scorer]], tmp_path: Path
) -> None:
    add_records({"response": "Sorry"}, {"response": "Sorry"}, {"response": "Yes"})
    assert score(store, written(), workers=1).marks == 3
    assert scored(tmp_path) == ["Sorry", "Yes"]
    assert score(store, written()).records == 0
    add_records({"response": "Later"})
    assert score(store, written()).records == 1
    assert scored(tmp_path) == ["Later", "Sorry", "Yes"]


def test_a_new_version_scores_all_anew_and_never_mixes(
    store: Store, add_records: Callable[..., Any], written: Callable[..., list[Scorer]]
) -> None:
    add_records({"response": "STOP"}, {"response": "Go"})
    score(store, written())
    newer = written(version=2, body='return Mark(0.25, "new")')
    assert coverage(store, newer)["shouting"].marked == 0
    run = score(store, newer, sample=1)
    assert run.records == 1
    assert list(marks(store).values()) == [(0.25, "new", None)]
    assert score(store, newer).records == 1
    assert set(marks(store).values()) == {(0.25, "new", None)}
    assert store.rows("SELECT DISTINCT version FROM marks") == [{"version": 2}]


def test_a_larger_sample_holds_a_smaller_one(
    store: Store, add_records: Callable[..., Any], written: Callable[..., list[Scorer]], tmp_path: Path
) -> None:
    add_records(*({"response": f"Answer {number}"} for number in range(50)))
    assert score(store, written(), sample=10).records == 10
    first = set(scored(tmp_path))
    assert score(store, written(), sample=10).records == 0
    assert score(store, written(), sample=20).records == 10
    assert first < set(scored(tmp_path))


def test_a_scorer_that_raises_is_named_and_stops_no_other(
    store: Store, add_records: Callable[..., Any], written: Callable[..., list[Scorer]]
) -> None:
    add_records({"response": "Yes"})
    (bad,) = written(body='raise LookupError("no such word")')
    other = store.workspace.scorers / "other.py"
    other.write_text(
        "from analysis.scoring.scorer import Mark, Scorer, each\n"
        "SCORERS = [Scorer(name='one', version=1, title='One', measures='', limits='', reads=('response', 'prompt'), "
        "score=each(lambda response, prompt: Mark(1)), topic='quality', figure='One')]\n"
    )
    run = score(store, [bad, registry(store.workspace).find("one")])
    assert run.failed == {"shouting": "LookupError: no such word"}
    assert store.rows("SELECT name, value FROM marks") == [{"name": "one", "value": 1.0}]


def test_cancelling_keeps_what_is_done_and_the_next_run_goes_on(
    store: Store, add_records: Callable[..., Any], written: Callable[..., list[Scorer]], monkeypatch: Any
) -> None:
    monkeypatch.setattr(runs, "BATCH", 5)
    add_records(*({"response": f"Answer {number}"} for number in range(30)))
    done: list[int] = []
    with pytest.raises(CancelledError, match=r"the marks of \d+ records were kept"):
        score(
            store, written(), workers=1, on_progress=lambda run: done.append(run.records),
            cancelled=lambda: len(done) > 2,
        )  # fmt: skip
    kept = len(marks(store))
    assert 0 < kept < 30
    assert kept % 5 == 0
    assert score(store, written()).records == 30 - kept
    assert len(marks(store)) == 30


def test_a_process_that_dies_is_told_and_loses_only_its_batch(
    store: Store, add_records: Callable[..., Any], written: Callable[..., list[Scorer]], monkeypatch: Any
) -> None:
    monkeypatch.setattr(runs, "BATCH", 5)
    add_records(*({"response": f"Answer {number}"} for number in range(20)))
    dying = written(body='import os; os._exit(7) if response == "Answer 3" else None')
    with pytest.raises(WorkerError, match="broke off"):
        score(store, dying, workers=1)
    kept = len(marks(store))
    assert kept < 20
    assert kept % 5 == 0
    assert score(store, written()).records == 20 - kept
    assert not list(store.workspace.staging.iterdir())


def test_marks_go_with_their_record_and_with_what_they_were_read_from(
    store: Store,
    written: Callable[..., list[Scorer]],
    file: Callable[..., Path],
    take: Callable[..., Any],
) -> None:
    (report,) = take(file("runs", lines(run_of(1), run_of(2))))
    score(store, written())
    assert len(marks(store)) == 2
    undo(store, report.id)
    assert store.rows("FROM marks") == []


def test_documents_that_come_later_put_marks_out_of_date(
    store: Store,
    written: Callable[..., list[Scorer]],
    file: Callable[..., Path],
    take: Callable[..., Any],
) -> None:
    call = {
        "id": "o-1", "trace_id": "t-1", "type": "GENERATION", "start_time": "2026-11-03 09:14:22", "level": "DEFAULT",
        "input": "Hello?", "output": "HELLO.", "provided_model_name": "gpt-4o-mini", "usage_details": {"input": 5},
    }  # fmt: skip
    found = {
        "id": "o-2", "trace_id": "t-1", "type": "RETRIEVER", "start_time": "2026-11-03 09:14:21", "level": "DEFAULT",
        "input": "Hello?", "output": '[{"id": "d", "text": "A document."}]',
    }  # fmt: skip
    take(file("calls", lines(call)))
    score(store, written())
    assert len(marks(store)) == 1
    (report,) = take(file("documents", lines(found)))
    assert store.rows("SELECT len(documents) AS n FROM records") == [{"n": 1}]
    assert marks(store) == {}
    score(store, written())
    undo(store, report.id)
    assert marks(store) == {}


def test_what_cannot_be_loaded_is_named(store: Store) -> None:
    folder = store.workspace.scorers
    folder.mkdir()
    (folder / "a.py").write_text("SCORERS = [1]")
    (folder / "b.py").write_text("raise ValueError('no model here')")
    (folder / "c.py").write_text("x = 1")
    found = registry(store.workspace)
    assert [(os.path.basename(where), why) for where, why in found.broken] == [  # noqa: PTH119
        ("a.py", "TypeError: It offers no analysis.scoring.scorer.Scorer, nor a list of them."),
        ("b.py", "ValueError: no model here"),
        ("c.py", "ValueError: It names no SCORERS, a list of analysis.scoring.scorer.Scorer."),
    ]
    with pytest.raises(UnknownScorerError, match="There is no scorer 'nothing'"):
        found.find("nothing")
