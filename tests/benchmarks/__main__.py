"""Run the benchmarks: ``python -m tests.benchmarks``; ``--help`` says which there are."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.benchmarks import importing, pages, peers, scoring


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure speed and memory.")
    parser.add_argument("--records", type=int, default=1_000_000, help="records to import (1,000,000)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each way, in turn (3)")
    parser.add_argument("--pages", type=Path, help="time what every page asks of this workspace instead")
    parser.add_argument(
        "--peers",
        action="store_true",
        help=f"compare with Arize Phoenix and MLflow, which pip installs for it, on {peers.RECORDS:,} records instead",
    )
    parser.add_argument("--scoring", action="store_true", help="time the scorers on the sample data instead")
    parser.add_argument("--data", type=Path, help="public data to cut longer texts for --scoring out of")
    parser.add_argument("--keep", type=Path, help="a folder that keeps the peers' environments for the next time")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        importing.one(given.one, given.file)
    elif given.pages:
        pages.measure(given.pages)
    elif given.scoring:
        scoring.measure(given.data)
    elif given.peers:
        peers.measure(given.keep)
    else:
        importing.measure(given.records, given.runs)


if __name__ == "__main__":
    main()
