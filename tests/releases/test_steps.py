"""What is to be done next: counts of what waits, and the regression run beside a release."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert, update

from analysis.alerts import history
from analysis.golden import dataset
from analysis.releases import runs
from analysis.releases.release import Release
from analysis.releases.steps import steps
from analysis.state import golden, schema
from analysis.state.database import State, now
from analysis.state.schema import golden_runs, items, labels, queues, slots
from tests.golden.items import item
from tests.releases.logs import START, calls

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.store import Store

RELEASE = Release("2", None, None, START + timedelta(days=1))


def test_an_empty_workspace_has_nothing_to_do(store: Store, state: State):
    found = steps(store, state, None)
    assert found.alerts == 0
    assert (found.since, found.unscored, found.unplaced, found.wanted, found.labels) == (0, 0, None, 0, 0)
    assert (found.corrections, found.held, found.items, found.frozen, found.run) == (0, 0, 0, None, None)


def test_each_step_counts_what_waits(store: Store, state: State, add_records: Callable[..., list[str]]):
    ids = add_records(*calls(2, a_day=10, prompt="q", response="a"))
    add_records(scores=[
        {"record_id": id, "target_key": id, "name": "correction", "label": "b", "origin": "human"} for id in ids[:3]
    ])  # fmt: skip
    with state.write() as connection:
        connection.execute(
            insert(queues).values(
                id=1, name="weekly", rubric="bias", rubric_version=1, reviewers=2, plan={}, who="ana", made=now()
            )
        )
        for place in range(3):
            connection.execute(
                insert(items).values(id=place + 1, queue=1, place=place, record_id=ids[place], arm="plan")
            )
        connection.execute(insert(slots).values(item=1, slot=1, who="ana", until=None))
        connection.execute(insert(slots).values(item=2, slot=1, who="ana", until=now()))
        connection.execute(
            insert(labels).values(
                queue=1, item=1, record_id=ids[0], who="ana", made=now(), kind="submit", rubric_version=1
            )
        )
        connection.execute(insert(labels).values(
            queue=1, item=2, record_id=ids[1], who="ana", made=now(), kind="skip", rubric_version=1))  # fmt: skip
    found = steps(store, state, RELEASE)
    assert (found.since, found.unscored, found.wanted, found.labels, found.corrections) == (10, 20, 5, 1, 3)
    version = dataset.add(state, "shop", [item("a"), item("b")], file="x.jsonl", who="ana")
    after = steps(store, state, RELEASE)
    assert (after.items, after.held, after.labels, after.frozen) == (2, 2, 0, version.made)


def test_the_run_beside_a_release_is_the_named_one_else_the_nearest(state: State):
    version = dataset.add(state, "shop", [item("a")], file="x.jsonl", who="ana")
    release = replace(RELEASE, name="2026.40", start=now())
    assert runs.beside(state, release) == (None, False)
    golden.add_run(state, version, "gpt-5-mini", "no worse seen", {}, {}, who="ana")
    run, named = runs.beside(state, release)
    assert run is not None
    assert (run.name, named) == ("gpt-5-mini", False)
    golden.add_run(state, version, "Release 2026.40, prompt 12", "worse", {}, {}, who="ana")
    run, named = runs.beside(state, release)
    assert run is not None
    assert (run.verdict, named) == ("worse", True)
    with state.write() as connection:
        connection.execute(update(golden_runs).values(made=now() - timedelta(days=60), name="old"))
    assert runs.beside(state, release) == (None, False)


def test_alerts_are_counted_where_they_are_kept(state: State):
    kept = {"rule": "errors", "group": "", "late": "", "body": {}, "made": now()}
    with state.write() as connection:
        for group, days in (("", 1), ("support", 3), ("", 12)):
            connection.execute(insert(schema.alerts).values(kept | {"group": group, "start": START + timedelta(days)}))
        for alert, kind in ((1, "resolved"), (3, "resolved"), (3, "reopened")):
            connection.execute(insert(schema.alert_events).values(alert=alert, kind=kind, who="ana", made=now()))
    assert history.unresolved(state) == {"errors": 2}
    (one,) = history.began(state, START + timedelta(days=2), START + timedelta(days=9))
    assert (one.rule, one.group) == ("errors", "support")
