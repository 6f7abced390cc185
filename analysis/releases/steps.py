"""What is to be done from one release to the next: deploy, monitor, collect, fine-tune, redeploy. Counts alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from analysis.alerts import history
from analysis.metrics.lookup import scorers
from analysis.releases import runs
from analysis.scoring.plan import coverage
from analysis.state import golden
from analysis.state.schema import items, labels, queues, slots

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from analysis.releases.release import Release
    from analysis.releases.runs import Run
    from analysis.state.database import State
    from analysis.store import Store

GIVEN = ("submit", "adjudicate")
"""Kinds of events that are a label."""


@dataclass(frozen=True)
class Steps:
    """Where one stands between two releases.

    Parameters
    ----------
    since : int
        Records since the latest release, where it came; all of them where there is none.
    unscored : int
        Records that some scorer in use has still to score.
    unplaced : int or None
        Texts that are not on the map of topics; None where there is no map.
    alerts : int
        Alerts that are open.
    wanted : int
        Labels that review queues still wait for.
    labels : int
        Labels given since the newest version of a golden dataset, or ever.
    corrections, held : int
        Corrected answers in the logs, and those that golden datasets hold.
    items : int
        What the newest versions of the golden datasets hold, ready to be exported for fine-tuning.
    frozen : datetime or None
        When the newest version was made.
    run : Run or None
        The latest regression run.
    """

    since: int
    unscored: int
    unplaced: int | None
    alerts: int
    wanted: int
    labels: int
    corrections: int
    held: int
    items: int
    frozen: datetime | None
    run: Run | None


def steps(store: Store, state: State, latest: Release | None) -> Steps:
    """Count what is to be done next."""
    versions = golden.datasets(state)
    frozen = max((version.made for version in versions), default=None)
    with state.read() as connection:
        wanted, given = _wanted(connection), _given(connection, frozen)
    corrections = _count(store, "SELECT count(DISTINCT record_id) FROM scores WHERE name = 'correction'")
    return Steps(
        _since(store, latest), _unscored(store), _unplaced(store), sum(history.unresolved(state).values()), wanted,
        given, corrections,
        sum(version.recipe.get("kinds", {}).get("correction", 0) for version in versions),
        sum(len(version.rows) for version in versions), frozen, next(iter(runs.every(state)), None),
    )  # fmt: skip


def _count(store: Store, sql: str, given: dict[str, Any] | None = None) -> int:
    ((count,),) = store.frame(sql, given or {}).rows()
    return int(count)


def _since(store: Store, latest: Release | None) -> int:
    if latest is None:
        return _count(store, "SELECT count(*) FROM records")
    where, given = latest.records().during(latest.start, None).predicate()
    return _count(store, f"SELECT count(*) FROM records r WHERE {where}", given)


def _unscored(store: Store) -> int:
    """Count by the scorer in use that lacks most; where none is, by those that are quick."""
    covered = coverage(store, [one for one in scorers(store).values() if not one.heavy and not one.needs()])
    used = [one for one in covered.values() if one.marked] or list(covered.values())
    return max((one.eligible - one.marked for one in used), default=0)


def _unplaced(store: Store) -> int | None:
    rows = store.rows("SELECT id FROM maps WHERE field = 'prompt'")
    if not rows:
        return None
    texts = _count(store, "SELECT count(*) FROM records WHERE prompt IS NOT NULL")
    placed = _count(store, "SELECT count(*) FROM placements WHERE map = $map", {"map": rows[-1]["id"]})
    return max(texts - placed, 0)


def _wanted(connection: Connection) -> int:
    asked = select(func.coalesce(func.sum(queues.c.reviewers), 0)).join(items, items.c.queue == queues.c.id)
    filled = select(func.count()).select_from(slots).where(slots.c.until.is_(None))
    return max(int(connection.execute(asked).scalar_one()) - int(connection.execute(filled).scalar_one()), 0)


def _given(connection: Connection, since: datetime | None) -> int:
    query = select(func.count()).select_from(labels).where(labels.c.kind.in_(GIVEN))
    if since is not None:
        query = query.where(labels.c.made > since)
    return int(connection.execute(query).scalar_one())
