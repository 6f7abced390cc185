"""The Topics page: the map with its texts and tables; what stands there before there is one."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Any

from analysis.ingest.report import Options
from analysis.topics import edits
from analysis.topics.listing import topics
from app import identity, privacy, runtime
from app.charts import topic_map
from app.work import import_arguments
from tests import records
from tests.ingest.conftest import lines
from tests.pages import HOSTILE, look, words
from tests.topics.talk import prompts

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_map_its_topics_and_the_texts_chosen_on_it(
    built: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built, home, dirs_exist_ok=True)
    drawn: dict[str, Any] = {}

    def draw(points, names, colouring, **_):
        drawn.update(points=points, names=names, colouring=colouring)
        return [0, 1]

    monkeypatch.setattr(topic_map, "draw", draw)
    page = look("topics", period="all")
    assert "topics in what people ask" in words(page)
    assert sorted(drawn["points"]["text"]) == sorted(prompts())
    assert set(drawn["points"]["records"]) == {2}
    assert any("refund" in name for name in drawn["names"].values())
    assert "2 texts chosen" in words(page)
    assert drawn["points"]["text"][0] in [text.value.replace("\u2060", "") for text in page.text]
    assert "from 60 texts of 60 by minilm-int8" in words(page)
    page.selectbox(key="topics-colour").select("latency").run()
    assert [error.message for error in page.exception] == []
    assert set(drawn["colouring"].of) == {len(drawn["colouring"].colours) - 1}


def test_what_the_browser_is_given_is_masked_and_plain(
    built: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built, home, dirs_exist_ok=True)
    store = runtime.current().store
    (text,) = {
        row["prompt"] for row in store.rows("SELECT prompt FROM records WHERE prompt LIKE '%order 4711%' LIMIT 1")
    }
    with store.write() as cursor:
        cursor.execute("UPDATE records SET prompt = ? WHERE prompt = ?", [f"{HOSTILE} ann@example.com", text])
    given: dict[str, Any] = {}

    class Nothing:
        picked = None

    def component(data, **_):
        given.update(data)
        return Nothing

    monkeypatch.setattr(topic_map, "_component", component)
    monkeypatch.setattr(privacy, "hides", lambda: True)
    look("topics", period="all")
    assert len(given["x"]) == len(given["text"]) == len(given["colour"]) == len(given["day"]) == 60
    assert max(given["colour"]) < len(given["palette"])
    assert given["days"][-1] == "28 May 2026"
    assert not any("ann@example.com" in text for text in given["text"])
    assert all("\n" not in text for text in given["text"])


def test_before_there_is_a_map_it_can_be_drawn(home: Path) -> None:
    records.add(runtime.current().store, *({"prompt": prompt} for prompt in prompts()[:10]))
    page = look("topics", period="all")
    assert "There is no map yet" in words(page)
    page.button(key="topics-build").click().run()
    jobs = runtime.current().jobs
    while jobs.active():
        time.sleep(0.1)
    page.run()
    assert "needs 50 different texts, and there are 10" in words(page)


def test_what_an_import_brings_is_placed_on_the_map_by_itself(built: Path, home: Path, tmp_path: Path) -> None:
    shutil.copytree(built, home, dirs_exist_ok=True)
    here = runtime.current()
    here.jobs.serves = True
    log = tmp_path / "log.jsonl"
    log.write_text(lines({"prompt": prompts()[0], "response": "No.", "timestamp": "2026-06-01T10:00:00"}))
    here.jobs.submit("import", import_arguments([log], Options()), who="ana")
    deadline = time.monotonic() + 120
    while here.store.rows("SELECT count(*) AS n FROM placements") != [{"n": 121}]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_topics_are_named_merged_and_taken_back_on_the_page(
    built: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built, home, dirs_exist_ok=True)
    monkeypatch.setenv("AFTERWORD_USER", HOSTILE)
    page = look("topics", period="all")
    first, second = page.selectbox(key="topic-chosen").options[:2]
    page.text_input(key="topic-name-0-0").input(HOSTILE)
    page.button(key="topic-rename").click().run()
    assert [error.message for error in page.exception] == []
    assert named() == {0: HOSTILE, 1: second.split(" (")[0], 2: named()[2]}
    assert f"“{first.split(' (')[0]}” named “{HOSTILE}”" in words(page)
    page.selectbox(key="topic-other-0-1").select(1)
    page.button(key="topic-merge").click().run()
    assert named().keys() == {0, 2}
    page.button(key="topic-back-1").click().run()
    assert named()[0] == first.split(" (")[0]
    assert "taken back by" in words(page)
    page.button(key="topic-merge").click().run()
    assert "Choose the topic that it is the same as." in words(page)
    monkeypatch.setattr(identity, "current", lambda: identity.Identity("mia", frozenset({"manager"})))
    page.run()
    assert not any(button.key in ("topic-rename", "topic-back-2") for button in page.button)
    assert "taken back by" in words(page)


def test_sub_topics_are_shown_before_a_topic_is_split(built: Path, home: Path) -> None:
    shutil.copytree(built, home, dirs_exist_ok=True)
    here = runtime.current()
    edits.merge(here.store, here.state, [0, 1], who="ana")
    page = look("topics", period="all")
    page.button(key="topic-look").click().run()
    deadline = time.monotonic() + 120
    while here.jobs.active():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    page.run()
    assert "It would become 2 topics:" in words(page)
    assert named().keys() == {0, 2}
    page.button(key="topic-split").click().run()
    assert [error.message for error in page.exception] == []
    assert named().keys() == {2, 3, 4}
    assert "New since the map was drawn" in words(page)


def named() -> dict[int, str]:
    return {row["id"]: row["name"] for row in topics(runtime.current().store) if row["id"] >= 0}
