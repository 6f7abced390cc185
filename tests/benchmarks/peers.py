"""Afterword beside two of its peers: how fast each takes in the same ten thousand records, until they can be read back.

- Afterword imports the file, and DuckDB's own typed ``read_json`` reads it into a bare table, as in ``importing``.
- Arize Phoenix and MLflow get the records through the way in that both document for spans that were made elsewhere:
  OTLP over HTTP, one span of a trace of its own for each record, with OpenInference attributes, which both translate,
  512 spans a request as OpenTelemetry's batch processor sends them. Phoenix runs as ``phoenix serve``, MLflow as
  ``mlflow server``, each with its default store, SQLite, in a folder of its own, on a free port of 127.0.0.1.

The requests are made before the clock starts. It stops when the peer's own interface tells as many records as were
sent: Phoenix by the record count of its GraphQL interface, as it takes spans into a queue; MLflow by a page-wise search
of all traces. What a new server loads at its first request is counted. Each peer is installed by pip into an
environment that is thrown away with the rest, unless a folder to keep it in is given. A peer that does not install,
start or take the records in time is told with the reason.

The file is also the script that sends the records: the peer's own Python runs it, which has the OTLP messages.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDS = 10_000
BATCH = 512
INSTALLED, STARTED, TAKEN = 600, 180, 900
"""Seconds after which a peer is given up: its installation, its start, its taking in."""


@dataclass(frozen=True)
class Peer:
    """A tool that keeps logs of model calls behind a server of its own."""

    title: str
    package: str
    module: tuple[str, ...]
    """The server's module and its arguments; ``PORT`` and ``OTHER`` stand for free ports, ``HOME`` for its folder."""
    environment: dict[str, str]
    health: str
    headers: dict[str, str]


