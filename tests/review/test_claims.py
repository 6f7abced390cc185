"""Labelling: who gets what, what they see of it, and what stays."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from analysis.review import claims, events
from analysis.review.claims import ClaimLostError, next_item, save_draft, skip, submit, undo
from analysis.review.labels import adjudicate, labelled
from analysis.review.plan import GOLD, RANDOM, Drawn
from analysis.review.rubrics import AnswersError
from analysis.review.seen import reveal, spoken
from analysis.state.database import now
from tests.review.queues import NO, YES, queue_of, record

if TYPE_CHECKING:
    from analysis.review.claims import Item
    from analysis.review.queue import Queue
    from analysis.state.database import State


def take(state: State, queue: Queue, who: str) -> Item:
    item = next_item(state, queue, who)
    assert item is not None
    return item


def later(monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    monkeypatch.setattr(claims, "now", lambda: now() + timedelta(minutes=minutes))


def test_each_item_goes_to_as_many_different_people_as_the_queue_wants(any_state: State):
    queue = queue_of(any_state, 2, reviewers=2)
    got: dict[str, list[str]] = {"ana": [], "ben": [], "cem": []}
    for who in [*got, *got]:
        item = next_item(any_state, queue, who)
        if item:
            submit(any_state, item.id, who, NO)
            got[who].append(item.record_id)
    assert got == {"ana": [record(0), record(1)], "ben": [record(0)], "cem": [record(1)]}
    assert all(len(one.labels) == 2 for one in labelled(any_state, queue))
    assert next_item(any_state, queue, "dan") is None


def test_what_is_held_is_given_again_with_its_draft(any_state: State):
    queue = queue_of(any_state, reviewers=1)
    item = take(any_state, queue, "ana")
    save_draft(any_state, item.id, "ana", {"bias": "yes"})
    again = take(any_state, queue, "ana")
    assert (again.id, again.draft) == (item.id, {"bias": "yes"})
    assert take(any_state, queue, "ben").id != item.id
    assert claims.left(any_state, queue, "ana") == (0, 2)
    submit(any_state, item.id, "ana", NO)
    assert claims.left(any_state, queue, "ana") == (1, 1)
    assert claims.left(any_state, queue, "cem") == (0, 1)


def test_a_claim_that_ran_out_goes_to_another_and_the_late_label_is_refused(
    any_state: State, monkeypatch: pytest.MonkeyPatch
):
    queue = queue_of(any_state, 1, reviewers=1)
    item = take(any_state, queue, "ana")
    assert next_item(any_state, queue, "ben") is None
    later(monkeypatch, 16)
    assert take(any_state, queue, "ben").id == item.id
    with pytest.raises(ClaimLostError):
        submit(any_state, item.id, "ana", YES)
    submit(any_state, item.id, "ben", NO)
    with pytest.raises(ClaimLostError):
        save_draft(any_state, item.id, "ana", NO)
    (one,) = labelled(any_state, queue)
    assert [event.who for event in one.labels] == ["ben"]
    with any_state.read() as connection:
        assert claims._draft(connection, item.id, "ana") == NO


def test_a_late_label_counts_where_nobody_took_the_slot(any_state: State, monkeypatch: pytest.MonkeyPatch):
    queue = queue_of(any_state, 1, reviewers=1)
    item = take(any_state, queue, "ana")
    later(monkeypatch, 60)
    submit(any_state, item.id, "ana", NO)
    assert next_item(any_state, queue, "ben") is None


def test_a_label_said_twice_is_there_once_and_another_needs_an_undo(any_state: State):
    queue = queue_of(any_state)
    item = take(any_state, queue, "ana")
    assert submit(any_state, item.id, "ana", NO) == submit(any_state, item.id, "ana", NO)
    with pytest.raises(ValueError, match="labelled this item already"):
        submit(any_state, item.id, "ana", YES)
    with pytest.raises(ValueError, match="labelled this item already"):
        skip(any_state, item.id, "ana", "unclear")
    with pytest.raises(AnswersError):
        submit(any_state, take(any_state, queue, "ana").id, "ana", {})


def test_undo_gives_the_label_back_as_a_draft_and_keeps_both(any_state: State):
    queue = queue_of(any_state)
    item = take(any_state, queue, "ana")
    first = submit(any_state, item.id, "ana", YES, seconds=4)
    undone = undo(any_state, queue, "ana")
    assert undone is not None
    assert undone.id == first
    assert take(any_state, queue, "ana") == claims.Item(item.id, item.record_id, item.rubric, YES)
    submit(any_state, item.id, "ana", NO)
    (label,) = labelled(any_state, queue)[0].labels
    assert (label.answers, label.before) == (NO, YES)
    assert undo(any_state, queue, "ben") is None


def test_what_is_decided_can_not_be_undone(any_state: State):
    queue = queue_of(any_state)
    item = take(any_state, queue, "ana")
    submit(any_state, item.id, "ana", YES)
    adjudicate(any_state, item.id, "boss", NO)
    with pytest.raises(ValueError, match="decided"):
        undo(any_state, queue, "ana")


def test_a_skipped_item_is_left_to_others_until_that_is_undone(any_state: State):
    queue = queue_of(any_state, 1, reviewers=1)
    item = take(any_state, queue, "ana")
    with pytest.raises(ValueError, match="no reason"):
        skip(any_state, item.id, "ana", "bored")
    skip(any_state, item.id, "ana", "distressing")
    assert next_item(any_state, queue, "ana") is None
    assert take(any_state, queue, "ben").id == item.id
    skip(any_state, item.id, "ben", "unclear", note="of whom?")
    undo(any_state, queue, "ana")
    assert take(any_state, queue, "ana").id == item.id


def test_nothing_that_must_be_hidden_is_given_before_the_label_is_in(any_state: State):
    drawn = [Drawn(record(0), GOLD, "women", 0.25, NO), Drawn(record(1), RANDOM, "men", 0.5)]
    queue = queue_of(any_state, drawn)
    first = take(any_state, queue, "ana")
    submit(any_state, first.id, "ana", YES)
    claims.comment(any_state, first.id, "ana", "a secret remark")
    seen = take(any_state, queue, "ben")
    assert seen.id == first.id
    assert set(asdict(seen)) == {"id", "record_id", "rubric", "draft"}
    assert (seen.record_id, seen.draft, seen.rubric.name) == (record(0), {}, "bias")
    assert reveal(any_state, seen.id, "ben") == []
    skip(any_state, seen.id, "ben", "unclear")
    assert reveal(any_state, seen.id, "ben") == []
    undo(any_state, queue, "ben")
    take(any_state, queue, "ben")
    assert not spoken(any_state, seen.id, "ben")
    submit(any_state, seen.id, "ben", NO)
    undo(any_state, queue, "ben")  # who has not looked may change their mind
    submit(any_state, seen.id, "ben", NO)
    assert spoken(any_state, seen.id, "ben")
    assert [(event.who, event.kind, event.answers, event.note) for event in reveal(any_state, seen.id, "ben")] == [
        ("ana", "submit", YES, None), ("ana", "comment", None, "a secret remark"),
    ]  # fmt: skip
    assert len(reveal(any_state, seen.id, "ben")) == 2  # and no more is written down of it
    with pytest.raises(ValueError, match="looked at what others said"):
        undo(any_state, queue, "ben")
    assert [event.kind for event in events.of_queue(any_state, queue)].count("reveal") == 1
    assert labelled(any_state, queue)[0].labels[-1].answers == NO
