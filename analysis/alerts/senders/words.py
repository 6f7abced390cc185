"""The words of a notice, fit for any medium: each on one line, of bounded length, without characters that break one."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from analysis.alerts.notice import ACKNOWLEDGE, RESOLVE, TEST

if TYPE_CHECKING:
    from analysis.alerts.notice import Notice

TITLE, TEXT, NAME, VALUE, LINK = 200, 500, 60, 300, 1000
"""Characters of the heading, of a sentence, of a fact's name and value, and of the link."""
FACTS, WHY = 20, 10
"""How many facts and sentences of why are told."""

_HEADS = {ACKNOWLEDGE: "Acknowledged: ", RESOLVE: "Resolved: ", TEST: "Test: "}
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Overrides of direction: what stands after one, our own words among it, would be read backwards."""
_UNFIT = re.compile(r"[\s<>|\"\\^`{}]")


@dataclass(frozen=True)
class Words:
    """A notice in words. Names from logs may still hold what a medium takes for markup."""

    heading: str
    severity: str
    text: str
    facts: tuple[tuple[str, str], ...]
    why: tuple[str, ...]
    at: str
    link: str


def of(notice: Notice) -> Words:
    """Put a notice into words."""
    why = (line(sentence, TEXT) for sentence in notice.why[:WHY])
    return Words(
        heading=heading(notice),
        severity=line(notice.severity, NAME).capitalize() or "Alert",
        text=line(notice.text, TEXT),
        facts=tuple((line(name, NAME) or "–", line(value, VALUE) or "–") for name, value in notice.facts[:FACTS]),
        why=tuple(sentence for sentence in why if sentence),
        at=f"{notice.at.day} {notice.at:%B} {notice.at.year}, {notice.at:%H:%M} UTC",
        link=_link(notice.link),
    )


def heading(notice: Notice) -> str:
    """Say what is told, as in "Resolved: Hallucination rate is over 5 %"."""
    return line(f"{_HEADS.get(notice.event, '')}{notice.title}", TITLE) or "Alert"


def line(text: str, limit: int) -> str:
    """Make any text one line of at most `limit` characters that UTF-8 can write."""
    plain = _TURNS.sub("\ufffd", text.encode("utf-8", "replace").decode())
    short = _BREAKS.sub(" ", plain).strip()
    return short if len(short) <= limit else f"{short[: limit - 1]}…"


def token(text: str, limit: int) -> str:
    """Give a key itself where it is plain and short enough, else its SHA-256: the same for the same key."""
    return text if 0 < len(text) <= limit and text == line(text, limit) else digest(text)


def digest(*parts: str) -> str:
    """Give the SHA-256 of some texts, in hexadecimal digits."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _link(link: str) -> str:
    """Give a link that is an address of the web, else none."""
    try:
        url = httpx.URL(link)
        text = str(url)
    except (httpx.InvalidURL, ValueError):
        return ""
    fit = url.scheme in ("http", "https") and url.host and len(text) <= LINK and not _UNFIT.search(text)
    return text if fit else ""
