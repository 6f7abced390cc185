"""A page that fails says so in its own words, and nothing of the error's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.testing.v1 import AppTest

from analysis.store import Store
from app import failed, runtime

if TYPE_CHECKING:
    from collections.abc import Callable

MAIN = Path(__file__).resolve().parents[1] / "app" / "main.py"


@pytest.fixture
def store(home: Path) -> Store:
    return runtime.current().store


def test_a_query_that_fails_leaves_a_page_with_a_way_on(
    monkeypatch: pytest.MonkeyPatch, store: Store, add_records: Callable[..., list[str]]
):
    add_records({"prompt": "q"})
    started = ScriptRunner.__init__

    def as_served(self: ScriptRunner, *given: Any, **named: Any) -> None:
        started(self, *given, **named | {"on_script_error": failed.show})

    def fails(*_: object, **__: object) -> None:
        raise duckdb.InvalidInputException("Could not read ![x](http://outside.invalid/leak.png)")

    monkeypatch.setattr(ScriptRunner, "__init__", as_served)
    with monkeypatch.context() as broken:
        broken.setattr(Store, "cursor", fails)
        page = AppTest.from_file(MAIN, default_timeout=30).run()
        assert [head.value for head in page.subheader] == ["This page could not be drawn"]
        assert len(page.exception) == 0
        assert "outside.invalid" not in " ".join(element.value for element in [*page.markdown, *page.caption])
    page.button(key="failed-again").click().run()
    assert "This page could not be drawn" not in [head.value for head in page.subheader]
    assert len(page.exception) == 0
