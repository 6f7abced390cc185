"""Building a map through the public door: every record has a place, new ones are placed, a stop leaves the old map."""

from __future__ import annotations

import json
import shutil
import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from typer.testing import CliRunner

from analysis.cancelled import CancelledError
from analysis.ingest.report import Options
from analysis.ingest.run import import_paths, undo
from analysis.metrics.facets import dimensions, values
from analysis.metrics.filter import Filter
from analysis.metrics.query import measure, summary
from analysis.store import Store
from analysis.topics import build as building
from analysis.topics import fit, gather, workshop
from analysis.topics.build import NoMapError, build, place_new
from analysis.topics.listing import awaited, behind, current, topics
from analysis.topics.models import QUANTISED, STATIC
from analysis.topics.vectors import Vectors
from analysis.topics.workshop import READING, Progress
from analysis.worker_process import WorkerError, WorkerProcess
from analysis.workspace import Workspace
from app import runtime
from app.cli import cli
from tests import records
from tests.ingest.conftest import lines
from tests.topics.talk import NEW, TALK, prompts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def mapped(built: Path, tmp_path: Path) -> Iterator[Store]:
    store = Store(Workspace.at(shutil.copytree(built, tmp_path / "mapped")))
    yield store
    store.close()


def placed(store: Store) -> dict[str, int]:
    rows = store.rows("SELECT DISTINCT r.prompt, p.topic FROM placements p JOIN records r ON r.id = p.record_id")
    return {row["prompt"]: row["topic"] for row in rows}


def kept_vectors(store: Store) -> dict[int, list[float]]:
    keys = np.array([row["key"] for row in store.rows("SELECT DISTINCT key FROM placements")], np.uint64)
    rows = Vectors(store.workspace.vectors, QUANTISED, 384).take(keys)
    return dict(zip(keys.tolist(), rows.tolist(), strict=True))


def test_every_record_has_a_place_and_like_prompts_one_topic(mapped: Store) -> None:
    found = placed(mapped)
    assert sorted(found) == sorted(prompts())
    for talk, parts in TALK.items():
        own = [found[prompt] for prompt in prompts({talk: parts})]
        most = max(set(own), key=own.count)
        assert own.count(most) >= 16
        by_id = {row["id"]: row for row in topics(mapped)}
        assert most >= 0
        assert by_id[most]["n"] >= 32
        assert talk in (by_id[most]["name"] + by_id[most]["middle"]).lower()
    listed = topics(mapped)
    assert sum(row["n"] for row in listed) == 120
    assert sum(row["share"] for row in listed) == pytest.approx(1)
    assert (current(mapped)["records"], current(mapped)["texts"], current(mapped)["fitted"]) == (120, 60, 60)
    exemplars = mapped.rows("SELECT unnest(exemplars) AS id, topic FROM topics")
    assert {row["id"] for row in exemplars} <= {row["id"] for row in mapped.rows("SELECT id FROM records")}


def test_blank_prompts_lie_on_no_map_and_do_not_wait_for_one(mapped: Store) -> None:
    blank = (" ", "\n\t", "\u00a0\u3000", "\u200b", "\0", "")
    records.add(mapped, *({"prompt": text} for text in blank), {"prompt": "?"})
    assert (current(mapped)["unplaced"], behind(mapped)) == (1, ["prompt"])
    assert place_new(mapped) == 1
    assert (current(mapped)["unplaced"], behind(mapped)) == (0, [])
    build(mapped)
    assert (current(mapped)["records"], current(mapped)["unplaced"]) == (121, 0)


def test_metrics_are_broken_down_and_filtered_by_topic(mapped: Store) -> None:
    named = {row["name"]: row["n"] for row in topics(mapped) if row["id"] >= 0}
    frame = measure(mapped, ["requests"], Filter(), by=["topic"])
    found = dict(frame.select("topic", "value").iter_rows())
    assert {name: n for name, n in found.items() if name != "(none)"} == named
    assert found["(none)"] == 122 - sum(named.values())
    largest = max(named, key=named.__getitem__)
    whole = summary(mapped, ["requests"], Filter.parse([f"topic={largest}"]))
    assert whole["requests"].value == named[largest]
    assert [(one.field, one.values) for one in dimensions(mapped, Filter())][-1] == ("topic", len(named))
    assert largest in values(mapped, "topic", Filter())["value"]


