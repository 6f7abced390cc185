"""Whatever stands in a notice, every medium gets a message within the limits that it documents."""

from __future__ import annotations

import re
from datetime import datetime
from email import message_from_bytes, policy
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.alerts import lanes
from analysis.alerts.notice import Notice
from analysis.alerts.senders import mail, pagerduty, slack, teams, webhook
from tests.alerts.receiving import notice

INTEGRATION = "e93facc04764012d7bfb002500d5d1a6"
NASTY = (
    "<!channel>",
    "&" * 5000,
    "😀" * 4000,
    '"' * 4000,
    "\x00\r\nBcc: x",
    "\ud800",
    "‮",
    "[x](http://e)",
    "|>",
    "𝒳" * 900,
)

# lone halves of surrogate pairs among them, which no encoding can write
texts = st.one_of(st.text(st.characters(), max_size=60), st.sampled_from(NASTY), st.text(max_size=60))
links = st.one_of(
    texts, texts.map(lambda text: f"https://a.example/{text}"), st.just("https://a.example/alerts?alert=7")
)
notices = st.builds(
    Notice,
    key=texts,
    event=st.sampled_from(["trigger", "acknowledge", "resolve", "test"]),
    severity=st.one_of(st.sampled_from(["info", "warning", "critical"]), texts),
    rule=texts,
    title=texts,
    text=texts,
    facts=st.lists(st.tuples(texts, texts), max_size=30).map(tuple),
    why=st.lists(texts, max_size=15).map(tuple),
    at=st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2999, 1, 1)),
    link=links,
)
FULL = notice(
    title="😀" * 999, text="\\" * 9999, facts=(("😀" * 999, '"&<>' * 999),) * 30, why=("😀" * 999,) * 15,
    link="https://a.example/" + "x" * 900,
)  # fmt: skip


def written(payload: Any) -> Any:
    """A payload as it arrives, which is proof that it can be written."""
    return orjson.loads(orjson.dumps(payload))


def check_slack(one: Notice) -> None:
    said = written(slack.payload(one))
    assert 0 < len(said["text"]) <= 4000
    assert len(said["blocks"]) <= 50
    drawn = []
    for block in said["blocks"]:
        if block["type"] == "section" and "text" in block:
            assert 0 < len(block["text"]["text"]) <= 3000
            drawn.append(block["text"])
        elif block["type"] == "section":
            assert 0 < len(block["fields"]) <= 10
            assert all(0 < len(field["text"]) <= 2000 for field in block["fields"])
            drawn += block["fields"]
        else:
            assert block["type"] == "context"
            assert 0 < len(block["elements"]) <= 10
            drawn += block["elements"]
    for text in drawn:
        assert (text["type"], text["verbatim"]) == ("mrkdwn", True)
        rest = re.sub(r"<https?://[^<>|]+\|Open in Afterword>", "", text["text"])
        assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", rest)


def check_teams(one: Notice) -> None:
    said = teams.payload(one)
    assert len(orjson.dumps(said)) <= 28_000
    card = written(said)["attachments"][0]["content"]
    assert all(block["type"] == "RichTextBlock" and block["inlines"] for block in card["body"])
    assert all(isinstance(run["text"], str) for block in card["body"] for run in block["inlines"])
    for action in card.get("actions", []):
        assert httpx.URL(action["url"]).scheme in ("http", "https")


def check_pagerduty(one: Notice) -> None:
    said = written(pagerduty.payload(one, INTEGRATION))
    assert said["event_action"] in ("trigger", "acknowledge", "resolve")
    assert 0 < len(said["dedup_key"]) <= 255
    if said["event_action"] == "trigger":
        about = said["payload"]
        assert 0 < len(about["summary"]) <= 1024
        assert about["severity"] in ("critical", "error", "warning", "info")
        assert about["source"]
        datetime.fromisoformat(about["timestamp"])
    assert len(orjson.dumps(said)) <= 512_000


def check_webhook(one: Notice) -> None:
    said = webhook.payload(one)
    assert len(orjson.dumps(said)) < 64_000
    assert written(said)["type"] == f"alert.{one.event}"
    assert re.fullmatch(r"msg_[0-9a-f]{32}", webhook.identity(one))


def check_mail(one: Notice) -> None:
    wire = mail.message(one, ("ops@example.org", "ana@example.org"), "afterword@example.org").as_bytes()
    assert all(len(line) <= 998 and line.isascii() for line in wire.split(b"\r\n"))
    letter = message_from_bytes(wire, policy=policy.default)
    assert letter["To"] == "ops@example.org, ana@example.org"
    assert letter["Bcc"] is None
    expected = {"Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}
    assert set(letter.keys()) - {"In-Reply-To", "References"} == expected
    html = letter.get_body(("html",))
    assert html is not None
    tags = set(re.findall(r"<(\w+)", html.get_content()))
    assert tags <= {"div", "h1", "p", "table", "tr", "td", "a"}


CHECKS = [check_slack, check_teams, check_pagerduty, check_webhook, check_mail]


@pytest.mark.parametrize("check", CHECKS)
@settings(max_examples=40)
@given(one=notices)
def test_any_notice_is_a_valid_message(check: Any, one: Notice):
    check(one)


@pytest.mark.parametrize("check", CHECKS)
def test_the_fullest_notice_is_a_valid_message(check: Any):
    check(FULL)


@pytest.mark.parametrize("check", CHECKS)
def test_a_summary_is_a_valid_message(check: Any):
    check(lanes.summary([FULL] * 40, 1, FULL.at))


@given(one=notices)
def test_the_outbox_keeps_any_notice_as_it_is(one: Notice):
    import json

    assert Notice.from_json(json.loads(json.dumps(one.as_json()))) == one
    row = lanes.fresh(one, "slack", one.at)
    assert len(row["key"]) <= 200
    assert row["key"].encode()


@given(one=texts, other=texts)
def test_two_alerts_never_fall_together(one: str, other: str):
    keys = [pagerduty.payload(notice(key), INTEGRATION)["dedup_key"] for key in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)
