"""The same call is counted once, whatever it comes in and however often; and an import can be taken back whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from analysis.ingest.intake import ImportCancelledError
from analysis.ingest.ledger import account, imports
from analysis.ingest.run import import_paths, undo
from tests.ingest.conftest import Options, lines, run_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analysis.store import Store

GOOD = [run_of(number) for number in range(20)]
TABLES = ("records", "scores", "parts", "fills", "refusals")


def contents(store: Store) -> dict[str, list[Any]]:
    """Everything in the log store but the ledger, in an order of its own."""
    found = {}
    for table in TABLES:
        rows = [json.dumps(row, default=str, sort_keys=True) for row in store.rows(f"FROM {table}")]
        found[table] = sorted(rows)
    return found


def test_the_same_file_twice_adds_nothing(file: Callable[..., Path], take: Callable[..., Any], store: Store) -> None:
    path = file("logs.jsonl", lines(*GOOD))
    (first,) = take(path)
    (second,) = take(path)
    assert (first.kept, second.kept, second.duplicate, second.id) == (20, 0, 20, None)
    assert "import 1" in second.notes[0]
    assert [report.id for report in imports(store)] == [1]


@pytest.mark.parametrize("feedback", [None, {"user_score": {"avg": 1.0}}], ids=["straight in", "staged"])
def test_overlapping_exports_add_what_is_new(
    feedback: Any, file: Callable[..., Path], take: Callable[..., Any], store: Store
) -> None:
    rows = [run_of(number, feedback_stats=feedback) for number in range(30)]
    take(file("first.jsonl", lines(*rows[:20])))
    (second,) = take(file("second.jsonl", lines(*rows[10:], rows[25])))
    assert (second.read, second.kept, second.duplicate) == (21, 10, 11)
    assert store.rows("SELECT count(*) AS n, count(DISTINCT id) AS ids FROM records") == [{"n": 30, "ids": 30}]
    assert store.rows("SELECT count(*) AS n FROM scores") == [{"n": 30 if feedback else 0}]


def test_rows_without_an_id_are_known_by_their_content(
    file: Callable[..., Path], take: Callable[..., Any], store: Store
) -> None:
    header = "timestamp,prompt,response\n"
    rows = [f"2026-11-03 09:14:{n:02d},Question {n}?,Answer\n" for n in range(10)]
    take(file("first.csv", header + "".join(rows[:6])))
    (second,) = take(file("second.csv", header + "".join(rows[3:])))
    assert (second.kept, second.duplicate) == (4, 3)


def test_textless_twins_are_two_calls(file: Callable[..., Path], take: Callable[..., Any]) -> None:
    header, row = "TIMESTAMP,ContextTokens,GeneratedTokens\n", "2023-11-16 18:15:46,374,44\n"
    (first,) = take(file("first.csv", header + row * 3))
    (second,) = take(file("second.csv", header + row * 4))
    assert (first.kept, second.kept, second.duplicate) == (3, 1, 3)


def test_undo_leaves_what_was_there_before(file: Callable[..., Path], take: Callable[..., Any], store: Store) -> None:
    observation = {
        "id": "o-1", "trace_id": "t-1", "type": "GENERATION", "start_time": "2026-11-03 09:14:22", "level": "DEFAULT",
        "input": "Hello?", "output": "Hello.", "provided_model_name": "gpt-4o-mini", "usage_details": {"input": 5},
        "metadata": {"tenant": "acme"},
    }  # fmt: skip
    trace = {
        "id": "t-1", "timestamp": "2026-11-03 09:14:21", "project_id": "p", "bookmarked": False, "user_id": "u-1",
        "session_id": "s-1", "name": "support", "input": "Hello?", "output": "Hello.", "metadata": {"region": "eu"},
        "tags": ["web"],
    }  # fmt: skip
    score = {"id": "s-1", "timestamp": "2026-11-03 09:15:00", "trace_id": "t-1", "observation_id": None, "name": "tone",
             "value": 0.5, "source": "EVAL", "data_type": "NUMERIC", "string_value": None}  # fmt: skip
    paths = [file(name, json.dumps(row) + "\n") for name, row in
             (("observations", observation), ("traces", trace), ("scores", score))]  # fmt: skip
    states = [contents(store)]
    for path in paths:
        take(path)
        states.append(contents(store))
    (record,) = store.rows("SELECT user_id, session_id, app, CAST(CAST(attributes AS JSON) AS VARCHAR) a FROM records")
    assert (record["user_id"], record["session_id"], record["app"]) == ("u-1", "s-1", "support")
    assert json.loads(record["a"]) == {"tenant": "acme", "region": "eu", "tags": ["web"]}
    assert store.rows("SELECT count(record_id) AS n FROM scores") == [{"n": 1}]
    for state in reversed(states[:-1]):
        undo(store, imports(store)[0].id or 0)
        assert contents(store) == state


def test_a_trace_stands_in_until_its_calls_come(
    file: Callable[..., Path], take: Callable[..., Any], store: Store
) -> None:
    trace = {"id": "t-1", "timestamp": "2026-11-03T09:14:21Z", "observationCount": 2, "userId": "u-1", "name": "app",
             "input": "Hello?", "output": "Hello.", "totalCost": "0.5", "latency": 2}  # fmt: skip
    call = {"id": "o-1", "traceId": "t-1", "type": "GENERATION", "startTime": "2026-11-03T09:14:22Z", "latencyMs": 900,
            "providedModelName": "gpt-4o-mini", "totalCost": 0.5}  # fmt: skip
    (alone,) = take(file("traces.json", json.dumps([trace])))
    assert alone.kept == 1
    (calls,) = take(file("observations.json", json.dumps([call])))
    assert store.rows("SELECT kind, user_id, recorded_cost FROM records") == [
        {"kind": "call", "user_id": "u-1", "recorded_cost": 0.5}
    ]
    undo(store, calls.id)
    assert store.rows("SELECT kind FROM records") == [{"kind": "trace"}]


def test_undo_of_what_is_not_there(store: Store) -> None:
    with pytest.raises(KeyError):
        undo(store, 7)


def test_after_undo_the_file_can_come_again(file: Callable[..., Path], take: Callable[..., Any], store: Store) -> None:
    path = file("logs.jsonl", lines(*GOOD))
    take(path)
    undo(store, 1)
    (again,) = take(path)
    assert (again.id, again.kept) == (2, 20)


def test_a_dry_run_says_all_and_keeps_nothing(
    file: Callable[..., Path], take: Callable[..., Any], store: Store
) -> None:
    (report,) = take(file("logs.jsonl", lines(*GOOD, '{"cut": ')), dry_run=True)
    assert (report.id, report.kept, report.refused) == (None, 20, 1)
    assert contents(store) == {table: [] for table in TABLES}
    assert imports(store) == []


def test_a_cancelled_import_leaves_nothing(file: Callable[..., Path], store: Store) -> None:
    many = [run_of(number, feedback_stats={"x": {"avg": 1}}) for number in range(3000)]
    path = file("logs.jsonl", lines(*many))
    with pytest.raises(ImportCancelledError):
        import_paths(store, [path], Options(), cancelled=lambda: True)
    assert contents(store) == {table: [] for table in TABLES}
    assert not list(store.workspace.staging.iterdir())


def test_the_ledger_keeps_the_account(file: Callable[..., Path], take: Callable[..., Any], store: Store) -> None:
    (report,) = take(file("logs.jsonl", lines(*GOOD, '{"cut": ')), imported_by="Ada")
    kept = account(store, report.id)
    assert (kept.imported_by, kept.file, kept.format) == ("Ada", "logs.jsonl", "langsmith")
    assert kept.as_json()["refusals"] == report.as_json()["refusals"]
    assert (kept.notes, kept.first_time, kept.last_time) == (report.notes, report.first_time, report.last_time)
