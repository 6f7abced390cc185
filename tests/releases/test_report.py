"""What became of a release: known changes are told with their direction, chance is not, groups apart are named."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from analysis.releases import report as reports
from analysis.releases.compare import BETTER, FEW, MOVED, SAME, WORSE
from analysis.releases.release import Release
from analysis.releases.report import Report, report, traffic, why
from analysis.state import notes
from analysis.state.database import State
from tests.releases.logs import START, calls, filled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from analysis.releases.compare import Outcome
    from analysis.store import Store

RELEASE = Release("2", None, None, START + timedelta(days=7))


def of(told: Report, name: str) -> Outcome:
    return next(outcome for outcome in told.outcomes if outcome.measure.name == name)


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Costs double in feature f1 alone, errors fall, answers take as long; sixty calls a day."""
    noise = np.random.default_rng(1).normal(0, 0.001, (14, 60))

    def cost(day: int, place: int) -> float:
        return 0.02 * (2 if day >= 7 and place % 2 else 1) + float(noise[day, place])

    rows = calls(
        14, a_day=60, recorded_cost=cost, latency=lambda day, place: 1 + (place * 7 + day * 3) % 10 / 10,
        status=lambda day, place: "error" if place % (5 if day < 7 else 30) == 0 else "ok",
        feature=lambda _, place: f"f{place % 2}", model=lambda day, place: "new" if day >= 7 and place % 2 else "old",
        release=lambda day, _: "2" if day >= 7 else "1",
    )  # fmt: skip
    with filled(tmp_path_factory.mktemp("changed"), rows) as store:
        yield store


@pytest.fixture(scope="module")
def told(changed: Store) -> Report:
    return report(changed, RELEASE, [])


def test_known_changes_have_their_verdicts(told: Report):
    assert told.unit == "user"
    cost = of(told, "cost_per_request")
    assert cost.verdict == WORSE
    assert cost.change.value == pytest.approx(0.01, abs=0.0002)
    assert cost.times == pytest.approx(1.5, abs=0.02)
    assert cost.change.low is not None
    assert cost.change.high is not None
    assert cost.change.low < 0.01 < cost.change.high
    errors = of(told, "error_rate")
    assert errors.verdict == BETTER
    assert (errors.before.value, errors.now.value) == (0.2, pytest.approx(2 / 60))
    assert of(told, "latency_p95").verdict == SAME
    assert of(told, "requests").verdict == SAME


def test_a_sum_that_moved_is_neither_better_nor_worse(told: Report):
    assert of(told, "cost").verdict == MOVED


def test_groups_that_fare_otherwise_are_named(told: Report):
    named = {(group.measure.name, group.field, group.name) for group in told.apart.groups}
    assert ("cost_per_request", "feature", "f1") in named
    group = next(group for group in told.apart.groups if group.name == "f1")
    assert group.now / group.before == pytest.approx(2, abs=0.05)
    assert group.others_now / group.others_before == pytest.approx(1, abs=0.05)
    assert not any(group.measure.name == "latency_p95" for group in told.apart.groups)


def test_a_change_is_explained_and_the_mix_of_models_is_no_traffic(changed: Store, told: Report):
    shifts = why(changed, told, "cost_per_request")
    assert {shift.by for shift in shifts} == {"feature", "model"}
    assert traffic(shifts) is None
    assert why(changed, told, "stars") == []


def test_a_quiet_week_says_what_would_have_been_seen(store: Store, add_records: Callable[..., list[str]]):
    luck = np.random.default_rng(3).random((14, 60))
    add_records(*calls(
        14, a_day=60, recorded_cost=lambda day, place: 0.01 + 0.01 * float(luck[day, place]),
        status=lambda day, place: "error" if luck[day, place] < 0.1 else "ok",
    ))  # fmt: skip
    told = report(store, RELEASE, [])
    assert not any(outcome.moved for outcome in told.outcomes)
    errors = of(told, "error_rate")
    assert errors.smallest is not None
    # two samples of 420 at a rate of 10 %: the standard error is 0.021, and it takes some three or four of them
    assert 0.06 < errors.smallest < 0.1


