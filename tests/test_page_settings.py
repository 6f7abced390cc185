"""Settings: own prices are checked before they are kept, markers are added and taken back, mappings are listed."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from analysis.state import mappings, notes
from app import identity, runtime
from app.identity import Identity
from tests.pages import look

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from analysis.store import Store


@pytest.fixture
def store(home: Path) -> Store:
    return runtime.current().store


@pytest.fixture
def page(store: Store, add_records: Callable[..., list[str]]) -> AppTest:
    """The page, with a record of a model that no table prices."""
    add_records({"model": "house-7b", "input_tokens": 1_000_000, "output_tokens": 500_000})
    return look("settings")


def words(page: AppTest) -> str:
    drawn = [*page.title, *page.subheader, *page.markdown, *page.caption, *page.text]
    return " ".join(element.value for element in drawn).replace("\u2060", "").replace("\\", "")


def save(page: AppTest, text: str, what: str = "prices") -> AppTest:
    page.text_area(key=f"{what}-text").input(text).run()
    page.button(key=f"{what}-save").click().run()
    deadline = time.monotonic() + 30
    while runtime.current().jobs.active():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    page.run()
    assert [error.message for error in page.exception] == []
    return page


def cost() -> float | None:
    return runtime.current().store.rows("SELECT computed_cost FROM records")[0]["computed_cost"]


def test_it_says_who_looks_and_how_the_workspace_is(page: AppTest, home: Path):
    assert "You are" in words(page)
    assert str(home) in words(page)
    assert "1 record in logs.duckdb" in words(page)
    assert "genai-prices" in words(page)


def test_own_prices_are_kept_and_costs_computed_anew(page: AppTest):
    assert "house-7b" in words(page)
    assert cost() is None
    save(page, '[{"model": "house-*", "input_mtok": 0.4, "output_mtok": 0.6}]')
    assert cost() == pytest.approx(0.4 + 0.5 * 0.6)
    assert "Saved." in words(page)
    assert "With a price now: 1 record." in words(page)
    assert "without a price" not in words(page)
    save(page, "")
    assert cost() is None
    assert not runtime.current().workspace.prices.exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[{", "prices.json is not JSON"),
        ('{"model": "x"}', "must hold a list"),
        ('[{"model": "x", "input_mtok": 1}]', "entry 1: output_mtok is missing"),
        ('[{"model": "x", "input_mtok": -1, "output_mtok": 1}]', "entry 1: input_mtok must be a number of dollars"),
        ('[{"model": "x", "input_mtok": 1, "output_mtok": 1, "cost": 2}]', "unknown field 'cost'"),
    ],
)
def test_a_bad_price_file_is_refused_in_words_and_not_kept(page: AppTest, text: str, why: str):
    save(page, text)
    assert "Not saved." in words(page)
    assert why in words(page)
    assert not runtime.current().workspace.prices.exists()
    assert list(runtime.current().workspace.staging.iterdir()) == []


def test_answers_that_must_be_json_are_checked_by_the_schema_of_their_application(
    page: AppTest, store: Store, add_records: Callable[..., list[str]]
) -> None:
    answers = ('{"city": "Rome"}', '{"town": "Rome"}', "Rome")
    add_records(*({"app": app, "response": answer} for app in ("geo-eu", "chat") for answer in answers))
    save(page, '[{"app": "geo-*", "schema": {"type": "object", "required": ["city"]}}]', "formats")
    assert "Saved." in words(page)
    assert "All answers are checked by it." in words(page)
    found = store.rows(
        "SELECT r.app, r.response, m.label FROM current_marks m JOIN records r ON r.id = m.record_id "
        "WHERE m.name = 'valid_json' AND m.value IS NOT NULL ORDER BY response"
    )
    labels = ["not JSON", "valid", "does not fit the schema"]
    assert [(row["app"], row["label"]) for row in found] == [("geo-eu", label) for label in labels]
    save(page, "", "formats")
    assert not store.workspace.formats.exists()
    assert store.rows("FROM current_marks WHERE name = 'valid_json' AND value IS NOT NULL") == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[{", "formats.json is not JSON"),
        ("{}", "must hold a list"),
        ("[1]", "entry 1 is no object"),
        ('[{"schema": {}}]', "entry 1: app or feature is missing"),
        ('[{"app": "x"}, {"app": 1}]', "entry 2: app must be text, not 1"),
        ('[{"app": "x", "format": "json"}]', "unknown field 'format'"),
        ('[{"app": "x", "schema": []}]', "schema must be an object"),
        ('[{"app": "x", "schema": {"properties": {"a": {"type": "texts"}}}}]', "no JSON schema (properties.a.type:"),
    ],
)
def test_bad_formats_are_refused_in_words_and_not_kept(page: AppTest, text: str, why: str) -> None:
    save(page, text, "formats")
    assert "Not saved." in words(page)
    assert why in words(page)
    assert not runtime.current().workspace.formats.exists()


def test_a_list_that_somebody_else_saved_meanwhile_is_not_lost_unseen(page: AppTest, store: Store):
    hers, his = ('[{"app": "geo"}]', '[{"app": "chat"}]')
    other = look("settings")
    save(page, hers, "formats")
    assert "Saved." in words(page)
    other.run()
    assert other.text_area(key="formats-text").value == hers
    other.text_area(key="formats-text").input(his).run()
    save(page, "", "formats")
    other.run()
    assert other.text_area(key="formats-text").value == his
    save(other, his, "formats")
    assert "Somebody else has changed this list since you began." in words(other)
    assert not store.workspace.formats.exists()
    save(other, his, "formats")
    assert "Not saved." not in words(other)
    assert store.workspace.formats.read_text() == his
    page.run()
    assert page.text_area(key="formats-text").value == his
    assert "Saved." not in words(page)  # that was another text


def test_lists_are_changed_by_those_who_may(monkeypatch: pytest.MonkeyPatch, page: AppTest):
    monkeypatch.setattr(identity, "local", lambda: Identity("rae", frozenset({"reviewer"})))
    page.run()
    assert page.button(key="prices-save").disabled
    assert "Analysts, managers and engineers can change this." in words(page)
    assert "Engineers can change this." in words(page)


def test_models_without_a_price_are_written_into_the_list_to_be_filled_in(page: AppTest):
    page.button(key="prices-fill").click().run()
    assert json.loads(page.text_area(key="prices-text").value or "") == [
        {"model": "house-7b", "input_mtok": None, "output_mtok": None}
    ]


def test_a_marker_is_added_and_taken_back(page: AppTest):
    page.datetime_input(key="note-time").set_value(datetime(2026, 10, 2, 9))
    page.selectbox(key="note-kind").select("incident")
    page.text_input(key="note-text").input("Vendor **down**")
    page.button(key="note-add").click().run()
    assert [error.message for error in page.exception] == []
    (note,) = notes.between(runtime.current().state)
    assert (note.kind, note.text, note.time.isoformat()) == ("incident", "Vendor **down**", "2026-10-02T09:00:00")
    assert "Vendor **down**" in words(page)
    page.button(key=f"note-{note.id}").click().run()
    assert notes.between(runtime.current().state) == []
    assert "Vendor" not in words(page)


def test_markers_stand_beside_trends_before_what_the_logs_tell(store: Store, add_records: Callable[..., list[str]]):
    from analysis.metrics.filter import Filter
    from app.page import Scope
    from app.view import View

    add_records(*({"time": datetime(2026, 10, day, 12), "release": f"1.{day}"} for day in range(1, 9)))
    notes.add(runtime.current().state, datetime(2026, 10, 7, 9), "Vendor down", kind="incident", who="bo")
    notes.add(runtime.current().state, datetime(2026, 11, 7, 9), "Later", who="bo")
    chosen = Filter(datetime(2026, 10, 2), datetime(2026, 10, 9))
    scope = Scope(View(), chosen, None, "day", (chosen.start, chosen.end), None)
    assert [(note.time, note.text) for note in scope.notes()] == [
        *((datetime(2026, 10, day, 12), f"release 1.{day}") for day in range(3, 7)),
        (datetime(2026, 10, 7, 9), "Vendor down and release 1.7"),
    ]


def test_a_marker_without_words_is_not_added(page: AppTest):
    page.button(key="note-add").click().run()
    assert "A marker needs a time and a few words." in words(page)
    assert notes.between(runtime.current().state) == []


def test_saved_mappings_are_listed(page: AppTest):
    state = runtime.current().state
    mappings.save(state, "Our chat", ["q", "a"], {"prompt": "q"}, who="bo")
    mappings.save(state, "Our chat", ["q", "a"], {"prompt": "q", "response": "a"}, who="ana")
    page.run()
    assert "prompt from q, response from a." in words(page)
    assert "1 earlier version" in words(page)


def test_a_mapping_is_retired(page: AppTest):
    state = runtime.current().state
    saved = mappings.save(state, "Our chat", ["q", "a"], {"prompt": "q"}, who="bo")
    page.run().button(key=f"mapping-{saved.id}").click().run()
    assert "Our chat was retired by" in words(page)
    assert mappings.fitting(state, ["q", "a"]) is None
    assert not [button for button in page.button if button.key == f"mapping-{saved.id}"]
