"""Explained shifts: the split is exact, has the values one gets by hand, and is no surer than its data."""

from __future__ import annotations

import math
from datetime import datetime
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.metrics.fields import UnknownFieldError
from analysis.metrics.filter import Filter
from analysis.metrics.lookup import UnknownMetricError
from analysis.metrics.query import summary
from analysis.metrics.shifts import split
from analysis.metrics.shifts.explain import NotExplainedError, Shift, candidates, explain, explain_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.store import Store

    Add = Callable[..., list[str]]

MAY, JUNE, JULY = datetime(2026, 5, 1), datetime(2026, 6, 1), datetime(2026, 7, 1)
BEFORE, NOW = Filter(MAY, JUNE), Filter(JUNE, JULY)


def calls(month: int, n: int, **same: Any) -> list[dict[str, Any]]:
    return [{"time": f"2026-{month:02d}-{1 + place % 28:02d} 12:00:00", "status": "ok"} | same for place in range(n)]


def failing(month: int, n: int, failures: int, **same: Any) -> list[dict[str, Any]]:
    return [*calls(month, failures, **same | {"status": "error"}), *calls(month, n - failures, **same)]


def parts(shift: Shift) -> dict[str, Any]:
    return {part.group: part for part in shift.parts}


def test_a_rate_that_rose_because_a_worse_group_grew_is_all_mix(store: Store, add_records: Add):
    add_records(*failing(5, 80, 8, model="a"), *failing(5, 20, 10, model="b"))
    add_records(*failing(6, 40, 4, model="a"), *failing(6, 60, 30, model="b"))
    shift = explain(store, "error_rate", BEFORE, NOW, "model")
    assert (shift.before, shift.now) == (0.18, 0.34)
    assert shift.change.value == pytest.approx(0.16)
    assert (shift.mix.value, shift.rate.value) == (pytest.approx(0.16), pytest.approx(0))
    # by hand: the middle of the two rates is .26
    assert parts(shift)["a"].mix == pytest.approx(-0.4 * (0.1 - 0.26))
    assert parts(shift)["b"].mix == pytest.approx(0.4 * (0.5 - 0.26))
    assert shift.parts[0].group == "b"
    assert (parts(shift)["b"].share_before, parts(shift)["b"].share_now) == (0.2, 0.6)


def test_a_rate_that_rose_within_one_group_is_that_group_s(store: Store, add_records: Add):
    add_records(*failing(5, 300, 6, feature="search"), *failing(5, 300, 6, feature="chat"))
    add_records(*failing(6, 300, 6, feature="search"), *failing(6, 300, 90, feature="chat"))
    shift = explain(store, "error_rate", BEFORE, NOW, "feature")
    assert shift.rate.value == pytest.approx(0.14)
    assert parts(shift)["chat"].rate == pytest.approx(0.14)
    assert parts(shift)["search"].effect.value == pytest.approx(0)
    assert [part.group for part in shift.parts if part.stands_out] == ["chat"]
    assert shift.change.sure


def test_a_group_that_came_is_mix_with_the_rate_it_has(store: Store, add_records: Add):
    add_records(*failing(5, 100, 10, model="a"))
    add_records(*failing(6, 100, 10, model="a"), *failing(6, 100, 50, model="new"))
    found = parts(explain(store, "error_rate", BEFORE, NOW, "model"))
    assert (found["new"].before, found["new"].now) == (None, 0.5)
    assert found["new"].rate == 0
    assert found["new"].mix == pytest.approx(0.5 * (0.5 - 0.2))


