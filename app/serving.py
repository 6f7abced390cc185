"""`afterword serve`: the app on this machine, with the sample data in it where that is asked for."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import sys
import threading
import time
import webbrowser
from typing import TYPE_CHECKING, Any

from analysis.workspace import Workspace
from app import client, rounds, runtime, server, terminal
from app.command import CommandError
from app.options import BAD_USE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.beacon import Beacon

START = 60.0
"""Seconds that the server may take to start before nobody waits for it any more."""


def serve(
    *, host: str, port: int | None, browser: bool, sample: Path | None, watch: Sequence[Path], as_json: bool
) -> None:
    """Serve the workspace until Ctrl-C; where it is being served already, say where.

    Raises
    ------
    CommandError
        If the workspace can't be opened, the sample can't be imported, or a folder can't be watched.
    """
    workspace = Workspace.at()
    running = client.find(workspace)
    if running is not None:
        _announce(running, workspace, browser=browser, as_json=as_json)
        return
    if sample is not None:
        _import_sample(sample)
    here = terminal.opened(workspace)
    try:
        watched = rounds.allowed(here, [*rounds.folders(), *watch])
    except ValueError as error:
        raise CommandError(str(error), BAD_USE) from error
    os.environ[rounds.FOLDERS] = os.pathsep.join(map(str, watched))

    def announce() -> None:
        deadline = time.monotonic() + START
        while (found := client.find(workspace)) is None:
            if time.monotonic() > deadline:
                return
            time.sleep(0.1)
        _announce(found, workspace, browser=browser, as_json=as_json)

    threading.Thread(target=announce, daemon=True).start()
    sys.argv = [str(server.MAIN)]  # Streamlit looks for its configuration beside the script that was started
    try:
        server.app.run(config=_config(host, port))
    except KeyboardInterrupt:
        print("Afterword has stopped.", file=sys.stderr)
    finally:
        runtime.close()


def _import_sample(sample: Path) -> None:
    if terminal.ask("imports", {})["imports"]:
        return
    arguments = {"paths": [str(path) for path in _log_files(sample)]}
    print("Importing the sample data …", file=sys.stderr)
    terminal.ask("import", arguments, stoppable=True)


def _log_files(sample: Path) -> list[Path]:
    return sorted(sample.resolve().glob("*.jsonl.gz")) if sample.is_dir() else [sample.resolve()]


def _config(host: str, port: int | None) -> dict[str, Any]:
    chosen: dict[str, Any] = {"server.address": host}
    if port is not None:
        chosen["server.port"] = port
    if _is_loopback(host):
        # Another site's name that is made to point at this machine must not open the app in somebody's browser.
        chosen["server.allowedHosts"] = ["localhost", "127.0.0.1", "::1", host]
    return chosen


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _announce(found: Beacon, workspace: Workspace, *, browser: bool, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"url": found.url, "pid": found.pid, "workspace": str(workspace.root)}), flush=True)
    else:
        print(f"Afterword is at {found.url}  (Ctrl-C stops it; the workspace is {workspace.root})", flush=True)
    if browser and _has_browser():
        webbrowser.open(found.url)


def _has_browser() -> bool:
    """Whether a window can open; a browser in the terminal would take it over."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
