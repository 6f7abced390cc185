"""Machines on Latency & resources: what is said of them, how they are priced, and how to bring their figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from app import commands, runtime
from app.command import Call
from app.printed import PRINTED
from tests import records
from tests.pages import HOSTILE, look, words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

START = datetime(2026, 6, 1)


def call() -> Call:
    return Call(runtime.current(), "tester", lambda progress: None, lambda: False)


@pytest.fixture
def fortnight(home: Path) -> None:
    """Two weeks of calls that take three times as long in the evening, when the machine is busy."""
    store = runtime.current().store
    hours = [(day, hour, hour >= 20) for day in range(14) for hour in range(24)]
    records.add(store, *(
        {"time": START + timedelta(days=day, hours=hour, minutes=9 * n), "model": HOSTILE,
         "latency": (3.0 if busy else 1.0) + n / 100, "input_tokens": 90, "output_tokens": 10}
        for day, hour, busy in hours for n in range(4)
    ))  # fmt: skip
    figures = [
        (START + timedelta(days=day, hours=hour), metric, HOSTILE, "0", HOSTILE, value)
        for day, hour, busy in hours
        for metric, value in (("gpu_utilisation", 0.95 if busy else 0.3), ("requests_waiting", 7 if busy else 0))
    ]
    with store.write() as cursor:
        cursor.executemany("INSERT INTO resource_samples VALUES (1, ?, ?, ?, ?, ?, ?)", figures)


def called(after: Iterable[timedelta]) -> None:
    """Put calls that took a second into the logs, so long after the start."""
    records.add(runtime.current().store, *({"time": START + gone, "model": "m", "latency": 1.0} for gone in after))


def measured(metric: str, value: float, after: Iterable[timedelta]) -> None:
    """Put a machine's figure, always the same, into the store."""
    with runtime.current().store.write() as cursor:
        cursor.executemany(
            "INSERT INTO resource_samples VALUES (1, ?, ?, 'a', '0', 'm', ?)",
            [[START + gone, metric, value] for gone in after],
        )


def price(home: Path, text: str) -> None:
    (home / "machines.json").write_text(text)


@pytest.mark.usefixtures("home")
def test_an_empty_workspace_leads_to_import():
    assert "There is nothing to read yet" in words(look("latency"))


@pytest.mark.usefixtures("home")
def test_without_figures_it_says_how_to_bring_them():
    records.add(runtime.current().store, {"time": START, "model": "m", "latency": 1.0})
    page = look("latency", period="all")
    shown = " ".join(code.value for code in page.code)
    assert "/api/v1/query_range" in shown
    assert "vllm:num_requests_(running|waiting)" in shown
    assert "nvidia-smi --query-gpu=timestamp,index" in shown


@pytest.mark.usefixtures("fortnight")
def test_saturation_is_said_beside_the_small_trends():
    page = look("latency", period="all")
    said = words(page)
    assert "Above 95\u202f% busy, p95 latency is 3.0 times as long" in said
    assert "on 224 and 1,120 calls; 56 hours of 336" in said
    assert "what an hour of these machines costs" in said
    specs = [chart.proto.spec for chart in page.get("vega_lite_chart") + page.get("arrow_vega_lite_chart")]
    for title in ("Latency, p95: 3.0", "GPUs busy: 40.8", "Requests waiting: 1.17"):
        assert any(title in spec for spec in specs), title


@pytest.mark.usefixtures("home")
def test_figures_of_another_time_than_the_calls():
    called(timedelta(hours=hour) for hour in range(9 * 24))
    measured("gpu_utilisation", 0.25, (timedelta(days=60 + day) for day in range(9)))
    said = words(look("latency"))
    assert "These machines say nothing in this period." in said
    assert "Their figures are from 31 July 2026 to 8 August 2026." in said
    page = look("latency", period="all")
    assert "no call with a latency began while there are figures" in words(page)
    specs = [chart.proto.spec for chart in page.get("vega_lite_chart") + page.get("arrow_vega_lite_chart")]
    (busy,) = (spec for spec in specs if "GPUs busy: 25.0" in spec)
    assert '"mark": {"type": "line"' in busy


@pytest.mark.usefixtures("home")
def test_few_days_are_said_and_so_is_what_never_varies():
    called(timedelta(days=day, minutes=n) for day in range(8) for n in range(5))
    measured("requests_waiting", 0.0, (timedelta(days=day) for day in range(12)))
    (pool,) = commands.run("resources", call(), {})["pools"]
    assert "40 on 8 days beside its figures; at least 30 on 10 days are needed" in pool["says"]
    called(timedelta(days=day) for day in (8, 9, 10))
    (pool,) = commands.run("resources", call(), {})["pools"]
    assert "can't be told: its queue or the latency was always the same, on 43 calls" in pool["says"]


@pytest.mark.usefixtures("fortnight")
def test_a_priced_machine_prices_its_tokens(home: Path):
    price(home, '[{"instance": "*", "hourly": 2}]')
    page = look("latency", period="all")
    # 336 hours at 2 dollars over 1,344 calls of 100 tokens
    assert "1,000 tokens cost $5.00: $672.00 for 336 machine hours" in words(page)
    assert "at full load it would be $2.04" in words(page)
    assert any('"input_mtok": 5000.0' in code.value for code in page.code)


@pytest.mark.usefixtures("fortnight")
def test_a_broken_file_of_machines_is_said(home: Path):
    price(home, "[3]")
    assert "entry 1 is no object" in words(look("latency", period="all"))


@pytest.mark.usefixtures("fortnight")
def test_machines_are_priced_in_settings(home: Path):
    page = look("settings")
    page.text_area(key="machines-text").set_value('[{"instance": "*", "hourly": -2}]').run()
    page.button(key="machines-save").click().run()
    assert "Not saved" in words(page)
    assert not (home / "machines.json").exists()
    page.text_area(key="machines-text").set_value('[{"instance": "*", "hourly": 2}]').run()
    page.button(key="machines-save").click().run()
    assert not page.exception
    assert "Saved." in words(page)
    assert "hourly" in (home / "machines.json").read_text()


@pytest.mark.usefixtures("fortnight")
def test_the_command_says_the_same(home: Path):
    price(home, '[{"instance": "*", "hourly": 2}]')
    answer = commands.run("resources", call(), {})
    (pool,) = answer["pools"]
    assert pool["saturation"][0]["knee"]["ratio"] == pytest.approx(3, rel=0.05)
    assert pool["cost"]["usd_per_1k_tokens"] == pytest.approx(5)
    assert answer["machines"][0]["figures"] == 672
    printed = PRINTED["resources"](answer)
    assert "times as long" in printed
    assert "1,000 tokens cost $5.00" in printed


@pytest.mark.usefixtures("home")
def test_the_command_says_that_there_is_nothing():
    assert "No figures of machines yet" in PRINTED["resources"](commands.run("resources", call(), {}))