def test_a_sum_splits_into_how_many_which_and_how_dear(store: Store, add_records: Add):
    add_records(*calls(5, 20, model="a", recorded_cost=1.0), *calls(5, 20, model="b", recorded_cost=3.0))
    add_records(*calls(6, 20, model="a", recorded_cost=2.0), *calls(6, 60, model="b", recorded_cost=3.0))
    shift = explain(store, "cost", BEFORE, NOW, "model")
    assert (shift.before, shift.now, shift.change.value) == (80, 220, 140)
    expected = [shapley((40, 0.5, 1.0), (80, 0.25, 2.0)), shapley((40, 0.5, 3.0), (80, 0.75, 3.0))]
    for group, values in zip("ab", expected, strict=True):
        part = parts(shift)[group]
        assert (part.volume, part.mix, part.rate) == pytest.approx(values)


def shapley(before: tuple[float, ...], now: tuple[float, ...]) -> list[float]:
    """Each factor's part of the change of a product: its mean over all orders in which they may change."""
    effects = [0.0] * len(before)
    orders = list(permutations(range(len(before))))
    for order in orders:
        at = list(before)
        for factor in order:
            earlier = math.prod(at)
            at[factor] = now[factor]
            effects[factor] += (math.prod(at) - earlier) / len(orders)
    return effects


def test_requests_have_no_rate(store: Store, add_records: Add):
    add_records(*calls(5, 30, app="shop"), *calls(5, 10, app="help"))
    add_records(*calls(6, 30, app="shop"), *calls(6, 50, app="help"))
    shift = explain(store, "requests", BEFORE, NOW, "app")
    assert (shift.change.value, shift.volume.value, shift.rate.value) == (40, 40, 0)
    assert parts(shift)["help"].effect.value == 40


def test_a_sum_of_which_there_was_none_is_all_volume(store: Store, add_records: Add):
    add_records(*calls(6, 30, model="a", recorded_cost=1.0), *calls(6, 30, model="b", recorded_cost=3.0))
    came, gone = explain(store, "cost", BEFORE, NOW, "model"), explain(store, "cost", NOW, BEFORE, "model")
    assert (came.before, came.now, came.change.value, came.volume.value) == (0, 120, 120, 120)
    assert (came.mix.value, came.rate.value) == (0, 0)
    assert {group: part.effect.value for group, part in parts(came).items()} == {"a": 30, "b": 90}
    assert (gone.change.value, gone.volume.value) == (-120, -120)
    assert came.change.sure
    assert not any(part.stands_out for part in came.parts)
    with pytest.raises(NotExplainedError):
        explain(store, "cost", BEFORE, Filter(JULY, None), "model")


def test_what_rounding_leaves_is_nought(store: Store, add_records: Add):
    for month in (5, 6):
        for model, failures in (("a", 7), ("b", 11), ("c", 3)):
            add_records(*failing(month, 30 + 7 * (month == 6), failures, model=model))
    shift = explain(store, "error_rate", BEFORE, NOW, "model")
    assert shift.mix.value == 0
    assert {part.mix for part in shift.parts} == {0}


def test_a_user_of_two_groups_counts_half_in_each(store: Store, add_records: Add):
    for user in range(40):
        add_records(*calls(5, 1, user_id=f"ann {user}", model="a"))
        add_records(*calls(6, 1, user_id=f"ann {user}", model="a"), *calls(6, 1, user_id=f"ann {user}", model="b"))
        add_records(*calls(6, 2, user_id=f"ben {user}", model="b"))
    shift = explain(store, "users", BEFORE, NOW, "model")
    assert (shift.before, shift.now) == (40, 80)
    assert parts(shift)["a"].effect.value == pytest.approx(-20)
    assert parts(shift)["b"].effect.value == pytest.approx(60)


def test_users_of_several_groups_are_whole_altogether(store: Store, add_records: Add):
    for user in range(46):
        for model, n in (("a", 1), ("b", 2), ("c", 4 + user % 7)):
            add_records(*calls(5 + user % 2, n, user_id=f"ann {user}", model=model))
    shift = explain(store, "users", BEFORE, NOW, "model")
    assert (shift.before, shift.now) == (23, 23)


