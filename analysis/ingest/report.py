"""What an import did, line by line where it matters: nothing disappears silently."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

MAX_EXCERPT = 200
"""Characters of a refused line that a report shows."""


@dataclass(frozen=True)
class Refusal:
    """A line that was not taken: where it is, why, and how it begins. Lines and columns count from 1."""

    line: int | None
    column: int | None
    reason: str
    excerpt: str


@dataclass(frozen=True)
class Tally:
    """Something that happened to `count` rows, in words."""

    what: str
    count: int


@dataclass
class Report:
    """The account of one imported file.

    Every row read is kept, a duplicate, set aside or refused: ``read == kept + duplicate + aside + refused``.
    Repaired rows are among the kept ones.
    """

    file: str
    format: str
    id: int | None = None
    """The import's number; none for a dry run and for a file that could not be opened."""
    read: int = 0
    kept: int = 0
    duplicate: int = 0
    repaired: int = 0
    refused: int = 0
    aside: int = 0
    """Rows that are no model calls: tool spans, chains, settings."""
    scores: int = 0
    """Scores, feedback and annotations kept, beside the rows."""
    first_time: datetime | None = None
    last_time: datetime | None = None
    repairs: list[Tally] = field(default_factory=list)
    asides: list[Tally] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    """The first ones; the log store keeps more, for download."""
    notes: list[str] = field(default_factory=list)
    """Signs of truncation, units detected, joins made or waited for."""
    failure: str | None = None
    """Why the whole file was not taken, and what to do next; then nothing of it was."""
    started: datetime | None = None
    seconds: float = 0.0
    imported_by: str = ""
    batch: str = ""
    bytes: int = 0

    def as_json(self) -> dict[str, Any]:
        """The report as the command line prints it."""
        body = asdict(self)
        body["from"] = _iso(body.pop("first_time"))
        body["to"] = _iso(body.pop("last_time"))
        body["started"] = _iso(self.started)
        return body


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="microseconds") + "Z" if moment else None


@dataclass(frozen=True)
class Progress:
    """How far an import is."""

    file: str
    stage: str
    """Words for the person who waits: reading, checking, loading."""
    done: int
    total: int
    """Bytes of the file."""
    seconds: float

    @property
    def rate(self) -> float:
        """Bytes a second so far."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Time left at this rate, none before there is one."""
        return (self.total - self.done) / self.rate if self.rate else None


@dataclass(frozen=True)
class Options:
    """What the person who imports may say about it."""

    format: str | None = None
    """An adapter's name; none to sniff it."""
    mapping: dict[str, str] | None = None
    """Record column to source column (dotted path), for logs of no known format."""
    dry_run: bool = False
    at: datetime | None = None
    """UTC time of rows whose format has none, such as batch results."""
    imported_by: str = ""
    max_expansion: int = 200
    """How many times its size an archive may grow to; more is taken for a compression bomb."""
