"""A server in a process of its own, as `afterword serve` starts it, for tests that need a real one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from analysis.workspace import Workspace
from app import beacon

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 90.0


@dataclass(frozen=True)
class Served:
    """A running server: its address, workspace and process."""

    url: str
    home: Path
    process: subprocess.Popen[str]

    def client(self, *, token: bool = True) -> httpx.Client:
        """A client of its routes, with the workspace's token or without."""
        lit = beacon.seen(Workspace(self.home))
        headers = {"Authorization": f"Bearer {lit.token}"} if lit and token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE, trust_env=False)


@contextmanager
def serving(home: Path, *arguments: str, **environment: str) -> Iterator[Served]:
    """Serve a workspace on a free port of this machine until the block ends; its last words are in an error here."""
    command = [
        sys.executable,
        "-c",
        "from app.cli import main; main()",
        "serve",
        "--port",
        "0",
        "--no-browser",
        "--json",
    ]
    variables = os.environ | {"AFTERWORD_HOME": str(home), "PYTHONPATH": str(ROOT)} | environment
    log = home.parent / f"{home.name}.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [*command, *arguments], cwd=home.parent, env=variables, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        try:
            assert process.stdout is not None
            announced = process.stdout.readline()
            watchdog.cancel()
            if not announced:
                raise RuntimeError(f"The server did not start: {log.read_text()[-2000:]}")
            yield Served(json.loads(announced)["url"], home, process)
        finally:
            watchdog.cancel()
            process.terminate()
            try:
                process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
