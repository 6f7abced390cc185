"""Files that arrive in a folder: finished ones are taken, once, whatever happens to them or to us meanwhile."""

from __future__ import annotations

import gzip
import os
import time
from typing import TYPE_CHECKING

import pytest

from analysis.ingest import arrivals
from analysis.ingest.arrivals import Arrival, present, take, waiting
from analysis.ingest.report import Options
from analysis.ingest.run import undo
from tests.ingest import conftest
from tests.ingest.conftest import run_of

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.store import Store


def lines(*numbers: int) -> bytes:
    return (conftest.lines(*(run_of(number) for number in numbers)) + "\n").encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "exports"
    found.mkdir()
    return found


def drop(path: Path, content: bytes, *, age: float = 60) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - age,) * 2)
    return path


def round_(store: Store, folder: Path) -> list[str]:
    return [report.file for report in take(store, waiting(store, folder), Options())]


def ids(store: Store) -> list[str]:
    return [row["p"] for row in store.rows("SELECT prompt AS p FROM records ORDER BY prompt")]


def test_what_is_finished_is_taken_once_the_oldest_first(store: Store, folder: Path):
    drop(folder / "b.jsonl", lines(2), age=90)
    drop(folder / "deep" / "er" / "a.jsonl", lines(1), age=80)
    drop(folder / "new.jsonl", lines(3), age=1)
    assert round_(store, folder) == ["b.jsonl", "a.jsonl"]
    assert round_(store, folder) == []
    os.utime(folder / "new.jsonl", (time.time() - 20,) * 2)
    assert round_(store, folder) == ["new.jsonl"]
    assert ids(store) == ["Question 1?", "Question 2?", "Question 3?"]


@pytest.mark.parametrize(
    "name", [".hidden.jsonl", ".cache/a.jsonl", "a.jsonl.part", "a.jsonl.tmp", "a.jsonl.crdownload", "A.PARTIAL", "a~"]
)
def test_what_is_under_way_by_its_name_is_left(store: Store, folder: Path, name: str):
    drop(folder / name, lines(1))
    assert waiting(store, folder) == []


def test_links_pipes_and_empty_files_are_left(store: Store, folder: Path, tmp_path: Path):
    (folder / "secret.jsonl").symlink_to(drop(tmp_path / "elsewhere.jsonl", lines(1)))
    (folder / "deep").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.jsonl")
    drop(folder / "empty.jsonl", b"")
    assert present(folder, settled=0) == []


def test_a_file_that_grew_adds_what_is_new(store: Store, folder: Path):
    path = drop(folder / "log.jsonl", lines(1, 2) + b'{"id": "run-3", "run_ty')
    round_(store, folder)
    drop(path, lines(1, 2, 3, 4), age=30)
    take(store, waiting(store, folder), Options())
    assert ids(store) == [f"Question {n}?" for n in (1, 2, 3, 4)]


def test_a_file_that_cannot_be_read_is_told_of_and_tried_again_when_it_changes(store: Store, folder: Path):
    whole = gzip.compress(lines(*range(2000)))
    path = drop(folder / "log.jsonl.gz", whole[:20])
    (report,) = take(store, waiting(store, folder), Options())
    assert report.failure
    assert round_(store, folder) == []
    drop(path, whole, age=20)
    assert round_(store, folder) == ["log.jsonl.gz"]
    assert len(ids(store)) == 2000


def test_a_file_that_changes_while_it_is_read_is_not_taken_for_done(store: Store, folder: Path, monkeypatch):
    path = drop(folder / "log.jsonl", lines(1))
    real = arrivals.import_paths

    def slow(*given, **named):
        found = real(*given, **named)
        drop(path, lines(1, 2), age=30)
        return found

    monkeypatch.setattr(arrivals, "import_paths", slow)
    round_(store, folder)
    monkeypatch.setattr(arrivals, "import_paths", real)
    assert waiting(store, folder) == [Arrival.of(path)]
    round_(store, folder)
    assert ids(store) == ["Question 1?", "Question 2?"]


def test_a_file_that_changed_since_it_was_looked_at_is_not_finished(store: Store, folder: Path):
    path = drop(folder / "log.jsonl", lines(1))
    found = waiting(store, folder)
    drop(path, lines(1, 2), age=30)
    assert take(store, found, Options()) == []
    path.unlink()
    assert take(store, found, Options()) == []


def test_an_end_between_an_import_and_its_note_doubles_nothing(store: Store, folder: Path, monkeypatch):
    drop(folder / "log.jsonl", lines(1))

    def ended(*given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(arrivals, "_note", ended)
        with pytest.raises(KeyboardInterrupt):
            round_(store, folder)
    assert ids(store) == ["Question 1?"]
    assert round_(store, folder) == ["log.jsonl"]  # the very same file: nothing to add
    assert ids(store) == ["Question 1?"]
    assert round_(store, folder) == []


def test_what_a_person_took_back_does_not_come_again(store: Store, folder: Path):
    drop(folder / "log.jsonl", lines(1))
    round_(store, folder)
    undo(store, 1)
    assert round_(store, folder) == []


def test_no_folder(store: Store, tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="no folder"):
        waiting(store, tmp_path / "nowhere")
