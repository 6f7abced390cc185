"""A log of no known format: its fields are guessed by name and values, or named, and read as they are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.ingest.conftest import lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analysis.store import Store


def test_parts_of_a_total_are_counted_apart(file: Callable[..., Path], take: Callable[..., Any], store: Store) -> None:
    rows = [
        {"q": "within", "in": 100, "hit": 40, "out": 30, "thought": 10},
        {"q": "beside", "in": 100, "hit": 140, "out": 30, "thought": 50},
        {"q": "total alone", "in": 100, "out": 30},
        {"q": "no number", "in": "many", "hit": 40, "out": "few", "thought": 10},
    ]
    mapping = {
        "prompt": "q", "input_tokens": "in", "cache_read_tokens": "hit", "output_tokens": "out",
        "reasoning_tokens": "thought",
    }  # fmt: skip
    (report,) = take(file("chat.jsonl", lines(*rows)), mapping=mapping)
    assert (report.failure, report.kept, report.repaired) == (None, 4, 1)
    columns = "input_tokens, cache_read_tokens, output_tokens, reasoning_tokens, repairs"
    kept = {row["prompt"]: list(row.values())[1:] for row in store.rows(f"SELECT prompt, {columns} FROM records")}
    assert kept == {
        "within": [60, 40, 20, 10, None],
        "beside": [100, 140, 30, 50, None],
        "total alone": [100, None, 30, None, None],
        "no number": [None, 40, None, 10, "number"],
    }
