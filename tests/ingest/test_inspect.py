"""A look before an import shows what the import would keep."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from analysis.ingest.inspect import PREVIEW_ROWS, preview
from tests.ingest.conftest import lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROW = {
    "asked": "Where is my parcel?", "said": "On its way.", "began": "2026-11-03T09:14:00", "in": 100, "hit": 40,
    "out": 30, "thought": 10, "first": 250, "hand": "up", "marks": 4, "remark": "Quick!", "better": None,
    "found": ["Parcels take a day.", {"id": "faq-7"}], "knobs": {"temperature": 0.2}, "tier": "pro", "empty": None,
}  # fmt: skip
MAPPING = {
    "prompt": "asked", "response": "said", "time": "began", "input_tokens": "in", "cache_read_tokens": "hit",
    "output_tokens": "out", "reasoning_tokens": "thought", "time_to_first_token": "first|ms", "thumbs": "hand",
    "stars": "marks", "comment": "remark", "correction": "better", "documents": "found", "parameters": "knobs",
}  # fmt: skip


def shown(path: Path, mapping: dict[str, str]) -> list[dict[str, Any]]:
    return preview(path, mapping).to_dicts()


@pytest.mark.parametrize("layout", ["lines", "array"])
def test_a_preview_shows_all_that_a_mapping_yields(layout: str, file: Callable[..., Path]) -> None:
    path = file("chat", lines(ROW, ROW) if layout == "lines" else json.dumps([ROW, ROW]))
    first, _ = shown(path, MAPPING)
    assert json.loads(first.pop("attributes")) == {"tier": "pro"}
    assert str(first.pop("time")) == "2026-11-03 09:14:00"
    assert first == {
        "prompt": "Where is my parcel?", "response": "On its way.", "input_tokens": 60, "cache_read_tokens": 40,
        "output_tokens": 20, "reasoning_tokens": 10, "time_to_first_token": 0.25, "thumbs": 1.0, "stars": 4.0,
        "comment": "Quick!", "documents": ["Parcels take a day.", "faq-7"], "parameters": '{"temperature":0.2}',
    }  # fmt: skip


def test_a_preview_of_a_table_shows_scores_and_attributes(file: Callable[..., Path]) -> None:
    path = file("chat.csv", "asked,said,hand,remark,tier\nWhy?,So.,down,,pro\nHow?,Thus.,,42,\nWho?,He.,,,\n")
    rows = shown(path, {"prompt": "asked", "response": "said", "thumbs": "hand", "comment": "remark"})
    assert [row["thumbs"] for row in rows] == [-1.0, None, None]
    assert [row["comment"] for row in rows] == [None, 42.0, None]
    assert [json.loads(row["attributes"] or "{}") for row in rows] == [{"tier": "pro"}, {}, {}]


def test_a_preview_leaves_out_what_is_empty_in_all_rows_and_names_what_was_mended(file: Callable[..., Path]) -> None:
    rows = shown(file("chat", lines({"asked": "Why?", "in": -1, "hand": "sideways"})), {
        "prompt": "asked", "input_tokens": "in", "thumbs": "hand", "model": "none",
    })  # fmt: skip
    assert rows == [{"prompt": "Why?", "repairs": "number"}]


def test_a_preview_is_of_the_first_rows_only(file: Callable[..., Path]) -> None:
    path = file("chat", lines(*({"asked": f"Why {number}?"} for number in range(50))))
    assert len(shown(path, {"prompt": "asked"})) == PREVIEW_ROWS
