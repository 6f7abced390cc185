"""How commands find the server that holds a workspace: an address and a token in a file only its owner can read."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.workspace import Workspace


@dataclass(frozen=True)
class Beacon:
    """Where the server of a workspace is, and what to show it."""

    url: str
    """The server as this machine reaches it."""
    pid: int
    token: str


def light(workspace: Workspace, url: str) -> Beacon:
    """Write down that this process serves the workspace at `url`, with a new token."""
    beacon = Beacon(url, os.getpid(), secrets.token_urlsafe(32))
    draft = workspace.server.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(beacon), file)
    draft.replace(workspace.server)
    return beacon


def public(workspace: Workspace) -> str:
    """The app's address for links that are sent out: ``$AFTERWORD_ADDRESS``, else where its server runs; "" if none."""
    found = seen(workspace)
    return os.environ.get("AFTERWORD_ADDRESS") or (found.url if found else "")


def put_out(workspace: Workspace) -> None:
    """Take the file away, unless another process has put its own there."""
    beacon = seen(workspace)
    if beacon is not None and beacon.pid == os.getpid():
        workspace.server.unlink(missing_ok=True)


def seen(workspace: Workspace) -> Beacon | None:
    """What the file says; None where there is none, or what is there is no beacon. It may be stale."""
    try:
        return Beacon(**json.loads(workspace.server.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
