"""The heavy half of scoring, in a process of its own: batches of records in, batches of marks out, as Arrow files.

``python -m analysis.scoring.worker WORKSPACE`` reads a task a line as JSON from standard input (``batch``, ``marks``:
paths; ``scorers``: names), answers each with a line on standard output, and ends with its input. It never opens the log
store.
"""

from __future__ import annotations

import os
import sys
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from analysis.scoring.registry import registry
from analysis.scoring.scorer import Mark, as_row
from analysis.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.scoring.scorer import Scorer

TOGETHER = 256
"""Records that go through all scorers before the next do: what several read of a text (its sentences, its words, its
language) is then found once, and remembered that long."""

REMEMBERED = 50_000
"""Texts whose mark a process remembers, for each scorer: canned answers and copied prompts are scored once."""

SCHEMA = pa.schema([
    ("record_id", pa.string()), ("name", pa.string()), ("version", pa.int32()), ("value", pa.float64()),
    ("label", pa.string()),
    ("evidence", pa.list_(pa.struct([
        ("field", pa.string()), ("start", pa.int32()), ("end", pa.int32()), ("kind", pa.string()),
    ]))),
])  # fmt: skip


class Scoring:
    """Scores batches, and remembers the texts it met.

    A scorer that raises is left out from then on; :attr:`failed` says why.
    """

    def __init__(self, scorers: Sequence[Scorer]) -> None:
        self._scorers = scorers
        self._known: dict[str, OrderedDict[int, Mark]] = {scorer.name: OrderedDict() for scorer in scorers}
        self.failed: dict[str, str] = {}

    def score(self, batch: pl.DataFrame) -> list[dict[str, Any]]:
        """Score a batch with ``id``, ``wanted`` (bits, by the scorers' places) and what the scorers read.

        Returns
        -------
        list of dict
            Rows of ``SCHEMA``.
        """
        keys: dict[tuple[str, ...], list[int]] = {}
        rows: list[dict[str, Any]] = []
        for place, scorer in enumerate(self._scorers):
            if scorer.name in self.failed:
                continue
            wanted = (batch["wanted"].to_numpy() >> place & 1).astype(bool)
            chosen = batch.filter(pl.Series(wanted))
            if chosen.is_empty():
                continue
            if scorer.reads not in keys:
                keys[scorer.reads] = [_key(row) for row in batch.select(scorer.reads).iter_rows()]
            asked = [key for key, is_wanted in zip(keys[scorer.reads], wanted, strict=True) if is_wanted]
            marks = self._marks(scorer, chosen.select(scorer.reads), asked)
            rows += [
                {"record_id": id, "name": scorer.name, "version": scorer.version, **as_row(mark)}
                for id, mark in zip(chosen["id"] if marks else (), marks, strict=True)
            ]
        return rows

    def _marks(self, scorer: Scorer, batch: pl.DataFrame, keys: list[int]) -> list[Mark]:
        known = self._known[scorer.name]
        new = {key: place for place, key in enumerate(keys) if key not in known}
        try:
            marks = list(scorer.score(batch[list(new.values())])) if new else []
            if len(marks) != len(new) or not all(isinstance(mark, Mark) for mark in marks):
                raise TypeError(f"it gave {len(marks)} marks for {len(new)} records")
        except Exception as error:  # a scorer may be other people's code: whatever it raises must not stop the rest
            self.failed[scorer.name] = f"{type(error).__name__}: {error}"
            return []
        found = dict(zip(new, marks, strict=True))
        result = [found[key] if key in found else known[key] for key in keys]
        known.update(found)
        while len(known) > REMEMBERED:
            known.popitem(last=False)
        return result


def _key(row: tuple[Any, ...]) -> int:
    """Tell texts apart by 128 bits of hash."""
    return xxhash.xxh3_128_intdigest(repr(row).encode())


def main() -> None:
    """Score batch after batch, until standard input ends."""
    # What a scorer prints must not stand between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    workspace = Workspace(Path(sys.argv[1]))
    scoring: Scoring | None = None
    for line in sys.stdin.buffer:
        task = orjson.loads(line)
        if scoring is None:
            found = registry(workspace)
            scoring = Scoring([found.find(name) for name in task["scorers"]])
        with pa.memory_map(task["batch"]) as file:
            batch = pl.DataFrame(pa.ipc.open_file(file).read_all())
            rows = [row for part in batch.iter_slices(TOGETHER) for row in scoring.score(part)]
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), task["marks"])
        answers.write(orjson.dumps({"failed": scoring.failed}) + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
