"""A server's life: commands work through it, it ends in an orderly way, and its sudden death does no harm."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from analysis.state import jobs
from analysis.state.database import State
from analysis.workspace import Workspace
from app import beacon, client
from app.cli import main
from tests.serving import PATIENCE, ROOT, Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHAT = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a" * 400}]}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path / "workspace") as server:
        yield server


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for the tests that change nothing there."""
    with serving(tmp_path_factory.mktemp("shared") / "workspace") as server:
        yield server


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file that takes a few seconds to import."""
    path = tmp_path / "large.jsonl"
    path.write_text((json.dumps(CHAT) + "\n") * 400_000)
    return path


def afterword(home: Path, *arguments: object) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", *map(str, arguments), "--json"],
        cwd=ROOT, env=os.environ | {"AFTERWORD_HOME": str(home)}, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


def start_import(home: Path, path: Path) -> subprocess.Popen[str]:
    """Start an import from the command line and wait for its first word of progress."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", "import", str(path), "--json"],
        cwd=ROOT, env=os.environ | {"AFTERWORD_HOME": str(home)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    process.stderr.readline()
    return process


def job_states(home: Path) -> list[str]:
    state = State(Workspace(home).state_url)
    try:
        return [job.state for job in jobs.recent(state)]
    finally:
        state.close()


def until_over(home: Path) -> list[str]:
    deadline = time.monotonic() + PATIENCE
    while set(states := job_states(home)) & {"queued", "running"} and time.monotonic() < deadline:
        time.sleep(0.1)
    return states


def test_commands_work_through_the_server(served: Served, tmp_path: Path):
    path = tmp_path / "chats.jsonl"
    path.write_text(json.dumps(CHAT) + "\n")
    code, answer = afterword(served.home, "import", path, "--at", "2026-05-01")
    assert (code, answer["imports"][0]["kept"]) == (0, 1)
    assert afterword(served.home, "imports")[1]["imports"][0]["file"] == "chats.jsonl"
    assert afterword(served.home, "metric", "requests")[1]["rows"][0]["value"] == 1
    out = tmp_path / "out.jsonl"
    assert afterword(served.home, "export", "records", "-o", out) == (0, {"records": 1, "file": str(out)})
    assert json.loads(out.read_text())["response"] == "a" * 400
    assert afterword(served.home, "metric", "sadness")[0] == 2
    assert afterword(served.home, "undo", "1")[0] == 0
    assert afterword(served.home, "doctor")[1]["checks"][4]["found"].startswith("served by process")


def test_serving_twice_says_where_it_is(shared: Served):
    assert afterword(shared.home, "serve", "--no-browser") == (
        0, {"url": shared.url, "pid": shared.process.pid, "workspace": str(shared.home)},
    )  # fmt: skip


def test_ctrl_c_cancels_at_the_server(served: Served, large: Path):
    with start_import(served.home, large) as command:
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=PATIENCE)
    assert command.returncode == 1
    assert "Cancelled" in json.loads(out)["error"]
    assert "Traceback" not in err
    assert until_over(served.home) == ["cancelled"]
    assert afterword(served.home, "imports")[1] == {"imports": []}


def test_a_command_whose_terminal_is_gone_is_cancelled(served: Served, large: Path):
    with start_import(served.home, large) as command:
        command.kill()
        command.communicate(timeout=PATIENCE)
    assert until_over(served.home) == ["cancelled"]


def test_a_server_that_is_told_to_end_does_so_while_it_imports(served: Served, large: Path):
    with start_import(served.home, large) as command:
        served.process.terminate()
        out, err = command.communicate(timeout=PATIENCE)
    served.process.wait(timeout=PATIENCE)
    assert command.returncode == 1
    assert json.loads(out)["error"]
    assert "Traceback" not in err
    assert not (served.home / "server.json").exists()
    assert until_over(served.home) == ["cancelled"]
    assert afterword(served.home, "imports") == (0, {"imports": []})


def test_a_server_that_was_killed_leaves_nothing_in_the_way(served: Served, large: Path):
    with start_import(served.home, large) as command:
        served.process.kill()
        out, _ = command.communicate(timeout=PATIENCE)
    assert "stopped answering" in json.loads(out)["error"]
    assert (served.home / "server.json").exists()  # stale, and recognised as such:
    assert client.find(Workspace(served.home)) is None
    assert afterword(served.home, "imports") == (0, {"imports": []})
    assert job_states(served.home) == ["interrupted"]
    assert list((served.home / "staging").iterdir()) == []


def test_another_process_behind_an_old_address_is_not_the_server(shared: Served, tmp_path: Path):
    old = Workspace.at(tmp_path / "old")
    old.server.write_text(json.dumps({"url": shared.url, "pid": 1, "token": "x"}))
    assert client.find(old) is None


def test_the_server_file_of_another_process_is_left(tmp_path: Path):
    workspace = Workspace.at(tmp_path)
    workspace.server.write_text(json.dumps({"url": "http://127.0.0.1:9", "pid": 1, "token": "x"}))
    beacon.put_out(workspace)
    assert workspace.server.exists()
    beacon.light(workspace, "http://127.0.0.1:9")
    beacon.put_out(workspace)
    assert not workspace.server.exists()


def test_the_sample_is_imported_into_a_new_workspace_only(tmp_path: Path):
    sample = tmp_path / "sample.jsonl"
    sample.write_text(json.dumps(CHAT) + "\n")
    home = tmp_path / "workspace"
    for _ in range(2):
        with serving(home, "--sample", str(sample)) as server:
            assert len(afterword(server.home, "imports")[1]["imports"]) == 1


def test_a_busy_workspace_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    home = tmp_path / "workspace"
    holder = "import sys\nfrom analysis.store import Store\nfrom analysis.workspace import Workspace\n"
    holder += "held = Store(Workspace.at(sys.argv[1]))\nprint('held', flush=True)\nsys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(home)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        monkeypatch.setattr(sys, "argv", ["afterword", "serve", "--workspace", str(home), "--no-browser"])
        monkeypatch.setenv("AFTERWORD_HOME", str(home))
        with pytest.raises(SystemExit) as ended:
            main()
        process.communicate()
    assert ended.value.code == 1
    assert "is held by another process" in capsys.readouterr().err


def test_streamlits_websocket_takes_no_other_name_for_this_machine(shared: Served):
    headers = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Host": "rebound.example", "Origin": "http://rebound.example",
    }  # fmt: skip
    answer = httpx.get(f"{shared.url}/_stcore/stream", headers=headers, trust_env=False)
    assert answer.status_code == 403


@pytest.mark.postgres
def test_the_server_keeps_its_state_in_postgresql(tmp_path: Path, postgres_url: str):
    path = tmp_path / "chats.jsonl"
    path.write_text(json.dumps(CHAT) + "\n")
    with serving(tmp_path / "workspace", AFTERWORD_STATE_URL=postgres_url) as server:
        assert afterword(server.home, "import", path)[0] == 0
        assert not (server.home / "state.sqlite").exists()
    state = State(postgres_url)
    assert [job.state for job in jobs.recent(state, kind="import")] == ["done"]
    state.close()
