"""How often a release is said to have changed something where none came.

``python -m tests.benchmarks.releases WORKSPACE [--dates 40] [--app support-chat]`` reads a copy of the workspace. For
each made-up date the conversations of the app change their times among each other, whole, so that nothing differs from
one time to another but by chance, except how many there are; then the week before the date is compared with the week
after, usage aside.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import numpy as np

from analysis.metrics.blocks import blocks
from analysis.metrics.extent import extent
from analysis.releases.compare import SAME, compare
from analysis.releases.measures import USAGE, measures
from analysis.releases.release import Release
from analysis.releases.whom import apart, groupings
from analysis.releases.windows import windows
from analysis.store import Store
from analysis.workspace import Workspace

WEEK = timedelta(weeks=1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.releases")
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--dates", type=int, default=40)
    parser.add_argument("--app", default="support-chat")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(given.workspace, folder, dirs_exist_ok=True)
        store = Store(Workspace.at(Path(folder)))
        measure(store, given.app, given.dates)
        store.close()


def measure(store: Store, app: str, dates: int) -> None:
    reach, rng = extent(store), np.random.default_rng(0)
    assert reach.first is not None
    assert reach.last is not None
    span = (reach.last - reach.first - 2 * WEEK) / timedelta(days=1)
    tested = raw = told = quiet = groups = looked_at = quiet_groups = 0
    for place in range(dates):
        shuffle(store, app, place)
        release = Release("made up", app, None, reach.first + WEEK + timedelta(days=float(rng.uniform(0, span))))
        chosen = windows(store, release, [])
        drawn = blocks(store, (chosen.before, chosen.now))
        asked = [measure for measure in measures(store) if measure.section != USAGE]
        outcomes = compare(store, chosen, asked, drawn)
        found = apart(store, chosen, outcomes, groupings(store, chosen), drawn)
        p = [outcome.p for outcome in outcomes if outcome.p is not None]
        moved = [outcome for outcome in outcomes if outcome.moved]
        tested, raw, told = tested + len(p), raw + sum(one <= 0.05 for one in p), told + len(moved)
        quiet += not moved
        groups, looked_at = groups + len(found.groups), looked_at + found.looked_at
        quiet_groups += not found.groups
        names = ", ".join(f"{one.measure.name} {one.verdict} (q {one.q:.3f})" for one in moved) or SAME
        print(f"{release.start:%d %b} by {drawn.name}: {names}; {len(found.groups)} of {found.looked_at} groups")
    print(f"metrics: {raw / tested:.1%} below p 0.05, {told} of {tested} told after correction ({told / tested:.2%}); ")
    print(f"dates with nothing told: {quiet} of {dates}; with no group told: {quiet_groups}; ")
    print(f"groups told: {groups} of {looked_at} ({groups / max(looked_at, 1):.2%})")


def shuffle(store: Store, app: str, seed: int) -> None:
    """Let conversations change their times among each other; records within one keep theirs apart."""
    with store.write() as cursor:
        cursor.execute(
            """CREATE OR REPLACE TEMP TABLE moves AS
            WITH begun AS (
                SELECT coalesce(session_id, id::VARCHAR) AS block, min(time) AS start FROM records
                WHERE app = $app GROUP BY 1),
            one AS (SELECT *, row_number() OVER (ORDER BY block) AS place FROM begun),
            other AS (SELECT start, row_number() OVER (ORDER BY hash(block, $seed)) AS place FROM begun)
            SELECT one.block, other.start - one.start AS by FROM one JOIN other USING (place)""",
            {"app": app, "seed": seed},
        )
        cursor.execute(
            """UPDATE records SET time = time + m.by FROM moves m
            WHERE app = $app AND m.block = coalesce(session_id, id::VARCHAR)""",
            {"app": app},
        )


if __name__ == "__main__":
    main()
