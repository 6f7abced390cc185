"""The Queue page: queues are made from a filter, labelled blind, looked through and decided; roles and odd states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import streamlit as st

from analysis.review import claims, labels, queue, scores
from analysis.review.plan import Plan
from analysis.review.progress import progress
from app import identity, reviewing_form, runtime
from tests import records
from tests.pages import HOSTILE, look, words

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.review.queue import Queue

NO: dict[str, Any] = {"bias": "no"}
YES: dict[str, Any] = {"bias": "yes", "bias_kind": "stereotype", "severity": 2, "group": "gender"}


@pytest.fixture
def filled(home: Path) -> None:
    records.add(runtime.current().store, *(
        {"time": f"2026-05-{1 + n % 28:02d} 10:00:00", "model": "secret-model", "prompt": f"Question {n} {HOSTILE}",
         "response": f"Answer {n} {HOSTILE}"}
        for n in range(30)
    ))  # fmt: skip


def made(size: int = 4, *, reviewers: int = 2) -> Queue:
    here = runtime.current()
    return queue.make(here.store, here.state, "Jobs", Plan(size=size), rubric="bias", who="boss", reviewers=reviewers)


def label(one: Queue, who: str, *answers: dict[str, Any]) -> None:
    for given in answers:
        item = claims.next_item(runtime.current().state, one, who)
        assert item is not None
        claims.submit(runtime.current().state, item.id, who, given)


def test_a_queue_is_made_of_what_the_filter_chooses(filled: None) -> None:
    page = look("review", period="all")
    assert "A queue is a sample that people label" in words(page)
    page.text_input(key="queue-name").input(HOSTILE).run()
    page.selectbox(key="queue-method").select("stratified").run()
    page.selectbox(key="queue-by").select("week").run()
    page.number_input(key="queue-size").set_value(10).run()
    page.button(key="queue-make").click().run()
    assert [error.message for error in page.exception] == []
    (one,) = queue.everything(runtime.current().state)
    assert (one.name, one.plan["method"], one.plan["frame"]) == (HOSTILE, "stratified", 30)
    assert "Random within strata by week from 30 records" in words(page)
    assert "0 of 20 labels" in words(page) or "Nobody has labelled anything yet." in words(page)
    page = look("review", period="all")
    page.text_input(key="queue-name").input(HOSTILE).run()
    page.button(key="queue-make").click().run()
    assert "There is a queue" in words(page)


def test_an_item_is_labelled_and_nothing_of_the_record_but_its_texts_is_there(filled: None) -> None:
    one = made()
    page = look("review", queue="Jobs")
    said = words(page) + " ".join(text.value for text in page.text)
    assert "Question" in said
    assert "secret-model" not in said
    item = claims.next_item(runtime.current().state, one, identity.local().name)
    assert item is not None
    page.button(key=f"answer-{item.id}-bias-1").click().run()
    assert "What kind" in words(page)
    page.button(key="review-submit").click().run()
    assert "An answer is needed." in words(page)
    page.button(key=f"answer-{item.id}-bias-2").click().run()
    page.button(key="review-submit").click().run()
    assert [error.message for error in page.exception] == []
    assert "1 item labelled by you, 3 left" in words(page)
    page.button(key="review-undo").click().run()
    assert "Taken back: your label is a draft again." in words(page)
    assert "0 items labelled by you, 4 left" in words(page)
    page.button(key="review-skip").click().run()
    page.button(key="reason-3").click().run()
    assert "Skipped: conflict of interest." in words(page)
    assert "0 items labelled by you, 3 left" in words(page)
    mine = progress(runtime.current().state, one).of(identity.local().name)
    assert mine is not None
    assert (mine.done, mine.skipped) == (0, 1)


def test_how_far_it_is_with_agreement_and_rates(filled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores, "PACE", 0)
    one = made()
    label(one, "ana", NO, NO, YES, YES)
    label(one, "bo", NO, NO, YES, NO)
    page = look("review", queue="Jobs", part="progress")
    said = words(page)
    assert "Simple random from 30 records" in said
    assert "How far they agree" in said
    assert "What it says of all the records" in said
    assert "Weighted back to the records" in said
    page = look("review", queue="Jobs", part="decide")
    assert "1 item to decide, 0 decided" in words(page)
    (open_,) = labels.disagreements(runtime.current().state, one)
    page.selectbox(key=f"decide-{open_.labelled.item.id}-bias").select("no").run()
    page.button(key="decide-save").click().run()
    assert [error.message for error in page.exception] == []
    assert "0 items to decide, 1 decided" in words(page)
    look("quality", period="all")  # a page that reads scores brings them up to what was labelled
    values = runtime.current().store.rows("SELECT value FROM scores WHERE name = 'bias' AND origin = 'human'")
    assert sorted(row["value"] for row in values) == [0.0] * 5 + [1.0] * 2  # the decision is one label


def test_a_reviewer_only_labels(filled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    reviewer = identity.Identity("ana", frozenset({"reviewer"}))
    monkeypatch.setattr(identity, "current", lambda: reviewer)
    page = look("review", queue="Jobs", part="progress")
    assert "0 items labelled by you, 4 left" in words(page)
    assert "Make a queue" not in words(look("review"))


def test_a_record_that_is_gone_and_a_queue_that_is_not_there(filled: None) -> None:
    made(1, reviewers=1)
    with runtime.current().store.write() as writer:
        writer.execute("DELETE FROM records")
    assert "its import was taken back" in words(look("review", queue="Jobs"))
    assert "There is no queue" in words(look("review", queue="Nowhere"))


def test_save_heard_before_the_answer_that_was_pressed_first(filled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    # of two keys pressed while a page runs, Streamlit calls the later one's callback first
    held: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", held)
    one = made(2, reviewers=1)
    item = claims.next_item(runtime.current().state, one, identity.local().name)
    assert item is not None
    form = reviewing_form.Form(one, item, {}, 0.0)
    bias, kind = (item.rubric.question(name) for name in ("bias", "bias_kind"))
    form.submit()
    form.answer(bias, "no")
    assert form.left
    assert progress(runtime.current().state, one).labels == 1
    item = claims.next_item(runtime.current().state, one, identity.local().name)
    assert item is not None
    form = reviewing_form.Form(one, item, {}, 0.0)
    form.submit()
    form.answer(bias, "yes")  # with which more is asked
    assert set(form.problems) == {"bias_kind", "severity", "group"}
    form.drawn()
    form.answer(kind, "other")
    assert not form.left
    assert progress(runtime.current().state, one).labels == 1
