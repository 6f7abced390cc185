"""Senders on the Settings page and on the command line: which there are, a test, and what was not delivered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import typer

from analysis.alerts import outbox
from analysis.alerts.senders import KINDS, settings
from app import cli_alerts_senders, commands, identity, runtime
from app.command import Call, CommandError
from app.printed import PRINTED
from tests import pages
from tests.alerts.receiving import notice, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.alerts.receiving import Server

VARIABLES = sorted({variable for kind in KINDS.values() for variable in kind.fields.values()})


@pytest.fixture
def server(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A receiver that takes the first message and refuses the rest, as the workspace's Slack."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    with receiving(lambda number: "410" if number else "200") as there:
        monkeypatch.setenv("AFTERWORD_SLACK_WEBHOOK", there.url)
        yield there


def refused(*keys: str) -> None:
    """Have messages that nobody takes."""
    state = runtime.current().state
    with state.write() as connection:
        for key in keys:
            outbox.put(connection, notice(key, title=pages.HOSTILE), ["slack"])
    outbox.deliver(state)


def ask(name: str, **arguments: Any) -> Any:
    answer = commands.run(name, Call(runtime.current(), "ana", lambda _: None, lambda: False), arguments)
    json.dumps(answer)
    return answer


def test_the_page_lists_what_is_configured_and_how_to_add_more(server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AFTERWORD_SMTP_URL", "smtp://localhost")
    page = pages.look("settings")
    said = pages.words(page)
    assert "127.0.0.1" in said
    assert "AFTERWORD_MAIL_TO is not set." in said
    assert "More: PagerDuty by AFTERWORD_PAGERDUTY_KEY; Microsoft Teams by AFTERWORD_TEAMS_WEBHOOK" in said
    assert "T0SECRET" not in said
    assert page.button(key="sender-test-1").disabled


def test_the_page_tries_a_sender(server: Server):
    page = pages.look("settings")
    page.button(key="sender-test-0").click().run()
    assert "The test was taken." in pages.words(page)
    page.button(key="sender-test-0").click().run()
    assert "HTTP 410: ok" in pages.words(page)
    assert len(server.got) == 2


def test_the_page_lists_what_was_not_delivered_to_be_tried_again_or_dropped(server: Server):
    server.plan = lambda _: "410"
    refused("a", "b")
    page = pages.look("settings")
    said = pages.words(page)
    assert "2 messages not delivered" in said
    assert "Not delivered after 1 try. HTTP 410: ok" in said
    assert pages.HOSTILE in said
    second, first = outbox.undelivered(runtime.current().state)
    page.button(key=f"drop-{second.id}").click().run()
    assert "1 message not delivered" in pages.words(page)
    page.button(key=f"again-{first.id}").click().run()
    server.plan = lambda _: "200"
    assert outbox.deliver(runtime.current().state).sent == 1
    assert "not delivered" not in pages.words(page.run())


def test_the_page_keeps_senders_with_names_of_their_own(server: Server):
    page = pages.look("settings")
    page.text_area(key="senders-text").input('[{"name": "support", "kind": "slak"}]').run()
    page.button(key="senders-save").click().run()
    assert ":red[Not saved.] Entry 1: kind must be one of" in pages.words(page)
    page.text_area(key="senders-text").input('[{"name": "support", "kind": "slack", "url_env": "HOOK"}]').run()
    page.button(key="senders-save").click().run()
    assert "HOOK is not set." in pages.words(page)
    assert settings.kept(runtime.current().state)[0]["name"] == "support"


def test_who_is_no_engineer_can_change_nothing(server: Server, monkeypatch: pytest.MonkeyPatch):
    server.plan = lambda _: "410"
    refused("a")
    monkeypatch.setattr(identity, "current", lambda: identity.Identity("mia", frozenset({"manager"})))
    page = pages.look("settings")
    (message,) = outbox.undelivered(runtime.current().state)
    keys = ["sender-test-0", "senders-save", f"again-{message.id}", f"drop-{message.id}"]
    assert all(page.button(key=key).disabled for key in keys)
    for key in keys:  # as a browser would that was tampered with
        page.button(key=key).proto.disabled = False
        page.button(key=key).click().run()
    assert len(outbox.undelivered(runtime.current().state)) == len(server.got) == 1


def test_commands_list_try_and_decide(server: Server):
    found = ask("alerts senders")
    assert found["senders"] == [{"name": "slack", "kind": "slack", "where": "127.0.0.1", "problem": ""}]
    assert {"kind": "teams", "variables": ["AFTERWORD_TEAMS_WEBHOOK"]} in found["others"]
    assert "ready" in PRINTED["alerts senders"](found)
    assert PRINTED["alerts test"](ask("alerts test")) == "slack: it was taken."
    assert PRINTED["alerts test"](ask("alerts test", sender="slack")) == "slack: HTTP 410: ok"
    with pytest.raises(CommandError, match="no sender 'x'"):
        ask("alerts test", sender="x")
    refused("a", "b")
    messages = ask("alerts undelivered")["messages"]
    assert [(one["state"], one["why"], one["tries"]) for one in messages] == [("undelivered", "HTTP 410: ok", 1)] * 2
    assert "not delivered" in PRINTED["alerts undelivered"]({"messages": messages})
    left = ask("alerts undelivered", drop=[messages[0]["id"], messages[1]["id"]])
    assert PRINTED["alerts undelivered"](left) == "Everything was delivered."
    with pytest.raises(CommandError, match="waits for a decision"):
        ask("alerts undelivered", again=[messages[0]["id"]])


def test_a_test_that_is_not_taken_ends_with_one(server: Server, capsys: pytest.CaptureFixture[str]):
    alerts = typer.Typer()
    cli_alerts_senders.add(alerts)
    assert alerts(["test", "--json"], standalone_mode=False) in (None, 0)
    assert json.loads(capsys.readouterr().out) == {"tested": [{"name": "slack", "problem": ""}]}
    assert alerts(["test", "slack"], standalone_mode=False) == 1
    assert alerts(["undelivered"], standalone_mode=False) in (None, 0)
    assert "Everything was delivered." in capsys.readouterr().out
