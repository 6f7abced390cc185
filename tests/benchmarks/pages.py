"""What each page asks of the log store, and how long that takes: the caches of the app emptied, the disk's warm."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.testing.v1 import AppTest

from analysis.metrics import query
from analysis.metrics.kept import figures, members, span
from analysis.metrics.kept.days import refresh
from analysis.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

MAIN = Path(__file__).parents[2] / "app" / "main.py"
VIEWS: tuple[dict[str, str], ...] = ({"period": "24h"}, {}, {"period": "90d"}, {"period": "all"})


def measure(home: Path) -> None:
    """Print the queries of every page on the workspace at `home`: their number, their time together and the longest."""
    os.environ["AFTERWORD_HOME"] = str(home)
    from app import runtime
    from app.navigation import ENTRIES

    taken: list[float] = []
    for name in ("frame", "rows"):
        setattr(Store, name, _timed(getattr(Store, name), taken))
    store = runtime.current().store
    begun = time.monotonic()
    refresh(store)
    records = store.rows("SELECT count(*) AS n FROM records")[0]["n"]
    print(f"{records:,} records; days kept up to date in {time.monotonic() - begun:.1f} s")
    for view in VIEWS:
        for entry in ENTRIES:
            best: tuple[float, int, float] | None = None
            for _ in range(3):
                app = AppTest.from_file(str(MAIN), default_timeout=120)
                app.query_params.update(view)
                app.run()
                _forget()
                taken.clear()
                app.switch_page(str(entry.path)).run()
                if app.exception:
                    raise RuntimeError(app.exception[0].message)
                found = sum(taken), len(taken), max(taken, default=0.0)
                best = found if best is None else min(best, found)
            assert best is not None
            print(
                f"{view.get('period', '30d'):4s} {entry.name:14s} {best[1]:3d} queries {best[0] * 1000:6.0f} ms, "
                f"the longest {best[2] * 1000:5.0f} ms"
            )
    runtime.close()


def _forget() -> None:
    """Empty every memory of answers: the app's, and that of what was read of the kept days."""
    st.cache_data.clear()
    st.cache_resource.clear()
    for memory in (query._largest, figures._read, figures._scanned, members._kept, span._reach):
        memory.cache_clear()


def _timed(method: Callable[..., Any], taken: list[float]) -> Callable[..., Any]:
    def run(*given: Any, **named: Any) -> Any:
        begun = time.monotonic()
        try:
            return method(*given, **named)
        finally:
            taken.append(time.monotonic() - begun)

    return run
