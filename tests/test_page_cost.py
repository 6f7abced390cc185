"""The Cost page looks ahead: the month, the days, the budgets and what a change would cost."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from analysis.forecast import budgets
from analysis.state import budgets as kept
from app import runtime
from tests import records
from tests.forecast.days import fill
from tests.pages import HOSTILE, look, words

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def filled(home: Path) -> None:
    """Forty days of two models, up to 10 April; one is hostile."""
    for model, cost in (("gpt-4.1-mini", 10.0), (HOSTILE, 2.0)):
        fill(
            runtime.current().store, [cost] * 40, first=datetime(2026, 3, 2), model=model, provider="openai",
            input_tokens=1_000_000, output_tokens=100_000, app=HOSTILE, attributes={"team": "one"},
        )  # fmt: skip


@pytest.mark.usefixtures("filled")
def test_the_month_the_days_and_how_it_was_tried():
    page = look("cost")
    said = words(page)
    assert "What is to come" in said
    assert "By the last week repeated, as there are too few days to try a model." in said
    assert "Learnt from 38 complete days." in said
    assert "All days up to 10 April 2026" in said
    assert len(page.get("plotly_chart")) == 3


@pytest.mark.usefixtures("home")
def test_a_log_that_ends_with_the_month_looks_at_the_next():
    store = runtime.current().store
    fill(store, [10.0] * 40, first=datetime(2026, 2, 19))
    records.add(store, {"time": datetime(2026, 3, 31, 23, 59, 59, 999_999), "recorded_cost": 10.0})
    page = look("cost")
    (month,) = (spec for spec in (chart.proto.spec for chart in page.get("plotly_chart")) if "April will" in spec)
    assert "April will end near $300 ($" in month
    ahead = next(line for line in json.loads(month)["data"] if line["name"] == "expected")
    assert (ahead["x"][0][:10], ahead["y"][0]) == ("2026-03-31", 0)
    assert (ahead["x"][1][:10], ahead["y"][1]) == ("2026-04-01", pytest.approx(10))
    assert (ahead["x"][-1][:10], ahead["y"][-1]) == ("2026-04-30", pytest.approx(300))


@pytest.mark.usefixtures("home")
def test_too_few_days_are_said():
    fill(runtime.current().store, [10.0] * 5)
    said = words(look("cost", period="all"))
    assert "There are too few days to look ahead." in said
    assert "a forecast needs 7 complete days" in said


@pytest.mark.usefixtures("home")
def test_budgets_of_records_without_times_say_nothing():
    here = runtime.current()
    records.add(here.store, *({"recorded_cost": 1.0, "model": "a"} for _ in range(40)))
    budgets.put(here.state, "all", 300.0, who="ana")
    said = words(look("cost", period="all"))
    assert "There are too few days to look ahead." in said


@pytest.mark.usefixtures("filled")
def test_a_budget_is_set_changed_and_ended():
    page = look("cost")
    page.text_input(key="budget-name").set_value(HOSTILE).run()
    page.number_input(key="budget-amount").set_value(50.0).run()
    page.selectbox(key="budget-field").set_value("model").run()
    page.selectbox(key="budget-value").set_value(HOSTILE).run()
    page.button(key="budget-set").click().run()
    assert not page.exception
    (made,) = kept.running(runtime.current().state)
    assert (made.name, made.amount, made.metric, made.period) == (HOSTILE, 50.0, "cost", "month")
    assert made.where == (f"model={HOSTILE}",)
    assert "Budgets" in [heading.value for heading in page.subheader]
    page.button(key="budget-end").click().run()
    assert not page.exception
    assert kept.running(runtime.current().state) == []


@pytest.mark.usefixtures("filled")
def test_a_budget_that_somebody_set_meanwhile_gives_way_only_to_who_knows():
    state = runtime.current().state
    page = look("cost")
    budgets.put(state, "Support", 400.0, who="ana")
    page.text_input(key="budget-name").set_value("Support").run()
    page.number_input(key="budget-amount").set_value(300.0).run()
    page.button(key="budget-set").click().run()
    assert "ana set it to 400 a month on" in words(page)
    assert kept.running(state)[0].amount == 400.0
    page.button(key="budget-set").click().run()
    assert kept.running(state)[0].amount == 300.0
    budgets.put(state, "Support", 500.0, who="ana")
    page.button(key="budget-end").click().run()
    assert "ana set it to 500 a month on" in words(page)
    assert kept.running(state)[0].amount == 500.0
    kept.end(state, "Support", who="ana")
    page.button(key="budget-end").click().run()
    assert "There is no budget 'Support'." in words(page)
    assert not page.exception


@pytest.mark.usefixtures("filled")
def test_what_is_wrong_with_a_budget_is_said():
    page = look("cost")
    page.button(key="budget-set").click().run()
    assert "A budget needs a name." in words(page)


@pytest.mark.usefixtures("filled")
def test_who_only_reviews_sets_no_budget(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.identity.ROLES", frozenset({"reviewer"}))
    assert not [button for button in look("cost").button if button.key == "budget-set"]


@pytest.mark.usefixtures("filled")
def test_budgets_stand_in_the_title_where_they_speak_of_what_is_looked_at():
    state = runtime.current().state
    budgets.put(state, "all", 300.0, who="ana")
    budgets.put(state, "mini", 1.0, period="day", where=["model=gpt-4.1-mini"], who="ana")
    figures = [chart.proto.spec for chart in look("cost").get("plotly_chart")]
    (month,) = (one for one in figures if "April will end near $360 ($360 to $360)" in one)
    assert (
        "The budget of $300 is passed with a chance of over 99\u202f%, about the 26th; US dollars since the first"
        in month
    )
    assert not any("budget of $1 " in one for one in figures)
    figures = [chart.proto.spec for chart in look("cost", where=["model=gpt-4.1-mini"]).get("plotly_chart")]
    assert any("The budget of $1 is passed; US dollars a day" in one for one in figures)
    assert not any("budget of $300" in one for one in figures)


@pytest.mark.usefixtures("filled")
def test_a_budget_says_what_it_can_not_count():
    here = runtime.current()
    records.add(here.store, *({"time": datetime(2026, 4, 9, 8), "model": "own", "app": "x"} for _ in range(3)))
    budgets.put(here.state, "own", 5.0, where=["model=own"], who="ana")
    budgets.put(here.state, "all", 300.0, who="ana")
    said = words(look("cost"))
    assert "all: without 3 of 23 requests, whose cost is not known." in said
    assert "own: without all 3 requests, whose cost is not known." in said


@pytest.mark.usefixtures("filled")
def test_what_if():
    page = look("cost", period="all")
    page.selectbox(key="whatif-model").set_value(HOSTILE).run()
    page.selectbox(key="whatif-way").set_value("price").run()
    page.number_input(key="whatif-in").set_value(3.0).run()
    page.number_input(key="whatif-out").set_value(10.0).run()
    assert not page.exception
    said = words(page)
    assert "$80.00 would have been $160.00 (+100 %), recomputed for all 40 calls." in said.replace("\u202f", " ")
    assert (
        "If that held from now on, April will end near $400 ($400 to $400); as it is, April will end near $360" in said
    )
    page.selectbox(key="whatif-way").set_value("times").run()
    page.number_input(key="whatif-factor").set_value(0.0).run()
    assert "would have been $0.00" in words(page)
