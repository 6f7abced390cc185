"""The entry script also runs by itself: it opens the workspace when no server has."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

MAIN = Path(__file__).resolve().parents[1] / "app" / "main.py"


def test_the_app_runs_on_an_empty_workspace(home: Path):
    app = AppTest.from_file(MAIN, default_timeout=30).run()
    assert not app.exception
    assert (home / "logs.duckdb").exists()
    assert (home / "state.sqlite").exists()
