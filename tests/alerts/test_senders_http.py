"""Senders over HTTP: what they post, and what each answer of a server, good or bad, comes to."""

from __future__ import annotations

import base64
import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import httpx
import pytest
import trustme

from analysis.alerts.senders import sender as sending
from analysis.alerts.senders import slack, teams, webhook
from analysis.alerts.senders.pagerduty import PagerDuty
from analysis.alerts.senders.posting import checked
from analysis.alerts.senders.sender import ConfigError, RefusedError, SendingError, TemporaryError, UncertainError, send
from analysis.alerts.senders.slack import Slack
from analysis.alerts.senders.teams import Teams
from analysis.alerts.senders.webhook import Webhook
from tests.alerts.receiving import notice, receiving

if TYPE_CHECKING:
    from analysis.alerts.senders.sender import Sender

SECRET = b"0123456789abcdef0123456789abcdef"
INTEGRATION = "e93facc04764012d7bfb002500d5d1a6"


def test_slack_gets_blocks_in_which_names_from_logs_do_nothing():
    hostile = notice(
        facts=(("Group", "<!channel> <https://evil.example|here> & *x*"),), link="https://a.example/x?a=1&b=2"
    )  # fmt: skip
    with receiving() as server:
        Slack(server.url).send(hostile)
    (got,) = server.got
    texts = [block["text"]["text"] for block in got.json["blocks"] if "text" in block]
    assert texts[0] == "*Hallucination rate is over 5 %*"
    assert texts[1].startswith("8.1 % (6.2 to 10.4 %, n = 612)")
    (facts,) = (block["fields"] for block in got.json["blocks"] if "fields" in block)
    assert facts[0]["text"] == "*Group*\n&lt;!channel&gt; &lt;https://evil.example|here&gt; &amp; *x*"
    assert all(field["verbatim"] for field in facts)
    foot = got.json["blocks"][-1]["elements"][0]["text"]
    assert foot == "Critical, 4 November 2026, 12:00 UTC · <https://a.example/x?a=1&amp;b=2|Open in Afterword>"
    assert not got.json["unfurl_links"]