def test_what_is_counted_over_all_requests_is_split_over_them(store: Store, add_records: Add):
    rated = []
    for month, thumbs in ((5, 10), (6, 30)):
        ids = add_records(*calls(month, 100, model="a"))
        rated += [{"record_id": id, "target_key": id, "name": "thumbs", "value": 1.0} for id in ids[:thumbs]]
    add_records(scores=rated)
    shift = explain(store, "thumbs_coverage", BEFORE, NOW, "model")
    assert (shift.before, shift.now) == (0.1, 0.3)
    assert parts(shift)["a"].rate == pytest.approx(0.2)


def test_a_percentile_is_split_exactly_and_names_the_slow_group(store: Store, add_records: Add):
    add_records(*(call | {"latency": 1 + place / 100} for place, call in enumerate(calls(5, 100, model="fast"))))
    add_records(*(call | {"latency": 1 + place / 100} for place, call in enumerate(calls(6, 60, model="fast"))))
    add_records(*(call | {"latency": 9 + place / 100} for place, call in enumerate(calls(6, 40, model="slow"))))
    shift = explain(store, "latency_p95", BEFORE, NOW, "model")
    own = [summary(store, ["latency_p95"], sample)["latency_p95"].value for sample in (BEFORE, NOW)]
    assert [shift.before, shift.now] == own
    assert sum(part.effect.value for part in shift.parts) == pytest.approx(shift.now - shift.before)
    assert shift.mix.value + shift.rate.value == pytest.approx(shift.change.value) == shift.now - shift.before
    assert shift.parts[0].group == "slow"


def test_more_of_every_group_alike_moves_no_percentile(store: Store, add_records: Add):
    for month, times in ((5, 1), (6, 3)):
        for model, least in (("fast", 1), ("slow", 3)):
            waits = [least + place / 10 for place in range(40)] * times
            add_records(*(call | {"latency": waits.pop()} for call in calls(month, len(waits), model=model)))
    shift = explain(store, "latency_p50", BEFORE, NOW, "model")
    assert shift.change.value == pytest.approx(0, abs=0.05)
    for part in shift.parts:
        assert (part.share_before, part.share_now) == (0.5, 0.5)
        assert (part.mix, part.rate) == (pytest.approx(0, abs=0.05), pytest.approx(0, abs=0.05))


def test_what_a_percentile_s_parts_lack_is_shared_out_by_their_sizes():
    found = split.Effects(np.zeros((1, 2)), np.array([[3.0, 0]]), np.array([[-1.0, 0]]))
    lacking = found.lacking(2.4, np.array([0.5, 0.5]))
    assert lacking.mix.tolist() == [[pytest.approx(0.3), 0]]
    assert lacking.rate.tolist() == [[pytest.approx(0.1), 0]]
    none = split.Effects(*np.zeros((3, 1, 2)))
    assert none.lacking(0.4, np.array([0.75, 0.25])).rate.tolist() == [[pytest.approx(0.3), pytest.approx(0.1)]]


