"""Files of labels as other tools export them, odd ones too: nothing is lost without a word."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from analysis.review import agreeing, exchange, table
from analysis.review.queue import find

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.state.database import State
    from analysis.store import Store

WANTED = {("1", "ana", "good"), ("1", "bo", "bad"), ("2", "ana", "good")}

LABEL_STUDIO: list[dict[str, Any]] = [
    {"id": 71, "data": {"item": "1", "text": "Is it blue?"}, "annotations": [
        {"id": 1, "completed_by": {"id": 4, "email": "ana"}, "was_cancelled": False, "result": [
            {"type": "choices", "from_name": "quality", "to_name": "text", "value": {"choices": ["good"]}}]},
        {"id": 2, "completed_by": "bo", "result": [
            {"type": "choices", "from_name": "quality", "to_name": "text", "value": {"choices": ["bad"]}},
            {"type": "rating", "from_name": "sure", "to_name": "text", "value": {"rating": 4}}]}]},
    {"id": 72, "data": {"item": "2", "text": "No?"}, "annotations": [
        {"id": 3, "completed_by": "ana", "result": [
            {"type": "choices", "from_name": "quality", "to_name": "text", "value": {"choices": ["good"]}}]},
        {"id": 4, "completed_by": "bo", "was_cancelled": True, "result": []}]},
]  # fmt: skip
ARGILLA: list[dict[str, Any]] = [
    {"id": "1", "fields": {"text": "Is it blue?"}, "responses": {"quality": [
        {"value": "good", "user_id": "ana"}, {"value": "bad", "user_id": "bo"}]}},
    {"id": "2", "fields": {"text": "No?"}, "responses": {"quality": [
        {"value": "good", "user_id": "ana", "status": "submitted"},
        {"value": "bad", "user_id": "bo", "status": "draft"}]}},
]  # fmt: skip
OLD_ARGILLA: list[dict[str, Any]] = [
    {"id": "1", "fields": {"text": "?"}, "responses": [
        {"user_id": "ana", "status": "submitted", "values": {"quality": {"value": "good"}}},
        {"user_id": "bo", "status": "submitted", "values": {"quality": {"value": "bad"}}}]},
    {"id": "2", "fields": {"text": "?"}, "responses": [
        {"user_id": "ana", "values": {"quality": {"value": "good"}}},
        {"user_id": "bo", "status": "discarded", "values": None}]},
]  # fmt: skip
PRODIGY: list[dict[str, Any]] = [
    {"text": "Is it blue?", "_input_hash": item, "_annotator_id": who, "answer": "accept", "accept": [label]}
    for item, who, label in ((1, "ana", "good"), (1, "bo", "bad"), (2, "ana", "good"))
]
DOCCANO: list[dict[str, Any]] = [
    {"id": item, "text": "?", "user": who, "label": [label]}
    for item, who, label in ((1, "ana", "good"), (1, "bo", "bad"), (2, "ana", "good"))
]


@pytest.mark.parametrize(
    ("rows", "options"),
    [
        (LABEL_STUDIO, {"label": "quality"}), (ARGILLA, {"item": "task_id", "label": "quality"}),
        (OLD_ARGILLA, {"label": "quality"}), (PRODIGY, {"item": "_input_hash", "label": "accept"}), (DOCCANO, {}),
    ],
    ids=["label studio", "argilla", "old argilla", "prodigy", "doccano"],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_exports_of_annotation_tools(tmp_path: Path, rows: list[Any], options: dict[str, str], ending: str):
    path = tmp_path / f"export.{ending}"
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_text(json.dumps(rows) if ending == "json" else lines)
    assert set(table.read(path, **options).labels) == WANTED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("gap", [",", ";", "\t"])
def test_any_encoding_and_separator(tmp_path: Path, encoding: str, gap: str):
    path = tmp_path / "labels.csv"
    path.write_bytes(f"item{gap}rater{gap}label\r\n1{gap}Zoë{gap}schön\r\n".encode(encoding))
    assert table.read(path).labels == (("1", "Zoë", "schön"),)


def test_columns_of_raters_are_named_where_others_hold_texts(tmp_path: Path):
    path = tmp_path / "wide.csv"
    path.write_text(f"id,text,ana,bo\n1,{'word ' * 40},good,bad\n2,short,good,\n")
    with pytest.raises(ValueError, match=r"'text' of wide.csv holds texts and no labels"):
        table.read(path)
    assert set(table.read(path, rater=["ana", "bo"]).labels) == WANTED


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("item,ana,ana\n1,good,bad\n", "two columns 'ana'"),
        ("item,rater,label\n1,ana,good, really\n", "line 2: it has more cells"),
        ("item,rater,quality,tone\n1,ana,good,low\n", "Columns: item, rater, quality, tone"),
    ],
)
def test_what_would_be_lost_is_refused(tmp_path: Path, text: str, words: str):
    path = tmp_path / "labels.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=words):
        table.read(path)


def test_labels_given_twice_or_by_nobody_are_counted(tmp_path: Path, store: Store, state: State):
    path = tmp_path / "labels.csv"
    path.write_text("item,rater,label\n1,ana,good\n1,ana,bad\n,ana,bad\n2,,good\n2,bo,\n")
    report = exchange.bring_in(store, state, table.read(path), "theirs", who="boss")
    assert (report.labels, report.again, report.nameless) == (1, 1, 2)


def agreed(store: Store, state: State, path: Path, level: str | None, **how: Any) -> tuple[str, float | None]:
    name = f"{path.stem} {level} {len(how)}"
    exchange.bring_in(store, state, table.read(path), name, who="boss", **how)
    (one,) = agreeing.agreements(state, find(state, name), level=level)  # type: ignore[arg-type]
    return one.level, one.overall.alpha.value


def test_numbers_with_a_point_are_values_and_words_have_an_order_only_where_it_is_said(
    tmp_path: Path, store: Store, state: State
):
    # as texts 10.5 would come before 2.5
    values, ranks, words = tmp_path / "values.csv", tmp_path / "ranks.csv", tmp_path / "words.csv"
    rows = [(1, 1), (2, 2), (3, 3), (1, 2), (3, 2), (2, 2), (1, 1), (3, 3)]
    for path, names in ((values, (1.5, 2.5, 10.5)), (ranks, (1, 2, 3)), (words, ("low", "mid", "high"))):
        lines = [f"{item},{names[a - 1]},{names[b - 1]}" for item, (a, b) in enumerate(rows)]
        path.write_text("item,ana,bo\n" + "\n".join(lines))
    assert agreed(store, state, values, None)[0] == "interval"
    ordinal = agreed(store, state, ranks, "ordinal")
    assert agreed(store, state, values, "ordinal") == ordinal
    comma = tmp_path / "comma.csv"
    comma.write_text(values.read_text().replace(",", ";").replace(".", ","))
    assert agreed(store, state, comma, None) == agreed(store, state, values, "interval")
    assert agreed(store, state, words, "ordinal") == ("nominal", agreed(store, state, ranks, "nominal")[1])
    assert agreed(store, state, words, None, order=["low", "mid", "high"]) == ordinal
    with pytest.raises(ValueError, match="'high' is not in the order given"):
        exchange.bring_in(store, state, table.read(words), "other", order=["low", "mid"], who="boss")
