"""How long an import takes, against DuckDB's own typed ``read_json`` of the same file into a bare table."""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from analysis.ingest.report import Options
from analysis.ingest.run import import_paths
from analysis.store import MEMORY_LIMIT, Store
from analysis.workspace import Workspace
from tests.benchmarks import logs

WAYS = ("bare", "import", "import of a file with one bad line")


def measure(records: int, runs: int) -> None:
    """Print wall time, processor time and peak memory of each way, in turn, and the ratios run by run."""
    with tempfile.TemporaryDirectory() as scratch:
        clean, dirty = Path(scratch) / "clean.jsonl", Path(scratch) / "dirty.jsonl"
        logs.write(clean, records)
        if records <= 1_000_000:
            shutil.copy(clean, dirty)
            with dirty.open("ab") as end:
                end.write(b'{"broken": \n')
        print(f"{records:,} records, {clean.stat().st_size / 1e6:,.0f} MB, {os.cpu_count()} cores, {runs} runs in turn")
        ways = WAYS if dirty.exists() else WAYS[:2]
        taken: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
        for _ in range(runs):
            for way in ways:
                path = dirty if way == WAYS[2] else clean
                command = [sys.executable, "-m", "tests.benchmarks", "--one", way, "--file", str(path)]
                answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                taken[way].append(json.loads(answer.splitlines()[-1]))
        for way in ways:
            walls = [run["wall"] for run in taken[way]]
            ratios = [run["wall"] / bare["wall"] for run, bare in zip(taken[way], taken["bare"], strict=True)]
            print(
                f"{way:36s} wall {min(walls):6.1f} {statistics.median(walls):6.1f} {max(walls):6.1f} s   "
                f"processor {statistics.median(run['cpu'] for run in taken[way]):6.1f} s   "
                f"peak {max(run['peak'] for run in taken[way]):6.0f} MB   "
                f"{records / statistics.median(walls):9,.0f} records/s   "
                f"ratio to bare {min(ratios):.2f} {statistics.median(ratios):.2f} {max(ratios):.2f}"
            )


def one(way: str, path: Path) -> None:
    """Go one way once, in this process, and print what it took as JSON."""
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        begun = time.monotonic()
        if way == "bare":
            _bare(path, Path(scratch) / "bare.duckdb")
        else:
            store = Store(Workspace.at(scratch))
            begun = time.monotonic()
            import_paths(store, [path], Options())
            store.close()
        wall = time.monotonic() - begun
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = sum(usage.ru_utime + usage.ru_stime for usage in (own, children))
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": max(own.ru_maxrss, children.ru_maxrss) / 1024}))


def _bare(path: Path, database: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(
            f"CREATE TABLE bare AS FROM read_json('{path}', format='newline_delimited', columns={logs.TYPED})"
        )
        connection.execute("CHECKPOINT")