def test_a_percentile_s_split_is_shapley_s():
    before = np.array([[[40.0, 40, 20, 0], [0, 0, 0, 0]]])
    now = np.array([[[10.0, 10, 40, 0], [0, 5, 5, 30]]])
    values = np.array([1.0, 2.0, 4.0, 8.0])
    bins = np.stack([values, values], axis=1)
    sizes, shapes = (
        [(100.0, 60.0), (0.0, 40.0)],
        [(before[0, 0] / 100, now[0, 0] / 60), (now[0, 1] / 40, now[0, 1] / 40)],
    )
    expected = np.zeros((2, 2))
    orders = list(permutations(range(4)))
    for order in orders:
        done: set[int] = set()
        last = 4.0
        for step in order:
            done.add(step)
            counts = sum(sizes[g][g in done] * shapes[g][2 + g in done] for g in (0, 1))
            value = float(values[(counts.cumsum() >= 0.9 * counts.sum() - 1e-9).argmax()])
            expected[step // 2, step % 2] += (value - last) / len(orders)
            last = value
    found = split.of_percentile(before, now, bins, 0.9)
    assert found.total.sum() == pytest.approx(8 - 4)
    assert found.mix[0] == pytest.approx(expected[0], abs=0.5)
    assert found.rate[0] == pytest.approx(expected[1], abs=0.5)


amounts = st.lists(
    st.tuples(*[st.floats(0, 1e6, allow_subnormal=False)] * 2, *[st.integers(0, 10**6)] * 2), min_size=1, max_size=8
).filter(lambda rows: sum(row[2] for row in rows) > 0 and sum(row[3] for row in rows) > 0)


@given(amounts)
def test_effects_sum_to_the_change_and_turn_round_with_it(rows: list[tuple[float, float, int, int]]):
    above0, above, below0, below = (np.array([column], float) for column in zip(*rows, strict=True))
    above0, above = np.where(below0 > 0, above0, 0), np.where(below > 0, above, 0)
    for of, change in (
        (split.of_ratio, above.sum() / below.sum() - above0.sum() / below0.sum()),
        (split.of_sum, above.sum() - above0.sum()),
    ):
        found, back = of(above0, below0, above, below), of(above, below, above0, below0)
        size = max(above.max(), above0.max(), 1.0)
        assert found.total.sum() == pytest.approx(change, abs=1e-9 * size)
        assert found.total == pytest.approx(-back.total, abs=1e-9 * size)
        assert found.mix == pytest.approx(-back.mix, abs=1e-9 * size)


def test_the_interval_of_independent_requests_is_the_usual_one(store: Store, add_records: Add):
    both = [*failing(5, 1000, 100, model="a"), *failing(6, 1000, 200, model="a")]
    # requests are dealt into hands by their ids: with other ids each time, an end would be far off once in 200 times
    add_records(*({**one, "id": f"00000000-0000-0000-0000-{place:012}"} for place, one in enumerate(both)))
    shift = explain(store, "error_rate", BEFORE, NOW, "model")
    usual = 1.96 * math.sqrt(0.1 * 0.9 / 1000 + 0.2 * 0.8 / 1000)
    assert shift.blocks == "request"
    assert shift.change.low == pytest.approx(0.1 - usual, abs=0.006)
    assert shift.change.high == pytest.approx(0.1 + usual, abs=0.006)


def test_the_interval_of_a_sum_of_few_knows_that_their_number_is_chance(store: Store, add_records: Add):
    for month, n in ((5, 40), (6, 60)):
        add_records(*(call | {"user_id": f"{month}-{place}"} for place, call in enumerate(calls(month, n, model="a"))))
    shift = explain(store, "requests", BEFORE, NOW, "model")
    usual = 1.96 * math.sqrt(40 + 60)
    assert shift.blocks == "user"
    assert shift.change.low == pytest.approx(20 - usual, abs=0.15 * usual)
    assert shift.change.high == pytest.approx(20 + usual, abs=0.15 * usual)


def test_what_a_user_repeats_does_not_make_an_interval_narrower(store: Store, add_records: Add):
    for month, failures in ((5, 40), (6, 60)):
        for user in range(200):
            add_records(*failing(month, 5, 5 * (user < failures), user_id=f"{month}-{user}", model="a"))
    shift = explain(store, "error_rate", BEFORE, NOW, "model")
    usual = 1.96 * math.sqrt(0.2 * 0.8 / 200 + 0.3 * 0.7 / 200)
    assert shift.blocks == "user"
    assert shift.change.high is not None
    assert shift.change.low is not None
    assert (shift.change.high - shift.change.low) / 2 == pytest.approx(usual, rel=0.15)


def test_nothing_stands_out_of_what_is_the_same(store: Store, add_records: Add):
    for month in (5, 6):
        for group in range(10):
            add_records(*failing(month, 60, 6, model=f"m{group}", user_id=None))
    shift = explain(store, "error_rate", BEFORE, NOW, "model")
    assert not any(part.stands_out for part in shift.parts)
    assert shift.explains == 0


def test_a_group_that_stayed_is_no_exception_because_others_came_and_went(store: Store, add_records: Add):
    for month, worse, model in ((5, 100, "old"), (6, 300, "new")):
        for feature, n, failures in (("chat", 500 - worse, 0.02), ("agent", worse, 0.3)):
            for which, share in ((model, 0.6), ("steady", 0.4)):
                many = round(n * share)
                add_records(*failing(month, many, round(many * failures), model=which, feature=feature))
    first, other = explain_by(store, "error_rate", BEFORE, NOW, ["model", "feature"])
    assert (first.by, other.by) == ("feature", "model")
    assert first.explains == pytest.approx(1, abs=0.05)
    assert other.explains == pytest.approx(abs(other.mix.value) / other.change.value)


def test_the_field_that_tells_most_comes_first(store: Store, add_records: Add):
    for month, failures in ((5, 5), (6, 45)):
        for model in ("a", "b"):
            add_records(*failing(month, 100, failures, model=model, feature="search"))
            add_records(*failing(month, 100, 5, model=model, feature="chat"))
    shifts = explain_by(store, "error_rate", BEFORE, NOW, ["model", "feature"])
    assert [shift.by for shift in shifts] == ["feature", "model"]
    assert shifts[0].parts[0].group == "search"


def test_a_switch_of_all_to_another_model_is_a_candidate(store: Store, add_records: Add):
    add_records(*calls(5, 50, model="old"), *calls(6, 50, model="new"))
    assert candidates(store, BEFORE, NOW) == ["model"]


def test_too_few_have_no_interval(store: Store, add_records: Add):
    add_records(*failing(5, 5, 1, model="a"), *failing(6, 5, 2, model="a"))
    shift = explain(store, "error_rate", BEFORE, NOW, "model")
    assert shift.change.value == pytest.approx(0.2)
    assert shift.change.low is None
    assert not shift.change.sure


def test_beyond_so_many_groups_the_rest_is_one(store: Store, add_records: Add):
    add_records(*({"time": "2026-05-03", "latency": 1, "app": f"a{place % 15}"} for place in range(300)))
    add_records(*({"time": "2026-06-03", "latency": 2, "app": f"a{place % 15}"} for place in range(600)))
    shift = explain(store, "latency_p50", BEFORE, NOW, "app")
    assert len(shift.parts) == 11
    assert "(other)" in parts(shift)
    assert sum(part.effect.value for part in shift.parts) == pytest.approx(1, rel=0.01)


def test_groups_too_small_to_say_anything_of_count_together(store: Store, add_records: Add):
    add_records(*calls(5, 50, model="a"), *(call | {"model": f"m{n}"} for n, call in enumerate(calls(5, 20))))
    add_records(*calls(6, 50, model="a"), *(call | {"model": f"m{n}"} for n, call in enumerate(calls(6, 20))))
    assert sorted(parts(explain(store, "error_rate", BEFORE, NOW, "model"))) == ["(other)", "a"]


def test_what_cannot_be_split_is_said(store: Store, add_records: Add):
    add_records(*calls(5, 50, model="a"), *calls(6, 50, model="a"))
    with pytest.raises(NotExplainedError, match="not known in the sample of before"):
        explain(store, "stars", BEFORE, NOW, "model")
    with pytest.raises(NotExplainedError, match="now"):
        explain(store, "error_rate", BEFORE, Filter(JULY, None), "model")
    with pytest.raises(UnknownFieldError):
        explain(store, "requests", BEFORE, NOW, "colour")
    for field in ("score.thumbs", "scorer.faithfulness", "text", "area"):
        with pytest.raises(UnknownFieldError, match="no single value for a record to break down by"):
            explain(store, "requests", BEFORE, NOW, field)
    with pytest.raises(UnknownMetricError):
        explain(store, "happiness", BEFORE, NOW, "model")
