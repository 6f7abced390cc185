"""SQL that people write reads the log store, and does nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from analysis import readonly
from analysis.store import Store
from analysis.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(Workspace.at(tmp_path))
    (tmp_path / "secret.json").write_text('{"token": "x"}')
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT 1 AS a, 'x' AS b", [(1, "x")]),
        ("SELECT count(*) FROM records", [(0,)]),
        ("FROM range(2)", [(0,), (1,)]),
        ("WITH x AS (SELECT 3 AS n) SELECT n FROM x", [(3,)]),
        ("SELECT 1;", [(1,)]),
        ("SELECT count(*) > 40 FROM (DESCRIBE records)", [(True,)]),
    ],
)
def test_what_reads_is_answered(store: Store, sql: str, rows: list[tuple[object, ...]]):
    assert readonly.ask(store, sql).rows == rows


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "-- nothing",
        "SELECT 1; SELECT 2",
        "DELETE FROM refusals",
        "INSERT INTO refusals (import_id) VALUES (1)",
        "DROP TABLE records",
        "COPY records TO '{folder}/out.csv'",
        "ATTACH '{folder}/other.duckdb' AS other",
        "ATTACH ':memory:' AS other",
        "SET memory_limit = '1GB'",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "EXPORT DATABASE '{folder}/out'",
        "EXPLAIN ANALYZE SELECT 1",
        "CHECKPOINT",
        "SELECT nextval('import_ids')",
        "SELECT main.nextval('import_ids')",
        "SELECT * FROM read_text('{folder}/secret.json')",
        "SELECT * FROM '{folder}/secret.json'",
        "SELECT (SELECT content FROM read_text('{folder}/secret.json'))",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM query('SELECT 1')",
        "SELECT 1 WHERE EXISTS (FROM read_csv('{folder}/secret.json'))",
        "FROM duckdb_settings()",
        "SELECT getenv('HOME')",
    ],
)
def test_everything_else_is_refused(store: Store, tmp_path: Path, sql: str):
    with pytest.raises(readonly.RefusedQueryError):
        readonly.ask(store, sql.format(folder=tmp_path))


@pytest.mark.parametrize(
    "sql",
    [
        "WITH x AS (INSERT INTO refusals (import_id) VALUES (1) RETURNING *) SELECT * FROM x",
        "WITH x AS (DELETE FROM imports RETURNING *) FROM x",
        "WITH x AS (UPDATE imports SET file = 'x' RETURNING *) FROM x",
    ],
)
def test_a_select_that_writes_is_stopped_by_its_transaction(store: Store, sql: str):
    with store.write() as cursor:
        cursor.execute("INSERT INTO imports (id, file) VALUES (1, 'a')")
    with pytest.raises(duckdb.TransactionException, match="read-only"):
        readonly.ask(store, sql)
    assert store.rows("SELECT file FROM imports") == [{"file": "a"}]
    assert store.rows("SELECT count(*) AS n FROM refusals") == [{"n": 0}]


def test_a_long_answer_is_cut_and_says_so(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readonly, "MAX_ROWS", 10)
    whole, cut = readonly.ask(store, "FROM range(10)"), readonly.ask(store, "FROM range(11)")
    assert (len(whole.rows), whole.truncated) == (10, False)
    assert (len(cut.rows), cut.truncated) == (10, True)
