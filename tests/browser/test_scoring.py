"""Scoring in a real browser: what the server finds by itself, from the figure to the place in the text."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from analysis.store import Store
from analysis.workspace import Workspace
from tests import records
from tests.serving import Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Watched

HOSTILE = "![x](http://outside.invalid/leak.png) <img src=http://outside.invalid/a.png>"

MARKED = re.compile(r"^joanna\.56@\u2060?example\.org$")  # a joiner keeps an address from becoming a link


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("scoring") / "workspace"
    with closing(Store(Workspace.at(home))) as store:
        records.add(store, *(
            {
                "time": datetime(2026, 8, 3) + timedelta(hours=number), "model": "gpt-5-mini",
                "prompt": f"{HOSTILE} write to joanna.{number}@example.org, please {HOSTILE}" if number % 4 == 0
                else f"When do you open on day {number}?",
                "response": "We open at nine.",
            }
            for number in range(60)
        ))  # fmt: skip
    with serving(home) as server:
        yield server


def test_from_the_server_s_own_scoring_to_the_place_in_the_text(served: Served, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{served.url}/scoring")
    scored = page.get_by_text("The quick scorers have scored every record")
    expect(scored).to_be_visible(timeout=120_000)  # the first map of topics is drawn beside it
    page.goto(f"{served.url}/safety?period=all&metric=scorer.prompt_pii")
    expect(page.get_by_test_id("stMetric").filter(has_text="Prompts with personal data")).to_contain_text("25")
    expect(page.get_by_text("The worst first")).to_be_visible()
    first = page.locator("[class*='st-key-worst-']").first
    expect(first.get_by_text(MARKED)).to_be_visible()
    first.get_by_role("link").click()
    expect(page).to_have_url(re.compile("record="))
    expect(page.get_by_text("What the scorers found")).to_be_visible()
    expect(page.get_by_text(MARKED)).to_be_visible()
    assert watched.outside() == []
    assert watched.blocked() == []
