"""The Alerts page: nothing yet, what fires, one alert and what people do with it, rules made, tried and kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from analysis.alerts import history, rules, silences
from analysis.alerts.evaluate import check
from analysis.alerts.rule import read
from analysis.state.database import now
from app import runtime
from tests.alerts import traffic
from tests.alerts.traffic import HOUR, WEEK
from tests.pages import HOSTILE, look, words

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.alerts.history import Alert


@pytest.fixture
def errors(home: Path) -> Alert:
    """An alert that fires now, of a group whose name is hostile."""
    held = runtime.current()
    top = now().replace(minute=0, second=0, microsecond=0)
    monday = (top - timedelta(days=top.weekday())).replace(hour=0)
    traffic.weeks(held.store, 1, start=monday - WEEK, app=HOSTILE)
    traffic.put(held.store, top - HOUR, 80, status="error", app=HOSTILE)
    for kept in rules.everything(held.state):
        rules.switch(held.state, kept.rule.name, on=False, who="ana")
    rules.save(held.state, read({
        "name": "errors", "title": f"Errors {HOSTILE}", "metric": "error_rate", "limit": 0.2, "by": "app", "least": 5,
        "note": HOSTILE,
    }), who="ana")  # fmt: skip
    check(held.store, held.state)
    (found,) = history.everything(held.state)
    return found


def alert() -> Alert:
    (found,) = history.everything(runtime.current().state)
    return found


@pytest.mark.usefixtures("home")
def test_an_empty_workspace_leads_to_import():
    assert "There is nothing to read yet" in words(look("alerts"))


@pytest.mark.usefixtures("home")
def test_nothing_has_fired_yet():
    traffic.weeks(runtime.current().store, 1)
    page = look("alerts")
    assert "Nothing fires" in words(page)
    assert "No rule has fired yet" in words(page)
    assert "Hallucination rate over 5\u202f% and more than usual, in 1 h, every 15 min, of 5 or more" in words(page)
    page.button(key="alert-check").click().run()
    assert "rules looked at, 0 new" in words(page)


@pytest.mark.usefixtures("errors")
def test_what_fires_is_first_and_can_be_seen():
    page = look("alerts")
    assert "1 firing" in words(page)
    assert "Error rate:" in words(page)
    assert len(page.get("vega_lite_chart")) == 2
    page.button(key=f"alert-seen-{alert().id}").click().run()
    assert alert().state == "acknowledged"
    page.button(key=f"alert-open-{alert().id}").click().run()
    assert page.query_params["alert"] in (f"{alert().id}", [f"{alert().id}"])


def test_one_alert_and_what_people_do(errors: Alert):
    page = look("alerts", alert=f"{errors.id}")
    said = words(page)
    assert "over the limit of 20\u202f%" in said
    assert HOSTILE in said
    assert len(page.get("plotly_chart")) == 1
    page.text_input(key=f"alert-whose-{errors.id}").set_value("ben").run()
    page.button(key="alert-assign").click().run()
    page.text_input(key=f"alert-words-{errors.id}").set_value(HOSTILE).run()
    page.button(key="alert-comment").click().run()
    page.button(key="alert-acknowledge").click().run()
    page.button(key="alert-silence").click().run()
    page.button(key="alert-resolve").click().run()
    kinds = [one.kind for one in alert().events]
    assert kinds == ["told", "assigned", "commented", "acknowledged", "resolved"]
    assert "given to ben" in words(page)
    state = runtime.current().state
    assert [one.group for one in silences.in_force(state, now())] == [HOSTILE]
    look("alerts").button(key=f"silence-lift-{silences.in_force(state, now())[0].id}").click().run()
    assert silences.in_force(state, now()) == []


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("link", ["99", "x", HOSTILE])
def test_a_link_to_no_alert(link: str):
    traffic.weeks(runtime.current().store, 1)
    look("alerts", alert=link)


@pytest.mark.usefixtures("errors")
def test_a_rule_is_changed_and_tried():
    page = look("alerts", rule="errors")
    page.number_input(key="rule-form-errors-limit-threshold-True").set_value(99.0).run()
    page.button(key="rule-try").click().run()
    assert len(page.get("plotly_chart")) == 1
    assert rules.find(runtime.current().state, "errors").limit == 0.2
    page.button(key="rule-keep").click().run()
    assert rules.find(runtime.current().state, "errors").limit == 0.99
    page.text_input(key="rule-form-errors-for").set_value("soon").run()
    assert "'soon' is no length of time" in words(page)
    assert page.button(key="rule-keep").disabled


@pytest.mark.usefixtures("errors")
def test_a_rule_is_made_switched_and_taken_away():
    page = look("alerts", rule="new")
    page.text_input(key="rule-form-new-title").set_value("Slow answers").run()
    page.selectbox(key="rule-form-new-kind").set_value("change").run()
    page.selectbox(key="rule-form-new-metric").set_value("latency_p95").run()
    page.button(key="rule-keep").click().run()
    state = runtime.current().state
    assert (rules.find(state, "slow-answers").kind, rules.find(state, "slow-answers").metric) == (
        "change",
        "latency_p95",
    )
    page.toggle(key="rule-on-slow-answers").set_value(False).run()
    assert not rules.find(state, "slow-answers").on
    page.button(key="rule-remove").click().run()
    assert "slow-answers" not in {kept.rule.name for kept in rules.everything(state)}


@pytest.mark.usefixtures("errors")
def test_a_rule_is_written_as_yaml():
    page = look("alerts", rule="errors")
    (area,) = [one for one in page.text_area if (one.key or "").startswith("rule-text-")]
    area.set_value("name: errors\ntitle: T\nmetric: nothing\n").run()
    page.button(key="rule-keep-yaml").click().run()
    assert "a rule of kind threshold needs one" in words(page)
    (area,) = [one for one in page.text_area if (one.key or "").startswith("rule-text-")]
    area.set_value("name: errors\ntitle: T\nmetric: cost\nlimit: 3\n").run()
    page.button(key="rule-keep-yaml").click().run()
    assert rules.find(runtime.current().state, "errors").metric == "cost"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("kind", ["spike", "absence", "drift"])
def test_each_kind_has_its_form(kind: str):
    traffic.weeks(runtime.current().store, 1)
    page = look("alerts", rule="new")
    page.selectbox(key="rule-form-new-kind").set_value(kind).run()
    if kind == "drift":
        page.selectbox(key="rule-form-new-window").set_value("1 w").run()
        page.selectbox(key="rule-form-new-step").set_value("1 w").run()
    page.button(key="rule-try").click().run()
    assert [error.message for error in page.exception] == []
