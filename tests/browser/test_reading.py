"""Reading in a real browser: a row is a link, what it opens begins at its top, and hostile text stays text."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from analysis.store import Store
from analysis.workspace import Workspace
from tests import records
from tests.serving import Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Watched

HOSTILE = (
    "![x](http://outside.invalid/leak.png) <img src=http://outside.invalid/a.png> $\\href{http://outside.invalid}{x}$"
)
RECORDS = 30
AT_REST = "() => new Promise(requestIdleCallback)"
"""Until the browser has nothing left to do: a shortcut works only a moment after its button shows."""
DRAWN = "[data-testid=stApp][data-test-script-state=notRunning]"
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


def hostile(number: int) -> dict[str, Any]:
    return {
        "time": datetime(2026, 8, 3) + timedelta(minutes=number), "session_id": "s", "user_id": HOSTILE,
        "trace_id": "t", "prompt": f"Said {number}", "response": HOSTILE,
        "attributes": {"![x](http://outside.invalid/b.png)": "![x](http://outside.invalid/b.png)"},
        "documents": [{"id": HOSTILE, "text": HOSTILE, "score": 0.5}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("reading") / "workspace"
    with closing(Store(Workspace.at(home))) as store:
        records.add(store, *map(hostile, range(RECORDS)))
    with serving(home) as server:
        yield server


def test_a_record_low_in_the_list_opens_at_its_top_and_leads_on(served: Served, watched: Watched):
    page = watched.page
    page.goto(f"{served.url}/conversations?period=all")
    row = page.locator(".st-key-record-20")
    expect(row.get_by_role("link")).to_be_visible()  # Streamlit draws it after the row, which leads nowhere until then
    row.click()
    expect(page.get_by_text("20 of 30")).to_be_visible()
    expect(page).to_have_url(re.compile("at=20&record="))
    page.wait_for_function(f"() => {SCROLLED} === 0")
    expect(page.get_by_role("button", name="Next")).to_be_enabled()
    page.evaluate(AT_REST)
    page.keyboard.press("j")
    expect(page.get_by_text("21 of 30")).to_be_visible()
    expect(page).to_have_url(re.compile("at=21&record="))
    page.get_by_text("Back to the list").click()
    expect(page.get_by_text("Said 10", exact=True)).to_be_visible()
    page.locator(DRAWN).wait_for()
    page.go_back()
    expect(page.get_by_text("21 of 30")).to_be_visible()
    page.locator(DRAWN).wait_for()
    page.go_back()
    expect(page.get_by_text("20 of 30")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Said 10", exact=True)).to_be_visible()
    page.go_forward()
    expect(page.get_by_text("20 of 30")).to_be_visible()


@pytest.mark.parametrize("link", ["The whole conversation", "All calls of the trace", "All of this user"])
def test_no_view_of_hostile_text_asks_anything_of_anyone(served: Served, watched: Watched, link: str):
    page = watched.page
    page.goto(f"{served.url}/conversations?period=all")
    page.locator(".st-key-record-1").get_by_role("link").click()
    expect(page.get_by_text("Retrieved documents: 1")).to_be_visible()
    page.get_by_role("link", name=link).click()
    expect(page.get_by_text("as a list")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert watched.outside() == []
    assert watched.blocked() == []
