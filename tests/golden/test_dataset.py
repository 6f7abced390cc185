"""A golden dataset is built of what people said, keeps every version, and says how two differ."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from analysis.golden import dataset
from analysis.golden.build import Recipe, offered, usual
from analysis.metrics.filter import Filter
from analysis.review import claims, queue, scores
from analysis.review.plan import Plan
from analysis.state import golden
from tests.golden.items import item

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.golden.item import Item
    from analysis.state.database import State

ALL, PLAIN = Filter(), Recipe()


@pytest.fixture
def build(store, state: State) -> Callable[..., dict[str, Item]]:
    """Build a dataset and give its items by their prompts."""

    def made(recipe: Recipe = PLAIN, filter: Filter = ALL, **how: Any) -> dict[str, Item]:
        version = dataset.make(store, state, "shop", filter, recipe, who="ana", **how)
        return {one.prompt: one for one in dataset.items(state, version)}

    return made


@pytest.fixture
def asked(add_records) -> Callable[..., str]:
    """Put a record with its scores into the store."""

    def add(prompt: str, *scores: dict[str, Any], **more: Any) -> str:
        (id,) = add_records({"prompt": prompt, "response": f"answer to {prompt}", **more})
        add_records(scores=[{"record_id": id, "origin": "human", **score} for score in scores])
        return id

    return add


def day(number: int) -> datetime:
    return datetime(2026, 5, number)


def test_labels_corrections_and_feedback_give_items_with_their_provenance(build, asked):
    id = asked("a", {"name": "correction", "label": "A better answer", "time": day(2)}, session_id="s", user_id="u")
    asked("b", {"name": "correct", "value": 1})
    asked("c", {"name": "correct", "value": 0})
    asked("d", {"name": "thumbs", "value": 1, "origin": "user"})
    asked("e", {"name": "tone", "value": 1})
    found = build()
    assert found.keys() == {"a", "b"}
    one = found["a"]
    assert (one.expected, one.answer, one.corrected) == ("A better answer", "answer to a", True)
    assert (one.source.kind, one.source.record, one.source.origin) == ("correction", id, "human")
    assert one.source.time == "2026-05-02T00:00:00Z"
    assert (one.conversation, one.user) == ("s", "u")
    assert (found["b"].expected, found["b"].source.name) == ("answer to b", "correct")
    assert build(Recipe(feedback=True)).keys() == {"a", "b", "d"}
    assert build(Recipe(good=("tone=1",), corrections=False)).keys() == {"e"}


def test_most_of_several_labels_decide_and_none_may_speak_against(build, asked):
    asked("two of three", *({"name": "correct", "value": value} for value in (1, 1, 0)))
    asked("one of two", *({"name": "correct", "value": value} for value in (1, 0)))
    asked("correct, not helpful", {"name": "correct", "value": 1}, {"name": "helpful", "value": 2})
    asked("liked, not correct", {"name": "thumbs", "value": 1, "origin": "user"}, {"name": "correct", "value": 0})
    asked("by a word", {"name": "quality", "label": "good"})
    assert build(Recipe(feedback=True)).keys() == {"two of three"}
    assert build(Recipe(good=("quality=good",))).keys() == {"by a word"}


def test_of_the_same_question_the_newest_correction_wins(build, asked):
    asked("Where is it?", {"name": "correction", "label": "older", "time": day(1)})
    asked("where  is IT?", {"name": "correction", "label": "newer", "time": day(3)})
    asked("Where is it?", {"name": "correct", "value": 1, "time": day(9)})
    (one,) = build().values()
    assert one.expected == "newer"


def test_nearly_the_same_questions_are_kept_unless_asked_otherwise(build, asked):
    question = "my parcel number {} has not arrived and the courier says it was left with a neighbour"
    for number in (1, 2):
        asked(question.format(number), {"name": "correct", "value": 1, "time": day(number)})
    asked("something else", {"name": "correct", "value": 1})
    assert len(build()) == 3
    assert build(Recipe(near=True)).keys() == {question.format(2), "something else"}


def test_a_filter_and_errors_keep_records_out(build, asked):
    asked("in", {"name": "correct", "value": 1}, feature="chat")
    asked("out", {"name": "correct", "value": 1}, feature="mail")
    asked("failed", {"name": "correct", "value": 1}, feature="chat", status="error")
    assert build(filter=Filter.parse(["feature=chat"])).keys() == {"in"}


def test_history_system_prompt_and_documents_are_part_of_an_item(build, asked):
    talk = (
        '[{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes?"},'
    )
    talk += '{"role":"user","content":"And?"}]'
    asked("And?", {"name": "correct", "value": 1}, system_prompt="Be kind.", messages=talk)
    (one,) = build().values()
    assert [message["content"] for message in one.messages] == ["Hi", "Yes?", "And?"]
    assert one.system == "Be kind."
    assert one.id != item("And?").id


def test_versions_are_frozen_and_what_differs_is_told(build, state, store, asked):
    first = asked("a", {"name": "correct", "value": 1})
    asked("b", {"name": "correct", "value": 1})
    build()
    build()
    assert [version.number for version in golden.versions(state, "shop")] == [1]  # nothing new
    asked("c", {"name": "correct", "value": 1})
    with store.write() as cursor:
        cursor.execute("UPDATE scores SET value = 0 WHERE record_id = ?", [first])
    asked("b", {"name": "correction", "label": "better", "time": day(1)})
    build()
    new, old = golden.versions(state, "shop")
    told = dataset.diff(dataset.items(state, old), dataset.items(state, new))
    assert [one.prompt for one in told.added] == ["c"]
    assert [one.prompt for one in told.removed] == ["a"]
    assert [(before.expected, now.expected) for before, now in told.changed] == [("answer to b", "better")]
    assert (new.number, new.who, new.recipe["kinds"]) == (2, "ana", {"label": 1, "correction": 1})
    assert len(golden.bodies(state, old)) == 2


def test_what_was_imported_stays_and_gives_way_to_a_correction(build, state, asked):
    dataset.add(state, "shop", [item("x", "by hand", source={"kind": "import"})], file="x.csv", who="ana")
    asked("a", {"name": "correct", "value": 1})
    assert {one.expected for one in build().values()} == {"by hand", "answer to a"}
    asked("x", {"name": "correct", "value": 1})
    assert build()["x"].expected == "by hand"
    asked("x", {"name": "correction", "label": "corrected", "time": day(1)})
    assert build()["x"].expected == "corrected"


def test_a_build_can_keep_everything_that_was_there(build, asked):
    asked("a", {"name": "correct", "value": 1}, feature="chat")
    asked("b", {"name": "correct", "value": 1}, feature="mail")
    build(filter=Filter.parse(["feature=chat"]))
    assert build(filter=Filter.parse(["feature=mail"]), keep=True).keys() == {"a", "b"}
    assert build(filter=Filter.parse(["feature=mail"])).keys() == {"b"}


def test_nothing_to_build_from_says_what_to_do(build, asked):
    asked("a")
    with pytest.raises(ValueError, match="Say which labels do"):
        build()
    with pytest.raises(ValueError, match="does not say what is good"):
        build(Recipe(good=("correct!=1",)))


def test_what_is_not_there_is_named(state):
    dataset.add(state, "shop", [item("x")], file="x.csv", who="ana")
    with pytest.raises(golden.UnknownDatasetError, match="There is shop"):
        golden.version(state, "shpo")
    with pytest.raises(golden.UnknownDatasetError, match="its newest is 1"):
        golden.version(state, "shop", 7)
    with pytest.raises(ValueError, match="needs a name"):
        dataset.add(state, " ", [item("x")], file="x.csv", who="ana")


def test_on_a_scale_from_1_to_5_a_1_is_not_good(build, store, state, add_records):
    add_records(*({"prompt": f"p{n}", "response": f"r{n}"} for n in range(3)))
    made = queue.make(store, state, "Quality", Plan(size=3), rubric="quality", who="boss")
    prompts = {row["id"]: row["prompt"] for row in store.rows("SELECT id::VARCHAR AS id, prompt FROM records")}
    points = {"p0": (1, 5), "p1": (5, 4), "p2": (4, 2)}  # wrong but kind; right; right but of no help
    while (one := claims.next_item(state, made, "ana")) is not None:
        correct, helpful = points[prompts[one.record_id]]
        claims.submit(state, one.id, "ana", {"correct": correct, "helpful": helpful})
    scores.sync(store, state)
    scales = queue.scales(state)
    assert usual(scales) == ("correct>=4", "helpful>=4")
    assert usual({}) == ("correct=1", "helpful>=4")
    assert list(build(Recipe(usual(scales)))) == ["p1"]
    assert set(offered(store, scales)) == {"correct>=4", "helpful>=4"}


def test_labels_are_offered_as_they_were_given(asked, store):
    asked("a", {"name": "fine", "value": 1}, {"name": "biased", "value": 0}, {"name": "tone", "label": "kind"})
    asked("b", {"name": "fine", "value": 0}, {"name": "biased", "value": 0}, {"name": "points", "value": 7})
    assert set(offered(store, {})) == {"fine=1", "biased=0", "tone=kind", "points>=6"}
