"""Any program, by a webhook that is signed as the Standard Webhooks specification says.

The same notice has the same ``webhook-id`` however often it is sent, by which the receiver tells that it has it.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from analysis.alerts.senders import words
from analysis.alerts.senders.posting import body_of, checked, post
from analysis.alerts.senders.sender import ConfigError, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.alerts.notice import Notice

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Bytes of a secret."""


@dataclass(frozen=True)
class Webhook:
    """An address that takes signed JSON."""

    url: str = field(repr=False)
    secret: bytes = field(repr=False)
    http: httpx.Client | None = field(default=None, repr=False)

    repeatable = True
    hourly = None

    @property
    def where(self) -> str:
        """The host; the rest of the address may be a secret."""
        return httpx.URL(self.url).host

    def send(self, notice: Notice) -> None:
        """Post a notice, signed."""
        body, name, now = body_of(payload(notice)), identity(notice), int(time.time())
        signature = signed(self.secret, name, now, body)
        headers = {"webhook-id": name, "webhook-timestamp": str(now), "webhook-signature": signature}
        post(self.url, body, http=self.http, headers=headers)


def payload(notice: Notice) -> dict[str, Any]:
    """Write a notice as JSON; its text is one line each, and bounded."""
    said = words.of(notice)
    return {
        "type": f"alert.{notice.event}",
        "timestamp": f"{notice.at.isoformat()}Z",
        "data": {
            "key": words.token(notice.key, words.LINK), "severity": words.line(notice.severity, words.NAME),
            "rule": words.line(notice.rule, words.TITLE), "title": words.line(notice.title, words.TITLE),
            "text": said.text, "facts": [{"name": name, "value": value} for name, value in said.facts],
            "why": list(said.why), "link": said.link,
        },
    }  # fmt: skip


def identity(notice: Notice) -> str:
    """Name a message: the same whenever the same is told of the same alert."""
    return f"msg_{words.digest(notice.key, notice.event)[:32]}"


def signed(secret: bytes, name: str, timestamp: int, body: bytes) -> str:
    """Sign a message of a name and a time in Unix seconds with HMAC-SHA256."""
    mark = hmac.digest(secret, f"{name}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(mark).decode()}"


def secret_of(text: str) -> bytes:
    """Read a secret: base64, with or without ``whsec_`` before it.

    Raises
    ------
    ConfigError
        If it is none, or of another length than the specification's 24 to 64 bytes.
    """
    try:
        secret = base64.b64decode(text.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not SHORTEST <= len(secret) <= LONGEST:
        raise ConfigError("secret", "is no secret of 24 to 64 bytes in base64, such as `openssl rand -base64 32` makes")
    return secret


def _make(values: Mapping[str, str], insecure: bool, http: httpx.Client | None) -> Webhook:
    return Webhook(checked(values["url"], insecure=insecure), secret_of(values["secret"]), http)


KIND = Kind(
    "webhook", "Webhook", {"url": "AFTERWORD_WEBHOOK_URL", "secret": "AFTERWORD_WEBHOOK_SECRET"}, _make, {}
)  # fmt: skip
