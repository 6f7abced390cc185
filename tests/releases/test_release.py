"""Releases as people tell of them: said, moved, taken back, imported; every event is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from analysis.metrics.filter import Filter
from analysis.releases.release import UnknownReleaseError, came, find, listed, put, remove
from analysis.state import notes
from analysis.state import releases as kept
from tests.releases.logs import START, calls

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.state.database import State
    from analysis.store import Store

FIFTH, SIXTH = START + timedelta(days=5), START + timedelta(days=6)


@pytest.fixture
def logged(add_records: Callable[..., list[str]]) -> None:
    """Release 2 on the fifth day."""
    add_records(*calls(10, release=lambda day, _: "2" if day >= 5 else "1"))


@pytest.mark.usefixtures("logged")
def test_the_logs_are_moved_by_what_people_say_and_the_history_stays(store: Store, state: State):
    assert [(one.name, one.start, one.moved) for one in listed(store, state)] == [("2", FIFTH, False)]
    put(store, state, "2", SIXTH, note="it really came then", who="ana")
    (one,) = listed(store, state)
    assert (one.start, one.moved, one.half, one.note, one.who) == (SIXTH, True, None, "it really came then", "ana")
    put(store, state, "2", FIFTH, who="ben")
    assert [event.kind for event in kept.history(state, "2")] == [kept.MOVED, kept.MOVED]


@pytest.mark.usefixtures("logged")
def test_what_is_taken_back_is_gone_until_it_is_said_anew(store: Store, state: State):
    remove(store, state, "2", who="ana")
    assert listed(store, state) == []
    with pytest.raises(UnknownReleaseError):
        remove(store, state, "2", who="ana")
    put(store, state, "2", SIXTH, who="ana")
    assert [one.start for one in listed(store, state)] == [SIXTH]


@pytest.mark.usefixtures("logged")
def test_a_release_that_no_call_carries_is_said(store: Store, state: State):
    event = put(store, state, " new prompt ", SIXTH, app="shop", environment="production", who="ana")
    assert event.kind == kept.SET
    first, second = listed(store, state)
    assert (first.name, first.app, first.environment, first.source) == ("new prompt", "shop", "production", kept.SAID)
    assert second.name == "2"
    with pytest.raises(ValueError, match="needs a name"):
        put(store, state, "  ", SIXTH, who="ana")


def test_saying_the_same_again_writes_nothing(store: Store, state: State):
    for _ in range(2):
        put(store, state, "3", SIXTH, source=kept.IMPORTED, who="ana")
    assert len(kept.history(state, "3")) == 1
    assert listed(store, state)[0].source == kept.IMPORTED


def test_of_two_applications_each_keeps_its_own_time(store: Store, state: State):
    put(store, state, "3", FIFTH, app="shop", who="ana")
    put(store, state, "3", SIXTH, app="desk", who="ana")
    releases = listed(store, state)
    assert find(releases, "3").app == "desk"
    assert find(releases, "3", "shop").start == FIFTH
    with pytest.raises(UnknownReleaseError, match="no release '3' of other"):
        find(releases, "3", "other")


def test_a_release_came_to_the_records_of_its_application(
    store: Store, state: State, add_records: Callable[..., list[str]]
):
    shop = calls(10, environment="production", release=lambda day, _: "2" if day >= 5 else "1")
    add_records(*shop, *calls(10, app="desk"))
    assert came(store, listed(store, state), Filter()) == {"2": FIFTH}
    put(store, state, "2", SIXTH, who="ana")
    put(store, state, "2", FIFTH, app="desk", who="ana")
    put(store, state, "3", SIXTH, app="gone", who="ana")
    releases = listed(store, state)
    assert came(store, releases, Filter()) == {"2": SIXTH}, "the later of two"
    assert came(store, releases, Filter(FIFTH, SIXTH).where("app", "desk")) == {"2": FIFTH}
    assert came(store, releases, Filter().where("app", "shop").where("environment", "staging")) == {}


def test_a_marker_of_a_release_is_one(store: Store, state: State):
    notes.add(state, FIFTH, "Prompt 12 goes live", kind="release", who="ana")
    notes.add(state, FIFTH, "outage", kind="incident", who="ana")
    (one,) = listed(store, state)
    assert (one.name, one.start, one.app, one.who) == ("Prompt 12 goes live", FIFTH, None, "ana")
    put(store, state, "Prompt 12 goes live", SIXTH, who="ben")
    assert [one.start for one in listed(store, state)] == [SIXTH]