def test_teams_gets_a_card_of_runs_that_hold_no_markdown():
    with receiving(lambda _: "202") as server:
        Teams(server.url).send(notice(facts=(("Group", "[x](https://evil.example)"),)))
    (attached,) = server.got[0].json["attachments"]
    card = attached["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert "[x](https://evil.example)" in [run["text"] for block in card["body"] for run in block["inlines"]]
    assert card["actions"][0]["url"] == "https://afterword.example.org/alerts?alert=7"


def test_pagerduty_opens_acknowledges_and_resolves_one_incident():
    with receiving(lambda _: "202") as server:
        there = PagerDuty(INTEGRATION, server.url)
        for event in ("trigger", "acknowledge", "resolve"):
            there.send(notice("k" * 300, event))
    first, *rest = (got.json for got in server.got)
    assert [first["event_action"], *(one["event_action"] for one in rest)] == ["trigger", "acknowledge", "resolve"]
    assert len({first["dedup_key"], *(one["dedup_key"] for one in rest)}) == 1
    assert first["payload"]["summary"] == "Hallucination rate is over 5 %"
    assert first["payload"]["timestamp"] == "2026-11-04T12:00:00Z"
    assert first["payload"]["custom_details"]["Group"] == "support"
    assert first["links"] == [{"href": "https://afterword.example.org/alerts?alert=7", "text": "Open in Afterword"}]


def test_a_test_of_pagerduty_leaves_no_incident_open():
    with receiving(lambda _: "202") as server:
        PagerDuty(INTEGRATION, server.url).send(notice(event="test"))
    assert [got.json["event_action"] for got in server.got] == ["trigger", "resolve"]
    assert len({got.json["dedup_key"] for got in server.got}) == 1


def test_a_signature_is_the_one_of_the_specification():
    secret = webhook.secret_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signature = webhook.signed(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_webhook_is_signed_and_has_the_same_id_each_time():
    with receiving() as server:
        for _ in range(2):
            Webhook(server.url, SECRET).send(notice(event="resolve"))
    one, two = server.got
    assert one.headers["webhook-id"] == two.headers["webhook-id"]
    stamp = int(one.headers["webhook-timestamp"])
    assert abs(stamp - time.time()) < 60
    assert one.headers["webhook-signature"] == webhook.signed(SECRET, one.headers["webhook-id"], stamp, one.body)
    assert one.json["type"] == "alert.resolve"
    assert one.json["data"]["facts"][1] == {"name": "Group", "value": "support"}


@pytest.mark.parametrize("text", ["", "whsec_", "secret", base64.b64encode(b"x" * 23).decode(), "!" * 40])
def test_a_secret_that_is_too_short_or_no_base64_is_refused(text: str):
    with pytest.raises(ConfigError, match="24 to 64 bytes"):
        webhook.secret_of(text)


@pytest.mark.parametrize(
    ("act", "error", "words"),
    [
        ("500", TemporaryError, "HTTP 500: ok"),
        ("503 7", TemporaryError, "HTTP 503"),
        ("408", TemporaryError, "HTTP 408"),
        ("504", UncertainError, "HTTP 504"),
        ("drop", UncertainError, "broke before there was an answer"),
        ("400", RefusedError, "HTTP 400: ok"),
        ("404", RefusedError, "HTTP 404"),
        ("410", RefusedError, "HTTP 410"),
        ("big", RefusedError, "HTTP 400: xxx"),
        ("redirect", RefusedError, "not followed"),
        ("304", RefusedError, "HTTP 304"),
    ],
)
def test_a_bad_answer_says_whether_to_try_again(act: str, error: type[SendingError], words: str):
    with receiving(lambda _: act) as server, pytest.raises(error, match=words) as raised:
        Slack(server.url).send(notice())
    assert type(raised.value) is error
    assert len(str(raised.value)) < 300
    assert [got.path for got in server.got] == ["/hooks/T0SECRET"]


def test_a_good_answer_that_breaks_off_is_good():
    with receiving(lambda _: "cut") as server:
        Slack(server.url).send(notice())
    assert len(server.got) == 1


@pytest.mark.parametrize(
    ("given", "low", "high"),
    [
        ("7", 7, 7),
        (format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True), 3400, 3600),
        ("999999999999", 86400, 86400),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
    ],
    ids=["seconds", "in an hour", "for ever", "long ago"],  # the same in every process that collects
)
def test_retry_after_is_read_in_seconds_and_as_a_date(given: str, low: float, high: float):
    with receiving(lambda _: f"429 {given}") as server, pytest.raises(TemporaryError) as raised:
        Slack(server.url).send(notice())
    assert raised.value.retry_after is not None
    assert low <= raised.value.retry_after.total_seconds() <= high


@pytest.mark.parametrize("given", ["soon", "-1", "²", "Wed, 21 Oct 999999 07:28:00 GMT"])
def test_a_retry_after_that_is_none_is_none(given: str):
    answer = httpx.Response(429, headers=[(b"Retry-After", given.encode())], stream=httpx.ByteStream(b""))
    there = Slack("https://x.example/", httpx.Client(transport=httpx.MockTransport(lambda _: answer)))
    with pytest.raises(TemporaryError) as raised:
        there.send(notice())
    assert raised.value.retry_after is None


@pytest.mark.parametrize("act", ["hang", "drip"])
def test_a_server_that_never_ends_its_answer_is_left(act: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sending, "LIMIT", timedelta(seconds=1))
    with receiving(lambda _: act) as server, httpx.Client(trust_env=False) as http:
        with pytest.raises(UncertainError, match="No full answer within 1 s"):
            send(Slack(server.url, http), notice())
        assert len(server.got) == 1


def test_nobody_there_is_a_reason_to_try_again_and_certain():
    with receiving() as server:
        url = server.url
    with pytest.raises(TemporaryError, match="Can't connect") as raised:
        Slack(url).send(notice())
    assert not isinstance(raised.value, UncertainError)
    assert "T0SECRET" not in str(raised.value)


@pytest.mark.parametrize("trusts", [True, False])
def test_certificates_are_checked(trusts: bool):
    import ssl

    authority = trustme.CA()
    served, trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(served)
    if trusts:
        authority.configure_trust(trusted)
    with receiving() as server, httpx.Client(verify=trusted, trust_env=False) as http:
        server.socket = served.wrap_socket(server.socket, server_side=True)
        there = Slack(server.url.replace("http:", "https:"), http)
        if trusts:
            there.send(notice())
        else:
            with pytest.raises(TemporaryError, match=r"(?i)certificate"):
                there.send(notice())
    assert len(server.got) == trusts


@pytest.mark.parametrize(
    ("url", "insecure", "fits"),
    [
        ("https://hooks.example/x", False, True),
        ("http://hooks.example/x", False, False),
        ("http://hooks.example/x", True, True),
        ("http://127.0.0.1:9/x", False, True),
        ("http://[::1]:9/x", False, True),
        ("http://localhost/x", False, True),
        ("http://localhost.evil.example/x", False, False),
        ("http://169.254.169.254/latest", False, False),
        ("file:///etc/passwd", True, False),
        ("ftp://127.0.0.1/x", True, False),
        ("https://", False, False),
        ("http://[", False, False),
        ("\x00", False, False),
    ],
)
def test_addresses_are_of_https_but_on_this_machine(url: str, insecure: bool, fits: bool):
    if fits:
        assert checked(url, insecure=insecure) == url
    else:
        with pytest.raises(ConfigError):
            checked(url, insecure=insecure)


@pytest.mark.parametrize("kind", ["slack", "teams", "pagerduty", "webhook"])
def test_no_secret_is_in_an_error_a_log_or_a_name(kind: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with receiving(lambda number: "echo" if number else "200") as server:
        senders: dict[str, Sender] = {
            "slack": Slack(server.url), "teams": Teams(server.url), "pagerduty": PagerDuty(INTEGRATION, server.url),
            "webhook": Webhook(server.url, SECRET),
        }  # fmt: skip
        senders[kind].send(notice())
        with pytest.raises(RefusedError) as raised:
            senders[kind].send(notice())
    told = f"{raised.value} {senders[kind]!r} {senders[kind].where} {caplog.text}"
    for secret in ("T0SECRET", INTEGRATION, SECRET.decode()):
        assert secret not in told
    assert "HTTP 400" in str(raised.value)


def test_who_posts_else_is_still_in_the_log(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    with receiving() as server:
        httpx.post(server.url, content=b"{}", trust_env=False)
    assert "HTTP Request: POST" in caplog.text


def test_payloads_do_not_hold_what_httpx_or_a_medium_would_choke_on():
    odd = notice(title="a\ud800\x00\n‮b", facts=(("", ""),), why=("",), link="javascript:alert(1)")
    assert slack.payload(odd)["blocks"][0]["text"]["text"] == "*a? \ufffdb*"
    assert "actions" not in teams.payload(odd)["attachments"][0]["content"]
