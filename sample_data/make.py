"""Make the sample data: ``python -m sample_data.make [FOLDER]``. The same seed gives the same lines, on any machine."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sample_data import machine, screener, support

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 20260824
CONVERSATIONS, SINGLES, PAIRS, BLOCKS = 4300, 1650, 160, 120


def files() -> Iterator[tuple[str, bytes]]:
    """Name and JSON lines of each file."""
    observations, scores = support.make(SEED, CONVERSATIONS)
    requests = screener.make(SEED + 1, SINGLES, PAIRS, BLOCKS)
    yield "support.observations.jsonl", _jsonl(observations)
    yield "support.scores.jsonl", _jsonl(scores)
    yield "screener.requests.jsonl", _jsonl(requests)
    yield "llama.prometheus.jsonl", _jsonl(machine.make(SEED + 2, observations))


def _jsonl(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows).encode()


def main(folder: Path) -> None:
    """Write the files, gzipped without a time stamp."""
    for name, content in files():
        packed = gzip.compress(content, compresslevel=9, mtime=0)
        (folder / f"{name}.gz").write_bytes(packed)
        sys.stdout.write(f"{name}.gz: {content.count(10):,} lines, {len(packed) / 1e6:.2f} MB\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
