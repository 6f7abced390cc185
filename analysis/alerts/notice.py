"""What is told of an alert, before any sender has put it into its own form."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

TRIGGER, ACKNOWLEDGE, RESOLVE, TEST = "trigger", "acknowledge", "resolve", "test"
SEVERITIES: tuple[str, ...] = ("info", "warning", "critical")
"""From the least to the most urgent."""


@dataclass(frozen=True)
class Notice:
    """What is told of an alert, in no medium's form. Values of logs may stand in it: senders escape them.

    Parameters
    ----------
    key : str
        Of the alert; the same when it is acknowledged and resolved.
    event : str
        ``trigger``, ``acknowledge``, ``resolve`` or ``test``.
    severity : str
        One of :data:`SEVERITIES`.
    rule : str
        The rule's name.
    title : str
        "Hallucination rate is over 5 %".
    text : str
        One sentence: the figure with its interval and n, against what.
    facts : tuple of (str, str)
        ("Window", "4 November 09:00 to 10:00 UTC"), ("Group", "support"), …
    why : tuple of str
        Sentences of the explained shift; may be empty.
    at : datetime
        UTC without a zone.
    link : str
        Of the page that shows it; empty where the app's address is not known.
    """

    key: str
    event: str
    severity: str
    rule: str
    title: str
    text: str
    facts: tuple[tuple[str, str], ...]
    why: tuple[str, ...]
    at: datetime
    link: str

    def as_json(self) -> dict[str, Any]:
        """The notice as the outbox keeps it."""
        return asdict(self) | {"at": self.at.isoformat()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Notice:
        """Read what :meth:`as_json` gave."""
        facts = tuple((name, value) for name, value in kept["facts"])
        return cls(**kept | {"facts": facts, "why": tuple(kept["why"]), "at": datetime.fromisoformat(kept["at"])})
