"""A page whose query fails, as a person sees it; and what whoever runs the server finds in its log."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from analysis.store import Store
from analysis.workspace import Workspace
from tests import records
from tests.serving import Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.conftest import Watched


@pytest.fixture
def damaged(tmp_path: Path) -> Iterator[Served]:
    """A workspace that has lost a table."""
    home = tmp_path / "workspace"
    with closing(Store(Workspace.at(home))) as store:
        records.add(store, {"time": "2026-08-03", "prompt": "q"})
        with store.write() as cursor:
            cursor.execute("DROP TABLE scores")
    with serving(home) as server:
        yield server


def test_a_failed_page_is_calm_and_the_server_tells_why(damaged: Served, watched: Watched):
    page = watched.page
    page.goto(f"{damaged.url}/quality")
    expect(page.get_by_text("This page could not be drawn")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert "Catalog" not in page.locator("body").inner_text()
    said = damaged.home.with_name("workspace.log").read_text()
    assert "Traceback" in said
    assert "Table with name scores does not exist" in said
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_text("Saved mappings")).to_be_visible()
    expect(page.get_by_text("This page could not be drawn")).to_have_count(0)
