"""E-mail, by SMTP over TLS.

The same notice has the same Message-ID however often it is sent: many mail servers then keep one. Where one does not,
a message may come twice after Afterword was stopped while it was being sent.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import UTC
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from html import escape
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

from analysis.alerts.notice import ACKNOWLEDGE, RESOLVE, TRIGGER
from analysis.alerts.senders import words
from analysis.alerts.senders.posting import SAID, loopback
from analysis.alerts.senders.sender import ANY_HOUR, ConfigError, Kind, RefusedError, TemporaryError, hidden, untrusted

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from analysis.alerts.notice import Notice
    from analysis.alerts.senders.words import Words

TIMEOUT = 10.0
"""Seconds for one step of the conversation."""

_ADDRESS = re.compile(r"[!#-'*+\-/-9=?A-Z^-~.]+@[A-Za-z0-9.\-]+")
_ESCAPED = "in a name or a password write @ as %40, / as %2F, # as %23 and ? as %3F"
_PORTS = {"implicit": 465, "starttls": 587, "none": 25}


@dataclass(frozen=True)
class Mail:
    """A mail server, and to whom and from whom it takes a message.

    Parameters
    ----------
    tls : str
        ``implicit`` from the first byte, ``starttls`` before anything is said, or ``none``.
    context : ssl.SSLContext or None
        Whose certificates are trusted; None for those that the system trusts.
    """

    host: str
    port: int
    to: tuple[str, ...]
    sender: str
    tls: Literal["implicit", "starttls", "none"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    context: ssl.SSLContext | None = field(default=None, repr=False)

    repeatable = True
    hourly = ANY_HOUR

    @property
    def where(self) -> str:
        """To whom, and by which server."""
        return f"{', '.join(self.to)} by {self.host}"

    def send(self, notice: Notice) -> None:
        """Send a notice to all; who was refused is named, the others have it."""
        letter = message(notice, self.to, self.sender)
        try:
            refused = self._hand_over(letter)
        except smtplib.SMTPRecipientsRefused as error:
            _refuse(error.recipients, "Nobody took it")
        except smtplib.SMTPResponseException as error:
            said = hidden(words.line(_decoded(error.smtp_error), SAID), self.password, self.user)
            reason = f"The mail server said {error.smtp_code} {said}"
            raise (RefusedError if error.smtp_code >= 500 else TemporaryError)(reason) from None
        except smtplib.SMTPNotSupportedError:
            raise RefusedError(self._unsupported()) from None
        except (smtplib.SMTPException, OSError) as error:  # a certificate that does not fit among them
            said = hidden(words.line(str(error), SAID), self.password, self.user) or type(error).__name__
            raise TemporaryError(f"The mail server can't be reached: {said}.{_advice(said)}") from None
        else:
            if refused:
                _refuse(refused, "The others have it")

    def _unsupported(self) -> str:
        if self.tls != "none":
            return "The mail server offers no TLS, or no way to sign in."
        return (
            "The mail server offers no way to sign in without TLS, which smtp:// leaves out on this machine and where "
            "insecure is set; smtps:// has it."
        )

    def _hand_over(self, letter: EmailMessage) -> Mapping[str, tuple[int, bytes]]:
        context = self.context or (None if self.tls == "none" else ssl.create_default_context())
        server = (
            smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=context) if self.tls == "implicit"
            else smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        )  # fmt: skip
        try:
            if self.tls == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
            return server.send_message(letter, self.sender, list(self.to))
        finally:
            server.close()  # without a farewell, whose failure would say that the letter was not taken


def message(notice: Notice, to: tuple[str, ...], sender: str) -> EmailMessage:
    """Write a notice as a letter, in plain text and in HTML that fetches nothing."""
    said = words.of(notice)
    letter = EmailMessage(policy=WIRE)
    letter["Subject"] = f"[{said.severity}] {said.heading}"
    letter["From"] = f"Afterword <{sender}>"
    letter["To"] = ", ".join(to)
    letter["Date"] = notice.at.replace(tzinfo=UTC)
    letter["Message-ID"] = _identity(notice, notice.event, sender)
    if notice.event in (ACKNOWLEDGE, RESOLVE):  # it stands with the letter that began it
        letter["In-Reply-To"] = letter["References"] = _identity(notice, TRIGGER, sender)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(_plain(said), cte="quoted-printable")
    letter.add_alternative(_html(said), subtype="html", cte="quoted-printable")
    return letter


def _identity(notice: Notice, event: str, sender: str) -> str:
    return f"<{words.digest(notice.key, event)[:32]}@{sender.rpartition('@')[2]}>"


def _plain(said: Words) -> str:
    facts = "\n".join(f"{name}: {value}" for name, value in said.facts)
    parts = (said.heading, said.text, facts, *said.why, said.link, f"{said.severity}, {said.at}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(said: Words) -> str:
    rows = "".join(
        f'<tr><td style="color:#6b6459;padding:2px 16px 2px 0;vertical-align:top">{escape(name)}</td>'
        f"<td>{escape(value)}</td></tr>"
        for name, value in said.facts
    )
    parts = (
        f'<h1 style="font:600 20px Georgia,serif;margin:0 0 12px">{escape(said.heading)}</h1>',
        f"<p>{escape(said.text)}</p>" if said.text else "",
        f'<table style="border-collapse:collapse">{rows}</table>' if rows else "",
        *(f"<p>{escape(sentence)}</p>" for sentence in said.why),
        f'<p><a href="{escape(said.link)}">Open in Afterword</a></p>' if said.link else "",
        f'<p style="color:#6b6459">{escape(said.severity)}, {escape(said.at)}</p>',
    )
    return f'<div style="font:15px/1.5 Georgia,serif;max-width:40em">{"".join(parts)}</div>\n'


def _refuse(refused: Mapping[str, tuple[int, bytes]], rest: str) -> None:
    """Raise for recipients who were refused; where all may be taken later, and nobody has it yet, it is tried again."""
    named = "; ".join(f"{who}: {code} {_decoded(said)}" for who, (code, said) in refused.items())
    reason = f"{rest}; refused were {words.line(named, 2 * SAID)}"
    later = rest == "Nobody took it" and all(code < 500 for code, _ in refused.values())
    raise (TemporaryError if later else RefusedError)(reason)


def _advice(said: str) -> str:
    return " It does not begin with TLS: smtp:// is for those." if "WRONG_VERSION" in said else untrusted(said)


def _decoded(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _make(values: Mapping[str, str], insecure: bool, _: httpx.Client | None) -> Mail:
    try:
        url = urlsplit(values["url"].strip())
        host, port = url.hostname or "", url.port
    except ValueError:
        raise ConfigError("url", f"is no address; {_ESCAPED}") from None
    if url.scheme not in ("smtp", "smtps") or not host:
        raise ConfigError("url", "is no smtp:// or smtps:// address")
    if url.path not in ("", "/") or url.query or url.fragment:  # of a password, which would be taken for a host
        raise ConfigError("url", f"goes on after the server; {_ESCAPED}")
    tls: Literal["implicit", "starttls", "none"] = "starttls"
    if url.scheme == "smtps":
        tls = "implicit"
    elif insecure or loopback(host):
        tls = "none"
    user = unquote(url.username or "")
    to = tuple(who.strip() for who in values["to"].split(",") if who.strip())
    sender = values.get("from", "").strip() or (user if _ADDRESS.fullmatch(user) else "afterword@localhost")
    for name, who in (*(("to", who) for who in to), ("from", sender)):
        if not _ADDRESS.fullmatch(who):
            raise ConfigError(name, f"must have addresses such as ops@example.org, not {who!r}")
    if not to:
        raise ConfigError("to", "has nobody in it")
    return Mail(host, port or _PORTS[tls], to, sender, tls, user, unquote(url.password or ""))


KIND = Kind(
    "mail", "E-mail", {"url": "AFTERWORD_SMTP_URL", "to": "AFTERWORD_MAIL_TO"}, _make, {"from": "AFTERWORD_MAIL_FROM"}
)  # fmt: skip
