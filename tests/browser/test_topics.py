"""The map of topics in a real browser: what is drawn around becomes a condition; hostile text stays text."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from analysis.state import settings
from analysis.state.database import State
from analysis.store import Store
from analysis.workspace import Workspace
from app.jobs import FOLLOWS
from tests import records
from tests.serving import Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Watched

HOSTILE = "![x](http://outside.invalid/leak.png) <img src=http://outside.invalid/a.png>"
TOPICS = ("refund", HOSTILE)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A map of two topics, one to the left and one to the right, put into the store by hand."""
    home = tmp_path_factory.mktemp("topics") / "workspace"
    with closing(Store(Workspace.at(home))) as store:
        ids = records.add(store, *(
            {
                "time": datetime(2026, 8, 3) + timedelta(hours=number), "model": "gpt-5-mini",
                "prompt": f"{HOSTILE} {number}", "response": "Yes.",
            }
            for number in range(80)
        ))  # fmt: skip
        with store.write() as cursor:
            cursor.execute(
                """INSERT INTO maps (id, field, model, seed, made, fitted, texts)
                VALUES (1, 'prompt', 'minilm-int8', 0, TIMESTAMP '2026-08-10', 80, 80)"""
            )
            for topic, name in enumerate(TOPICS):
                cursor.execute(
                    "INSERT INTO topics (map, topic, name, phrases, middle, exemplars) VALUES (1, ?, ?, [], ?, [])",
                    [topic, name, HOSTILE],
                )
            cursor.executemany(
                """INSERT INTO placements (map, record_id, topic, similarity, x, y, cluster, leaf, key)
                VALUES (1, ?, ?, 0.8, ?, ?, NULL, ?, ?)""",
                [(id, n % 2, 10 * (n % 2) + n / 100, (n // 2 % 7) / 2, n % 2, n) for n, id in enumerate(ids)],
            )
    with closing(State(Workspace.at(home).state_url)) as state:
        settings.put(state, FOLLOWS, False, who="ana")  # what scorers write would have the page ask anew
    with serving(home) as server:
        yield server


def test_points_drawn_around_are_read_kept_and_followed(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{served.url}/topics?period=all")
    expect(page.get_by_role("heading", name="2 topics in what people ask")).to_be_visible()
    table = page.get_by_role("table")
    expect(table.get_by_role("button", name="refund")).to_be_visible()
    expect(table.get_by_text("50.0")).to_have_count(2)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.get_by_role("button", name="Draw around").click()
    expect(page.get_by_role("button", name="Draw around")).to_have_attribute("aria-pressed", "true")
    canvas = page.get_by_role("img", name=re.compile("map of topics"))
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    left, top, right, bottom = box["x"] + 5, box["y"] + 5, box["x"] + box["width"] / 2, box["y"] + box["height"] - 5
    page.mouse.move(left, top)
    page.mouse.down()
    for at, of in ((right, top), (right, bottom), (left, bottom), (left, top + 20)):
        page.mouse.move(at, of, steps=4)
    page.mouse.up()
    expect(page.get_by_role("heading", name="40 texts chosen")).to_be_visible()
    page.get_by_role("button", name="Keep only these").click()
    expect(page).to_have_url(re.compile("where=area"))
    expect(page.get_by_text(re.compile("^Drawn around on the map"))).to_be_visible()
    expect(table.get_by_role("button", name="leak.png")).to_have_count(0)
    expect(table.get_by_text("100").first).to_be_visible()
    page.get_by_role("link", name="Conversations").click()
    expect(page.get_by_text(re.compile("^40 records"))).to_be_visible()
    assert watched.outside() == []
    assert watched.complaints == []


def test_the_table_is_sorted_and_a_click_leads_to_the_records(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{served.url}/topics?period=all")
    names = page.get_by_role("table").locator("button.name")
    expect(names).to_have_count(2)
    sort = page.get_by_role("columnheader", name="Topic")
    sort.get_by_role("button").click()
    expect(sort).to_have_attribute("aria-sort", "ascending")
    expect(names.last).to_have_text("refund")
    sort.get_by_role("button").click()
    expect(sort).to_have_attribute("aria-sort", "descending")
    expect(names.first).to_have_text("refund")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    names.first.click()
    expect(page).to_have_url(re.compile("/conversations.*topic"))
    expect(page.get_by_text(re.compile("^40 records"))).to_be_visible()
    assert watched.complaints == []


def test_a_topic_that_is_named_stays_the_chosen_one(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{served.url}/topics?period=all")
    chosen = page.get_by_role("combobox", name=re.compile("Topic"))
    name, rename = page.get_by_role("textbox", name="Name"), page.get_by_role("button", name="Rename")
    expect(chosen).to_have_value("refund (40 records)")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    chosen.press_sequentially("leak")  # what is typed opens the list
    page.get_by_role("option").last.click()
    expect(name).to_have_value(re.compile("leak.png"))
    for given in ("Leaks", "Leaks of pictures"):
        name.fill(given)
        rename.click()
        expect(chosen).to_have_value(f"{given} (40 records)")
        expect(name).to_have_value(given)
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.get_by_text("What people made of the topics").click()
    expect(page.get_by_text("“Leaks” named “Leaks of pictures”")).to_be_visible()
    assert watched.complaints == []
