"""A throw-away PostgreSQL for the tests: from Debian's package, on a socket of its own, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator


class UnavailableError(Exception):
    """PostgreSQL can't be had here; the message says why."""


@contextmanager
def cluster() -> Iterator[str]:
    """Start a server that only a unix socket reaches; yields an address with ``{database}`` to fill in."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)
    if programs is None or not (programs / "initdb").exists():
        raise UnavailableError("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="afterword-pg-", dir="/tmp"))  # a socket's path must be short
    try:
        run = _runner(folder)
        run(programs / "initdb", "-D", folder / "data", "-U", "afterword", "--auth=trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -k {folder} -c fsync=off"
        run(programs / "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield f"postgresql://afterword@/{{database}}?host={quote(str(folder), safe='')}"
        finally:
            run(programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _runner(folder: Path):
    """A function that runs a command as someone whom initdb accepts, which root is not."""
    prefix: list[str] = []
    if os.geteuid() == 0:
        try:
            account = pwd.getpwnam("postgres")
        except KeyError:
            raise UnavailableError("PostgreSQL refuses to run as root, and there is no user postgres") from None
        os.chown(folder, account.pw_uid, account.pw_gid)
        prefix = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]

    def run(*command: object) -> None:
        done = subprocess.run([*prefix, *map(str, command)], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise UnavailableError(f"PostgreSQL did not start: {(done.stderr or done.stdout).strip()[-300:]}")

    return run
