"""A newcomer's way: an empty app, a file dropped, cost by model, a filter, a point, a conversation, a shared link."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.ingest.conftest import lines, run_of
from tests.serving import Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Watched

MODELS = ("gpt-4o-mini", "claude-sonnet-4-5")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A server on an empty workspace."""
    with serving(tmp_path / "workspace") as server:
        yield server


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Ten days of runs of two models, one of them dearer, and a line that breaks off."""
    rows = [
        run_of(
            number,
            start_time=f"2026-11-{1 + number % 10:02d}T{number % 24:02d}:10:00",
            end_time=f"2026-11-{1 + number % 10:02d}T{number % 24:02d}:10:02",
            extra={"metadata": {"ls_model_name": MODELS[number % 2], "user_id": f"user-{number % 7}",
                                "thread_id": f"thread-{number // 2}"}},
            total_cost="0.03" if number % 2 else "0.01",
        )
        for number in range(200)
    ]  # fmt: skip
    path = tmp_path / "november.jsonl"
    path.write_text(lines(*rows) + '{"id": "cut", "run_type": "ll')
    return path


def settled(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_from_an_empty_app_to_a_shared_conversation(
    served: Served, watched: Watched, chromium: Browser, export: Path
) -> None:
    page = watched.page
    # an empty app leads to the import
    page.goto(served.url)
    settled(page)
    page.get_by_role("link", name="Import").first.click()
    expect(page.get_by_role("heading", name="Import").first).to_be_visible()
    page.locator("input[type=file]").first.set_input_files(export)
    expect(page.get_by_text("LangSmith runs").first).to_be_visible()
    page.get_by_role("button", name="Import 1 file").click()
    # the report says what was kept and what was refused, with its line
    expect(page.get_by_text("Refused: 1 row").first).to_be_visible()
    expect(page.get_by_text(re.compile("cut short")).first).to_be_visible()
    settled(page)

    # cost by model: 100 x $0.03 and 100 x $0.01
    page.get_by_role("link", name="Cost").click()
    expect(page.get_by_role("heading", name="Cost", exact=True)).to_be_visible()
    settled(page)
    expect(page.get_by_text("$4.00").first).to_be_visible()

    # one model only; the filter is in the link
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name=MODELS[1]).click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("$3.00").first).to_be_visible()
    settled(page)
    expect(page).to_have_url(re.compile(MODELS[1]))

    # the filter goes along to the conversations, and into one of them
    page.get_by_role("link", name="Conversations").click()
    expect(page.get_by_text("100 records").first).to_be_visible()
    settled(page)
    page.get_by_role("link", name=re.compile("Nov")).first.click()
    expect(page).to_have_url(re.compile("record="))
    settled(page)
    answer = page.get_by_text(re.compile(r"^Answer \d+\.$")).first
    expect(answer).to_be_visible()

    # somebody else opens the link and reads the same
    other = chromium.new_context()
    theirs = other.new_page()
    theirs.goto(page.url)
    expect(theirs.get_by_text(answer.inner_text(), exact=True).first).to_be_visible()
    expect(theirs).to_have_url(re.compile(MODELS[1]))
    other.close()
    assert watched.outside() == []


def test_the_name_of_the_front_page_leads_to_it(served: Served, watched: Watched) -> None:
    watched.page.goto(f"{served.url}/overview?period=7d")
    expect(watched.page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(watched.page.get_by_text("Page not found")).to_have_count(0)
    assert "period=7d" in watched.page.url
