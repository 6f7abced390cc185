"""Microsoft Teams, by the webhook of a workflow: an Adaptive Card.

Teams can't tell that a message is the same as one before: see :mod:`analysis.alerts.senders.slack`. All text is in runs
of rich text, which hold no Markdown (https://adaptivecards.io/explorer/TextRun.html). A message has at most 28 KB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.alerts.senders import words
from analysis.alerts.senders.posting import Channel, body_of, checked
from analysis.alerts.senders.sender import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from analysis.alerts.notice import Notice

LARGEST = 28_000
"""Bytes of a message."""

_COLOURS = {"Critical": "attention", "Warning": "warning"}


@dataclass(frozen=True)
class Teams(Channel):
    """A workflow that posts to a channel or a chat."""

    def body(self, notice: Notice) -> dict[str, Any]:
        """Give what is posted: :func:`payload`."""
        return payload(notice)


def payload(notice: Notice) -> dict[str, Any]:
    """Write a notice as a card; what does not fit in a message is left out from the end, the link stays."""
    said = words.of(notice)
    head = [
        _block(_run(said.severity, weight="bolder", color=_COLOURS.get(said.severity, "default"))),
        _block(_run(said.heading, weight="bolder", size="large")),
    ]
    if said.text:
        head.append(_block(_run(said.text)))
    rest = [_block(_run(f"{name}: ", isSubtle=True), _run(value)) for name, value in said.facts]
    rest += [_block(_run(sentence)) for sentence in said.why]
    foot = _block(_run(said.at, isSubtle=True))
    message = _message([*head, *rest, foot], said.link)
    while rest and len(body_of(message)) > LARGEST:
        rest.pop()
        message = _message([*head, *rest, foot], said.link)
    return message


def _message(body: list[dict[str, Any]], link: str) -> dict[str, Any]:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
        "body": body,
    }  # fmt: skip
    if link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open in Afterword", "url": link}]
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [content]}


def _block(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _run(text: str, **how: object) -> dict[str, Any]:
    return {"type": "TextRun", "text": text, **how}


def _make(values: Mapping[str, str], insecure: bool, http: httpx.Client | None) -> Teams:
    return Teams(checked(values["url"], insecure=insecure), http)


KIND = Kind("teams", "Microsoft Teams", {"url": "AFTERWORD_TEAMS_WEBHOOK"}, _make, {})
