"""What people make of topics: at once on the map at hand, for what comes later, and on the next map."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import pytest
from typer.testing import CliRunner

from analysis import export, migrations
from analysis.ingest.link import forget_marks
from analysis.metrics.filter import Filter
from analysis.metrics.query import measure
from analysis.state import topic_edits
from analysis.state.database import State
from analysis.store import Store
from analysis.topics import edits, replay, subtopics
from analysis.topics.build import NoMapError, build, place_new
from analysis.topics.listing import topics
from analysis.topics.workshop import Workshop
from analysis.workspace import Workspace
from app import runtime
from app.cli import cli
from app.printed import PRINTED
from tests import records
from tests.pages import HOSTILE
from tests.topics.talk import TALK, prompts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Here(NamedTuple):
    store: Store
    state: State

    def topic(self, talk: str) -> int:
        """The topic that holds most prompts of a talk."""
        own = [self.placed()[prompt] for prompt in prompts({talk: TALK[talk]})]
        return max(set(own), key=own.count)

    def placed(self) -> dict[str, int]:
        rows = self.store.rows("SELECT r.prompt, p.topic FROM placements p JOIN records r ON r.id = p.record_id")
        return {row["prompt"]: row["topic"] for row in rows}

    def names(self) -> dict[int, str]:
        return {row["id"]: row["name"] for row in topics(self.store) if row["id"] >= 0}

    def file(self) -> list[Any]:
        """All that the map says."""
        return [
            self.store.rows(f"SELECT * EXCLUDE {less} FROM {table} ORDER BY ALL")
            for table, less in (("placements", "(map)"), ("topics", "(map)"), ("maps", "(made)"))
        ]

    def add(self, *asked: str) -> None:
        records.add(self.store, *({"prompt": prompt} for prompt in asked))
        place_new(self.store, self.state)


@pytest.fixture
def here(built: Path, tmp_path: Path) -> Iterator[Here]:
    store = Store(Workspace.at(shutil.copytree(built, tmp_path / "mapped")))
    state = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
    yield Here(store, state)
    state.close()
    store.close()


@pytest.fixture(scope="session")
def preview(built: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a look finds in a topic that two were merged into: its texts are the same in every copy of the workspace."""
    folder = tmp_path_factory.mktemp("preview")
    store = Store(Workspace.at(shutil.copytree(built, folder / "mapped")))
    here = Here(store, State(f"sqlite:///{folder / 'state.sqlite'}"))
    found = subtopics.look(store, here.state, topic=joined(here))
    here.state.close()
    store.close()
    return found


def joined(here: Here) -> int:
    """Merge two topics; gives the one that they became."""
    edits.merge(here.store, here.state, [here.topic("refund"), here.topic("password")], who="ana")
    return here.topic("refund")


def test_a_name_is_the_persons_everywhere_and_an_empty_one_the_made_one(here: Here) -> None:
    topic = here.topic("refund")
    made = here.names()[topic]
    edits.rename(here.store, here.state, topic, "  Money\n back ", who="ana")
    assert here.names()[topic] == "Money back"
    assert "Money back" in measure(here.store, ["requests"], Filter(), by=["topic"])["topic"].to_list()
    ((phrases,),) = here.store.frame(f"SELECT phrases FROM topics WHERE topic = {topic}").rows()
    assert " · ".join(phrases) == made
    edits.rename(here.store, here.state, topic, "", who="bo")
    assert here.names()[topic] == made


def test_a_merge_keeps_the_larger_one_also_for_what_comes_later(here: Here, tmp_path: Path) -> None:
    large, small = here.topic("refund"), here.topic("weather")
    names, counts = here.names(), {row["id"]: row["n"] for row in topics(here.store)}
    assert counts[large] > counts[small]
    edit = edits.merge(here.store, here.state, [small, large], who="ana")
    assert here.names() == {topic: name for topic, name in names.items() if topic != small}
    assert {row["id"]: row["n"] for row in topics(here.store)}[large] == counts[large] + counts[small]
    export.topics(here.store, Filter(), tmp_path / "out.jsonl")
    assert small not in {json.loads(line)["topic"] for line in (tmp_path / "out.jsonl").read_text().splitlines()}
    here.add("What is the weather in Paris, on Sunday?")
    assert here.placed()["What is the weather in Paris, on Sunday?"] == large
    with pytest.raises(ValueError, match=f"Topic {small} was merged into topic {large}"):
        edits.rename(here.store, here.state, small, "Rain", who="bo")
    edits.take_back(here.store, here.state, edit.id, who="bo")
    assert here.names() == names
    assert here.placed()["What is the weather in Paris, on Sunday?"] == small
    with pytest.raises(KeyError, match="no edit"):
        edits.take_back(here.store, here.state, edit.id, who="bo")


