"""Two people on the Alerts page at once: nobody's work gives way to another's without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.alerts import deeds, history, outbox, rules, silences
from analysis.alerts.evaluate import check
from analysis.alerts.rule import read
from analysis.alerts.rules import ChangedError
from analysis.state.database import now
from app import identity, runtime
from app.identity import ROLES, Identity
from tests.alerts import traffic
from tests.alerts.receiving import receiving
from tests.alerts.traffic import DAY, HOUR
from tests.pages import HOSTILE, look, words

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from analysis.state.database import State

LIMIT = "rule-form-errors-limit-threshold-True"


@pytest.fixture
def state(home: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    """A workspace with records and a rule of ana's, at which ben looks."""
    held = runtime.current()
    top = now().replace(minute=0, second=0, microsecond=0)
    traffic.put(held.store, top - HOUR, 80, status="error")
    for kept in rules.everything(held.state):
        rules.switch(held.state, kept.rule.name, on=False, who="ana")
    rules.save(held.state, rule(), who="ana")
    monkeypatch.setattr(identity, "current", lambda: Identity("ben", ROLES))
    return held.state


def rule(limit: float = 0.2, **given: object):
    return read({"name": "errors", "title": "Errors", "metric": "error_rate", "limit": limit, "least": 5} | given)


def press(page: AppTest, key: str) -> str:
    page.button(key=key).click().run()
    assert [error.message for error in page.exception] == []
    return words(page)


def limit(state: State) -> float | None:
    return rules.find(state, "errors").limit


def test_a_rule_that_somebody_changed_meanwhile_gives_way_only_to_who_knows(state: State):
    page = look("alerts", rule="errors")
    page.number_input(key=LIMIT).set_value(30.0).run()
    rules.save(state, rule(0.4), who="ana")
    assert "ana changed this rule on" in press(page, "rule-keep")
    assert limit(state) == 0.4
    assert page.number_input(key=LIMIT).value == 30.0
    press(page, "rule-keep")
    assert limit(state) == 0.3
    page.number_input(key=LIMIT).set_value(35.0).run()  # one's own change is no change by somebody else
    press(page, "rule-keep")
    assert limit(state) == 0.35


def test_a_rule_that_somebody_changed_meanwhile_is_not_taken_away(state: State):
    page = look("alerts", rule="errors")
    rules.save(state, rule(0.4), who="ana")
    assert "Take away once more does it all the same" in press(page, "rule-remove")
    assert limit(state) == 0.4
    press(page, "rule-remove")
    assert "errors" not in {kept.rule.name for kept in rules.everything(state)}


def test_a_rule_that_somebody_took_away_is_still_in_the_form(state: State):
    page = look("alerts", rule="errors")
    page.number_input(key=LIMIT).set_value(30.0).run()
    rules.remove(state, "errors", who="ana")
    assert "ana took this rule away on" in press(page, "rule-keep")
    press(page, "rule-keep")
    assert limit(state) == 0.3
    rules.remove(state, "errors", who="ana")
    page.number_input(key=LIMIT).set_value(31.0).run()
    assert "Somebody has taken this rule away. Keep puts it back" in words(page)
    press(page, "rule-keep")
    assert limit(state) == 0.31
    rules.remove(state, "errors", who="ana")
    assert "ana took this rule away" in press(page, "rule-remove")


def test_a_link_to_a_rule_that_is_gone_says_so(state: State):
    assert f"There is no rule {HOSTILE} any more." in words(look("alerts", rule=HOSTILE))


def test_a_new_rule_takes_nobodys_name(state: State):
    page = look("alerts", rule="_new")
    page.text_input(key="rule-form-_new-title").set_value("Errors").run()
    assert "There is a rule errors already." in press(page, "rule-keep")
    assert limit(state) == 0.2
    page.text_input(key="rule-form-_new-title").set_value("Error rate").run()
    assert "There is a rule error-rate already." in press(page, "rule-keep")
    page.text_input(key="rule-form-_new-title").set_value("New").run()
    press(page, "rule-keep")
    assert rules.find(state, "new").title == "New"


def test_rules_are_kept_all_or_none(state: State):
    with pytest.raises(ChangedError, match="There is a rule errors already"):
        rules.save(state, rule(name="fine"), rule(0.5), who="ben", over={})
    assert limit(state) == 0.2
    assert "fine" not in {kept.rule.name for kept in rules.everything(state)}


