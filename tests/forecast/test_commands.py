"""`afterword forecast`, `budgets` and `whatif`, as a scheduler and a person use them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from app import runtime
from tests import records
from tests.forecast.days import fill
from tests.test_cli import run

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["run"]


@pytest.fixture
def logs(home: Path) -> None:
    """Forty days of two models, up to 10 April."""
    for model, cost in (("gpt-4.1-mini", 10.0), ("home-made", 2.0)):
        fill(
            runtime.current().store, [cost] * 40, first=datetime(2026, 3, 2), model=model, provider="openai",
            input_tokens=1_000_000, output_tokens=100_000,
        )  # fmt: skip
    runtime.close()


@pytest.mark.usefixtures("logs")
def test_a_forecast(run):
    found = run("forecast", "cost", "--days", "5", "--json").json
    assert (found["days_known"], found["way"], len(found["days"])) == (38, "naive", 5)
    assert found["days"][0] == pytest.approx(
        {"day": "2026-04-10", "value": 12, "low80": 12, "high80": 12, "low": 12, "high": 12}
    )
    assert found["month"]["total"] == pytest.approx(360)
    assert found["error"]["origins"] == 12
    narrowed = run("forecast", "cost", "--where", "model=home-made", "--json").json
    assert narrowed["month"]["total"] == pytest.approx(60)
    assert "April will end near $360" in run("forecast", "cost").out
    assert run("forecast", "latency_p95", "--json").code == 2  # no record has a latency
    assert run("forecast", "cost", "--days", "100").code == 2


@pytest.mark.usefixtures("logs")
def test_budgets(run):
    assert "No budgets" in run("budgets").out
    made = run("budgets", "set", "all", "300", "--json").json["budget"]
    assert (made["name"], made["amount"], made["metric"], made["period"], made["who"]) == (
        "all", 300.0, "cost", "month", "ana",
    )  # fmt: skip
    run("budgets", "set", "one", "3", "--of", "requests", "--per", "day", "--where", "model=home-made")
    found = {one["name"]: one for one in run("budgets", "list", "--json").json["budgets"]}
    assert (found["all"]["chance"], found["all"]["passed"]) == (1.0, "2026-04-26")
    assert found["all"]["says"].startswith("the budget of $300 is passed with a chance of over 99")
    assert (found["one"]["spent"], found["one"]["over"]) == (1, False)
    assert "over 99" in run("budgets", "list").out
    run("budgets", "end", "all")
    assert [one["name"] for one in run("budgets", "--json").json["budgets"]] == ["one"]
    assert run("budgets", "end", "all").code == 2
    assert run("budgets", "set", "x", "0").code == 2


@pytest.mark.usefixtures("logs")
def test_whatif(run):
    found = run("whatif", "--model", "home-made", "--price", "3,10", "--json").json
    assert (found["calls"], found["priced"]) == (40, 40)
    assert (found["before"], found["after"]) == pytest.approx((80, 160))
    assert found["month_then"]["total"] > found["month"]["total"]
    as_other = run("whatif", "--model", "home-made", "--as", "gpt-4.1-mini", "--json").json
    assert as_other["after"] == pytest.approx(40 * (0.4 + 0.16))
    assert "would have been" in run("whatif", "--model", "home-made", "--times", "2").out
    assert "from now on so, near $460.\n" in run("whatif", "--model", "gpt-4.1-mini", "--times", "1.5").out
    assert run("whatif", "--model", "home-made").code == 2


@pytest.mark.usefixtures("logs")
def test_what_has_no_known_cost(run):
    calls = ({"time": datetime(2026, 4, day, 8), "model": "own", "input_tokens": 9} for day in range(1, 11))
    records.add(runtime.current().store, *calls)
    runtime.close()
    run("budgets", "set", "own", "5000000", "--where", "model=own")
    assert (
        "Budget big: 5,000,000 total_tokens a month" in run("budgets", "set", "big", "5e6", "--of", "total_tokens").out
    )
    shown = run("budgets").out
    assert "own: without all 10 requests, whose cost is not known." in shown
    assert "big:" not in shown
    own = next(one for one in run("budgets", "--json").json["budgets"] if one["name"] == "own")
    assert (own["spent"], own["requests"], own["unknown"]) == (0, 10, 10)
    dearer = run("whatif", "--model", "own", "--times", "2")
    assert "None of the 10 calls can be recomputed: their cost is not known." in dearer.out
    assert "from now on" not in dearer.out
    assert "0 of 8 complete days have a value" in run("forecast", "cost", "--where", "model=own").err
