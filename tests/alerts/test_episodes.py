"""The machine that makes episodes of windows."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from analysis.alerts.episodes import Look, episodes

START, HOUR = datetime(2026, 6, 1), timedelta(hours=1)
BREACHED, CALM, BETWEEN, UNKNOWN, NEAR = "BcbuN"


def looks(text: str) -> list[Look]:
    """Read one letter an hour: breached, calm, between the two, nothing known, beyond the line but not for sure."""
    return [
        Look(
            START + place * HOUR, START + place * HOUR, START + (place + 1) * HOUR,
            None if letter == UNKNOWN else 2.0 if letter in (BREACHED, NEAR) else 0.5, 40, None, None, None, 1.0,
            letter == BREACHED, letter == CALM, letter in (BREACHED, NEAR),
        )
        for place, letter in enumerate(text)
    ]  # fmt: skip


def hours(text: str, lasting: int = 0) -> list[tuple[int, int, int | None]]:
    """Start, firing and end of each episode, as hours since the first."""
    return [
        (
            (one.start - START) // HOUR,
            (one.fired - START) // HOUR,
            None if one.end is None else (one.end - START) // HOUR,
        )
        for one in episodes("", looks(text), lasting * HOUR)
    ]


def test_known_episodes() -> None:
    assert hours("cccBccc") == [(3, 4, 4)]
    assert hours("cBBBc") == [(1, 2, 4)]
    assert hours("cBB") == [(1, 2, None)]
    assert hours("cBbbBc") == [(1, 2, 5)]
    assert hours("cBcBc") == [(1, 2, 2), (3, 4, 4)]
    assert hours("ccc") == []


def test_it_must_last() -> None:
    assert hours("cBBc", lasting=3) == []
    assert hours("cBBBc", lasting=3) == [(1, 4, 4)]
    assert hours("cBbBBBc", lasting=3) == [(3, 6, 6)]
    assert hours("cBuBc", lasting=3) == [(1, 4, 4)]


def test_a_night_does_not_part_it_and_silence_ends_it() -> None:
    assert hours("B" + "u" * 12 + "Bc") == [(0, 1, 14)]
    assert hours("B" + "u" * 30 + "B") == [(0, 1, 1), (31, 32, None)]
    assert hours("B" + "u" * 20 + "N" + "u" * 20 + "Bc") == [(0, 1, 43)]


@given(st.text(alphabet=BREACHED + CALM + BETWEEN + UNKNOWN + NEAR, max_size=120), st.integers(0, 5))
def test_whatever_the_windows(text: str, lasting: int) -> None:
    found = episodes("g", looks(text), lasting * HOUR)
    assert bool(found) <= (BREACHED in text)
    if lasting <= 1:
        assert bool(found) == (BREACHED in text)
    for one in found:
        assert one.first.breached
        assert one.worst.breached
        assert one.last.breached
        assert one.fired - one.start >= max(lasting * HOUR, HOUR)
        assert one.start <= one.worst.at <= one.last.at
        assert one.end is None or one.end >= one.last.end or one.end >= one.fired
    for one, after in pairwise(found):
        assert one.end is not None
        assert one.end <= after.start
    # what comes later changes no episode that is over, only whether the last one goes on
    shorter = episodes("g", looks(text[:-1]), lasting * HOUR)
    over = [one for one in shorter if one.end is not None]
    assert found[: len(over)] == over