def test_a_split_is_looked_at_first_and_divides_what_is_there_and_what_comes(
    here: Here, preview: dict[str, Any]
) -> None:
    kept = joined(here)
    assert [part["n"] for part in preview["parts"]] == [40, 40]
    assert any("refund" in part["name"] for part in preview["parts"])
    assert any("password" in part["name"] for part in preview["parts"])
    highest = max(row["topic"] for row in here.store.rows("SELECT topic FROM topics"))
    edit = edits.split(here.store, here.state, preview, who="bo")
    new = {here.topic("refund"), here.topic("password")}
    assert new == {highest + 1, highest + 2}
    assert kept not in here.names()
    assert {row["id"]: row["n"] for row in topics(here.store) if row["id"] in new} == dict.fromkeys(new, 40)
    assert all(row["made"] for row in topics(here.store) if row["id"] in new)
    here.add("I forgot my password, in the app!", "Please refund me for the shoes, now!")
    assert here.placed()["I forgot my password, in the app!"] == here.topic("password")
    assert here.placed()["Please refund me for the shoes, now!"] == here.topic("refund")
    with pytest.raises(ValueError, match="nothing to split"):
        edits.split(here.store, here.state, preview, who="bo")
    edits.take_back(here.store, here.state, edit.id, who="bo")
    assert here.topic("refund") == here.topic("password") == kept
    edits.split(here.store, here.state, preview, who="bo")
    assert not {here.topic("refund"), here.topic("password")} & new, "a number is given once"


def test_what_does_not_fall_apart_is_told_and_chosen_texts_can_be_looked_at(here: Here) -> None:
    alone = subtopics.look(here.store, here.state, topic=here.topic("refund"))
    assert (alone["parts"], alone["apart"]) == ([], False)
    all_ids = [row["id"] for row in here.store.rows("SELECT min(id)::VARCHAR AS id FROM records GROUP BY prompt")]
    known = subtopics.look(here.store, here.state, records=all_ids)
    assert (known["parts"], known["apart"]) == ([], True), "they are topics already"
    kept = joined(here)
    ids = here.store.rows(
        "SELECT min(id)::VARCHAR AS id FROM records WHERE regexp_matches(prompt, 'refund|money|log') GROUP BY prompt"
    )
    found = subtopics.look(here.store, here.state, records=[row["id"] for row in ids])
    assert found["texts"] == len(ids)
    assert len(found["parts"]) == 3, "the rest of the topic is a part too"
    assert sum(part["n"] for part in found["parts"]) == 80
    assert here.topic("refund") == kept
    with pytest.raises(ValueError, match="no topic 77"):
        subtopics.look(here.store, here.state, topic=77)
    with pytest.raises(ValueError, match="No text"):
        subtopics.look(here.store, here.state)


