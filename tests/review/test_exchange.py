"""Labels from other tools and to files, and how far their raters agree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest

from analysis.review import agreeing, exchange, labels_file, scores, table
from analysis.review.claims import next_item, submit
from analysis.review.labels import adjudicate, labelled
from analysis.review.plan import Plan
from analysis.review.progress import progress
from analysis.review.queue import find, make, rubric_of
from tests.review.queues import NO, YES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analysis.state.database import State
    from analysis.store import Store


def test_long_and_wide_say_the_same(tmp_path: Path):
    long, wide, lines = tmp_path / "long.csv", tmp_path / "wide.tsv", tmp_path / "long.jsonl"
    long.write_text("item,annotator,label\n1,ana,no\n1,ben,yes\n2,ana,no\n1,ana,yes\n3,ben,\n")
    wide.write_text("item\tana\tben\n1\tyes\tyes\n2\tno\t\n")
    rows = [("1", "ana", True), ("1", "ben", True), ("2", "ana", False)]
    lines.write_text("".join(json.dumps({"id": item, "who": who, "label": one}) + "\n" for item, who, one in rows))
    found = {("1", "ana", "yes"), ("1", "ben", "yes"), ("2", "ana", "no")}
    assert set(table.read(long).labels) == set(table.read(wide).labels) == set(table.read(lines).labels) == found


@pytest.mark.parametrize(
    ("name", "text", "options", "words"),
    [
        ("a.csv", "item,rater,label\n", {"label": "colour"}, "no column 'colour'"),
        ("a.csv", "item,rater,what,when\n1,ana,x,May\n", {}, "--label"),
        ("a.csv", "item,x,y\n1,ana,no\n1,ben,no\n", {}, "same item, so that a row is a label.*--rater COL"),
        ("a.xlsx", "", {}, ".csv"),
        ("a.jsonl", "{\n", {}, "line 1"),
        ("a.csv", "", {}, "empty"),
    ],
)
def test_a_file_that_can_not_be_read(tmp_path: Path, name: str, text: str, options: dict[str, str], words: str):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ValueError, match=words):
        table.read(path, **options)


def test_records_are_meant_by_the_ids_of_their_tools_too(
    store: Store, state: State, tmp_path: Path, add_records: Callable
):
    ours, theirs, *_ = add_records(
        {"source_id": "run-1"}, {"source_id": "run-2"}, {"source_id": "twice"}, {"source_id": "twice"}
    )
    path = tmp_path / "labels.csv"
    path.write_text(
        f"item,rater,label,right\n{ours.upper()},ana,1,\nrun-1,ana,2,\nrun-2,ben,3,3\ntwice,ben,1,\nrun-9,ben,1,\n"
    )
    report = exchange.bring_in(store, state, table.read(path, gold="right"), "theirs", who="boss")
    assert (report.labels, report.items, report.again, report.gold) == (4, 4, 1, 1)
    assert (report.without_record, report.several) == (["run-9"], ["twice"])
    found = {one.item.record_id: one for one in labelled(state, find(state, "theirs"))}
    assert found.keys() == {ours, theirs, "twice", "run-9"}
    assert [event.answers for event in found[ours].labels] == [{"theirs": 2}]
    assert found[theirs].item.expected == {"theirs": 3}


def test_labels_that_came_in_wrongly_are_taken_back_and_come_in_again(
    store: Store, state: State, tmp_path: Path, add_records: Callable
):
    known, other = add_records({}, {})
    path = tmp_path / "labels.csv"
    path.write_text(f"id,who said it,said\n{known},ana,no\n{other},ben,no\n")
    exchange.bring_in(store, state, table.read(path), "theirs", who="boss")  # both columns for raters
    scores.sync(store, state)
    assert len(store.rows("FROM scores")) == 4
    assert exchange.take_back(store, state, "theirs") == 4
    scores.sync(store, state)
    assert store.rows("FROM scores") == []
    with pytest.raises(ValueError, match="no queue"):
        find(state, "theirs")
    more = exchange.bring_in(store, state, table.read(path, rater="who said it"), "theirs", who="boss")
    assert (more.labels, more.raters, more.refused) == (2, 2, [])


def test_what_people_did_here_is_not_taken_back(store: Store, state: State, tmp_path: Path, add_records: Callable):
    (known,) = add_records({})
    make(store, state, "ours", Plan(size=1), rubric="bias", who="boss")
    with pytest.raises(ValueError, match="ours was drawn here"):
        exchange.take_back(store, state, "ours")
    path = tmp_path / "labels.csv"
    path.write_text(f"item,rater,label\n{known},ana,1\n{known},ben,2\n")
    exchange.bring_in(store, state, table.read(path), "theirs", who="boss")
    adjudicate(state, labelled(state, find(state, "theirs"))[0].item.id, "boss", {"theirs": 1})
    with pytest.raises(ValueError, match="People have worked in theirs"):
        exchange.take_back(store, state, "theirs")
    assert len(labelled(state, find(state, "theirs"))[0].labels) == 2


@pytest.mark.parametrize(
    ("columns", "asked"),
    [("item,rater,is factual?", "is_factual"), ("item,rater,label", "of_ben"), ("item,ana,ben", "of_ben")],
)
def test_labels_of_two_files_are_two_scores(
    store: Store, state: State, tmp_path: Path, add_records: Callable, columns: str, asked: str
):
    (known,) = add_records({})
    path = tmp_path / "labels.csv"
    path.write_text(f"{columns}\n{known},1,2\n")
    report = exchange.bring_in(store, state, table.read(path), "Of Ben", who="boss")
    assert report.question == asked
    scores.sync(store, state)
    assert {row["name"] for row in store.rows("FROM scores")} == {asked}


def test_labels_find_records_that_come_after_them(store: Store, state: State, tmp_path: Path, add_records: Callable):
    path = tmp_path / "labels.csv"
    path.write_text("item,rater,label\nrun-1,ana,1\nrun-1,ben,2\nrun-2,ana,2\n")
    rows = table.read(path)
    assert exchange.bring_in(store, state, rows, "theirs", who="boss").without_record == ["run-1", "run-2"]
    (known,) = add_records({"source_id": "run-1"})
    again = exchange.bring_in(store, state, rows, "theirs", who="boss")
    assert (again.labels, again.same, again.without_record) == (0, 3, ["run-2"])
    assert [one.item.record_id for one in labelled(state, find(state, "theirs"))] == [known, "run-2"]
    scores.sync(store, state)
    assert store.rows("SELECT count(record_id) AS n FROM scores") == [{"n": 2}]


def test_labels_come_in_once_and_those_without_a_record_are_named(
    store: Store, state: State, tmp_path: Path, add_records: Callable
):
    (known,) = add_records({"app": "shop"})
    path = tmp_path / "labels.csv"
    path.write_text(f"item,rater,label,right\n{known},ana,2,\n{known},ben,3,\nother,ana,5,5\n")
    rows = table.read(path, gold="right")
    report = exchange.bring_in(store, state, rows, "theirs", who="boss")
    assert (report.labels, report.same, report.items, report.raters, report.gold) == (3, 0, 2, 2, 1)
    assert report.without_record == ["other"]
    assert report.refused == []
    queue = find(state, "theirs")
    question = rubric_of(state, queue).questions[0]
    assert (question.kind, question.low, question.high, queue.reviewers) == ("scale", 2, 5, 2)
    again = exchange.bring_in(store, state, rows, "theirs", who="boss")
    assert (again.labels, again.same) == (0, 3)
    path.write_text(f"item,rater,label\n{known},ana,3\n{known},cem,9\n{known},dan,4\n")
    more = exchange.bring_in(store, state, table.read(path), "theirs", who="boss")
    assert (more.labels, len(more.refused)) == (2, 1)
    assert "from 2 to 5" in more.refused[0]
    first = labelled(state, find(state, "theirs"))[0]
    assert {event.who: event.answers for event in first.labels} == {
        "ana": {"theirs": 3}, "ben": {"theirs": 3}, "dan": {"theirs": 4},
    }  # fmt: skip


def test_labels_for_a_queue_that_is_there_fit_its_rubric_and_its_number_of_reviewers(
    store: Store, state: State, tmp_path: Path, add_records: Callable
):
    ids = add_records({"app": "shop"}, {"app": "shop"})
    queue = make(store, state, "ours", Plan(), rubric="bias", who="boss")
    item = next_item(state, queue, "ana")
    assert item is not None
    submit(state, item.id, "ana", NO)
    path = tmp_path / "more.csv"
    path.write_text("item,rater,bias\n" + "".join(f"{one},ben,no\n" for one in ids))
    report = exchange.bring_in(store, state, table.read(path, label="bias"), "ours", who="boss")
    assert (report.question, report.labels) == ("bias", 1)
    assert report.refused == [f"{item.record_id}, ben: it has its 1 labels already."]
    assert progress(state, queue).finished == 2


def test_agreement_is_that_of_the_worked_example(store: Store, state: State, tmp_path: Path):
    # Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, the data with missing values: 4 observers
    rows = ["item,A,B,C,D", "1,1,1,,1", "2,2,2,3,2", "3,3,3,3,3", "4,3,3,3,3", "5,2,2,2,2", "6,1,2,3,4", "7,4,4,4,4",
            "8,1,1,2,1", "9,2,2,2,2", "10,,5,5,5", "11,,,1,1", "12,,,3,"]  # fmt: skip
    path = tmp_path / "wide.csv"
    path.write_text("\n".join(rows))
    exchange.bring_in(store, state, table.read(path), "worked", who="boss")
    queue = find(state, "worked")
    for level, alpha in (("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)):
        (one,) = agreeing.agreements(state, queue, level=level)  # type: ignore[arg-type]
        assert one.overall.alpha.value == pytest.approx(alpha, abs=5e-4)
        assert (one.overall.items, one.overall.raters) == (12, 4)
        assert set(one.reviewers) == {"A", "B", "C", "D"}


def test_agreement_is_before_any_decision_and_without_gold(state: State, store: Store, tmp_path: Path):
    path = tmp_path / "labels.csv"
    path.write_text("item,ana,ben,right\n1,yes,yes,\n2,no,no,\n3,yes,no,yes\n")
    exchange.bring_in(store, state, table.read(path, gold="right"), "small", who="boss")
    (one,) = agreeing.agreements(state, find(state, "small"))
    assert (one.overall.percent.value, one.overall.items, one.reviewers) == (1.0, 2, {})


def test_labels_go_out_a_row_an_answer(store: Store, state: State, tmp_path: Path, add_records: Callable):
    add_records({"app": "shop"})
    queue = make(store, state, "ours", Plan(), rubric="bias", who="boss")
    item = next_item(state, queue, "=ana")
    assert item is not None
    submit(state, item.id, "=ana", YES, seconds=3)
    path = tmp_path / "out.parquet"
    assert labels_file.write_out(state, path, among=[queue]) == 4
    rows = pl.read_parquet(path)
    assert rows["answer"].to_list() == ["yes", "stereotype", "2", "gender"]
    assert rows.select("item", "probability", "rater", "decision", "seconds", "rubric_version").row(0) == (
        item.record_id, 1.0, "=ana", False, 3.0, 1,
    )  # fmt: skip
    labels_file.write_out(state, tmp_path / "out.csv", among=[queue])
    assert ",'=ana," in (tmp_path / "out.csv").read_text()
