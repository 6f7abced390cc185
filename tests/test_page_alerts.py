"""The Alerts page: nothing yet, what fires, one alert and what people do with it, rules made, tried and kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from analysis.alerts import history, rules, silences
from analysis.alerts.evaluate import check
from analysis.alerts.rule import read
from analysis.state.database import now
from app import identity, runtime
from app.identity import Identity
from tests import records
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
    page = look("alerts", rule="_new")
    page.text_input(key="rule-form-_new-title").set_value("Slow answers").run()
    page.selectbox(key="rule-form-_new-kind").set_value("change").run()
    page.selectbox(key="rule-form-_new-metric").set_value("latency_p95").run()
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
    area.set_value(
        "- {name: errors, title: T, metric: cost, limit: 3}\n- {name: new, title: N, metric: cost, limit: 4}"
    ).run()
    page.button(key="rule-keep-yaml").click().run()
    assert rules.find(runtime.current().state, "errors").metric == "cost"
    page.button(key="rule-change-errors").click().run()
    assert page.selectbox(key="rule-form-errors-metric").value == "cost"  # not what the form held before
    page.button(key="rule-change-new").click().run()
    assert page.number_input(key="rule-form-new-limit-threshold-False").value == 4


@pytest.mark.usefixtures("errors")
def test_a_rule_is_of_attributes_as_filters_are():
    held = runtime.current()
    records.add(held.store, *(
        {"time": f"2026-06-01 {hour:02}:00", "attributes": {"tier": tier, "a=b": "x", HOSTILE[:6]: "y"}}
        for hour in range(9) for tier in ("free", HOSTILE, "two\nlines")
    ))  # fmt: skip
    page = look("alerts", rule="errors")
    offered = page.selectbox(key="rule-form-errors-where-field").options
    assert "tier" in offered
    assert "a=b" not in offered, "no condition can be written of it"
    page.text_area(key="rule-form-errors-where").set_value("model=m").run()
    page.selectbox(key="rule-form-errors-where-field").set_value("attributes.tier").run()
    values = page.multiselect(key="rule-form-errors-where-attributes.tier")
    assert len(values.options) == 3, "two of the values are in one line, and there are records without one"
    values.set_value([HOSTILE]).run()
    assert page.text_area(key="rule-form-errors-where").value == f"model=m\nattributes.tier={HOSTILE}"
    page.selectbox(key="rule-form-errors-by").set_value("attributes.tier").run()
    page.button(key="rule-try").click().run()
    page.button(key="rule-keep").click().run()
    assert not page.exception
    rule = rules.find(held.state, "errors")
    assert (rule.where, rule.by) == (("model=m", f"attributes.tier={HOSTILE}"), "attributes.tier")
    page.multiselect(key="rule-form-errors-where-attributes.tier").set_value([]).run()
    page.selectbox(key="rule-form-errors-by").set_value("").run()
    page.button(key="rule-keep").click().run()
    rule = rules.find(held.state, "errors")
    assert (rule.where, rule.by) == (("model=m",), "")


@pytest.mark.usefixtures("errors")
def test_a_window_of_every_week_is_made_listed_and_lifted():
    page = look("alerts")
    page.datetime_input(key="silence-from").set_value(datetime(2026, 6, 7, 2)).run()
    page.text_input(key="silence-for").set_value("ever").run()
    page.button(key="silence-add").click().run()
    assert "for: 'ever' is no length of time" in words(page)
    page.text_input(key="silence-for").set_value("2 h").run()
    page.button(key="silence-add").click().run()
    assert "It would be over already" in words(page)
    page.checkbox(key="silence-weekly").check().run()
    page.text_input(key="silence-for").set_value("8 d").run()
    page.button(key="silence-add").click().run()
    assert "no longer than a week" in words(page)
    page.text_input(key="silence-for").set_value("2 h").run()
    page.text_input(key="silence-reason").set_value(HOSTILE).run()
    page.selectbox(key="silence-rule").set_value("errors").run()
    page.selectbox(key="silence-group-errors").set_value(HOSTILE).run()
    page.button(key="silence-add").click().run()
    state = runtime.current().state
    (made,) = silences.in_force(state, now())
    assert (made.rule, made.group, made.weekly, made.reason) == ("errors", HOSTILE, True, HOSTILE)
    assert (made.start, made.end) == (datetime(2026, 6, 7, 2), datetime(2026, 6, 7, 4))
    assert "every Sunday, 02:00 to 04:00 UTC, by" in words(page)
    assert "would be over" not in words(page)
    silences.lift(state, made.id, who="ben")  # while the page still shows it
    page.button(key=f"silence-lift-{made.id}").click().run()
    assert not page.exception
    assert silences.in_force(state, now()) == []
    assert "all that fires is told" in words(page)


@pytest.mark.usefixtures("errors")
def test_a_silence_from_now_on_is_of_all_rules():
    page = look("alerts")
    page.text_input(key="silence-for").set_value("1 d").run()
    page.button(key="silence-add").click().run()
    (made,) = silences.in_force(runtime.current().state, now())
    assert (made.rule, made.weekly, made.end - made.start) == (None, False, timedelta(days=1))
    assert abs(made.start - now()) < timedelta(minutes=5)
    assert f"All rules: {made.start.day} " in words(page)


@pytest.mark.usefixtures("errors")
def test_who_may_only_look_silences_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(identity, "local", lambda: Identity("max", frozenset({"manager"})))
    silences.add(runtime.current().state, now(), now() + WEEK, who="ana")
    page = look("alerts")
    assert "All rules: " in words(page)
    assert not [one for one in page.button if (one.key or "").startswith("silence-")]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("kind", ["spike", "absence", "drift"])
def test_each_kind_has_its_form(kind: str):
    traffic.weeks(runtime.current().store, 1)
    page = look("alerts", rule="_new")
    page.selectbox(key="rule-form-_new-kind").set_value(kind).run()
    if kind == "drift":
        page.selectbox(key="rule-form-_new-window").set_value("1 w").run()
        page.selectbox(key="rule-form-_new-step").set_value("1 w").run()
    page.button(key="rule-try").click().run()
    assert [error.message for error in page.exception] == []