def test_a_part_that_nothing_would_count_to_is_none(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    own = here.store.rows(
        "SELECT min(record_id)::VARCHAR AS id, key FROM placements WHERE topic = ? GROUP BY key ORDER BY key LIMIT 8",
        [here.topic("refund")],
    )
    part = {"name": "A", "phrases": [], "middle": "", "exemplars": [], "texts": [row["key"] for row in own]}
    monkeypatch.setattr(Workshop, "divide", lambda *_: [dict(part), dict(part)])
    found = subtopics.look(here.store, here.state, records=[row["id"] for row in own])
    assert len(found["parts"]) == 2
    assert min(part["n"] for part in found["parts"]) > 0
    assert sum(part["n"] for part in found["parts"]) == sum(
        row["n"] for row in topics(here.store) if row["id"] == here.topic("refund")
    )
    found = subtopics.look(here.store, here.state, topic=here.topic("refund"))
    assert (found["parts"], found["was"], found["apart"]) == ([], [], True)


def test_no_two_topics_have_one_name(here: Here, preview: dict[str, Any]) -> None:
    joined(here)
    edits.rename(here.store, here.state, here.topic("weather"), "Same", who="ana")
    alike = preview | {"parts": [part | {"name": "Same"} for part in preview["parts"]]}
    edit = edits.split(here.store, here.state, alike, who="bo")
    assert here.names()[here.topic("weather")] == "Same", "what a person named keeps its name"
    assert {here.names()[here.topic(talk)] for talk in ("refund", "password")} == {"Same (2)", "Same (3)"}
    edits.rename(here.store, here.state, here.topic("weather"), "", who="ana")
    assert sorted(here.names()[here.topic(talk)] for talk in ("refund", "password")) == ["Same", "Same (2)"]
    edits.take_back(here.store, here.state, edit.id, who="bo")
    assert "Same" not in here.names().values()


def test_no_topic_is_called_as_those_of_none_are(here: Here) -> None:
    """Also where one was called so before that was refused, or by the text at its middle."""
    topic = here.topic("refund")
    with edits._editing(here.store, here.state, "prompt") as table:
        body = {"name": "(none)", "texts": table.texts(topic), "was": [""]}
        topic_edits.add(here.state, "prompt", topic_edits.RENAME, body, who="ana")
    assert here.names()[topic] == "(none) (2)"
    found = dict(measure(here.store, ["requests"], Filter(), by=["topic"]).select("topic", "value").iter_rows())
    sizes = {row["name"]: row["n"] for row in topics(here.store) if row["id"] >= 0}
    assert {name: found[name] for name in sizes} == sizes


def test_edits_hold_on_a_map_of_another_seed(here: Here, preview: dict[str, Any]) -> None:
    joined(here)
    edits.split(here.store, here.state, preview, who="bo")
    edits.rename(here.store, here.state, here.topic("password"), "Signing in", who="ana")
    merge = edits.merge(here.store, here.state, [here.topic("refund"), here.topic("weather")], who="ana")
    build(here.store, here.state, seed=5)
    assert here.names()[here.topic("password")] == "Signing in"
    assert here.topic("refund") == here.topic("weather") != here.topic("password")
    named = here.file()
    with here.store.write() as cursor:
        replay.replay(cursor, here.store.workspace, here.store.rows("SELECT id FROM maps")[0]["id"], here.state)
    assert here.file() == named, "to do it again changes nothing"
    edits.take_back(here.store, here.state, merge.id, who="cem")
    assert len({here.topic("refund"), here.topic("weather"), here.topic("password")}) == 3
    assert here.names()[here.topic("password")] == "Signing in"


def test_a_kill_after_the_edit_was_written_down_is_mended(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    before, topic = here.file(), here.topic("refund")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(replay, "replay", killed)
        with pytest.raises(KeyboardInterrupt):
            edits.rename(here.store, here.state, topic, "Money back", who="ana")
    assert here.file() == before
    assert len(topic_edits.everything(here.state, "prompt")) == 1
    edits.mend(here.store, here.state)
    assert here.names()[topic] == "Money back"
    mended, generation = here.file(), here.store.generation
    edits.mend(here.store, here.state)
    assert (here.file(), here.store.generation) == (mended, generation)


def test_two_people_at_once_edit_one_after_the_other(here: Here) -> None:
    one, other = here.topic("refund"), here.topic("password")

    def merge(who: str) -> str | None:
        try:
            edits.merge(here.store, here.state, [one, other], who=who)
        except ValueError as error:
            return str(error)
        return None

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(merge, ("ana", "bo")))
    assert said.count(None) == 1
    assert "was merged into" in next(words for words in said if words)
    assert len(topic_edits.everything(here.state, "prompt")) == 1
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(lambda n: edits.rename(here.store, here.state, here.topic("weather"), f"N {n}", who="x"), range(4))
        )
    last = topic_edits.everything(here.state, "prompt")[-1]
    assert here.names()[here.topic("weather")] == last.body["name"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (HOSTILE[:80], HOSTILE[:80].strip()),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("\u202egnihton\u202c \u2066is\u2069 \u200fhere\x00\x1b[31m", "gnihton is here[31m"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_name_is_kept_as_it_is_but_for_what_is_not_seen(here: Here, given: str, kept: str) -> None:
    topic = here.topic("refund")
    edits.rename(here.store, here.state, topic, given, who="ana")
    assert here.names()[topic] == kept


def test_what_cannot_be_is_refused_and_leaves_no_trace(here: Here) -> None:
    one, other = here.topic("refund"), here.topic("password")
    before = here.file()
    with pytest.raises(ValueError, match="at most 80 characters; this one has 5,000"):
        edits.rename(here.store, here.state, one, "x" * 5000, who="ana")
    with pytest.raises(ValueError, match=f"Topic {other} has that name already"):
        edits.rename(here.store, here.state, one, here.names()[other], who="ana")
    for name in ("(none)", " (other) ", "Between the topics"):
        with pytest.raises(ValueError, match="choose another name"):
            edits.rename(here.store, here.state, one, name, who="ana")
    with pytest.raises(ValueError, match="no topic -1"):
        edits.rename(here.store, here.state, -1, "All else", who="ana")
    with pytest.raises(ValueError, match="takes two topics"):
        edits.merge(here.store, here.state, [one, one], who="ana")
    with pytest.raises(NoMapError):
        edits.rename(here.store, here.state, one, "Yes", column="response", who="ana")
    assert here.file() == before
    assert topic_edits.everything(here.state, "prompt") == []


def test_an_edit_waits_for_texts_that_were_taken_back(here: Here) -> None:
    topic = here.topic("refund")
    edits.rename(here.store, here.state, topic, "Money back", who="ana")
    gone = [prompt for prompt, of in here.placed().items() if of == topic]
    with here.store.write() as cursor:  # as undoing an import does
        ids = f"SELECT record_id FROM placements WHERE topic = {topic}"
        cursor.execute(f"CREATE TEMP TABLE going AS {ids}")
        forget_marks(cursor, "SELECT record_id FROM going")
        cursor.execute("DELETE FROM records WHERE id IN (SELECT record_id FROM going)")
    weather = here.topic("weather")
    edits.rename(here.store, here.state, weather, "Sky", who="ana")
    assert here.names()[weather] == "Sky"
    here.add(*gone)
    assert here.names()[topic] == "Money back"
    assert {here.placed()[prompt] for prompt in gone} >= {topic}


def test_a_map_of_before_can_be_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = duckdb.connect(str(tmp_path / "old.duckdb"))
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "VERSIONS", migrations.VERSIONS[:6])
        migrations.migrate(connection)
    connection.execute("INSERT INTO records (id, prompt, response) SELECT uuid(), 'Hello?', 'Good day.'")
    for number, column in ((1, "prompt"), (2, "response")):
        connection.execute("INSERT INTO maps VALUES (?, ?, 'm', 0, now()::TIMESTAMP, 1, 1)", [number, column])
        connection.execute("INSERT INTO placements SELECT ?, id, 3, 0.5, 0, 0, 3 FROM records", [number])
        connection.execute("INSERT INTO topics VALUES (?, 3, 'a', ['a'], 'b', [])", [number])
    migrations.migrate(connection)
    assert connection.execute("SELECT map, leaf, key FROM placements ORDER BY map").fetchall() == [
        (1, 3, *connection.execute("SELECT md5_number_lower('Hello?')").fetchall()[0]),
        (2, 3, *connection.execute("SELECT md5_number_lower('Good day.')").fetchall()[0]),
    ]
    assert connection.execute("SELECT DISTINCT stands, made, edit FROM topics").fetchall() == [(True, None, None)]
    assert connection.execute("SELECT name FROM prompt_topics").fetchall() == [("a",)]


def test_the_command_line_names_merges_splits_and_takes_back(built: Path, home: Path) -> None:
    def run(*words: object) -> Any:
        done = CliRunner().invoke(cli, [*map(str, words), "--json"])
        assert done.exception is None, done.exception
        return json.loads(done.stdout)

    shutil.copytree(built, home, dirs_exist_ok=True)
    runtime.close()
    one, other, *_ = (row["id"] for row in run("topics")["topics"])
    assert run("topics", "rename", one, "Money back")["what"].endswith("named “Money back”")
    assert run("topics")["topics"][0]["name"] == "Money back"
    run("topics", "merge", one, other)
    split = run("topics", "split", one, "--accept")
    assert (len(split["parts"]), split["edit"]) == (2, 3)
    assert one not in {row["id"] for row in run("topics")["topics"]}
    run("topics", "take-back", 3)
    listed = run("topics", "edits")["edits"]
    assert [(row["id"], row["holds"]) for row in listed] == [(3, False), (2, True), (1, True)]
    told = CliRunner().invoke(cli, ["topics", "edits"]).stdout
    assert "merged into “Money back”" in told
    assert "taken back" in told
    assert "no edit 3" in str(CliRunner().invoke(cli, ["topics", "take-back", "3"]).exception)
    assert "--accept splits it so" in PRINTED["topics split"](split | {"edit": None})
    assert "does not fall apart" in PRINTED["topics split"]({"parts": [], "edit": None})
