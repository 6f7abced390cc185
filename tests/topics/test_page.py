"""The Topics page: the map with its texts and tables; what stands there before there is one."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Any, ClassVar

from analysis.ingest.report import Options
from analysis.topics import edits
from analysis.topics.listing import topics
from app import identity, privacy, runtime
from app.charts import topic_map, topic_table
from app.work import import_arguments
from tests import records
from tests.ingest.conftest import lines
from tests.pages import HOSTILE, look, words
from tests.topics.talk import prompts

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def topic_of(home: Path) -> tuple[int, str]:
    """The map's number, and the name of its largest topic."""
    rows = runtime.current().store.rows(
        """SELECT p.map, t.name FROM placements p JOIN topics t USING (map, topic)
        GROUP BY ALL ORDER BY count(*) DESC, t.name LIMIT 1"""
    )
    return rows[0]["map"], rows[0]["name"]


EVERYTHING = "-999,-999;999,-999;999,999;-999,999"


def test_the_map_its_topics_and_the_texts_chosen_on_it(
    built: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built, home, dirs_exist_ok=True)
    drawn: dict[str, Any] = {}

    def draw(points, names, colouring, **_):
        drawn.update(points=points, names=names, colouring=colouring)
        return topic_map.Drawn(picked=0)

    monkeypatch.setattr(topic_map, "draw", draw)
    page = look("topics", period="all")
    assert "topics in what people ask" in words(page)
    assert sorted(drawn["points"]["text"]) == sorted(prompts())
    assert set(drawn["points"]["records"]) == {2}
    assert any("refund" in name for name in drawn["names"].values())
    assert "1 text chosen" in words(page)
    assert drawn["points"]["text"][0] in [text.value.replace("\u2060", "") for text in page.text]
    assert "from 60 texts of 60 by minilm-int8" in words(page)
    for colour in ("time", "model", "scorer.faithfulness"):
        page.selectbox(key="topics-colour").select(colour).run()
        assert [error.message for error in page.exception] == []
        colouring = drawn["colouring"]
        assert len(colouring.of) == len(drawn["points"])
        assert max(colouring.of) < len(colouring.colours)
    page.selectbox(key="topics-colour").select("latency").run()
    assert set(drawn["colouring"].of) == {len(drawn["colouring"].colours) - 1}


def test_texts_without_the_value_they_are_coloured_by_are_not_among_the_others(
    built: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built, home, dirs_exist_ok=True)
    with runtime.current().store.write() as cursor:
        cursor.execute("UPDATE records SET app = 'shop' WHERE prompt LIKE '%refund%'")
    drawn: dict[str, Any] = {}
    monkeypatch.setattr(
        topic_map, "draw", lambda _, __, colouring, **___: drawn.update(it=colouring) or topic_map.Drawn()
    )
    page = look("topics", period="all")
    page.selectbox(key="topics-colour").select("app").run()
    assert [words for _, words, _ in drawn["it"].legend] == ["shop", "not known"]
    assert set(drawn["it"].of) == {0, len(drawn["it"].colours) - 1}


def test_what_is_drawn_around_is_read_and_becomes_a_condition(
    built: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built, home, dirs_exist_ok=True)
    line = ((-999.0, -999.0), (999.0, -999.0), (999.0, 999.0), (-999.0, 999.0))
    done = iter([topic_map.Drawn(line=line)])
    monkeypatch.setattr(topic_map, "draw", lambda *_, **__: next(done, topic_map.Drawn()))
    page = look("topics", period="all")
    assert "60 texts chosen" in words(page)
    number, _ = topic_of(home)
    page.button(key="area-keep").click().run()
    assert page.query_params["where"] in (text := f"area={number}:{EVERYTHING}", [text])
    assert "Drawn around on the map: all time" in words(page)
    assert "texts chosen" not in words(page)
    assert "120 records" in words(look("conversations", period="all", where=f"area={number}:{EVERYTHING}"))


def test_what_is_drawn_around_while_the_brush_shows_some_days_is_of_these_days(
    built: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built, home, dirs_exist_ok=True)
    with runtime.current().store.write() as cursor:
        cursor.execute("UPDATE records SET time = TIMESTAMP '2026-04-01 12:00:00'")
        cursor.execute(
            """UPDATE records SET time = TIMESTAMP '2026-05-28 12:00:00' WHERE prompt IN (
                SELECT DISTINCT prompt FROM records WHERE id IN (SELECT record_id FROM placements)
                ORDER BY prompt LIMIT 20)"""
        )

    class Brushed:
        picked = None
        around: ClassVar[Any] = {"line": [[-999, -999], [999, -999], [999, 999], [-999, 999]], "day": 57}

    monkeypatch.setattr(topic_map, "_component", lambda **_: Brushed)
    page = look("topics", period="all")
    assert "20 texts chosen, asked last 25 May to 28 May 2026" in words(page)
    Brushed.around = None
    page.button(key="area-keep").click().run()
    assert page.query_params["from"] in ("2026-05-25", ["2026-05-25"])
    kept = {"from": "2026-05-25", "to": "2026-05-29", "where": f"area={topic_of(home)[0]}:{EVERYTHING}"}
    assert "40 records" in words(look("conversations", **kept))


