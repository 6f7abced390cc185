"""Drawing: who is drawn, with which probability, and what is said of all records from those that were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.review.claims import next_item, submit
from analysis.review.estimate import Part, estimate, estimates, weighted
from analysis.review.labels import adjudicate
from analysis.review.plan import GOLD, PLAN, RANDOM, Check, Drawn, Plan
from analysis.review.queue import contents, find, make
from analysis.review.sampling import draw, shared_out
from tests.review.queues import NO, YES, queue_of, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.state.database import State
    from analysis.store import Store


@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6),
    more=st.integers(0, 60),
    shares=st.lists(st.floats(0, 1), min_size=6, max_size=6),
    equal=st.booleans(),
)
def test_sharing_out_adds_up_and_never_asks_for_more_than_there_is(
    sizes: list[int], more: int, shares: list[float], equal: bool
):
    strata = {f"s{number}": size for number, size in enumerate(sizes)}
    had = {name: int(share * min(2, strata[name])) for name, share in zip(strata, shares, strict=False)}
    size = max(len(sizes) + sum(had.values()), more)
    given_ = shared_out(size, strata, had, equal=equal)
    assert sum(given_.values()) == min(size, sum(sizes))
    assert all(max(1, had[name]) <= given_[name] <= strata[name] for name in strata)


def test_sharing_out_by_size_and_alike():
    sizes = {"a": 80, "b": 20}
    assert shared_out(10, sizes, {}, equal=False) == {"a": 8, "b": 2}
    assert shared_out(10, sizes, {}, equal=True) == {"a": 5, "b": 5}
    assert shared_out(50, {"a": 80, "b": 3}, {}, equal=True) == {"a": 47, "b": 3}


def test_a_random_sample_says_its_frame_and_the_same_seed_draws_the_same(store: Store, add_records: Callable):
    ids = add_records(*({"app": "shop"} for _ in range(40)), *({"app": "desk"} for _ in range(10)))
    plan = Plan(size=20, where=("app=shop",), seed=7)
    sample = draw(store, plan)
    assert (sample.frame, len(sample.items)) == (40, 20)
    assert {item.record_id for item in sample.items} <= set(ids[:40])
    assert {(item.arm, item.probability) for item in sample.items} == {(RANDOM, 0.5)}
    assert draw(store, plan) == sample
    assert draw(store, Plan(size=20, where=("app=shop",), seed=8)) != sample
    assert {item.record_id for item in draw(store, Plan(ids=tuple(ids[:3]))).items} == set(ids[:3])
    with pytest.raises(ValueError, match="no records to draw from"):
        draw(store, Plan(where=("app=none",)))


def test_each_record_is_drawn_as_often_as_its_probability_says(store: Store, add_records: Callable):
    apps = ["big"] * 16 + ["small"] * 4
    ids = add_records(*({"app": app} for app in apps))
    draws = 400
    times = dict.fromkeys(ids, 0.0)
    for seed in range(draws):
        sample = draw(store, Plan("stratified", size=10, by="app", allocation="equal", seed=seed))
        assert len(sample.items) == 10
        for item in sample.items:
            assert item.probability is not None
            times[item.record_id] += 1 / item.probability / draws  # Horvitz and Thompson's weight of one record is 1
    assert all(abs(weight - 1) < 0.35 for weight in times.values())
    assert sum(times.values()) == pytest.approx(20)


def test_strata_probabilities_are_what_was_drawn_of_what_is_there(store: Store, add_records: Callable):
    add_records(*({"app": "big"} for _ in range(90)), *({"app": "small"} for _ in range(10)))
    sample = draw(store, Plan("stratified", size=20, by="app", allocation="equal", random_share=0.1))
    drawn = {stratum.name: (stratum.frame, stratum.drawn) for stratum in sample.strata}
    assert drawn == {"big": (90, 10), "small": (10, 10)}
    assert {(item.stratum, item.probability) for item in sample.items} == {("big", 10 / 90), ("small", 1.0)}
    assert sum(item.arm == RANDOM for item in sample.items) == 2
    with pytest.raises(ValueError, match="2 strata"):
        draw(store, Plan("stratified", size=1, by="app"))


def test_gold_items_are_mixed_in_up_to_their_share_and_the_order_is_of_chance(store: Store, add_records: Callable):
    ids = add_records(*({"app": "shop"} for _ in range(50)))
    checks = tuple(Check(record(number), NO) for number in range(30))
    sample = draw(store, Plan(size=40, checks=checks, check_share=0.2))
    arms = [item.arm for item in sample.items]
    assert (arms.count(GOLD), arms.count(RANDOM)) == (10, 40)
    assert arms != sorted(arms)
    assert arms != sorted(arms, reverse=True)
    assert len({item.record_id for item in sample.items}) == 50
    assert not {check.record_id for check in checks} & set(ids)


def marked(store: Store, ids: list[str], name: str, values: list[float | None]) -> None:
    with store.write() as cursor:
        cursor.execute("INSERT INTO scorers (name, version) SELECT ?, 1", [name])
        for one, value in zip(ids, values, strict=True):
            cursor.execute(
                "INSERT INTO marks (record_id, name, version, value) VALUES (?, ?, 1, ?)", [one, name, value]
            )


def test_the_worst_the_unsure_and_the_disputed_come_first_beside_a_random_arm(store: Store, add_records: Callable):
    ids = add_records(*({"response": str(number)} for number in range(20)))
    marked(store, ids, "response_toxicity", [number / 20 for number in range(20)])
    marked(store, ids, "prompt_toxicity", [0.95 if number == 2 else number / 20 for number in range(20)])

    def by_plan(plan: Plan) -> list[str]:
        sample = draw(store, plan)
        arms = [item for item in sample.items if item.arm == PLAN]
        assert all(item.probability is None for item in arms)
        at_random = [item for item in sample.items if item.arm == RANDOM]
        assert {item.probability for item in at_random} == {len(at_random) / 20}
        without = {item.record_id for item in at_random}
        return [one for one in ids if one in {item.record_id for item in arms} | without]

    assert set(ids[17:]) <= set(by_plan(Plan("worst", size=6, scorers=("response_toxicity",))))
    assert set(ids[9:12]) <= set(by_plan(Plan("uncertainty", size=8, scorers=("response_toxicity",))))
    assert ids[2] in by_plan(Plan("disagreement", size=4, scorers=("response_toxicity", "prompt_toxicity")))
    sample = draw(store, Plan("stratified", size=20, by="scorer.response_toxicity"))
    assert {stratum.name: stratum.frame for stratum in sample.strata} == {
        "from 0": 4, "from 0.2": 4, "from 0.4": 4, "from 0.6": 4, "from 0.8": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"method": "lucky"}, "no method"),
        ({"size": 0}, "none"),
        ({"method": "stratified"}, "by what"),
        ({"method": "worst"}, "needs 1 scorer"),
        ({"method": "disagreement", "scorers": ("a", "a")}, "needs 2 scorers, not 1"),
        ({"random_share": 0}, "random share"),
    ],
)
def test_a_plan_that_does_not_hold_together(wrong: dict, words: str):
    with pytest.raises(ValueError, match=words):
        Plan(**wrong)


def test_a_queue_keeps_how_it_was_drawn(store: Store, state: State, add_records: Callable):
    add_records(*({"app": "shop"} for _ in range(30)))
    made = make(store, state, "bias of May", Plan(size=10, where=("app=shop",), seed=3), rubric="bias", who="boss")
    kept = find(state, "bias of May")
    assert kept == made
    assert {name: kept.plan[name] for name in ("method", "size", "seed", "frame", "where", "arms")} == {
        "method": "random", "size": 10, "seed": 3, "frame": 30, "where": ["app=shop"], "arms": {"random": 10},
    }  # fmt: skip
    assert [item.place for item in contents(state, kept)] == list(range(1, 11))
    with pytest.raises(ValueError, match="already"):
        make(store, state, "bias of May", Plan(), rubric="bias", who="boss")
    with pytest.raises(ValueError, match=r"no queue 'x'\. Queues: bias of May"):
        find(state, "x")


def test_a_weighted_rate_by_hand():
    # 0.9 * 2/10 + 0.1 * 5/5; the second stratum is labelled whole and adds no variance
    rate = weighted([Part(90, [1] * 2 + [0] * 8), Part(10, [1] * 5 + [1] * 5)])
    assert rate is not None
    assert rate.value == pytest.approx(0.28)
    # 0.81 * (1 - 10/90) * (0.2 * 0.8 / 9), so as exact as 0.28 * 0.72 / 0.0128 = 15.75 items
    assert (rate.low, rate.high) == pytest.approx((0.1197, 0.5266), abs=1e-4)
    assert (rate.n, rate.frame, rate.missing) == (20, 100, 0)


def test_a_frame_labelled_whole_has_no_interval_and_one_not_begun_no_rate():
    whole = weighted([Part(4, [1, 0, 0, 1])])
    assert whole is not None
    assert (whole.value, whole.low, whole.high) == (0.5, 0.5, 0.5)
    assert weighted([Part(4, [])]) is None
    part = weighted([Part(60, [0] * 30), Part(40, [])])
    assert part is not None
    assert (part.value, part.low, part.frame, part.missing) == (0.0, 0.0, 60, 40)
    assert part.high == pytest.approx(3.8415 / (60 + 3.8415), abs=1e-4)  # 0 of 60: half of the frame is known


def test_only_items_that_stand_for_others_are_in_a_rate(state: State):
    drawn = [
        Drawn(record(0), RANDOM, probability=0.1), Drawn(record(1), RANDOM, probability=0.1), Drawn(record(2), PLAN),
        Drawn(record(3), GOLD, expected=YES),
    ]  # fmt: skip
    queue = queue_of(state, drawn, reviewers=2, plan={"frame": 20})
    for who in ("ana", "ben"):
        while item := next_item(state, queue, who):
            biased = item.record_id != record(0) and not (item.record_id == record(1) and who == "ben")
            submit(state, item.id, who, YES if biased else NO)
    rate = estimate(state, queue, "bias", "yes")
    assert rate is not None
    assert (rate.value, rate.n, rate.frame) == (0.25, 2, 20)
    adjudicate(state, contents(state, queue)[1].id, "boss", YES)
    rate = estimate(state, queue, "bias", "yes")
    assert rate is not None
    assert rate.value == 0.5


def test_a_question_left_out_is_no_answer_to_it_and_one_not_asked_is(state: State):
    drawn = [Drawn(record(n), RANDOM, probability=0.1) for n in range(3)]
    queue = queue_of(state, drawn, reviewers=1, rubric="quality", plan={"frame": 30})
    for tone in ("rude", "fitting", None):
        item = next_item(state, queue, "ana")
        assert item is not None
        submit(state, item.id, "ana", {"helpful": 4, "correct": 4} | ({"tone": tone} if tone else {}))
    found = {(question.name, answer): rate for question, answer, rate in estimates(state, queue)}
    assert (found["tone", "rude"].value, found["tone", "rude"].n) == (0.5, 2)
    assert found["helpful", 4].n == 3
    assert ("faithful", 1) not in found  # nobody answered it
    biased = queue_of(state, drawn[:2], reviewers=1, name="b", plan={"frame": 20})
    for answers in (YES, NO):
        item = next_item(state, biased, "ana")
        assert item is not None
        submit(state, item.id, "ana", answers)
    rate = estimate(state, biased, "group", "gender")  # asked of what is biased alone
    assert rate is not None
    assert (rate.value, rate.n) == (0.5, 2)
