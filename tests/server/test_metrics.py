"""`/metrics`: what Prometheus is told, that a real one takes it, and that the dashboard asks for what is there."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

from analysis.metrics.catalogue import METRICS as CATALOGUE
from app.openmetrics import METRICS, name_of
from tests.server.test_life import afterword
from tests.serving import PATIENCE, ROOT, Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DASHBOARD = ROOT / "app" / "grafana" / "afterword.json"
OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}


def call(number: int, hour: int, app: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{app}-{number}", "prompt": f"Question {number}", "response": "Yes.", "app": app,
        "user_id": f"u{number}",
        "timestamp": f"2026-05-0{1 + hour // 24}T{hour % 24:02d}:10:00Z", "model": "gpt-4.1-mini", "latency": 2.0,
    } | more  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two applications; the last hour that is over is 01:00 of 2 May, the last day that is over 2 May."""
    folder = tmp_path_factory.mktemp("metrics")
    calls = [call(number, hour, app) for hour, app, many in ((20, "shop", 5), (25, "shop", 3), (25, "desk", 1))
             for number in range(hour * 10, hour * 10 + many)]  # fmt: skip
    log = folder / "log.jsonl"
    log.write_text("".join(json.dumps(one) + "\n" for one in calls))
    with serving(folder / "workspace") as server:
        fields = ("source_id=id", "prompt=prompt", "response=response", "app=app", "user_id=user_id", "time=timestamp",
                  "model=model", "latency=latency")  # fmt: skip
        code, answer = afterword(server.home, "import", log, *(part for field in fields for part in ("--map", field)))
        assert (code, answer["imports"][0]["kept"]) == (0, 9), answer
        yield server


def samples(text: str, parse: Any) -> dict[tuple[str, str, str], float]:
    return {
        (sample.name, sample.labels.get("window", ""), sample.labels.get("app", "")): sample.value
        for family in parse(text)
        for sample in family.samples
        if "metric" not in sample.labels
    }


@pytest.mark.parametrize(("headers", "parse"), [(OPENMETRICS, openmetrics), ({}, plain)])
def test_it_tells_the_last_hour_and_day_that_are_over(served: Served, headers: dict[str, str], parse: Any):
    with served.client(token=False) as client:
        answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/openmetrics-text" if headers else "text/plain")
    found = samples(answer.text, parse)
    assert found["afterword_records", "", ""] == 9
    for window in ("hour", "day"):
        assert {app: found["afterword_requests", window, app] for app in ("(all)", "shop", "desk")} == {
            "(all)": 4, "shop": 3, "desk": 1,
        }  # fmt: skip
        assert found["afterword_latency_p95_seconds", window, "shop"] == pytest.approx(2.0, rel=0.02)
    end = datetime.fromisoformat("2026-05-02T02:00:00+00:00").timestamp()
    assert found["afterword_window_end_timestamp_seconds", "hour", ""] == end
    assert ("afterword_thumbs_up_rate_ratio", "day", "(all)") not in found  # nobody gave one


def test_who_may_read_it(served: Served, tmp_path: Path):
    with served.client(token=False) as client:
        assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403
    with (
        serving(tmp_path / "other", AFTERWORD_METRICS_TOKEN="abc") as other,
        httpx.Client(base_url=other.url, trust_env=False, timeout=PATIENCE) as client,
    ):
        assert client.get("/metrics").status_code == 401
        answer = client.get("/metrics", headers={"Authorization": "Bearer abc"})
        assert "afterword_records 0.0" in answer.text


def test_names_are_what_prometheus_takes():
    names = [name_of(metric) for metric in CATALOGUE.values()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z_][a-z0-9_]*", name) for name in names)
    assert name_of(CATALOGUE["cost"]) == "afterword_cost_usd"
    assert name_of(CATALOGUE["total_tokens"]) == "afterword_total_tokens"


@contextmanager
def prometheus(target: str, folder: Path) -> Iterator[httpx.Client]:
    """Run Debian's Prometheus against a server until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    (folder / "prometheus.yml").write_text(
        "scrape_configs:\n- job_name: afterword\n  scrape_interval: 1s\n"
        f"  static_configs:\n  - targets: ['{target.removeprefix('http://')}']\n"
    )
    command = ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
               f"--web.listen-address={address}"]  # fmt: skip
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            with httpx.Client(base_url=f"http://{address}", trust_env=False, timeout=PATIENCE) as client:
                yield client
        finally:
            process.terminate()


def ask(client: httpx.Client, expression: str) -> dict[str, Any]:
    return dict(client.get("/api/v1/query", params={"query": expression}).raise_for_status().json())


@pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="Prometheus is not installed: apt-get install prometheus"
)
def test_a_real_prometheus_scrapes_it_and_answers_the_dashboard(served: Served, tmp_path: Path):
    expressions = [
        target["expr"] for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel["targets"]
    ]
    with prometheus(served.url, tmp_path) as client:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if ask(client, "afterword_records")["data"]["result"]:
                    break
            except httpx.HTTPError:  # it is not there yet, or not ready
                pass
            time.sleep(0.3)
        answers = {one: ask(client, one.replace("$app", ".+")) for one in expressions}
        assert {answer["status"] for answer in answers.values()} == {"success"}
        silent = {one for one, answer in answers.items() if not answer["data"]["result"]}
        # no errors, thumbs or flags in what was imported: these have no value, all others have one
        assert all(re.search(r"cost|error|refusal|thumbs|scorer|first_token", one) for one in silent), silent
        result = ask(client, 'afterword_requests{window="day",app="shop"}')["data"]["result"]
        assert [row["value"][1] for row in result] == ["3"]


def test_the_dashboard_asks_for_what_is_exposed():
    asked = set(re.findall(r"afterword_\w+", DASHBOARD.read_text()))
    chosen = {name_of(CATALOGUE[name]) for name in METRICS if name in CATALOGUE}
    chosen |= {f"afterword_{name.replace('.', '_')}_ratio" for name in METRICS if name.startswith("scorer.")}
    beside = {"alerts_open", "messages_undelivered", "metric_n", "last_record_timestamp_seconds"}
    assert asked <= chosen | {f"afterword_{name}" for name in beside}