def test_an_area_of_a_map_that_is_gone_and_what_is_none(built: Path, home: Path) -> None:
    shutil.copytree(built, home, dirs_exist_ok=True)
    page = look("conversations", period="all", where=f"area=99:{EVERYTHING}")
    assert "No record matches" in words(page)
    assert "map that was drawn around is gone" in page.warning[0].value
    corners = ";".join(["1,1"] * 10_000)
    for hostile in ("1:nan,0;1,1;2,2", f"1:{corners}", "1:1,2;3,4;<img src=x>", "", "1:1e9,1;2,2;3,3"):
        page = look("topics", period="all", where=f"area={hostile}")
        assert "could not be read" in page.warning[0].value
        assert "topics in what people ask" in words(page)


def test_the_table_says_of_each_topic_what_it_is_and_how_it_moved(
    built: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built, home, dirs_exist_ok=True)
    _, name = topic_of(home)
    with runtime.current().store.write() as cursor:  # none of it before
        cursor.execute("UPDATE records SET time = TIMESTAMP '2026-04-17 00:00:00'")
        cursor.execute("UPDATE records SET time = TIMESTAMP '2026-05-28 11:00:00' WHERE hash(id) % 3 = 0")
        cursor.execute(
            """UPDATE records SET time = TIMESTAMP '2026-05-28 10:00:00', recorded_cost = 0.01 WHERE id IN (
                SELECT record_id FROM prompt_topics WHERE name = ?)""",
            [name],
        )

    drawn: dict[str, Any] = {}

    def draw(rows, columns, trend, **_):
        drawn.update(rows={row.key: row for row in rows}, columns=[heading for heading, _ in columns])
        return drawn.get("pick")

    monkeypatch.setattr(topic_table, "draw", draw)
    page = look("topics", **{"from": "2026-05-15", "to": "2026-06-12"})
    assert drawn["columns"][:4] == ["Topic", "Share", "Change, points", "Per request"]
    row = drawn["rows"][name]
    share, change, cost = row.cells[:3]
    assert row.below in prompts()
    assert 0 < share.value <= 1
    assert share.below.count("%") == 2
    assert change.value > 0
    assert change.tone == "marked"
    assert (cost.text in ("$0.0100", "too few")) or cost.value is None
    drawn["pick"] = name
    page.run()
    assert "Topic" not in [title.value for title in page.title]


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
        picked = around = None

    def component(data, **_):
        given.update(data)
        return Nothing

    monkeypatch.setattr(topic_map, "_component", component)
    monkeypatch.setattr(privacy, "hides", lambda: True)
    look("topics", period="all")
    points = given["points"]
    assert len(points) == 60
    assert points["hue"].max() < len(given["palette"])
    assert points["topic"].max() < len(given["titles"])
    assert given["days"][-1] == "28 May 2026"
    assert not any("ann@example.com" in text for text in points["text"])
    assert all("\n" not in text for text in points["text"])


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


def test_a_sketch_says_that_it_is_one(built: Path, home: Path) -> None:
    shutil.copytree(built, home, dirs_exist_ok=True)
    with runtime.current().store.write() as writer:
        writer.execute("UPDATE maps SET sketch = true")
    page = look("topics", period="all")
    assert "A sketch by a simpler model" in words(page)
    assert "Sketched on" in words(page)
    assert page.button(key="topics-anew").label == "Draw the map"


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
    before = named()
    chosen = int(next(box for box in page.selectbox if box.label == "Topic").value or 0)
    page.text_input(key=f"topic-name-{chosen}-0").input(HOSTILE)
    page.button(key="topic-rename").click().run()
    assert [error.message for error in page.exception] == []
    assert named() == before | {chosen: HOSTILE}
    assert f"“{before[chosen]}” named “{HOSTILE}”" in words(page)
    other = next(topic for topic in before if topic != chosen)
    page.selectbox(key=f"topic-other-{chosen}-1").select(other)
    page.button(key="topic-merge").click().run()
    assert len(named().keys() & {chosen, other}) == 1
    assert named().keys() | {chosen, other} == before.keys()
    page.button(key="topic-back-1").click().run()
    assert named()[chosen] == before[chosen]
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
    (merged,) = named().keys() & {0, 1}
    assert named().keys() == {merged, 2}
    page.button(key="topic-split").click().run()
    assert [error.message for error in page.exception] == []
    assert named().keys() == {2, 3, 4}
    assert "New since the map was drawn" in words(page)


def named() -> dict[int, str]:
    return {row["id"]: row["name"] for row in topics(runtime.current().store) if row["id"] >= 0}
