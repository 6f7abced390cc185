"""Slack, by an incoming webhook: blocks of text.

Slack can't tell that a message is the same as one before. One whose sending broke off is listed as perhaps delivered,
and not sent twice. Limits: https://docs.slack.dev/reference/block-kit/blocks (50 blocks, 3,000 characters a section,
10 fields of 2,000); escapes: https://docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.alerts.senders import words
from analysis.alerts.senders.posting import Channel, checked
from analysis.alerts.senders.sender import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from analysis.alerts.notice import Notice

FIELDS = 10
"""Of a section."""


@dataclass(frozen=True)
class Slack(Channel):
    """A channel's webhook."""

    def body(self, notice: Notice) -> dict[str, Any]:
        """Give what is posted: :func:`payload`."""
        return payload(notice)


def payload(notice: Notice) -> dict[str, Any]:
    """Write a notice as blocks; links in names from logs are neither made nor looked at by Slack."""
    said = words.of(notice)
    blocks = [_section(f"*{_escaped(said.heading)}*")]
    if said.text:
        blocks.append(_section(_escaped(said.text)))
    for start in range(0, len(said.facts), FIELDS):
        fields = [_text(f"*{_escaped(name)}*\n{_escaped(value)}") for name, value in said.facts[start : start + FIELDS]]
        blocks.append({"type": "section", "fields": fields})
    blocks += [_section(_escaped(sentence)) for sentence in said.why]
    foot = f"{_escaped(said.severity)}, {said.at}"
    if said.link:
        foot += f" · <{_escaped(said.link)}|Open in Afterword>"
    blocks.append({"type": "context", "elements": [_text(foot)]})
    return {
        "text": _escaped(f"{said.severity}: {said.heading}"), "blocks": blocks, "unfurl_links": False,
        "unfurl_media": False,
    }  # fmt: skip


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(text)}


def _text(text: str) -> dict[str, Any]:
    # verbatim: what looks like an address, a channel or a person stays text
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _make(values: Mapping[str, str], insecure: bool, http: httpx.Client | None) -> Slack:
    return Slack(checked(values["url"], insecure=insecure), http)


KIND = Kind("slack", "Slack", {"url": "AFTERWORD_SLACK_WEBHOOK"}, _make, {})
