"""Learning what the applications of a workspace usually answer, once each has answered often enough.

A baseline stands still, so that values of different weeks compare. It is learnt again where someone asks for it, and
by itself while it rests on few answers and the application has many more by now.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import xxhash

from analysis import arrays
from analysis.scoring import baseline, linear

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import duckdb

    from analysis.scoring.baseline import Baseline
    from analysis.store import Store
    from analysis.workspace import Workspace

APPS = 50
"""Applications that are learnt, those with the most answers."""
READ = 20_000
"""Answers of an application that are read, drawn at random; canned ones among them count once."""
FEW = 5000
"""Different answers below which a baseline is learnt again by itself,"""
GROWN = 4
"""when there are so many times the answers that there were."""

_NAMED = "coalesce(r.app, '')"
_DRAWN = f"""SELECT r.rowid FROM records r WHERE {_NAMED} = $app AND r.response IS NOT NULL
    ORDER BY hash(r.id) LIMIT {READ}"""


class TooFewError(ValueError):
    """An application has too few answers to learn what it usually says."""

    def __init__(self, app: str) -> None:
        super().__init__(f"The application {app!r} has fewer than {baseline.LEAST} different answers to learn from.")


def kept(workspace: Workspace) -> tuple[tuple[Path, int], ...]:
    """List the files of baselines, with when each was changed."""
    files = sorted(workspace.baselines.glob("*.npz")) if workspace.baselines.is_dir() else []
    return tuple((path, path.stat().st_mtime_ns) for path in files)


def baselines(workspace: Workspace) -> dict[str, Baseline]:
    """Read the baselines, by application."""
    found = (baseline.load(path, changed) for path, changed in kept(workspace))
    return {one.app: one for one in found}


def due(store: Store) -> list[str]:
    """List the applications that answered often enough to be learnt, or learnt again."""
    known = baselines(store.workspace)
    with store.cursor() as cursor:
        counted = cursor.execute(
            f"""SELECT {_NAMED} AS app, count(*) FROM records r WHERE r.response IS NOT NULL
            GROUP BY app HAVING count(*) >= {baseline.LEAST} ORDER BY count(*) DESC, app LIMIT {APPS}"""
        ).fetchall()
        return [app for app, answers in counted if _is_due(cursor, known.get(app), app, answers)]


def learn(store: Store, apps: Iterable[str]) -> list[str]:
    """Learn what applications usually answer, anew where that was learnt before; returns the applications.

    Raises
    ------
    TooFewError
        If one has too few different answers; what was learnt before it stays.
    """
    known = baselines(store.workspace)
    learnt = []
    for app in apps:
        with store.cursor() as cursor:
            found = _learn(cursor, app, round=known[app].round + 1 if app in known else 1)
        if found is None:
            raise TooFewError(app)
        store.workspace.baselines.mkdir(mode=0o700, exist_ok=True)
        arrays.save(found, store.workspace.baselines / f"{xxhash.xxh3_64_hexdigest(app.encode())}.npz")
        learnt.append(app)
    return learnt


def _is_due(cursor: duckdb.DuckDBPyConnection, known: Baseline | None, app: str, answers: int) -> bool:
    if known is not None:
        return known.answers < FEW and answers >= GROWN * known.of
    row = cursor.execute(
        f"""SELECT count(DISTINCT hash(response)) FROM records
        WHERE rowid IN ({_DRAWN}) AND regexp_matches(left(response, {linear.READ}), '[\\pL\\pN]')""",
        {"app": app},
    ).fetchone()
    return row is not None and int(row[0]) >= baseline.LEAST


def _learn(cursor: duckdb.DuckDBPyConnection, app: str, *, round: int) -> Baseline | None:
    answers = cursor.execute(
        f"""SELECT response FROM records WHERE rowid IN ({_DRAWN})
        GROUP BY response ORDER BY min(hash(id))""",
        {"app": app},
    ).fetchall()
    ((of,),) = cursor.execute(
        f"SELECT count(*) FROM records r WHERE {_NAMED} = $app AND r.response IS NOT NULL", {"app": app}
    ).fetchall()
    return baseline.learn(
        app, [answer for (answer,) in answers], of=of, round=round, at=datetime.now(UTC).isoformat(timespec="seconds")
    )
