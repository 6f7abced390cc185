"""Which senders there are, by the environment alone and by entries of the settings; what is missing is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analysis.alerts import senders
from analysis.alerts.senders import KINDS, settings
from analysis.alerts.senders.pagerduty import PagerDuty
from analysis.alerts.senders.slack import Slack
from tests.alerts.receiving import receiving

if TYPE_CHECKING:
    from analysis.state.database import State

INTEGRATION = "e93facc04764012d7bfb002500d5d1a6"


def said(state: State, environment: dict[str, str]) -> dict[str, str]:
    return {one.name: one.problem for one in senders.listed(state, environment=environment)}


def test_without_anything_there_is_no_sender(state: State):
    assert senders.listed(state, environment={}) == []


def test_the_environment_alone_is_enough(state: State):
    environment = {
        "AFTERWORD_SLACK_WEBHOOK": "https://hooks.slack.com/services/T/B/x",
        "AFTERWORD_PAGERDUTY_KEY": INTEGRATION,
        "AFTERWORD_SMTP_URL": "smtps://mail.example.org", "AFTERWORD_MAIL_TO": "ops@example.org, ana@example.org",
        "AFTERWORD_TEAMS_WEBHOOK": "https://x.logic.azure.com/workflows/x",
        "AFTERWORD_WEBHOOK_URL": "https://alerts.example.org/", "AFTERWORD_WEBHOOK_SECRET": "whsec_" + "A" * 32,
    }  # fmt: skip
    found = senders.configured(state, environment=environment)
    assert {name: one.where for name, one in found.items()} == {
        "slack": "hooks.slack.com", "pagerduty": "events.pagerduty.com",
        "mail": "ops@example.org, ana@example.org by mail.example.org", "teams": "x.logic.azure.com",
        "webhook": "alerts.example.org",
    }  # fmt: skip


def test_what_is_missing_or_wrong_is_named_without_its_value(state: State):
    environment = {
        "AFTERWORD_SLACK_WEBHOOK": "http://hooks.example/T0SECRET", "AFTERWORD_PAGERDUTY_KEY": "T0SECRET",
        "AFTERWORD_SMTP_URL": "smtps://mail.example.org", "AFTERWORD_WEBHOOK_SECRET": "T0SECRET",
    }  # fmt: skip
    problems = said(state, environment)
    assert problems == {
        "slack": "AFTERWORD_SLACK_WEBHOOK is no https:// address.",
        "pagerduty": "AFTERWORD_PAGERDUTY_KEY is no integration key, which has 32 letters and digits.",
        "mail": "AFTERWORD_MAIL_TO is not set.",
        "webhook": "AFTERWORD_WEBHOOK_URL is not set.",
    }
    assert senders.configured(state, environment=environment) == {}


def test_entries_name_their_variables_and_go_before_the_usual_ones(state: State):
    text = """[
      {"name": "support", "kind": "slack", "url_env": "SUPPORT_HOOK"},
      {"name": "lab", "kind": "slack", "url_env": "LAB_HOOK", "insecure": true},
      {"name": "pagerduty", "kind": "pagerduty", "key_env": "PD", "url_env": "PD_URL"},
      {"name": "post", "kind": "mail", "to": "ops@example.org", "from": "a@example.org"}
    ]"""
    settings.keep(state, text, KINDS, who="ana")
    environment = {
        "SUPPORT_HOOK": "https://hooks.slack.com/1", "LAB_HOOK": "http://lab.example/2", "PD": INTEGRATION,
        "PD_URL": "https://events.eu.pagerduty.com/v2/enqueue", "AFTERWORD_PAGERDUTY_KEY": "x",
        "AFTERWORD_SLACK_WEBHOOK": "https://hooks.slack.com/3", "AFTERWORD_SMTP_URL": "smtp://mail.example.org",
    }  # fmt: skip
    found = senders.configured(state, environment=environment)
    assert list(found) == [
        "support",
        "lab",
        "pagerduty",
        "post",
        "slack",
    ]  # and no mail, for nobody to write to is named
    assert isinstance(found["support"], Slack)
    assert isinstance(found["pagerduty"], PagerDuty)
    assert found["pagerduty"].where == "events.eu.pagerduty.com"
    assert found["post"].where == "ops@example.org by mail.example.org"
    assert said(state, {})["support"] == "SUPPORT_HOOK is not set."
    settings.keep(state, "", KINDS, who="ana")
    assert senders.listed(state, environment={}) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[{", "The list is not JSON"),
        ("{}", "It must be a list"),
        ("[1]", "Entry 1: it is no object"),
        ('[{"kind": "slack"}]', "Entry 1: name must be text"),
        ('[{"name": " a", "kind": "slack"}]', "Entry 1: name must be text"),
        ('[{"name": "a"}]', "Entry 1: kind must be one of slack, pagerduty, mail, teams, webhook"),
        ('[{"name": "a", "kind": []}]', "Entry 1: kind must be one of"),
        ('[{"name": "a", "kind": "slack"}, {"name": "a", "kind": "mail"}]', "Entry 2: its name is there already"),
        ('[{"name": "a", "kind": "slack", "url": "https://hooks.slack.com/x"}]', "unknown field 'url'"),
        ('[{"name": "a", "kind": "slack", "to": "x"}]', "slack knows url_env and insecure"),
        ('[{"name": "a", "kind": "slack", "url_env": 1}]', "url_env must be text"),
        ('[{"name": "a", "kind": "slack", "insecure": "yes"}]', "insecure must be true or false"),
    ],
)
def test_a_bad_entry_is_refused_in_words_and_nothing_is_kept(state: State, text: str, why: str):
    with pytest.raises(ValueError, match=why):
        settings.keep(state, text, KINDS, who="ana")
    assert settings.kept(state) == []


def test_entries_are_written_as_they_are_read(state: State):
    settings.keep(state, '[{"name": "a", "kind": "slack"}]', KINDS, who="ana")
    assert settings.read(settings.text_of(settings.kept(state)), KINDS) == settings.kept(state)
    assert settings.text_of([]) == ""


def test_a_sender_is_tried_at_once_and_says_how_it_went(state: State, monkeypatch: pytest.MonkeyPatch):
    with receiving(lambda number: "404" if number else "200") as server:
        monkeypatch.setenv("AFTERWORD_SLACK_WEBHOOK", server.url)
        monkeypatch.setenv("AFTERWORD_SMTP_URL", "smtp://localhost")
        assert senders.try_out(state, "slack") == ""
        assert senders.try_out(state, "slack") == "HTTP 404: ok"
    assert "Test: Afterword can reach you" in server.got[0].json["text"]
    assert senders.try_out(state, "mail") == "AFTERWORD_MAIL_TO is not set."
    with pytest.raises(ValueError, match="no sender 'teams'"):
        senders.try_out(state, "teams")