def test_the_same_seed_gives_the_same_map(mapped: Store) -> None:
    where = "SELECT record_id, topic, x, y, similarity FROM placements ORDER BY record_id"
    before, first = mapped.rows(where), current(mapped)["id"]
    build(mapped)
    assert mapped.rows(where) == before
    assert current(mapped)["id"] != first
    assert [path.name for path in mapped.workspace.maps.glob("*.npz")] == [f"{current(mapped)['id']}.npz"]


def test_a_sketch_stands_in_for_the_first_map_of_many_texts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "SKETCHED_FROM", 1)
    monkeypatch.setattr(building, "SKETCHED", 55)
    records.add(store, *({"prompt": prompt} for prompt in prompts()))
    seen: list[dict[str, Any]] = []

    def look(progress: Progress) -> None:
        if progress.stage == READING and store.rows("SELECT 1 FROM maps"):
            seen.append(current(store))

    # broken off while the model reads: the sketch stays, and the map is still to be drawn
    with pytest.raises(CancelledError):
        build(store, on_progress=look, cancelled=lambda: bool(seen))
    sketch = current(store)
    assert (sketch["sketch"], sketch["model"], sketch["fitted"], sketch["records"]) == (True, STATIC, 55, 60)
    assert len(topics(store)) >= 3
    assert awaited(store)
    records.add(store, {"prompt": "I forgot my password, in the app!"})
    assert behind(store) == []
    # and is not sketched once more
    seen.clear()
    build(store, on_progress=look)
    assert {row["id"] for row in seen} == {sketch["id"]}
    assert (current(store)["sketch"], current(store)["model"], current(store)["records"]) == (False, QUANTISED, 61)
    assert not awaited(store)
    assert [path.name for path in store.workspace.maps.glob("*.npz")] == [f"{current(store)['id']}.npz"]


def test_what_is_read_beside_a_sketch_and_a_fit_changes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "MOST", 52)
    monkeypatch.setattr(gather, "BATCH", 10)
    records.add(store, *({"prompt": prompt} for prompt in prompts()))
    build(store)
    where = "SELECT record_id, topic, x, y, similarity FROM placements ORDER BY record_id"
    before, kept = store.rows(where), kept_vectors(store)
    shutil.rmtree(store.workspace.vectors)
    with store.write() as writer:  # as if there had been none: it is sketched
        writer.execute("DELETE FROM maps")
    monkeypatch.setattr(building, "SKETCHED_FROM", 1)
    monkeypatch.setattr(workshop, "AHEAD", 5)
    asked: list[str] = []
    there: list[int] = []
    begun, sketched = threading.Event(), threading.Event()
    ask = WorkerProcess.ask

    def heard(self: WorkerProcess, task: dict[str, Any]) -> dict[str, Any]:
        said = f"{task['do']} {task['model']}"
        if said == f"fit {STATIC}":
            begun.wait(60)  # or it may be done before any is read
        asked.append(said)
        if task["do"] == "ahead":
            begun.set()
        if asked[-1] == f"place {STATIC}":
            sketched.set()
        if task["do"] == "reread":
            there.append(len(Vectors(store.workspace.vectors, QUANTISED, 384)))
        if task["do"] == "ahead" and asked.count(asked[-1]) > 1 and not sketched.is_set():
            sketched.wait(60)  # so that some are left to read when the sketch is done
            time.sleep(0.5)
        return ask(self, task)

    monkeypatch.setattr(WorkerProcess, "ask", heard)
    build(store)
    assert asked.index(f"ahead {QUANTISED}") < asked.index(f"fit {STATIC}") < asked.index(f"fit {QUANTISED}")
    assert f"ahead {QUANTISED}" in asked[asked.index(f"fit {QUANTISED}") :]
    assert there[-1] == len(prompts())
    assert store.rows(where) == before
    assert kept_vectors(store) == kept


