"""Labels in use: progress, disagreements and decisions, gold items, and the scores that come of labels."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from analysis.review import scores
from analysis.review.claims import flag, next_item, skip, submit, undo
from analysis.review.labels import adjudicate, disagreements, labelled
from analysis.review.plan import GOLD, PLAN, Drawn
from analysis.review.progress import counts, progress
from analysis.review.queue import contents
from tests.review.queues import NO, YES, queue_of, record

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from analysis.review.queue import Queue
    from analysis.state.database import State
    from analysis.store import Store


def label(state: State, queue: Queue, who: str, *answers: dict[str, Any], seconds: float = 10) -> None:
    for one in answers:
        item = next_item(state, queue, who)
        assert item is not None
        submit(state, item.id, who, one, seconds=seconds)


def there(store: Store) -> list[tuple[Any, ...]]:
    rows = store.rows(
        "SELECT r.app, s.name, s.value, s.label FROM scores s LEFT JOIN records r ON r.id = s.record_id "
        "WHERE s.origin = 'human' ORDER BY ALL"
    )
    return [tuple(row.values()) for row in rows]


def test_progress_of_a_queue_and_of_each_reviewer(state: State):
    drawn = [Drawn(record(number), PLAN) for number in range(3)] + [Drawn(record(3), GOLD, expected=NO)]
    queue = queue_of(state, drawn, reviewers=2)
    label(state, queue, "ana", NO, YES, NO, YES, seconds=20)
    label(state, queue, "ben", NO, seconds=10)
    item = next_item(state, queue, "ben")
    assert item is not None
    flag(state, item.id, "ben", "odd")
    skip(state, item.id, "ben", "unclear")
    how = progress(state, queue)
    assert (how.items, how.finished, how.labels, how.wanted, how.flagged, how.decided) == (4, 1, 5, 8, 1, 0)
    ana, ben = how.reviewers
    assert (ana.who, ana.done, ana.left, ana.seconds, ana.an_hour, ana.gold) == ("ana", 4, 0, 20, 180, (0, 1))
    assert (ben.done, ben.skipped, ben.flagged, ben.left, ben.an_hour, ben.gold) == (1, 1, 1, 2, 360, (0, 0))
    assert how.of("cem") is None


def test_reviewers_that_differ_and_the_decision_that_holds_beside_their_labels(state: State):
    queue = queue_of(state, 3, reviewers=2)
    label(state, queue, "ana", YES, NO, YES)
    label(state, queue, "ben", NO, NO, YES | {"severity": 4, "remark": "bad"})
    first, second = disagreements(state, queue)
    assert (first.questions, second.questions) == (("bias",), ("severity",))
    adjudicate(state, first.labelled.item.id, "boss", NO, note="a quotation")
    adjudicate(state, first.labelled.item.id, "boss", YES)
    assert [one.labelled.item.place for one in disagreements(state, queue)] == [3]
    assert len(disagreements(state, queue, decided=True)) == 2
    one = labelled(state, queue)[0]
    assert one.answers("bias") == ["yes"]
    assert one.decision is not None
    assert one.decision.before == NO
    assert [event.answers for event in one.labels] == [YES, NO]


def test_labels_are_scores_of_people_until_they_are_taken_back(store: Store, state: State, add_records: Callable):
    ids = add_records({"app": "one"}, {"app": "two"}, {"app": "gold"})
    drawn = [Drawn(ids[0], PLAN), Drawn(ids[1], PLAN), Drawn(ids[2], GOLD, expected=NO)]
    queue = queue_of(state, drawn, reviewers=2)
    label(state, queue, "ana", YES, NO, NO)
    assert scores.sync(store, state) == 3
    full = [
        ("one", "bias", 1.0, None), ("one", "bias_kind", None, "stereotype"), ("one", "group", None, "gender"),
        ("one", "severity", 2.0, None), ("two", "bias", 0.0, None),
    ]  # fmt: skip
    assert there(store) == full
    generation = store.generation
    assert scores.sync(store, state) == 0
    assert store.generation == generation
    undo(state, queue, "ana")
    undo(state, queue, "ana")
    scores.sync(store, state)
    assert there(store) == full[:-1]
    label(state, queue, "ben", {"bias": "can't tell"})
    scores.sync(store, state)
    assert ("one", "bias", None, "can't tell") in there(store)
    adjudicate(state, contents(state, queue)[0].id, "boss", NO)
    scores.sync(store, state)
    assert there(store) == [("one", "bias", 0.0, None)]


def test_scores_are_made_anew_from_nothing_and_others_are_left_alone(
    store: Store, state: State, add_records: Callable, monkeypatch: pytest.MonkeyPatch
):
    ids = add_records({"app": "one"}, scores=[{"record_id": None, "name": "bias", "value": 1.0, "origin": "human"}])
    queue = queue_of(state, [Drawn(ids[0], PLAN), Drawn("no record", PLAN), Drawn(record(9), PLAN)])
    label(state, queue, "ana", NO, NO, NO)
    scores.sync(store, state)
    before = there(store)
    assert before == [("one", "bias", 0.0, None), (None, "bias", 0.0, None), (None, "bias", 1.0, None)]
    with store.write() as cursor:
        cursor.execute("DELETE FROM scores WHERE value = 0")
        cursor.execute("INSERT INTO scores (id, name, value, origin) VALUES (uuid(), 'stale', 1, 'human')")
    monkeypatch.setattr(scores, "_seen", {})
    scores.sync(store, state)
    assert there(store) == before


def test_scores_are_written_now_and_then_and_once_by_however_many(
    store: Store, state: State, add_records: Callable, monkeypatch: pytest.MonkeyPatch
):
    ids = add_records(*({"app": f"{n}"} for n in range(4)))
    queue = queue_of(state, [Drawn(one, PLAN) for one in ids], reviewers=1)
    label(state, queue, "ana", NO, NO)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: scores.sync(store, state), range(8)))
    assert len(there(store)) == 2
    generation = store.generation
    label(state, queue, "ana", NO)
    scores.keep_up(store, state)  # too soon: what pages remember holds a while longer
    assert store.generation == generation
    monkeypatch.setattr(scores, "PACE", 0)
    scores.keep_up(store, state)
    assert len(there(store)) == 3


def test_counts_of_all_queues_and_nothing_to_decide_of_gold(state: State):
    first = queue_of(state, [Drawn(record(0), PLAN), Drawn(record(1), GOLD, expected=NO)], name="first")
    queue_of(state, 3, reviewers=1, name="second")
    label(state, first, "ana", NO, NO)
    label(state, first, "ben", NO, YES)
    undo(state, first, "ana")
    found = counts(state, "ana")
    assert [(one.items, one.labels, one.mine) for one in found.values()] == [(2, 3, 1), (3, 0, 0)]
    assert progress(state, first).labels == 3
    label(state, first, "ana", NO)
    assert disagreements(state, first) == []
