"""The check: alerts are kept once, told once, followed until they are over, and old ones page nobody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from analysis.alerts import deeds, history, keeping, outbox, rules, silences, told, windows
from analysis.alerts.evaluate import Checked, check
from analysis.alerts.rule import RuleError, read
from analysis.alerts.senders.words import heading
from analysis.metrics.kept.days import refresh
from tests.alerts import traffic
from tests.alerts.traffic import DAY, HOUR, MONDAY, WEEK

if TYPE_CHECKING:
    from analysis.alerts.history import Alert
    from analysis.alerts.notice import Notice
    from analysis.state.database import State
    from analysis.store import Store

WEDNESDAY = MONDAY + 4 * WEEK + 2 * DAY
TEN = WEDNESDAY + 10 * HOUR


@pytest.fixture
def watched(store: Store, state: State) -> Store:
    """Five weeks with an hour of errors in the fifth, and the one rule that looks for them."""
    return prepared(store, state)


def prepared(store: Store, state: State, **given: Any) -> Store:
    traffic.weeks(store, 5)
    traffic.put(store, TEN, 60, status="error")
    for kept in rules.everything(state):
        rules.switch(state, kept.rule.name, on=False, who="ana")
    body = {"name": "errors", "title": "Many errors", "metric": "error_rate", "limit": 0.2, "least": 10,
            "senders": ["slack"], "severity": "critical"}  # fmt: skip
    rules.save(state, read(body | given), who="ana")
    return store


def look(store: Store, state: State, hours: float) -> Checked:
    """Check so many hours after ten o'clock."""
    return check(store, state, now=TEN + hours * HOUR, address="https://afterword.example")


def only(state: State) -> Alert:
    (found,) = history.everything(state)
    return found


def events(notices: list[Notice]) -> list[str]:
    return [one.event for one in notices]


def test_an_alert_from_its_beginning_to_its_end(watched: Store, state: State, notices: list[Notice]):
    assert look(watched, state, 0).firing == 0
    assert look(watched, state, 1).firing == 1
    (told,) = notices
    assert (told.event, told.severity, told.rule, told.title) == ("trigger", "critical", "errors", "Many errors")
    assert told.text.startswith("Error rate: 7")
    assert "over the limit of 20\u202f%" in told.text
    assert told.facts[0] == ("Window", "1 July 10:00 to 11:00 UTC")
    assert told.why[0].startswith("It comes of other shares by model: n 0\u202f%")
    assert told.link == f"https://afterword.example/alerts?alert={only(state).id}"
    for hours in (1, 1.5, 1.9):
        look(watched, state, hours)
    assert events(notices) == ["trigger"]
    assert look(watched, state, 2).firing == 0
    look(watched, state, 3)
    assert events(notices) == ["trigger", "resolve"]
    assert notices[0].key == notices[1].key
    assert (only(state).start, only(state).end, only(state).late) == (TEN, TEN + HOUR, "")


def test_what_was_imported_long_after_is_kept_and_not_told(watched: Store, state: State, notices: list[Notice]):
    check(watched, state, now=TEN + 90 * DAY)
    assert (only(state).late, only(state).told, notices) == ("history", None, [])


def test_what_came_late_is_told_as_late(watched: Store, state: State, notices: list[Notice]):
    look(watched, state, 8)
    assert only(state).late == "late"
    assert events(notices) == ["trigger", "resolve"]
    assert ("Late", "its records came 7 h after their time") in notices[0].facts


def test_records_that_come_late_are_looked_at(store: Store, state: State, notices: list[Notice]):
    prepared(store, state)
    look(store, state, 30)
    traffic.put(store, TEN + 20 * HOUR, 40, status="error")  # within what is looked at on every check
    traffic.put(store, MONDAY + 2 * DAY + 10 * HOUR, 60, status="error")  # long before
    done = look(store, state, 30)
    assert sum(len(one.opened) for one in done.outcomes) == 2
    assert [(one.start, one.late) for one in history.everything(state)] == [
        (TEN + 20 * HOUR, "late"), (TEN, "history"), (MONDAY + 2 * DAY + 10 * HOUR, "history"),
    ]  # fmt: skip
    again = look(store, state, 30)
    assert all(one.start is None for one in again.outcomes)  # nothing is new: nothing was looked at
    assert len(history.everything(state)) == 3


def test_a_breach_that_late_records_take_back_is_over(watched: Store, state: State, notices: list[Notice]):
    look(watched, state, 1)
    traffic.put(watched, TEN, 900)
    assert look(watched, state, 1.2).firing == 0
    assert events(notices) == ["trigger", "resolve"]


def test_an_alert_that_only_seemed_over_is_opened_again(watched: Store, state: State, notices: list[Notice]):
    traffic.put(watched, TEN + HOUR, 8)
    assert look(watched, state, 2).firing == 0
    traffic.put(watched, TEN + HOUR, 90, status="error")
    assert look(watched, state, 2.2).firing == 1
    assert [one.kind for one in only(state).events] == ["told", "resolved", "reopened", "told"]
    assert events(notices) == ["trigger", "resolve", "trigger"]
    look(watched, state, 4)
    assert only(state).state == "resolved"
    assert notices[-1].key == notices[-2].key != notices[0].key


