"""The server's own routes: who may use them, what they take, and what they tell a browser to refuse."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from app.navigation import ENTRIES
from app.routes import GATE, ROUTES, as_json
from tests.serving import Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

CHAT = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
CAP = 2_000_000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("routes") / "workspace"
    with serving(home, AFTERWORD_MAX_UPLOAD=str(CAP)) as server:
        yield server


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[httpx.Client]:
    with served.client() as opened:
        yield opened


@pytest.fixture(scope="module")
def stranger(served: Served) -> Iterator[httpx.Client]:
    with served.client(token=False) as opened:
        yield opened


def finished(client: httpx.Client, number: int) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job = client.get(f"/api/jobs/{number}").json()
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.mark.parametrize(
    "path", ["/", "/cost", "/api/health", "/no/such/thing.js", "/media/x", "/app/static/fonts/OFL.txt"]
)
def test_every_answer_tells_a_browser_to_refuse_what_is_outside(stranger: httpx.Client, path: str):
    headers = stranger.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert policy["img-src"] == "'self' data: blob:"
    assert "unsafe" not in policy["script-src"]
    assert not any("http" in value or "*" in value for value in policy.values())
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"


def test_health_needs_no_token(served: Served, stranger: httpx.Client):
    assert stranger.get("/api/health").json() == {"status": "ok", "pid": served.process.pid}


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/api/imports?name=a.jsonl"), ("POST", "/api/commands/imports"), ("GET", "/api/jobs/1"),
     ("DELETE", "/api/commands/x")],
)  # fmt: skip
@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic wrong"])
def test_everything_else_does(stranger: httpx.Client, method: str, path: str, authorization: str | None):
    headers = {"Authorization": authorization} if authorization else {}
    answer = stranger.request(method, path, headers=headers, content=b"{}")
    assert answer.status_code == 401
    assert "token" in answer.json()["error"]


def test_commands_are_taken_from_this_machine_only():
    app = Starlette(routes=ROUTES, exception_handlers={HTTPException: as_json})
    headers = {"Authorization": f"Bearer {GATE.token}"}
    with TestClient(app, client=("192.0.2.7", 50000), headers=headers) as client:
        answer = client.post("/api/commands/imports", json={"who": "eve", "arguments": {}})
    assert (answer.status_code, answer.json()) == (403, {"error": "Commands are taken from this machine only."})


def test_the_token_is_for_its_owner_only(served: Served):
    assert (served.home / "server.json").stat().st_mode & 0o777 == 0o600


def test_an_upload_becomes_an_import_and_leaves_no_copy(served: Served, client: httpx.Client):
    body = (json.dumps(CHAT) + "\n").encode()
    answer = client.put("/api/imports", params={"name": "../../chats.jsonl", "who": "ana"}, content=body)
    assert answer.status_code == 202
    assert answer.json().items() >= {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}.items()
    job = finished(client, answer.json()["job"])
    assert job["state"] == "done"
    (report,) = job["result"]["imports"]
    assert (report["file"], report["kept"], report["imported_by"]) == ("chats.jsonl", 1, "ana")
    assert list((served.home / "incoming").iterdir()) == []


@pytest.mark.parametrize("name", ["", "..", ".hidden", "/"])
def test_an_upload_needs_a_name(client: httpx.Client, name: str):
    assert client.put("/api/imports", params={"name": name}, content=b"{}\n").status_code == 400


def test_an_upload_over_the_cap_is_refused_whether_it_says_so_or_not(served: Served, client: httpx.Client):
    def unannounced() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 100_000

    for content in (b"x" * (CAP + 1), unannounced()):
        answer = client.put("/api/imports?name=big.jsonl", content=content)
        assert answer.status_code == 413
        assert f"{CAP:,} bytes" in answer.json()["error"]
    assert list((served.home / "incoming").iterdir()) == []


def test_a_command_answers_in_json_lines(client: httpx.Client):
    answer = client.post("/api/commands/sql", json={"who": "ana", "arguments": {"sql": "SELECT 1 AS a"}})
    first, *_, last = lines(answer)
    assert set(first) == {"call"}
    assert last == {"result": {"columns": ["a"], "rows": [[1]], "truncated": False}}


def test_a_command_that_is_refused_says_why(client: httpx.Client):
    answer = client.post("/api/commands/sql", json={"who": "ana", "arguments": {"sql": "DROP TABLE records"}})
    assert lines(answer)[-1]["code"] == 2
    answer = client.post("/api/commands/dance", json={"who": "ana", "arguments": {}})
    assert lines(answer)[-1] == {"error": "There is no command 'dance'.", "code": 2}


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"who": "x"}', b"\xff"])
def test_a_malformed_command_is_refused(client: httpx.Client, body: bytes):
    assert client.post("/api/commands/sql", content=body).status_code == 400


def test_a_command_has_a_largest_size(client: httpx.Client):
    assert client.post("/api/commands/sql", content=b" " * 1_100_000).status_code == 413


def test_unknown_jobs_and_calls(client: httpx.Client):
    assert client.get("/api/jobs/4711").json() == {"error": "There is no job 4711."}
    assert client.delete("/api/commands/nothing").status_code == 404


def test_uploads_take_no_memory_of_the_server(tmp_path: Path):
    size, chunk = 200 * 1024**2, b"\x00" * 1024**2

    def content() -> Iterator[bytes]:
        for _ in range(size // len(chunk)):
            yield chunk

    with serving(tmp_path / "workspace") as server, server.client() as client:
        before = peak(server.process.pid)
        answer = client.put("/api/imports?name=zeros.jsonl", content=content())
        assert answer.json()["bytes"] == size
        assert peak(server.process.pid) - before < size / 4


def peak(pid: int) -> int:
    """The most memory that a process has held so far, in bytes."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        pytest.skip("this system does not tell how much memory a process takes")
    return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))


def test_each_page_but_the_first_tells_the_browser_where_the_server_is(stranger: httpx.Client) -> None:
    for entry in ENTRIES[1:]:
        page = stranger.get(f"/{entry.name}")
        script = page.text.split("<script>", 1)[1].split("</script>", 1)[0]
        assert "BACKEND_BASE_URL" in script
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in page.headers["content-security-policy"]
