"""What people leave in the state store: mappings, notes, views and settings. Newest wins, nothing is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from analysis.state import mappings, notes, settings, views

if TYPE_CHECKING:
    from analysis.state.database import State


def test_the_newest_version_of_a_mapping_holds_and_the_older_stay(state: State):
    mappings.save(state, "chat log", ["q", "a"], {"prompt": "q"}, who="ana")
    newest = mappings.save(state, "chat log", ["q", "a"], {"prompt": "q", "response": "a"}, who="ben")
    other = mappings.save(state, "an other", ["x"], {"prompt": "x"}, who="ana")
    assert mappings.saved(state) == [other, newest]
    assert [version.who for version in mappings.history(state, "chat log")] == ["ben", "ana"]


def test_a_mapping_is_found_by_the_fields_of_its_source_in_any_order(state: State):
    saved = mappings.save(state, "chat log", ["q", "a"], {"prompt": "q"}, who="ana")
    assert mappings.fitting(state, ["a", "q"]) == saved
    assert mappings.fitting(state, ["a"]) is None
    assert mappings.fitting(state, ["a,q"]) is None


def test_a_retired_mapping_is_not_found_until_it_is_saved_again(state: State):
    first = mappings.save(state, "older", ["q", "a"], {"response": "a"}, who="ana")
    mappings.save(state, "chat log", ["q", "a"], {"prompt": "q"}, who="ana")
    mappings.retire(state, "chat log", who="ben")
    assert mappings.saved(state) == [first]
    assert mappings.fitting(state, ["q", "a"]) == first
    assert [(gone.name, gone.who) for gone in mappings.retired(state)] == [("chat log", "ben")]
    assert [version.mapping for version in mappings.history(state, "chat log")] == [{}, {"prompt": "q"}]
    with pytest.raises(KeyError, match="No mapping chat log"):
        mappings.retire(state, "chat log", who="ana")
    # taken up again for another source, it does not come back for the one that it was retired for
    again = mappings.save(state, "chat log", ["x"], {"prompt": "x"}, who="ana")
    assert mappings.saved(state) == [again, first]
    assert mappings.fitting(state, ["q", "a"]) == first
    assert mappings.retired(state) == []


def test_a_mapping_without_a_field_is_refused(state: State):
    with pytest.raises(ValueError, match="field"):
        mappings.save(state, "chat log", ["q"], {}, who="ana")


def test_notes_of_a_period_without_those_taken_back(state: State):
    first = notes.add(state, datetime(2026, 5, 1), "v2 out", kind="release", who="ana")
    second = notes.add(state, datetime(2026, 5, 2), "wrong", kind="incident", who="ana")
    notes.add(state, datetime(2026, 6, 1), "later", who="ana")
    notes.retract(state, second.id, who="ben")
    assert notes.between(state, datetime(2026, 5, 1), datetime(2026, 6, 1)) == [first]
    assert len(notes.between(state)) == 2
    with state.read() as connection:
        assert connection.execute(text("SELECT count(*), count(retracted_by) FROM notes")).one() == (3, 1)


def test_a_note_is_taken_back_once(state: State):
    note = notes.add(state, datetime(2026, 5, 1), "v2", who="ana")
    notes.retract(state, note.id, who="ana")
    with pytest.raises(KeyError, match="no note"):
        notes.retract(state, note.id, who="ana")


@pytest.mark.parametrize(("kind", "words"), [("party", "x"), ("note", "  ")])
def test_a_note_without_sense_is_refused(state: State, kind: str, words: str):
    with pytest.raises(ValueError, match=r"kind|text"):
        notes.add(state, datetime(2026, 5, 1), words, kind=kind, who="ana")


def test_settings_newest_wins_and_none_is_the_default_again(state: State):
    assert settings.get(state, "currency", "USD") == "USD"
    settings.put(state, "currency", "EUR", who="ana")
    settings.put(state, "limits", {"daily": 12.5}, who="ana")
    assert settings.everything(state) == {"currency": "EUR", "limits": {"daily": 12.5}}
    settings.put(state, "currency", None, who="ben")
    assert settings.get(state, "currency", "USD") == "USD"
    assert settings.everything(state) == {"limits": {"daily": 12.5}}
    assert [(change.value, change.who) for change in settings.history(state, "currency")] == [
        (None, "ben"),
        ("EUR", "ana"),
    ]


def test_a_view_gives_way_to_one_of_its_name_and_can_be_removed(state: State):
    views.save(state, "Costs of May", "cost", {"from": "2026-05-01"}, who="ana")
    views.save(state, "Costs of May", "cost", {"from": "2026-05-02"}, who="ben")
    assert [(view.query, view.who) for view in views.saved(state)] == [({"from": "2026-05-02"}, "ben")]
    views.remove(state, "Costs of May", who="ana")
    assert views.saved(state) == []


def test_ten_people_at_once_lose_nothing(state: State):
    def work(number: int) -> None:
        for step in range(5):
            settings.put(state, f"key {number}", step, who=str(number))

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(work, range(10)))
    assert settings.everything(state) == {f"key {number}": 4 for number in range(10)}
    assert all(len(settings.history(state, f"key {number}")) == 5 for number in range(10))


def test_a_failed_transaction_leaves_nothing(state: State):
    def fail() -> None:
        with state.write() as connection:
            connection.execute(text("INSERT INTO settings (key, who, made) VALUES ('a', 'b', '2026-01-01 00:00:00')"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert settings.history(state, "a") == []
