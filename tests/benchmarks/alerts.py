"""How often the ready-made rules fire by chance: `python -m tests.benchmarks.alerts FOLDER`.

FOLDER is a workspace with the sample data, scored. Days of its quiet weeks (24 August to 16 September 2026) are drawn
with replacement, each for its own weekday, into weeks in which nothing happens but chance; the rules are looked at in
all of them but the first five, which they need to know what is usual.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from analysis.alerts.evaluate import evaluate
from analysis.alerts.ready_made import READY
from analysis.alerts.rule import DRIFT, PROJECTED
from analysis.store import Store
from analysis.workspace import Workspace

QUIET = (datetime(2026, 8, 24), datetime(2026, 9, 17))
WEEKS, KNOWN = 57, 5
START, DAY = datetime(2027, 1, 4), timedelta(days=1)
_COLUMNS = "id::VARCHAR AS id, time, status, latency, recorded_cost, computed_cost, app, model"


def main(folder: Path, seed: int = 0) -> None:
    """Print a line a rule: how often it fired, and in how many weeks."""
    with tempfile.TemporaryDirectory() as home:
        store = Store(Workspace.at(home))
        _fill(Store(Workspace.at(shutil.copytree(folder, Path(home) / "source"))), store, seed)
        first, last = START + KNOWN * 7 * DAY, START + WEEKS * 7 * DAY
        for rule in READY.values():
            if rule.kind in (DRIFT, PROJECTED):
                continue
            found = evaluate(store, rule, first, last).episodes
            print(f"{rule.name:20} fired {len(found):3} times in {WEEKS - KNOWN} weeks")
        store.close()


def _fill(source: Store, store: Store, seed: int) -> None:
    given = {"start": QUIET[0], "end": QUIET[1]}
    records = source.frame(f"SELECT {_COLUMNS} FROM records WHERE time >= $start AND time < $end", given)
    marks = source.frame("SELECT record_id::VARCHAR AS id, name, version, value FROM current_marks")
    scores = source.frame("SELECT record_id::VARCHAR AS id, name, value FROM scores WHERE name = 'thumbs'")
    by_day = {
        day: rows for (day,), rows in records.sort("time", "id").group_by(pl.col("time").dt.date(), maintain_order=True)
    }
    rng = np.random.default_rng(seed)
    for place in range(WEEKS * 7):
        day = START + place * DAY
        drawn = by_day[rng.choice([one for one in by_day if one.weekday() == day.weekday()])]
        shifted = drawn.with_columns(time=pl.lit(day) + (pl.col("time") - pl.col("time").dt.truncate("1d")))
        _put(store, shifted.with_columns(new=pl.col("id") + f"-{place}"), marks, scores)
    with store.write() as cursor:
        for row in source.rows("SELECT name, version FROM scorers"):
            cursor.execute("INSERT INTO scorers (name, version) VALUES ($name, $version)", row)


def _put(store: Store, drawn: pl.DataFrame, marks: pl.DataFrame, scores: pl.DataFrame) -> None:
    folder = store.workspace.staging
    new = drawn.select("id", "new")
    parts = {"records": drawn, "marks": marks.join(new, on="id"), "scores": scores.join(new, on="id")}
    for name, frame in parts.items():
        frame.write_parquet(folder / f"{name}.parquet")
    key = "md5(new)::UUID"
    with store.write() as cursor:
        cursor.execute(
            f"""INSERT INTO records (id, import_id, source, kind, time, status, latency, recorded_cost, computed_cost,
                app, model)
            SELECT {key}, 1, 'test', 'call', time, status, latency, recorded_cost, computed_cost, app, model
            FROM read_parquet('{folder}/records.parquet')"""
        )
        cursor.execute(
            f"""INSERT INTO marks (record_id, name, version, value)
            SELECT {key}, name, version, value FROM read_parquet('{folder}/marks.parquet')"""
        )
        cursor.execute(
            f"""INSERT INTO scores (id, import_id, record_id, target, target_key, name, value, origin)
            SELECT md5(new || name)::UUID, 1, {key}, 'call', new, name, value, 'user'
            FROM read_parquet('{folder}/scores.parquet')"""
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
