"""Which subject somebody writes about at a given time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sample_data import reader, world

if TYPE_CHECKING:
    from random import Random

    from sample_data.reader import Subject
    from sample_data.world import Person


def _weight(subject: Subject, person: Person, now: datetime) -> float:
    if "orchard" in subject.flags:
        early = now < world.LAUNCH or (subject.key == "orchard_trouble" and now < datetime(2026, 10, 28, tzinfo=UTC))
        return 0 if early else subject.weight * (2.4 if now < world.LAUNCH + timedelta(days=10) else 1.5)
    if "black_friday" in subject.flags:
        days = (now - world.SALE_TALK).days
        return 0 if days < 0 else subject.weight * (1 + days / 2)
    if subject.feature == "subscriptions":
        return subject.weight * (3 if person.plan == "roast_club" else 0.4)
    return subject.weight


def subject_of(rng: Random, person: Person, now: datetime) -> Subject:
    """What the person writes about."""
    fitting = [s for s in reader.subjects().values() if s.language == person.country.language]
    return rng.choices(fitting, [_weight(s, person, now) for s in fitting])[0]


def second_of(rng: Random, subject: Subject, person: Person, now: datetime) -> Subject | None:
    """A second question for the same message, of the same kind; mostly none."""
    if subject.language != "en" or person.style not in ("plain", "polite", "rambling") or rng.random() > 0.1:
        return None
    if subject.feature == "general" or "orchard" in subject.flags:
        return None
    near = [
        s
        for s in reader.subjects().values()
        if s.language == "en"
        and s.feature == subject.feature
        and s.docs
        and s.key not in (subject.key, "pii", "safety")
        and not s.status
        and not s.flags & {"orchard", "black_friday"}
    ]
    return rng.choice(near) if near else None
