"""Releases in the logs: when each began, half of its roll-out, and versions that ran beside each other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from analysis.releases.found import found
from tests.releases.logs import START, calls

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.store import Store


def test_a_switch_is_dated_to_the_first_call_and_is_over_at_once(store: Store, add_records: Callable[..., list[str]]):
    switch = START + timedelta(days=5, hours=9, minutes=30)
    rows = calls(10)
    add_records(*(row | {"release": "2" if row["time"] >= switch else "1"} for row in rows))
    (one,) = found(store)
    assert (one.name, one.app, one.environment) == ("2", "shop", None)
    assert one.first == switch
    assert one.half == one.done == switch
    assert one.beside is None


def test_what_is_there_from_the_first_day_on_is_no_release(store: Store, add_records: Callable[..., list[str]]):
    add_records(*calls(10, release="1"))
    assert found(store) == []


def test_a_trickle_is_no_beginning(store: Store, add_records: Callable[..., list[str]]):
    def release(day: int, place: int) -> str:
        tried = day == 2 and place < 2
        return "2" if day >= 6 or tried else "1"

    add_records(*calls(10, release=release))
    (one,) = found(store)
    assert one.first == START + timedelta(days=6)


def test_a_canary_tells_when_it_began_and_when_half_was_reached(store: Store, add_records: Callable[..., list[str]]):
    def release(day: int, place: int) -> str:
        return "2" if day >= 7 or (day >= 4 and place % 5 == 0) else "1"

    add_records(*calls(9, a_day=120, release=release))
    (one,) = found(store)
    assert one.first == START + timedelta(days=4)
    assert one.half is not None
    assert START + timedelta(days=6, hours=18) <= one.half <= START + timedelta(days=7)
    assert one.done is not None
    assert one.done >= one.half
    assert one.beside == (START + timedelta(days=4), START + timedelta(days=7))


def test_what_never_gets_half_has_no_half(store: Store, add_records: Callable[..., list[str]]):
    add_records(*calls(10, release=lambda day, place: "b" if day >= 3 and place % 4 == 0 else "a"))
    (one,) = found(store)
    assert (one.name, one.half, one.done) == ("b", None, None)
    assert one.beside == (START + timedelta(days=3), START + timedelta(days=10))


def test_applications_release_apart_and_staging_does_not_count(store: Store, add_records: Callable[..., list[str]]):
    def of(app: str, environment: str, day: int, a_day: int) -> list[dict[str, object]]:
        return [
            row | {"app": app, "environment": environment, "release": "2" if row["time"] >= at(day) else "1"}
            for row in calls(10, a_day=a_day)
        ]

    add_records(*of("shop", "production", 5, 48), *of("shop", "staging", 3, 12), *of("desk", "production", 7, 24))
    first, second = found(store)
    assert (first.app, first.environment, first.first) == ("shop", "production", at(5))
    assert (second.app, second.environment, second.first) == ("desk", "production", at(7))


def test_records_without_a_version_or_a_time_break_nothing(store: Store, add_records: Callable[..., list[str]]):
    add_records({"model": "m"}, {"time": START, "model": "m"})
    assert found(store) == []


def at(day: int) -> datetime:
    return START + timedelta(days=day)
