"""A day of `afterword watch` in fast-forward: every file imported once, and memory that stays flat.

``python -m tests.benchmarks.watch [--files 100] [--seconds 240]``. Files of a folder appear at random moments, a day's
worth in so many seconds: some whole, some written in pieces with pauses up to three times as long as after which a file
counts as finished, some moved in from another name, some compressed; the process is killed and started anew once an
eighth of the time. Every record must be there, once. Printed are the memory of the process over time (peak resident
size of each life, MB), the runs, and the files that were read more than once because they had grown.
"""

from __future__ import annotations

import argparse
import gzip
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from analysis.ingest import ledger
from analysis.store import Store
from analysis.workspace import Workspace
from tests.ingest.conftest import lines, run_of

SETTLED = 1.0
RECORDS = 40


def contents(number: int) -> bytes:
    """Write a file's rows."""
    return (lines(*(run_of(number * RECORDS + part) for part in range(RECORDS))) + "\n").encode()


def deeds(files: int, seconds: float, folder: Path, rng: random.Random) -> list[tuple[float, Path, bytes, bool]]:
    """Plan what happens when: at a moment, these bytes go to the end of this file; at last it gets its name."""
    found = []
    for number in range(files):
        at, whole = rng.uniform(0, seconds * 0.9), contents(number)
        kind = rng.choice(("whole", "pieces", "moved", "compressed"))
        path = folder / f"{number}.jsonl"
        if kind == "compressed":
            path, whole = path.with_suffix(".jsonl.gz"), gzip.compress(whole)
        if kind == "pieces":
            cuts = sorted(rng.sample(range(1, len(whole)), 3))
            for start, end in zip((0, *cuts), (*cuts, len(whole)), strict=True):
                found.append((at, path, whole[start:end], False))
                at += rng.uniform(0, 3 * SETTLED)
        else:
            found.append((at, path, whole, kind == "moved"))
    return sorted(found, key=lambda deed: deed[0])


def do(path: Path, part: bytes, moved: bool) -> None:
    """Write a part of a file."""
    target = path.with_name(f"{path.name}.part") if moved else path
    with target.open("ab") as file:
        file.write(part)
    if moved:
        target.rename(path)


def start(home: Path, folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start a watch."""
    command = [sys.executable, "-c", "from app.cli import main; main()", "watch", str(folder), "--every", "0.5",
               "--settled", str(SETTLED), "--json"]  # fmt: skip
    with log.open("ab") as file:
        return subprocess.Popen(command, env=os.environ | {"AFTERWORD_HOME": str(home)}, stdout=file)


def memory(process: subprocess.Popen[bytes]) -> float:
    """Give a process's resident size, in MB."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.watch", description=__doc__)
    parser.add_argument("--files", type=int, default=100, help="files (100)")
    parser.add_argument("--seconds", type=float, default=240, help="seconds of the day (240)")
    given = parser.parse_args()
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as scratch:
        home, folder, log = Path(scratch) / "workspace", Path(scratch) / "exports", Path(scratch) / "log"
        folder.mkdir()
        planned = deeds(given.files, given.seconds, folder, rng)
        process, begun, lives = start(home, folder, log), time.monotonic(), [[0.0]]
        while planned or time.monotonic() - begun < given.seconds:
            now = time.monotonic() - begun
            while planned and planned[0][0] <= now:
                do(*planned.pop(0)[1:])
            if now > len(lives) * given.seconds / 8 and len(lives) < 8:
                process.kill()
                process.wait()
                process = start(home, folder, log)
                lives.append([0.0])
            lives[-1].append(memory(process))
            time.sleep(0.2)
        time.sleep(20)
        process.terminate()
        process.wait()
        store = Store(Workspace(home))
        rows = store.rows("SELECT count(*) AS n, count(DISTINCT source_id) AS different FROM records")[0]
        reports = ledger.imports(store)
        store.close()
    wanted = given.files * RECORDS
    print(f"{rows['n']:,} records, {rows['different']:,} different, of {wanted:,}")
    read = [report.file for report in reports]
    print(f"{len(read)} imports of {len(set(read))} files; {len(lives)} lives")
    print("peak of each life, MB: " + ", ".join(f"{max(life):.0f}" for life in lives))
    halves = [max(life[: len(life) // 2]) for life in lives], [max(life[len(life) // 2 :]) for life in lives]
    print("peak of the first and the second half of each life: " + ", ".join(
        f"{first:.0f}/{second:.0f}" for first, second in zip(*halves, strict=True)))  # fmt: skip


if __name__ == "__main__":
    main()
