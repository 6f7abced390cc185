"""Pages for tests: opened as a link opens them, and what they say."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
FIRST = "overview"
HOSTILE = "![x](http://127.0.0.1:9/leak.png) $x^2$ :red[x] <img src=x>"

# every AppTest asks every installed package for components of its own, which takes longer than most pages
patch.object(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests)).start()


def look(page: str, **link: str | Sequence[str]) -> AppTest:
    """Open a page, with what its link says, and fail on any error in it."""
    test = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=30)
    test.switch_page(str(ROOT / "pages" / f"{page}.py"))
    for name, value in link.items():
        test.query_params[name] = value
    test.run()
    assert [error.message for error in test.exception] == []
    return test


def words(test: AppTest) -> str:
    """What a page says, without the joiners that keep names from taking effect, and without escapes."""
    drawn = [*test.title, *test.subheader, *test.markdown, *test.caption, *test.warning]
    return " ".join(element.value for element in drawn).replace("\u2060", "").replace("\\", "")