PEERS = (
    Peer(
        "Arize Phoenix", "arize-phoenix", ("phoenix.server.main", "serve"),
        {"PHOENIX_HOST": "127.0.0.1", "PHOENIX_PORT": "PORT", "PHOENIX_GRPC_PORT": "OTHER",
         "PHOENIX_WORKING_DIR": "HOME", "PHOENIX_TELEMETRY_ENABLED": "false",
         "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false"},
        "/healthz", {},
    ),
    Peer(
        "MLflow", "mlflow",
        ("mlflow", "server", "--host", "127.0.0.1", "--port", "PORT", "--workers", "1",
         "--backend-store-uri", "sqlite:///HOME/mlflow.db", "--default-artifact-root", "HOME/artifacts"),
        {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"},
        "/health", {"x-mlflow-experiment-id": "0"},
    ),
)  # fmt: skip


class PeerError(Exception):
    """A peer could not be measured; the message says why."""


def measure(keep: Path | None) -> None:
    """Print for each tool the time and the records per second; `keep` is a folder for the peers' environments."""
    from tests.benchmarks import logs

    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("ended from outside"))  # so that servers are stopped
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "runs.jsonl"
        logs.write(file, RECORDS)
        size = file.stat().st_size / 1e6
        print(f"{RECORDS:,} records, {size:,.0f} MB, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        for way, title in (("import", f"Afterword {version('afterword')}"), ("bare", f"DuckDB {version('duckdb')}")):
            command = [sys.executable, "-m", "tests.benchmarks", "--one", way, "--file", str(file)]
            answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            _print(title, json.loads(answer.splitlines()[-1])["wall"])
        for peer in PEERS:
            try:
                python = _installed(peer, keep or Path(scratch))
                taken = _taken(peer, python, file, Path(scratch) / f"{peer.package}-home")
            except PeerError as error:
                print(f"{peer.title:28s} {error}", flush=True)
            else:
                _print(f"{peer.title} {taken['version']}", taken["wall"])


def _print(title: str, wall: float) -> None:
    print(f"{title:28s} {wall:8.2f} s {RECORDS / wall:10,.0f} records/s", flush=True)


def _installed(peer: Peer, folder: Path) -> Path:
    """Install a peer into an environment below a folder, unless it is there; returns its Python."""
    place = folder / peer.package
    python = str(place / "bin" / "python")
    if not place.exists():
        pip = [python, "-m", "pip", "install", "-q", "--prefer-binary", peer.package]
        try:
            for command in ([sys.executable, "-m", "venv", str(place)], pip):
                subprocess.run(command, capture_output=True, text=True, timeout=INSTALLED, check=True)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            shutil.rmtree(place)
            late = isinstance(error, subprocess.TimeoutExpired)
            reason = f"it took longer than {INSTALLED} s" if late else _last_line(str(error.stderr))
            raise PeerError(f"not installed: {reason}") from error
    return Path(python)


def _taken(peer: Peer, python: Path, file: Path, home: Path) -> dict[str, Any]:
    """Start a peer, let it take the records in, and stop it; returns its version and the seconds."""
    home.mkdir()
    with _server(peer, python, home) as port:
        script = [str(python), str(Path(__file__).resolve()), peer.package, str(port), str(file)]
        try:
            done = subprocess.run(script, capture_output=True, text=True, timeout=TAKEN + 60, cwd=home)
        except subprocess.TimeoutExpired as error:
            raise PeerError(f"not measured: the records were not in after {TAKEN} s") from error
    if done.returncode:
        raise PeerError(f"not measured: {_last_line(done.stderr)}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


@contextlib.contextmanager
def _server(peer: Peer, python: Path, home: Path) -> Iterator[int]:
    """Run a peer's server, and whatever it starts, until the end of the block; gives its port."""
    port, other = _free_ports()
    places = {"PORT": str(port), "OTHER": str(other), "HOME": str(home)}

    def filled(text: str) -> str:
        for name, value in places.items():
            text = text.replace(name, value)
        return text

    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [str(python), "-m", *map(filled, peer.module)], cwd=home, stdout=log, stderr=log, start_new_session=True,
            env=os.environ | {name: filled(value) for name, value in peer.environment.items()},
        )  # fmt: skip
        try:
            _await(server, port, peer, home / "server.log")
            yield port
        finally:
            _stop(server)


def _await(server: subprocess.Popen[bytes], port: int, peer: Peer, log: Path) -> None:
    deadline = time.monotonic() + STARTED
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise PeerError(f"not started: {_last_line(log.read_text(errors='replace'))}")
        with contextlib.suppress(OSError, http.client.HTTPException):
            if _ask(port, "GET", peer.health)[0] == 200:
                return
        time.sleep(0.5)
    raise PeerError(f"not started: it did not answer within {STARTED} s")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the server and its children, which are a session of their own."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(20)


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        return first.getsockname()[1], second.getsockname()[1]


def _last_line(text: str) -> str:
    return next((line.strip()[:200] for line in reversed(text.splitlines()) if line.strip()), "it said nothing")


def _ask(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def feed(package: str, port: int, file: Path) -> None:
    """Run by the peer's own Python: send a file's runs, wait until the server tells them all, print the seconds."""
    peer = next(peer for peer in PEERS if peer.package == package)
    with file.open("rb") as lines:
        runs = [json.loads(line) for line in lines]
    requests = [_request(runs[start : start + BATCH]) for start in range(0, len(runs), BATCH)]
    count = _phoenix_count if package == "arize-phoenix" else _mlflow_count
    if count(port):
        raise SystemExit("the store was not empty")
    begun = time.monotonic()
    for body in requests:
        status, said = _ask(
            port, "POST", "/v1/traces", body, **{"content-type": "application/x-protobuf"}, **peer.headers
        )
        if status != 200:
            raise SystemExit(f"a request was answered by {status}: {said[:150]!r}")
    while count(port) < len(runs):
        if time.monotonic() > begun + TAKEN:
            raise SystemExit(f"{count(port)} of {len(runs)} records were in after {TAKEN} s")
        time.sleep(0.2)
    wall = time.monotonic() - begun
    if (found := count(port)) != len(runs):
        raise SystemExit(f"{len(runs)} records were sent, and {found} are there")
    print(json.dumps({"version": version(package), "wall": wall}))


def _phoenix_count(port: int) -> int:
    found = _json(port, "/graphql", {"query": "{ projects { edges { node { recordCount } } } }"})
    return sum(edge["node"]["recordCount"] for edge in found["data"]["projects"]["edges"])


def _json(port: int, path: str, asked: dict[str, Any]) -> dict[str, Any]:
    status, said = _ask(port, "POST", path, json.dumps(asked).encode(), **{"content-type": "application/json"})
    if status != 200:
        raise SystemExit(f"{path} was answered by {status}: {said[:150]!r}")
    return dict(json.loads(said))


def _mlflow_count(port: int) -> int:
    found, token = 0, ""
    where = [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}]
    while True:
        asked = {"locations": where, "max_results": 500} | ({"page_token": token} if token else {})
        page = _json(port, "/api/3.0/mlflow/traces/search", asked)
        found += len(page.get("traces", []))
        token = page.get("next_page_token", "")
        if not token:
            return found


def _request(runs: list[dict[str, Any]]) -> bytes:
    """An OTLP request with a span for each run."""
    # The project itself has no use for these messages, and no such dependency.
    service: Any = importlib.import_module("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    request = service.ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for run in runs:
        digest = hashlib.sha256(run["id"].encode()).digest()
        span = spans.add(
            trace_id=digest[:16], span_id=digest[16:24], name=run["name"], kind=3,
            start_time_unix_nano=_nanoseconds(run["start_time"]), end_time_unix_nano=_nanoseconds(run["end_time"]),
        )  # fmt: skip
        span.status.code = 1
        for key, value in _attributes(run).items():
            kind = {str: "string_value", int: "int_value", float: "double_value"}[type(value)]
            setattr(span.attributes.add(key=key).value, kind, value)
    return bytes(request.SerializeToString())


def _attributes(run: dict[str, Any]) -> dict[str, str | int | float]:
    """A run in OpenInference's terms."""
    known, parameters = run["extra"]["metadata"], run["extra"]["invocation_params"]
    found: dict[str, str | int | float] = {
        "openinference.span.kind": "LLM", "llm.model_name": known["ls_model_name"],
        "llm.provider": known["ls_provider"], "llm.invocation_parameters": json.dumps(parameters),
        "llm.token_count.prompt": run["prompt_tokens"], "llm.token_count.completion": run["completion_tokens"],
        "llm.token_count.total": run["total_tokens"],
        "llm.cost.total": float(run["total_cost"]), "input.value": json.dumps(run["inputs"]),
        "input.mime_type": "application/json", "output.value": json.dumps(run["outputs"]),
        "output.mime_type": "application/json", "user.id": known["user_id"], "session.id": known["thread_id"],
        "metadata": json.dumps({"feature": known["feature"], "first_token_time": run["first_token_time"]}),
    }  # fmt: skip
    for side, messages in (("input", run["inputs"]["messages"]), ("output", run["outputs"]["messages"])):
        for number, message in enumerate(messages):
            for part in ("role", "content"):
                found[f"llm.{side}_messages.{number}.message.{part}"] = message[part]
    return found


def _nanoseconds(moment: str) -> int:
    return round(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1e6) * 1000


if __name__ == "__main__":
    feed(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
