"""Files that arrive by themselves: `run` for a scheduler, `watch` for a terminal, and a server that watches folders."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from analysis.store import Store
from analysis.workspace import Workspace
from tests.ingest.conftest import lines, run_of
from tests.server.test_life import afterword
from tests.serving import PATIENCE, ROOT, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

QUICK = ("--settled", "0.5")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "exports"
    found.mkdir()
    return found


def drop(path: Path, *numbers: int) -> None:
    path.write_text(lines(*(run_of(number) for number in numbers)) + "\n")


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def held(home: Path) -> list[str]:
    """The source ids of all records, each as often as it is there."""
    store = Store(Workspace(home))
    try:
        return sorted(row["s"] for row in store.rows("SELECT source_id AS s FROM records"))
    finally:
        store.close()


def test_a_run_imports_scores_and_checks_once(folder: Path, tmp_path: Path):
    home = tmp_path / "workspace"
    drop(folder / "a.jsonl", 1, 2)
    (folder / "bad.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00broken")
    code, answer = afterword(home, "run", folder, "--settled", "0")
    assert (code, sum(report["kept"] for report in answer["imports"])) == (1, 2)
    assert [report["file"] for report in answer["imports"] if report["failure"]] == ["bad.jsonl.gz"]
    (folder / "bad.jsonl.gz").unlink()
    assert afterword(home, "metric", "scorer.response_refusal")[1]["rows"][0]["n"] == 2
    code, answer = afterword(home, "run", folder, "--settled", "0")
    assert (code, answer["imports"], answer["failed"], answer["opened"]) == (0, [], [], [])
    assert afterword(home, "run")[0] == 0  # nothing to watch: the rules alone


def test_a_workspace_in_its_own_folder_and_no_folder_are_refused(folder: Path, tmp_path: Path):
    code, answer = afterword(folder / "workspace", "run", folder)
    assert (code, "lies in" in answer["error"]) == (2, True)
    code, answer = afterword(tmp_path / "workspace", "run", folder / "nowhere")
    assert (code, "no folder" in answer["error"]) == (2, True)


def test_a_server_imports_what_arrives(folder: Path, tmp_path: Path):
    with serving(tmp_path / "workspace", "--watch", str(folder), AFTERWORD_WATCH_EVERY="0.3") as server:
        drop(folder / "a.jsonl", 1, 2, 3)
        os.utime(folder / "a.jsonl", (time.time() - 60,) * 2)
        until(lambda: afterword(server.home, "imports")[1]["imports"] != [])
        until(lambda: afterword(server.home, "metric", "scorer.response_refusal")[1]["rows"] != [])
        # beside it, a run of somebody's own takes what has come since, and nothing twice
        drop(folder / "b.jsonl", 4)
        code, answer = afterword(server.home, "run", folder, "--settled", "0")
        assert code == 0
        assert [report["kept"] for report in answer["imports"]] == [1]


@contextmanager
def watching(home: Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [
        sys.executable,
        "-c",
        "from app.cli import main; main()",
        "watch",
        str(folder),
        "--every",
        "0.2",
        "--json",
    ]
    environment = os.environ | {"AFTERWORD_HOME": str(home)}
    with (
        (home.parent / "watch.log").open("w") as log,
        subprocess.Popen([*command, "--json", *QUICK], cwd=ROOT, env=environment, stdout=subprocess.PIPE,
                         stderr=log, text=True) as process,
    ):  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def test_watch_takes_every_file_once_though_some_are_written_slowly_and_it_is_killed(folder: Path, tmp_path: Path):
    home, rng = tmp_path / "workspace", random.Random(0)
    open_ends: list[tuple[Path, str]] = []
    with watching(home, folder) as process:
        for number in range(12):
            path = folder / f"{number}.jsonl"
            whole = lines(*(run_of(number * 10 + part) for part in range(5))) + "\n"
            cut = rng.randrange(1, len(whole)) if number % 3 == 0 else len(whole)
            path.write_text(whole[:cut])
            open_ends += [(path, whole[cut:])] if cut < len(whole) else []
            if number == 6:
                process.kill()
            time.sleep(0.1)
    kept = sum(report["kept"] for report in afterword(home, "imports")[1].get("imports", []))
    with watching(home, folder) as process:
        assert process.stdout is not None
        runs = map(json.loads, process.stdout)
        first = next(runs)
        assert first["failed"] == []
        kept += sum(report["kept"] for report in first["imports"])
        for path, rest in open_ends:
            with path.open("a") as file:
                file.write(rest)
        expected = sorted(f"run-{number * 10 + part}" for number in range(12) for part in range(5))
        while kept < len(expected):
            kept += sum(report["kept"] for report in next(runs)["imports"])
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)
    assert held(home) == expected
    assert "Traceback" not in (tmp_path / "watch.log").read_text()
