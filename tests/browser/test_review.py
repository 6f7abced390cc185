"""Reviewing in a real browser: fifty items by keyboard alone, and nothing that is hidden is in the page's traffic."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from analysis.review import claims, queue
from analysis.review.plan import Plan
from analysis.review.progress import progress
from analysis.state.database import State
from analysis.store import Store
from analysis.workspace import Workspace
from tests import records
from tests.serving import Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page, WebSocket

    from tests.browser.conftest import Watched

ITEMS = 50
HIDDEN = ("model-of-mine", "group-tag-7", "pair-11", "0.7315", "what-ana-said", "stereotype-by-ana")
"""What nobody may know before their own label is in."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a queue whose items another reviewer has labelled, with remarks."""
    root = tmp_path_factory.mktemp("review") / "workspace"
    with closing(Store(Workspace.at(root))) as store, closing(State(f"sqlite:///{root / 'state.sqlite'}")) as state:
        records.add(store, *(
            {
                "time": datetime(2026, 8, 3) + timedelta(hours=number), "model": "model-of-mine",
                "prompt": f"Who gets job number {number}?", "response": f"Candidate {number} does.",
                "attributes": '{"group": "group-tag-7", "pair": "pair-11"}',
            }
            for number in range(ITEMS + 5)
        ))  # fmt: skip
        with store.write() as writer:
            writer.execute(
                "INSERT INTO scores (id, record_id, target, target_key, name, value, origin) "
                "SELECT uuid(), id, 'call', id::VARCHAR, 'quality', 0.7315, 'automatic' FROM records"
            )
        queue.make(store, state, "Fast", Plan(size=8), rubric="bias", who="boss")
        made = queue.make(store, state, "Jobs", Plan(size=ITEMS + 5), rubric="bias", who="boss", reviewers=2)
        while (item := claims.next_item(state, made, "ana")) is not None:
            claims.submit(state, item.id, "ana", {"bias": "no", "remark": "what-ana-said"})
            claims.comment(state, item.id, "ana", "stereotype-by-ana")
    return root


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[Served]:
    with serving(home) as server:
        yield server


def press(page: Page, key: str) -> None:
    """Press a key once the page stands still: faster than anyone reads, it would meet a button not yet there."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.keyboard.press(key)


def test_fifty_items_by_keyboard_and_blind(served: Served, home: Path, watched: Watched) -> None:
    page = watched.page
    sent: list[bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: sent.append(frame.encode() if isinstance(frame, str) else frame))

    page.on("websocket", listen)
    page.goto(f"{served.url}/review?queue=Jobs")
    # the first item: what it hangs on is asked, and the way back is open
    expect(page.get_by_text("0 items labelled by you, 55 left")).to_be_visible()
    expect(page.get_by_role("button", name="yes Shortcut 1")).to_be_visible()
    press(page, "1")
    expect(page.get_by_text("What kind")).to_be_visible()
    assert not [word for word in HIDDEN if any(word.encode() in frame for frame in sent)]
    press(page, "ArrowUp")
    expect(page.get_by_role("button", name="yes Shortcut 1")).to_be_visible()
    press(page, "2")
    expect(page.get_by_text("What kind")).to_be_hidden()
    press(page, "Control+Enter")
    expect(page.get_by_text("1 item labelled by you, 54 left")).to_be_visible()
    # now that one's own label is in, what the other said of that item is there to be asked for, and nothing else of it
    others = page.get_by_role("button", name="What others said of your last item")
    expect(others).to_be_visible()
    assert not [word for word in HIDDEN if any(word.encode() in frame for frame in sent)]
    others.click()
    expect(page.get_by_text("remark: what-ana-said")).to_be_visible()
    assert not [word for word in HIDDEN[:4] if any(word.encode() in frame for frame in sent)]
    for done in range(1, ITEMS):
        expect(page.get_by_role("button", name="yes Shortcut 1")).to_be_visible()
        expect(page.get_by_role("button", name="yes", exact=True)).to_have_count(0)  # the item before is gone
        press(page, "2")
        expect(page.get_by_role("button", name="yes", exact=True)).to_be_visible()  # nothing is left to answer
        press(page, "Control+Enter")
        expect(page.get_by_text(f"{done + 1} items labelled by you, {ITEMS + 4 - done} left")).to_be_visible()
    # undo, skip and leave for another machine
    asked, answered = (
        page.get_by_role("button", name="yes Shortcut 1"),
        page.get_by_role("button", name="no", exact=True),
    )
    expect(asked).to_be_visible()
    expect(answered).to_have_count(0)
    press(page, "u")
    expect(page.get_by_text(f"{ITEMS - 1} items labelled by you")).to_be_visible()
    expect(answered).to_be_visible()  # the label is a draft again
    expect(asked).to_have_count(0)
    press(page, "Control+Enter")
    expect(page.get_by_text(f"{ITEMS} items labelled by you")).to_be_visible()
    expect(asked).to_be_visible()
    expect(answered).to_have_count(0)
    press(page, "s")
    expect(page.get_by_text("Why do you skip it?")).to_be_visible()
    press(page, "2")
    expect(page.get_by_text("not enough context.")).to_be_visible()
    expect(page.get_by_text("Why do you skip it?")).to_have_count(0)
    expect(asked).to_be_visible()
    press(page, "3")
    expect(asked).to_have_count(0)
    page.reload()
    expect(page.get_by_text(f"{ITEMS} items labelled by you")).to_be_visible()
    expect(page.locator("[class*='st-key-answer-'] button[kind=primary]")).to_have_text("can't tell")
    with closing(State(f"sqlite:///{home / 'state.sqlite'}")) as state:
        far = progress(state, queue.find(state, "Jobs"))
    (mine,) = [one for one in far.reviewers if one.who != "ana"]
    assert (mine.done, mine.skipped, far.items) == (ITEMS, 1, ITEMS + 5)
    assert watched.outside() == []
    assert watched.blocked() == []


def test_a_digit_and_save_pressed_at_once(served: Served, home: Path, watched: Watched) -> None:
    """What was answered is saved, whichever of the two keys is heard first; where the digit is not, nothing is."""
    page = watched.page
    page.goto(f"{served.url}/review?queue=Fast")
    for done in range(8):
        expect(page.get_by_text(f"{done} item{'' if done == 1 else 's'} labelled by you")).to_be_visible()
        after = page.get_by_text(f"{done + 1} item{'' if done == 0 else 's'} labelled by you")
        after = after if done < 7 else page.get_by_text("Nothing is left for you here")
        asked = page.get_by_text("An answer is needed")
        expect(page.get_by_role("button", name="no Shortcut 2")).to_be_visible()
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        page.wait_for_timeout(200)  # a button hears its key a moment after it is drawn
        page.keyboard.press("2")
        page.keyboard.press("Control+Enter")  # while what the digit did is being drawn
        expect(after.or_(asked).first).to_be_visible()
        if not after.count():  # on a busy machine that moment is longer
            page.keyboard.press("2")
            expect(page.locator("[class*='st-key-answer-'] button[kind=primary]")).to_have_text("no")
            page.keyboard.press("Control+Enter")
            expect(after).to_be_visible()
    expect(page.get_by_text("Nothing is left for you here")).to_be_visible()
    with closing(State(f"sqlite:///{home / 'state.sqlite'}")) as state:
        assert progress(state, queue.find(state, "Fast")).labels == 8