def test_a_switch_shows_how_the_rule_is(state: State):
    page = look("alerts", rule="errors")
    rules.switch(state, "errors", on=False, who="ana")
    page.run()
    assert not page.toggle(key="rule-on-errors").value
    page.toggle(key="rule-on-errors").set_value(True).run()
    assert rules.find(state, "errors").on
    page.number_input(key=LIMIT).set_value(30.0).run()
    assert "ana changed" not in press(page, "rule-keep")
    assert (limit(state), rules.find(state, "errors").on) == (0.3, True)
    rules.remove(state, "errors", who="ana")
    page.toggle(key="rule-on-errors").set_value(False).run()
    assert [error.message for error in page.exception] == []
    assert "Somebody has taken this rule away." in words(page)


def test_a_rule_need_not_go_by_its_field_for_ever(state: State):
    rules.save(state, rule(by="attributes.tier", limit=-1.0, direction="under", metric="cost"), who="ana")
    page = look("alerts", rule="errors")
    assert page.selectbox(key="rule-form-errors-by").value == "attributes.tier"
    page.selectbox(key="rule-form-errors-by").set_value("").run()
    press(page, "rule-keep")
    assert (rules.find(state, "errors").by, limit(state)) == ("", -1.0)


def test_a_rule_that_there_are_too_few_days_for_says_so(state: State):
    rules.save(state, rule(kind="projected", metric="cost", window="31 d", step="1 d"), who="ana")
    page = look("alerts", rule="errors")
    assert "there are too few days of them" in press(page, "rule-try")


def test_an_alert_that_two_people_take_on(state: State):
    held = runtime.current()
    check(held.store, state)
    (alert,) = history.everything(state)
    listed, page = look("alerts"), look("alerts", alert=f"{alert.id}")
    deeds.acknowledge(held.store, state, alert.id, who="ana")
    deeds.assign(state, alert.id, "cleo", who="ana")
    assert "ana has acknowledged it already." in press(listed, f"alert-seen-{alert.id}")
    assert "ana has acknowledged it already." in press(page, "alert-acknowledge")
    page = look("alerts", alert=f"{alert.id}")
    page.text_input(key=f"alert-whose-{alert.id}").set_value("ben").run()
    deeds.assign(state, alert.id, "dora", who="ana")
    assert "ana has given it to dora meanwhile." in press(page, "alert-assign")
    press(page, "alert-assign")
    assert history.find(state, alert.id).assigned == "ben"
    silences.add(state, now(), now() + DAY, who="ana", rule="errors")
    assert "silenced by ana to" in words(page.run())
    page.text_input(key=f"alert-words-{alert.id}").set_value("It was me").run()
    deeds.resolve(held.store, state, alert.id, who="ana", reason="It was DNS")
    assert "UTC: resolved by ana: It was DNS." in press(page, "alert-resolve")
    assert page.text_input(key=f"alert-words-{alert.id}").value == "It was me"


def test_a_silence_that_somebody_lifted_is_lifted(state: State):
    made = silences.add(state, now(), now() + DAY, who="ana")
    page = look("alerts")
    silences.lift(state, made.id, who="ana")
    press(page, f"silence-lift-{made.id}")
    assert silences.in_force(state, now()) == []


def test_what_was_not_delivered_is_said_where_the_alert_is_read(state: State, monkeypatch: pytest.MonkeyPatch):
    held = runtime.current()
    rules.save(state, rule(senders=["slack", "teams"]), who="ana")
    with receiving(lambda _: "200") as fine, receiving(lambda _: "500") as failing:
        monkeypatch.setenv("AFTERWORD_SLACK_WEBHOOK", fine.url)
        monkeypatch.setenv("AFTERWORD_TEAMS_WEBHOOK", failing.url)
        check(held.store, state)
        outbox.deliver(state)
    (alert,) = history.everything(state)
    said = words(look("alerts", alert=f"{alert.id}"))
    assert "told by slack " in said
    assert "to be tried again by teams: HTTP 500: ok" in said
    assert "1 message not delivered; the newest, by teams: HTTP 500: ok" in words(look("alerts"))