@pytest.mark.parametrize("together", [1, 4])
def test_many_processes_open_and_tell_once(
    store: Store, any_state: State, together: int, monkeypatch: pytest.MonkeyPatch
):
    prepared(store, any_state)
    told: list[Notice] = []
    monkeypatch.setattr(outbox, "put", lambda connection, notice, senders: told.append(notice))
    with ThreadPoolExecutor(together) as pool:
        list(pool.map(lambda _: look(store, any_state, 1), range(together)))
    assert only(any_state).state == "firing"
    assert len(told) == 1


def test_an_alert_and_its_notice_are_kept_together_or_not_at_all(
    watched: Store, state: State, monkeypatch: pytest.MonkeyPatch
):
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(outbox, "put", killed)
    with pytest.raises(KeyboardInterrupt):
        look(watched, state, 1)
    assert history.everything(state) == []
    monkeypatch.setattr(outbox, "put", lambda *_: None)
    assert look(watched, state, 1).firing == 1


def test_a_silence_keeps_it_from_being_told(watched: Store, state: State, notices: list[Notice]):
    quiet = silences.add(state, TEN, TEN + 1.5 * HOUR, who="ana", rule="errors", reason="we know")
    traffic.put(watched, TEN + HOUR, 60, over=3 * HOUR, status="error")
    look(watched, state, 1)
    assert (only(state).state, notices) == ("firing", [])
    look(watched, state, 2)  # the silence is over, and it fires still
    assert events(notices) == ["trigger"]
    assert silences.in_force(state, TEN + 2 * HOUR) == []
    silences.lift(state, quiet.id, who="ana")
    with pytest.raises(KeyError, match="no silence"):
        silences.lift(state, quiet.id, who="ana")


def test_a_maintenance_window_comes_every_week(state: State):
    made = silences.add(state, datetime(2026, 6, 7, 2), datetime(2026, 6, 7, 4), who="ana", weekly=True)
    assert made.covers("any", "", datetime(2026, 7, 5, 3))
    assert not made.covers("any", "", datetime(2026, 7, 5, 4))
    assert not made.covers("any", "", datetime(2026, 5, 31, 3))
    assert silences.in_force(state, datetime(2026, 9, 1)) == [made]
    with pytest.raises(ValueError, match="no longer than a week"):
        silences.add(state, MONDAY, MONDAY + 8 * DAY, who="ana", weekly=True)
    with pytest.raises(ValueError, match="ends after"):
        silences.add(state, MONDAY, MONDAY, who="ana")


def test_many_groups_at_once_are_one_notice(store: Store, state: State, notices: list[Notice]):
    prepared(store, state, by="app")
    for app in "abcd":
        traffic.weeks(store, 5, app=app)
        traffic.put(store, TEN, 60, status="error", app=app)
    look(store, state, 1)
    (told,) = notices
    assert len(history.everything(state)) == 5
    assert ("Groups", "a, b, c, d and shop") in told.facts
    first = history.everything(state)[0]
    deeds.resolve(store, state, first.id, who="ana")
    assert events(notices) == ["trigger"]
    look(store, state, 2.5)
    assert events(notices) == ["trigger", "resolve"]
    assert notices[1].key == told.key
    assert ("Groups", "a, b, c, d and shop") in notices[1].facts


def test_what_people_do(watched: Store, state: State, notices: list[Notice]):
    look(watched, state, 1)
    number = only(state).id
    deeds.acknowledge(watched, state, number, who="ana")
    deeds.acknowledge(watched, state, number, who="ben")
    deeds.assign(state, number, "ben", who="ana")
    deeds.comment(state, number, "The provider is down.", who="ben")
    deeds.resolve(watched, state, number, who="ben", reason="Another provider answers.")
    assert events(notices) == ["trigger", "acknowledge", "resolve"]
    assert [(one.kind, one.who) for one in only(state).events] == [
        ("told", ""), ("acknowledged", "ana"), ("assigned", "ana"), ("commented", "ben"), ("resolved", "ben"),
    ]  # fmt: skip
    assert [heading(one) for one in notices] == ["Many errors", "Acknowledged: Many errors", "Resolved: Many errors"]
    assert ("Seen by", "ana") in notices[1].facts
    assert ("Over", "resolved by ben: Another provider answers.") in notices[2].facts
    assert only(state).assigned == "ben"
    with pytest.raises(ValueError, match=r"is over since .* UTC: resolved by ben: Another provider answers\."):
        deeds.resolve(watched, state, number, who="ana")
    with pytest.raises(ValueError, match="There is no alert 99"):
        deeds.assign(state, 99, "ana", who="ana")
    with pytest.raises(ValueError, match="needs a text"):
        deeds.comment(state, number, " ", who="ana")
    look(watched, state, 1.5)  # what a person ended is not opened again while it goes on
    assert only(state).state == "resolved"