def test_new_records_are_placed_and_nothing_else_changes(mapped: Store) -> None:
    before = placed(mapped)
    ids = [row["id"] for row in topics(mapped)]
    added = ["I forgot my password, in the app!", prompts()[0], *prompts(NEW)]
    records.add(mapped, *({"prompt": prompt} for prompt in added))
    assert place_new(mapped) == 22
    assert place_new(mapped) == 0
    after = placed(mapped)
    assert {prompt: after[prompt] for prompt in before} == before
    assert after[added[0]] == after["I forgot my password in the app?"]
    strange = [after[prompt] for prompt in prompts(NEW)]
    assert strange.count(-1) >= 15
    assert [row["id"] for row in topics(mapped) if row["id"] >= 0] == [id for id in ids if id >= 0]


def test_a_stop_or_a_kill_leaves_the_map_that_was_there(mapped: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before, first = placed(mapped), current(mapped)
    stages: list[str] = []

    def late(progress: Progress) -> None:
        stages.append(progress.stage)

    with pytest.raises(CancelledError):
        build(mapped, on_progress=late, cancelled=lambda: "drawing the map" in stages)
    ask = WorkerProcess.ask

    def killed(self: WorkerProcess, task: dict[str, Any]) -> dict[str, Any]:
        if task["do"] == "place":
            self.kill()
        return ask(self, task)

    monkeypatch.setattr(WorkerProcess, "ask", killed)
    with pytest.raises(WorkerError, match="broke off"):
        build(mapped)
    assert placed(mapped) == before
    assert current(mapped) == first
    assert list(mapped.workspace.staging.iterdir()) == []
    assert [path.name for path in mapped.workspace.maps.iterdir()] == [f"{first['id']}.npz"]


def test_places_go_with_their_records(mapped: Store, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(lines({"prompt": prompts()[0], "response": "No.", "timestamp": "2026-05-01T10:00:00"}))
    (report,) = import_paths(mapped, [log], Options())
    assert place_new(mapped) == 1
    undo(mapped, report.id or 0)
    assert mapped.rows("SELECT count(*) AS n FROM placements") == [{"n": 120}]


def test_too_few_texts_an_unknown_column_and_no_map_are_told(store: Store, add_records: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="needs 50 different texts, and there are 0"):
        build(store)
    add_records(*({"prompt": prompt} for prompt in prompts()[:20]))
    with pytest.raises(ValueError, match="needs 50 different texts, and there are 20"):
        build(store)
    with pytest.raises(ValueError, match="Maps are made of: prompt, response"):
        build(store, column="error")
    with pytest.raises(NoMapError, match="build it first"):
        place_new(store)
    add_records(*({"prompt": prompt} for prompt in prompts()[20:]))
    with pytest.raises(ValueError, match=r"/nowhere/model.* cannot be loaded"):
        build(store, model="/nowhere/model")


def test_the_command_line_places_lists_and_exports(built: Path, home: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert "build it first" in str(run(cli, ["topics"]).exception)
    shutil.copytree(built, home, dirs_exist_ok=True)
    runtime.close()
    assert run(cli, ["topics", "build", "--new"]).stdout.strip() == "0 records placed."
    listed = json.loads(run(cli, ["topics", "--json"]).stdout)
    assert sum(row["n"] for row in listed["topics"]) == 120
    assert {"id", "name", "n", "share"} <= listed["topics"][0].keys()
    assert "refund" in run(cli, ["topics"]).stdout
    out = tmp_path / "out.jsonl"
    told = run(cli, ["export", "topics", "-o", str(out)])
    assert (told.exit_code, "120 places" in told.output) == (0, True)
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(rows) == 120
    assert rows[0].keys() == {"id", "of", "topic", "x", "y", "similarity"}


def test_no_name_holds_personal_data(store: Store) -> None:
    mails = [f"Please write to {name}@example.com" for name in ("ann", "bob", "cem", "dora", "emil", "fay")]
    asked = [f"{mail} about the {what}." for mail in mails for what in ("invoice", "parcel", "refund", "order", "bill")]
    records.add(store, *({"prompt": prompt} for prompt in [*asked, *prompts()]))
    build(store)
    said = " ".join(f"{row['name']} {row['middle']}" for row in store.rows("SELECT name, middle FROM topics"))
    assert "example" not in said
    assert "[email]" in said
