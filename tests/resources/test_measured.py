"""Machines over time and beside calls: known answers, counters that start anew, and whose calls are whose."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from analysis.metrics.filter import Filter
from analysis.resources import machines
from analysis.resources.costs import cost
from analysis.resources.joined import joined
from analysis.resources.machines import Machine, MachineFileError
from analysis.resources.measured import measured, step
from analysis.resources.pools import Pool, held, pools
from analysis.resources.saturation import saturation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from analysis.store import Store

START = datetime(2026, 11, 2)
EVERY = Filter()
Figure = tuple[timedelta, str, str | None, str | None, str | None, float]


def put(store: Store, figures: Iterable[Figure]) -> None:
    """Add figures: after how long, metric, machine, device, model, value."""
    with store.write() as cursor:
        cursor.executemany(
            "INSERT INTO resource_samples VALUES (1, ?, ?, ?, ?, ?, ?)",
            [(START + after, *rest) for after, *rest in figures],
        )


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def test_levels_are_averaged_over_devices_and_queues_summed(store: Store):
    put(store, [
        (minutes(0), "gpu_utilisation", "a", "0", None, 0.2), (minutes(30), "gpu_utilisation", "a", "0", None, 0.4),
        (minutes(0), "gpu_utilisation", "a", "1", None, 0.9),
        (minutes(0), "requests_waiting", "a", "0", "m", 3), (minutes(0), "requests_waiting", "b", "0", "m", 4),
        (minutes(0), "gpu_memory_used", "a", "0", None, 30), (minutes(0), "gpu_memory_free", "a", "0", None, 10),
        (minutes(70), "gpu_memory_used", "a", "0", None, 30), (minutes(70), "gpu_memory_total", "a", "0", None, 60),
    ])  # fmt: skip
    first, second = measured(store, Pool(("a", "b"), ("m",), ()), EVERY, "hour").to_dicts()
    assert first["gpu_utilisation"] == pytest.approx((0.3 + 0.9) / 2)
    assert (first["requests_waiting"], first["gpu_memory"]) == (7, 0.75)
    assert (second["gpu_memory"], second["gpu_utilisation"], second["tokens_per_second"]) == (0.5, None, None)


def test_a_machine_counts_in_the_hours_in_which_it_was_up(store: Store):
    put(store, [
        (minutes(60 * hour), metric, name, "0", "m", value)
        for name, hours, busy, waiting in (("a", 24, 0.5, 2), ("b", 6, 0.1, 8)) for hour in range(hours)
        for metric, value in (("gpu_utilisation", busy), ("requests_waiting", waiting))
    ])  # fmt: skip
    (day,) = measured(store, Pool(("a", "b"), ("m",), ()), EVERY, "day").to_dicts()
    assert day["gpu_utilisation"] == pytest.approx((24 * 0.5 + 6 * 0.1) / 30)
    assert day["requests_waiting"] == pytest.approx((24 * 2 + 6 * 8) / 24)


def test_a_machine_that_came_late_writes_as_long_as_it_is_there(store: Store):
    put(store, [
        (minutes(60 * hour), "tokens_generated", name, "0", "m", 3600.0 * hour)
        for name, first in (("a", 0), ("b", 18)) for hour in range(first, 24)
    ])  # fmt: skip
    (day,) = measured(store, Pool(("a", "b"), ("m",), ()), EVERY, "day").to_dicts()
    assert day["tokens_per_second"] == pytest.approx((23 + 5) / 23)  # each writes one a second
    assert day["tokens"] == 3600 * (23 + 5)


def test_a_counter_that_starts_anew_grew_by_what_it_shows(store: Store):
    readings = [100, 400, 60, 120]  # 300, then 60 after the restart, then 60: 420 tokens in 180 s
    put(store, [(minutes(n), "tokens_generated", "a", "0", "m", value) for n, value in enumerate(readings)])
    (hour,) = measured(store, Pool(("a",), ("m",), ()), EVERY, "hour").to_dicts()
    assert hour["tokens_per_second"] == pytest.approx(420 / 180)
    assert hour["tokens"] == 420


def test_what_a_counter_did_while_nobody_looked_is_not_known(store: Store):
    put(
        store,
        [
            (minutes(n), "tokens_generated", "a", None, None, v)
            for n, v in ((0, 0), (1, 60), (600, 9e6), (601, 9e6 + 60))
        ],
    )
    rows = measured(store, Pool(("a",), (), ()), EVERY, "hour").to_dicts()
    assert [row["tokens_per_second"] for row in rows] == [1, 1]


def test_a_machine_that_serves_two_models_is_seen_by_each(store: Store):
    put(store, [
        (minutes(0), "requests_waiting", "a", "0", "m", 3), (minutes(0), "requests_waiting", "a", "0", "n", 5),
        (minutes(0), "gpu_utilisation", "a", "0", None, 0.5),
    ])  # fmt: skip
    (hour,) = measured(store, Pool(("a",), ("m",), ()), EVERY, "hour").to_dicts()
    assert (hour["requests_waiting"], hour["gpu_utilisation"]) == (3, 0.5)


def test_whose_calls_are_whose(store: Store, add_records: Callable[..., list[str]]):
    add_records({"model": "llama-3.3-70b-instruct"}, {"model": "qwen3"}, {"model": "gpt-5"})
    put(store, [
        (minutes(0), "requests_waiting", "a", None, "meta-llama/Llama-3.3-70B-Instruct", 1),
        (minutes(0), "requests_waiting", "b", None, "meta-llama/Llama-3.3-70B-Instruct", 1),
        (minutes(0), "requests_waiting", "c", None, None, 1),
        (minutes(0), "gpu_utilisation", None, None, None, 1),
    ])  # fmt: skip
    llama = Pool(("a", "b"), ("meta-llama/Llama-3.3-70B-Instruct",), ("llama-3.3-70b-instruct",))
    assert pools(store, ()) == [llama, Pool(("",), (), ()), Pool(("c",), (), ())]
    said = (Machine("C*", model="QWEN*"),)
    assert pools(store, said)[1] == Pool(("c",), (), ("qwen3",))
    assert [one.instance for one in held(store)] == ["", "a", "b", "c"]


def test_machines_and_calls_share_a_time_axis(store: Store, add_records: Callable[..., list[str]]):
    add_records(*({"model": "m", "latency": 2.0, "time": START + minutes(n), "app": "x"} for n in (1, 2, 200)))
    put(store, [(minutes(70), "gpu_utilisation", "a", "0", "m", 0.5)])
    (pool,) = pools(store, ())
    rows = joined(store, pool, Filter.parse(["app=x"]), "hour").to_dicts()
    assert [row["requests"] for row in rows] == [2, None, None, 1]
    assert [row["latency_p95"] for row in rows] == [2, None, None, 2]
    assert [row["gpu_utilisation"] for row in rows] == [None, 0.5, None, None]


def test_the_bucket_is_as_wide_as_the_figures_are_apart(store: Store):
    pool = Pool(("a",), (), ())
    put(store, [(minutes(4 * n), "gpu_utilisation", "a", "0", None, 0.5) for n in range(9)])
    assert step(store, pool, EVERY) == 300


def days_of(latency: Callable[[int, int], float], busy: Callable[[int], float], days: int = 20) -> Any:
    """Six calls an hour for some days: their latency by hour and number, and how busy the machine was by hour."""
    calls = [
        {"model": "m", "time": START + timedelta(days=day, hours=hour, minutes=7 * n), "latency": latency(hour, n)}
        for day in range(days) for hour in range(24) for n in range(6)
    ]  # fmt: skip
    figures = [
        (timedelta(days=day, hours=hour), "gpu_utilisation", "a", "0", "m", busy(hour))
        for day in range(days) for hour in range(24)
    ]  # fmt: skip
    return calls, figures


def test_a_knee_is_found_where_it_is(store: Store, add_records: Callable[..., list[str]]):
    calls, figures = days_of(lambda hour, n: (3.0 if hour >= 20 else 1.0) + 0.01 * n, lambda hour: hour / 23)
    add_records(*calls)
    put(store, figures)
    (pool,) = pools(store, ())
    tie = saturation(store, pool, EVERY)[0]
    assert (tie.driver, tie.calls, tie.days, tie.found) == ("gpu_utilisation", 20 * 24 * 6, 20, True)
    assert tie.knee is not None
    assert tie.knee.above == 0.85  # the hours from 20 on are at 0.87 and more
    assert (tie.knee.hours, tie.knee.of_hours) == (80, 480)
    assert (tie.knee.calls_above, tie.knee.calls_below) == (480, 2400)
    assert tie.knee.p95_above == pytest.approx(3.05, rel=0.04)
    assert tie.knee.p95_below == pytest.approx(1.05, rel=0.04)
    assert tie.knee.low <= tie.knee.ratio <= tie.knee.high


def test_no_tie_where_there_is_none(store: Store, add_records: Callable[..., list[str]]):
    calls, figures = days_of(lambda hour, n: 1.0 + (hour * 7 + n * 5) % 6, lambda hour: (hour % 4) / 4)
    add_records(*calls)
    put(store, figures)
    (pool,) = pools(store, ())
    tie = saturation(store, pool, EVERY)[0]
    assert tie.low is not None
    assert (tie.found, tie.knee) == (False, None)


def test_too_few_days_are_too_few(store: Store, add_records: Callable[..., list[str]]):
    calls, figures = days_of(lambda hour, n: 3.0 if hour >= 20 else 1.0, lambda hour: hour / 23, days=3)
    add_records(*calls)
    put(store, figures)
    (pool,) = pools(store, ())
    assert [(tie.calls, tie.correlation) for tie in saturation(store, pool, EVERY)] == [(3 * 24 * 6, None)]


def test_what_tokens_cost(store: Store):
    put(store, [
        figure for hour in range(25)
        for figure in (
            (timedelta(hours=hour), "tokens_generated", "a", "0", "m", 1000.0 * hour),
            (timedelta(hours=hour), "gpu_utilisation", "a", "0", None, 0.25),
        )
    ])  # fmt: skip
    (pool,) = pools(store, ())
    assert cost(store, pool, (), EVERY) is None
    owned = (Machine("a", hourly=2.0, gpus=2), Machine("*", hourly=9.0))
    first = cost(store, pool, owned, Filter(START, START + timedelta(days=1)))
    assert first is not None
    # 24 hours at 4 dollars over 23 thousand tokens: the first reading counts from nowhere
    assert (first.usd, first.hours, first.tokens, first.counted) == (96, 24, 23_000, True)
    assert first.per_1k == pytest.approx(96 / 23)
    assert first.per_1k_at_full_load == pytest.approx(96 / 23 / 4)
    assert first.by_day["value"].to_list() == [pytest.approx(96 / 23)]


def test_without_counters_the_logged_tokens_count(store: Store, add_records: Callable[..., list[str]]):
    add_records({"model": "m", "time": START, "input_tokens": 400, "output_tokens": 100})
    put(store, [(minutes(0), "gpu_utilisation", "a", "0", "m", 0.5)])
    (pool,) = pools(store, ())
    found = cost(store, pool, (Machine("a", hourly=3.0),), EVERY)
    assert found is not None
    assert (found.usd, found.tokens, found.counted, found.per_1k) == (3, 500, False, 6)


def test_the_price_of_a_day_is_that_of_its_date():
    owned = (Machine("a*", hourly=5), Machine("a1", hourly=1), Machine("a1", hourly=2, since=date(2026, 11, 2)))
    assert machines.hourly(owned, "A1", date(2026, 11, 1)) == 1
    assert machines.hourly(owned, "A1", date(2026, 11, 2)) == 2
    assert machines.hourly(owned, "a2", date(2026, 11, 2)) == 5
    assert machines.hourly(owned, "b", date(2026, 11, 2)) is None


@pytest.mark.parametrize(("text", "said"), [
    ("{}", "must hold a list"), ('[{"hourly": 2}]', "entry 1: instance is missing"),
    ('[{"instance": "a", "hourly": -1}]', "0 or more"), ('[{"instance": "a", "from": "May"}]', "must be a date"),
    ('[{"instance": "a", "colour": 1}]', "unknown field 'colour'"), ('[{"instance": "a", "model": 3}]', "must be text"),
])  # fmt: skip
def test_a_file_of_machines_that_is_wrong_is_said(tmp_path: Path, text: str, said: str):
    path = tmp_path / "machines.json"
    path.write_text(text)
    with pytest.raises(MachineFileError, match=said):
        machines.load(path)


def test_a_file_of_machines_is_read(tmp_path: Path):
    path = tmp_path / "machines.json"
    assert machines.load(path) == ()
    path.write_text('[{"instance": "a", "model": "m*", "hourly": 2.4, "gpus": 2, "from": "2026-10-01"}]')
    assert machines.load(path) == (Machine("a", "m*", 2.4, 2, date(2026, 10, 1)),)