def test_who_gives_an_alert_away_is_told_that_somebody_else_has_done_so(watched: Store, state: State):
    look(watched, state, 1)
    number = only(state).id
    deeds.assign(state, number, "cleo", who="ana", seen="")
    with pytest.raises(ValueError, match="ana has given it to cleo meanwhile"):
        deeds.assign(state, number, "ben", who="ben", seen="")
    assert only(state).assigned == "cleo"
    deeds.assign(state, number, "ben", who="ben", seen="cleo")
    assert only(state).assigned == "ben"


def test_what_was_taken_back_ends_an_alert_and_the_figure_is_not_said_to_be_back(
    watched: Store, state: State, notices: list[Notice]
):
    look(watched, state, 1)
    traffic.drop(watched, TEN, TEN + HOUR)
    look(watched, state, 1.2)
    assert ("Over", keeping.GONE) in notices[-1].facts


def test_the_group_stands_in_the_heading_and_its_return_in_the_facts(store: Store, state: State, notices: list[Notice]):
    prepared(store, state, by="app")
    look(store, state, 1)
    look(store, state, 2)
    assert [heading(one) for one in notices] == ["Many errors: shop", "Resolved: Many errors: shop"]
    assert ("Over", "the figure was back") in notices[1].facts


@pytest.mark.parametrize("where", ["app=quiet", "app~qui", "app!=shop"])
def test_conditions_on_the_field_that_it_goes_by_hold(store: Store, state: State, where: str):
    prepared(store, state, by="app", where=[where])
    traffic.weeks(store, 5, app="quiet")
    refresh(store)  # what is kept by day offers every app
    assert look(store, state, 1).firing == 0
    traffic.put(store, TEN, 60, status="error", app="quiet")
    assert look(store, state, 1.2).firing == 1
    assert told.behind(only(state).as_it_was, "quiet", TEN, TEN + HOUR).texts() == ["app=quiet"]


def test_the_groups_watched_are_the_largest_of_the_rules_own_records(
    store: Store, state: State, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(windows, "GROUPS", 1)
    prepared(store, state, by="app", where=["latency>5"])
    # of shop, which has no such record, there are five weeks
    traffic.put(store, TEN, 60, status="error", app="quiet", latency=9.0)
    refresh(store)
    look(store, state, 1.2)
    assert only(state).group == "quiet"


def test_rules_are_kept_and_the_ready_made_ones_are_there(state: State):
    names = [kept.rule.name for kept in rules.everything(state)]
    assert names[0] == "hallucination-rate"
    rules.switch(state, "drift", on=False, who="ana")
    assert not rules.find(state, "drift").on
    rules.remove(state, "drift", who="ana")
    with pytest.raises(RuleError, match=r"There is no rule 'drift'\. Rules: hallucination-rate"):
        rules.find(state, "drift")
    assert names[1:] != [kept.rule.name for kept in rules.everything(state)][1:]


def test_a_rule_that_cannot_be_looked_at_says_why(watched: Store, state: State):
    rules.save(state, read({"name": "gone", "title": "G", "metric": "score.gone", "limit": 1}), who="ana")
    (problem,) = [one.problem for one in look(watched, state, 1).outcomes if one.problem]
    assert "There is no metric 'score.gone'" in problem
    assert only(state).rule == "errors"


def test_nobody_is_told_where_no_sender_is_set_up(state: State, monkeypatch: pytest.MonkeyPatch):
    for name in ("SLACK_WEBHOOK", "PAGERDUTY_KEY", "SMTP_URL", "TEAMS_WEBHOOK", "WEBHOOK_URL"):
        monkeypatch.delenv(f"AFTERWORD_{name}", raising=False)
    rule = rules.find(state, "drift")
    assert keeping.senders_of(state, rule) == ()


def test_an_outage_is_seen_by_the_clock_and_old_records_are_no_outage(
    store: Store, state: State, notices: list[Notice]
):
    prepared(store, state, kind="absence", metric="requests", limit=None, window="3 h", step="1 h", least=1)
    traffic.drop(store, TEN, TEN + 30 * DAY)
    look(store, state, 4)
    assert events(notices) == ["trigger"]
    assert "Requests: none in 3 h" in notices[0].text
    look(store, state, 48)
    assert only(state).state == "firing"


def test_old_records_that_end_are_no_outage(store: Store, state: State):
    prepared(store, state, kind="absence", metric="requests", limit=None, window="3 h", step="1 h", least=1)
    check(store, state, now=MONDAY + 30 * WEEK)
    assert history.everything(state) == []


def test_what_a_rule_that_is_switched_off_had_open_is_over(watched: Store, state: State, notices: list[Notice]):
    look(watched, state, 1)
    rules.switch(state, "errors", on=False, who="ana")
    assert look(watched, state, 1.5).firing == 0
    assert events(notices) == ["trigger", "resolve"]
    assert ("Over", keeping.LEFT) in notices[1].facts
