"""A real Chromium and a real server. Where Debian's Chromium is missing these tests are skipped, and say so."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE = 20_000
"""Milliseconds that a page may take to show what a test waits for."""

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    flags = ["--disable-gpu", "--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser of a person of its own: nothing in it is known to another."""
    opened = chromium.new_context(viewport={"width": 1440, "height": 1000}, accept_downloads=True)
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


class Watched:
    """A page, with every address that it asked for and every complaint of its console."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requested: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)

    def outside(self) -> list[str]:
        """What it asked of anyone but the server it was loaded from."""
        own = urlsplit(self.page.url).netloc
        return [
            url
            for url in self.requested
            if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != own
        ]

    def wait_for_complaint(self, *words: str, number: int = 1) -> None:
        """Wait until the console has complained `number` times in one of these words."""
        deadline = time.monotonic() + PATIENCE / 1000
        while sum(any(word in text for word in words) for text in self.complaints) < number:
            assert time.monotonic() < deadline, f"no {words} among {self.complaints}"
            self.page.wait_for_timeout(50)

    def blocked(self) -> list[str]:
        """What the Content-Security-Policy refused it."""
        return [text for text in self.complaints if "Content Security Policy" in text]


@pytest.fixture
def watched(context: BrowserContext) -> Watched:
    return Watched(context.new_page())