def test_too_few_and_never_varied_are_told_apart(store: Store, add_records: Callable[..., list[str]]):
    ids = add_records(*calls(14, a_day=40, finish_reason="stop"))
    add_records(scores=[
        {"record_id": id, "target_key": id, "name": "thumbs", "value": 1.0, "origin": "user"} for id in ids[::40]
    ])  # fmt: skip
    told = report(store, RELEASE, [])
    assert of(told, "thumbs_up_rate").verdict == FEW
    still = of(told, "refusal_rate")
    assert (still.verdict, still.p, still.change.value) == (SAME, None, 0.0)
    assert still.change.high == pytest.approx(0.0135, abs=0.001)  # Newcombe's, of none in 280 and none in 280
    assert told.apart.groups == ()


def test_what_is_the_same_in_every_call_moves_without_a_doubt(store: Store, add_records: Callable[..., list[str]]):
    add_records(*calls(14, a_day=10, recorded_cost=lambda day, _: 0.25 if day < 7 else 0.5))
    cost = of(report(store, RELEASE, []), "cost_per_request")
    assert (cost.verdict, cost.change.value, cost.times) == (WORSE, 0.25, 2.0)


def test_one_person_with_many_calls_is_no_difference(store: Store, add_records: Callable[..., list[str]]):
    rows = calls(14, a_day=40)
    busy = [
        row | {"user_id": "busy", "status": "error"} for row in calls(14, a_day=40) if row["time"] >= RELEASE.start
    ][:70]
    add_records(*rows, *busy)
    told = report(store, RELEASE, [])
    assert told.unit == "user"
    assert of(told, "error_rate").verdict == SAME


def test_versions_beside_each_other_are_compared_within_the_same_time(
    store: Store, add_records: Callable[..., list[str]]
):
    # everything becomes dearer over time; the version itself makes no difference to that, but to errors
    add_records(*calls(
        12, a_day=100, release=lambda day, place: "b" if day >= 3 and place % 2 else "a",
        recorded_cost=lambda day, place: 0.01 * (1 + day) + 0.0001 * (place % 7),
        status=lambda day, place: "error" if day >= 3 and place % 2 and place % 3 == 0 else "ok",
    ))  # fmt: skip
    beside = (START + timedelta(days=3), START + timedelta(days=12))
    told = report(store, Release("b", None, None, beside[0], beside=beside), [])
    assert told.windows.beside
    assert of(told, "cost_per_request").verdict == SAME
    assert of(told, "error_rate").verdict == WORSE
    assert not any(outcome.measure.metric.total for outcome in told.outcomes)


def test_what_else_happened_is_listed(changed: Store, told: Report, tmp_path: Path):
    state = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
    notes.add(state, START + timedelta(days=9), "outage", kind="incident", who="ana")
    notes.add(state, START + timedelta(days=40), "later", kind="incident", who="ana")
    other = reports.meanwhile(changed, state, told.windows)
    assert [note.text for note in other.notes] == ["outage"]
    assert [(one.what, one.name) for one in other.arrivals] == [("model", "new")]
    assert other.alerts == []
    state.close()


def test_a_change_of_one_day_is_no_releases(store: Store, add_records: Callable[..., list[str]]):
    add_records(*calls(
        14, a_day=40,
        status=lambda day, place: "error" if place < (30 if day == 9 else day % 2) else "ok",
    ))  # fmt: skip
    told = report(store, RELEASE, [])
    assert of(told, "error_rate").verdict == WORSE
    assert reports.sudden(store, told, of(told, "error_rate")) == START + timedelta(days=9)


def test_a_change_that_lasts_came_on_no_day(changed: Store, told: Report):
    assert reports.sudden(changed, told, of(told, "error_rate")) is None
