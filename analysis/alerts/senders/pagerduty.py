"""PagerDuty, by its Events API v2: one incident for an alert, acknowledged and resolved with it.

The same event sent twice falls together by its key while the incident is open.
https://developer.pagerduty.com/docs/events-api-v2/overview/ (a key of 255 characters, a summary of 1,024)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import httpx

from analysis.alerts.notice import ACKNOWLEDGE, RESOLVE, TEST, TRIGGER
from analysis.alerts.senders import words
from analysis.alerts.senders.posting import body_of, checked, post
from analysis.alerts.senders.sender import ConfigError, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.alerts.notice import Notice

ENQUEUE = "https://events.pagerduty.com/v2/enqueue"
KEY = 255
"""Characters of the key by which events fall together."""

_SEVERITIES = {"info": "info", "warning": "warning", "critical": "critical"}
_KEY_LENGTH = 32


@dataclass(frozen=True)
class PagerDuty:
    """A service's integration."""

    key: str = field(repr=False)
    url: str = field(default=ENQUEUE, repr=False)
    http: httpx.Client | None = field(default=None, repr=False)

    repeatable = True
    hourly = None

    @property
    def where(self) -> str:
        """The host."""
        return httpx.URL(self.url).host

    def send(self, notice: Notice) -> None:
        """Post a notice as an event. A test opens an incident of the least severity and resolves it at once."""
        self._post(notice)
        if notice.event == TEST:
            self._post(replace(notice, event=RESOLVE))

    def _post(self, notice: Notice) -> None:
        post(self.url, body_of(payload(notice, self.key)), http=self.http, secret=self.key)


def payload(notice: Notice, key: str) -> dict[str, Any]:
    """Write a notice as an event; `key` is the integration's."""
    action = notice.event if notice.event in (ACKNOWLEDGE, RESOLVE) else TRIGGER
    event: dict[str, Any] = {"routing_key": key, "event_action": action, "dedup_key": words.token(notice.key, KEY)}
    if action != TRIGGER:
        return event
    said = words.of(notice)
    details: dict[str, Any] = {"text": said.text} if said.text else {}
    for name, value in said.facts:
        details[name] = f"{details[name]}; {value}" if name in details else value
    if said.why:
        details["why"] = list(said.why)
    event |= {
        "client": "Afterword",
        "payload": {
            "summary": said.heading, "source": "afterword", "severity": _SEVERITIES.get(notice.severity, "error"),
            "timestamp": f"{notice.at.isoformat()}Z", "class": words.line(notice.rule, words.TITLE),
            "custom_details": details,
        },
    }  # fmt: skip
    if said.link:
        event |= {"client_url": said.link, "links": [{"href": said.link, "text": "Open in Afterword"}]}
    return event


def _make(values: Mapping[str, str], insecure: bool, http: httpx.Client | None) -> PagerDuty:
    key = values["key"].strip()
    if len(key) != _KEY_LENGTH or not key.isalnum() or not key.isascii():
        raise ConfigError("key", "is no integration key, which has 32 letters and digits")
    return PagerDuty(key, checked(values.get("url") or ENQUEUE, insecure=insecure), http)


KIND = Kind(
    "pagerduty", "PagerDuty", {"key": "AFTERWORD_PAGERDUTY_KEY"}, _make, {"url": "AFTERWORD_PAGERDUTY_URL"}
)  # fmt: skip
