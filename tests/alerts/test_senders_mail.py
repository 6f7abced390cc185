"""E-mail, to a real mail server on loopback: with TLS of either kind, with a name and a password, and refused."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.alerts.senders import mail
from analysis.alerts.senders.mail import Mail
from analysis.alerts.senders.sender import ConfigError, RefusedError, TemporaryError
from tests.alerts.receiving import Box, mailbox, notice

TO = ("ops@example.org", "ana@example.org")


def to(box: Box, tls: str, **other: Any) -> Mail:
    return Mail("127.0.0.1", box.port, TO, "afterword@example.org", tls, context=box.trusted, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize("tls", ["implicit", "starttls", "none"])
def test_a_letter_arrives_in_text_and_html(tls: str):
    with mailbox(tls) as box:
        to(box, tls).send(notice(title="Rate <b>is</b> over 5 % – ünruly"))
    (letter,) = box.letters
    assert letter["Subject"] == "[Critical] Rate <b>is</b> over 5 % – ünruly"
    assert letter["To"] == "ops@example.org, ana@example.org"
    plain, html = (part.get_content() for part in letter.iter_parts())
    assert "8.1 % (6.2 to 10.4 %, n = 612) in the last hour" in plain
    assert "Group: support" in plain
    assert "https://afterword.example.org/alerts?alert=7" in plain
    assert "Rate &lt;b&gt;is&lt;/b&gt; over 5 % – ünruly" in html
    assert "<img" not in html


def test_what_follows_an_alert_stands_with_it_and_the_same_has_the_same_id():
    with mailbox("none") as box:
        for event in ("trigger", "trigger", "resolve", "test"):
            to(box, "none").send(notice(event=event))
    first, again, resolved, tried = box.letters
    assert first["Message-ID"] == again["Message-ID"] != resolved["Message-ID"]
    assert resolved["In-Reply-To"] == first["Message-ID"]
    assert resolved["Subject"].startswith("[Critical] Resolved: ")
    assert tried["In-Reply-To"] is None


def test_no_header_can_be_added_by_a_name_from_a_log():
    with mailbox("none") as box:
        to(box, "none").send(notice(title="x\r\nBcc: eve@example.org\r\n\r\nBody", severity="critical\nX-Evil: 1"))
    (letter,) = box.letters
    assert letter["Bcc"] is None
    assert letter["X-Evil"] is None
    assert letter["Subject"] == "[Critical x-evil: 1] x Bcc: eve@example.org Body"


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize("wrong", ["name", "authority"])
def test_a_wrong_certificate_is_not_believed(tls: str, wrong: str):
    with mailbox(tls, name="elsewhere.example" if wrong == "name" else "127.0.0.1") as box:
        there = Mail(
            "127.0.0.1", box.port, TO, "a@example.org", tls,  # type: ignore[arg-type]
            context=box.trusted if wrong == "name" else None,
        )  # fmt: skip
        with pytest.raises(TemporaryError, match="certificate verify failed") as raised:
            there.send(notice())
    assert box.letters == []
    assert ("SSL_CERT_FILE can name" in str(raised.value)) == (wrong == "authority")


def test_a_server_that_begins_without_tls_is_told_from_one_that_is_not_there():
    with mailbox("none") as box, pytest.raises(TemporaryError, match="It does not begin with TLS: smtp:// is for"):
        to(box, "implicit").send(notice())


def test_who_may_not_sign_in_without_tls_is_told_how():
    words = r"no way to sign in without TLS.*; smtps:// has it"
    with mailbox("starttls", login=(b"ana", b"open-sesame")) as box, pytest.raises(RefusedError, match=words):
        to(box, "none", user="ana", password="open-sesame").send(notice())


def test_a_server_without_tls_is_refused_where_tls_is_asked_for():
    with mailbox("none") as box, pytest.raises(RefusedError, match="no TLS"):
        to(box, "starttls").send(notice())
    assert box.letters == []


def test_a_password_is_given_and_is_in_no_error():
    with mailbox("starttls", login=(b"ana", b"open-sesame")) as box:
        to(box, "starttls", user="ana", password="open-sesame").send(notice())
        wrong = to(box, "starttls", user="ana", password="closed-sesame")
        with pytest.raises(RefusedError, match="535") as raised:
            wrong.send(notice())
    assert len(box.letters) == 1
    assert "sesame" not in f"{raised.value}{wrong!r}{wrong.where}"


@pytest.mark.parametrize(
    ("answers", "error", "words"),
    [
        (dict.fromkeys(TO, "550 no such box"), RefusedError, "Nobody took it.*550 no such box"),
        (dict.fromkeys(TO, "450 come later"), TemporaryError, "Nobody took it"),
        ({TO[0]: "550 no such box"}, RefusedError, "The others have it; refused were ops@example.org: 550"),
        ({TO[0]: "450 come later"}, RefusedError, "The others have it"),
    ],
)
def test_who_was_refused_is_named(answers: dict[str, str], error: type[Exception], words: str):
    with mailbox("none") as box:
        box.answers = answers
        with pytest.raises(error, match=words):
            to(box, "none").send(notice())
    assert len(box.letters) == (len(answers) == 1)


@pytest.mark.parametrize(
    ("said", "error"), [("452 full", TemporaryError), ("554 spam", RefusedError), ("421 bye", TemporaryError)]
)
def test_a_letter_that_is_not_taken_says_whether_to_try_again(said: str, error: type[Exception]):
    with mailbox("none") as box:
        box.data_answer = said
        with pytest.raises(error, match=said):
            to(box, "none").send(notice())


def test_nobody_there_is_a_reason_to_try_again():
    with mailbox("none") as box:
        pass
    with pytest.raises(TemporaryError, match=r"can't be reached: .*refused"):
        to(box, "none").send(notice())


@pytest.mark.parametrize(
    ("url", "insecure", "expected"),
    [
        ("smtps://mail.example.org", False, ("mail.example.org", 465, "implicit", "")),
        ("smtp://me%40example.org:p%2Fw@mail.example.org:2525", False,
         ("mail.example.org", 2525, "starttls", "me@example.org")),
        ("smtp://mail.example.org", True, ("mail.example.org", 25, "none", "")),
        ("smtp://localhost", False, ("localhost", 25, "none", "")),
    ],
)  # fmt: skip
def test_an_address_says_how_tls_begins(url: str, insecure: bool, expected: tuple[str, int, str, str]):
    made = mail.KIND.make({"url": url, "to": "ops@example.org"}, insecure, None)
    assert isinstance(made, Mail)
    assert (made.host, made.port, made.tls, made.user) == expected
    assert made.sender == (expected[3] or "afterword@localhost")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"url": "https://mail.example.org", "to": "a@b.example"}, "url"),
        ({"url": "smtp://user:qq/ame@mail.example.org", "to": "a@b.example"}, "url"),
        ({"url": "smtp://user:open@qq/ame@mail.example.org", "to": "a@b.example"}, "url"),
        ({"url": "smtp://user:open@qq#ame@mail.example.org", "to": "a@b.example"}, "url"),
        ({"url": "smtp://mail.example.org", "to": "ops"}, "to"),
        ({"url": "smtp://mail.example.org", "to": "a@b.example\nBcc: x@y.example"}, "to"),
        ({"url": "smtp://mail.example.org", "to": ","}, "to"),
        ({"url": "smtp://mail.example.org", "to": "a@b.example", "from": "Me <a@b.example>"}, "from"),
    ],
)
def test_a_bad_address_names_its_field_and_no_password(values: dict[str, str], field: str):
    with pytest.raises(ConfigError) as raised:
        mail.KIND.make(values, False, None)
    assert raised.value.field == field
    assert "qq" not in str(raised.value)
