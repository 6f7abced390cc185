"""The migrations make exactly the tables that the code expects, wherever they are run from."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from analysis.state import migrations
from analysis.state.database import State, StateUnreachableError
from analysis.state.schema import metadata


def test_upgrade_to_head_equals_the_tables(state: State):
    with state.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_head_is_the_newest_script():
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD


def test_opening_twice_and_from_another_folder_changes_nothing(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    State(url).close()
    monkeypatch.chdir(tmp_path)
    again = State(url)
    with again.read() as connection:
        assert migrations.version(connection) == migrations.HEAD
    again.close()


def test_a_store_of_a_newer_afterword_is_left_alone(url: str):
    state = State(url)
    with state.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    state.close()
    with pytest.raises(RuntimeError, match=r"9999.*Upgrade Afterword"):
        State(url)


def test_sqlite_is_in_wal_mode_with_full_sync(tmp_path: Path):
    path = tmp_path / "state.sqlite"
    state = State(f"sqlite:///{path}")
    with state.read() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
    state.close()
    with sqlite3.connect(path) as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_an_unreachable_database_is_named_without_its_password():
    with pytest.raises(StateUnreachableError, match=r"127\.0\.0\.1:9/x can't be opened") as caught:
        State("postgresql://me:secret@127.0.0.1:9/x")
    assert "secret" not in str(caught.value)


def test_other_databases_are_refused():
    with pytest.raises(StateUnreachableError, match="no sqlite:/// or postgresql://"):
        State("mysql://localhost/x")
