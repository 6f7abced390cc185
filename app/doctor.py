"""`afterword doctor`: what could stop Afterword from working here, and what to do about it."""

from __future__ import annotations

import os
import platform
import shutil
import stat
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import overrides
from analysis.state.database import State, StateUnreachableError
from analysis.store import MEMORY_LIMIT, Store, StoreBusyError
from analysis.workspace import Workspace
from app import beacon, client, runtime
from app.sizes import counted

if TYPE_CHECKING:
    from collections.abc import Callable

OK, WARN, FAIL = "ok", "warning", "failed"

MIN_FREE_DISK = 2 * 1024**3
"""Bytes; below this an import of ordinary size may not fit."""

OLD_PRICES = 180
"""Days; a table whose newest price is older is likely to lack the models of today."""

PACKAGES = ("streamlit", "duckdb", "polars", "sqlalchemy", "genai-prices")


@dataclass(frozen=True)
class Check:
    """What was looked at, how it is, what was found, and what to do about it."""

    check: str
    state: str
    found: str
    advice: str = ""


def examine() -> dict[str, Any]:
    """Run every check; `ok` where none failed."""
    workspace = Workspace.at()
    examined: tuple[Callable[[Workspace], Check], ...] = (
        _versions, _folder, _disk, _memory, _log_store, _state_store, _prices, _browser,
    )  # fmt: skip
    checks = [check(workspace) for check in examined]
    return {"ok": all(check.state != FAIL for check in checks), "checks": [asdict(check) for check in checks]}


def _versions(_: Workspace) -> Check:
    found = [f"Python {platform.python_version()}"]
    for package in ("afterword", *PACKAGES):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            return Check("versions", FAIL, f"{package} is not installed", "Install Afterword again: make run")
    return Check("versions", OK, ", ".join(found))


def _folder(workspace: Workspace) -> Check:
    root = workspace.root
    if not os.access(root, os.W_OK):
        return Check("workspace", FAIL, f"{root} can't be written", "Choose another folder with --workspace.")
    if stat.S_IMODE(root.stat().st_mode) & 0o077:
        advice = f"Others on this machine can look into it, and it holds what your users wrote: chmod 700 {root}"
        return Check("workspace", WARN, str(root), advice)
    return Check("workspace", OK, str(root))


def _disk(workspace: Workspace) -> Check:
    free = shutil.disk_usage(workspace.root).free
    used = sum(path.stat().st_size for path in workspace.root.rglob("*") if path.is_file())
    found = f"{_size(free)} free, {_size(used)} used by the workspace"
    if free < MIN_FREE_DISK:
        return Check("disk", WARN, found, "An import needs about as much room as its files: make some.")
    return Check("disk", OK, found)


def _memory(_: Workspace) -> Check:
    available = _available_memory()
    limit = os.environ.get("AFTERWORD_MEMORY") or MEMORY_LIMIT
    if available is None:
        return Check("memory", OK, f"DuckDB may use {limit}")
    found = f"{_size(available)} available, DuckDB may use {limit}"
    if available < 2 * 1024**3:
        return Check("memory", WARN, found, "Imports take up to 2 GiB: close something, or set AFTERWORD_MEMORY lower.")
    return Check("memory", OK, found)


def _available_memory() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    sizes = dict(line.split(":", 1) for line in lines)
    return int(sizes["MemAvailable"].split()[0]) * 1024


def _log_store(workspace: Workspace) -> Check:
    if runtime.is_open():
        return _records(runtime.current().store)
    server = client.find(workspace)
    if server is not None:
        return Check("log store", OK, f"served by process {server.pid} at {server.url}")
    try:
        store = Store(workspace)
    except StoreBusyError:
        stale = beacon.seen(workspace)
        who = f"process {stale.pid}, which does not answer at {stale.url}" if stale else "another process"
        return Check("log store", FAIL, f"held by {who}", "Stop that process, or wait until it is done.")
    except RuntimeError as error:
        return Check("log store", FAIL, str(error), "Upgrade Afterword, or choose another workspace.")
    found = _records(store)
    store.close()
    return found


def _records(store: Store) -> Check:
    records = store.rows("SELECT count(*) AS n FROM records")[0]["n"]
    return Check("log store", OK, f"{counted(records, 'record')} in {store.workspace.logs.name}")


def _state_store(workspace: Workspace) -> Check:
    try:
        state = State(workspace.state_url)
    except (StateUnreachableError, RuntimeError) as error:
        return Check("state store", FAIL, str(error), "See AFTERWORD_STATE_URL.")
    state.close()
    return Check("state store", OK, state.address)


def _prices(workspace: Workspace) -> Check:
    try:
        own = overrides.load(workspace.prices)
    except overrides.PriceFileError as error:
        return Check("prices", FAIL, str(error), f"Mend {workspace.prices}, or take it away.")
    newest, today = _newest_price(), datetime.now(UTC).date()
    found = f"genai-prices {version('genai-prices')}, newest price of {newest}, {len(own)} of your own"
    if (today - newest).days > OLD_PRICES:
        return Check("prices", WARN, found, "Newer models have no price: pip install --upgrade genai-prices")
    return Check("prices", OK, found)


def _newest_price() -> date:
    """The latest day up to today from which the packaged table has a price."""
    from genai_prices.data_snapshot import get_snapshot

    today = datetime.now(UTC).date()
    lists = (m.prices for p in get_snapshot().providers for m in p.models if isinstance(m.prices, list))
    starts = (getattr(entry.constraint, "start_date", None) for prices in lists for entry in prices)
    return max((start for start in starts if start is not None and start <= today), default=date.min)


def _browser(_: Workspace) -> Check:
    for name in ("chromium", "google-chrome", "firefox"):
        if path := shutil.which(name):
            return Check("browser", OK, path)
    advice = "Open the app's address from another machine, or install one; the browser tests need chromium."
    return Check("browser", WARN, "none found here", advice)


def _size(count: int) -> str:
    return f"{count / 1024**3:.1f} GiB" if count >= 1024**3 else f"{count / 1024**2:.0f} MiB"
