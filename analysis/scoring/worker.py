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
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from analysis.scoring.registry import registry
from analysis.scoring.scorer import Mark
from analysis.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

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


class Scored(NamedTuple):
    """The marks of one scorer: a mark for each of some records, by their ids."""

    scorer: Scorer
    ids: Sequence[str]
    marks: Sequence[Mark]


class Scoring:
    """Scores batches, and remembers the texts it met.

    A scorer that raises is left out from then on; :attr:`failed` says why.
    """

    def __init__(self, scorers: Sequence[Scorer]) -> None:
        self._scorers = scorers
        self._known: dict[str, OrderedDict[Hashable, Mark]] = {scorer.name: OrderedDict() for scorer in scorers}
        self.failed: dict[str, str] = {}

    def score(self, batch: pl.DataFrame) -> list[Scored]:
        """Score a batch with ``id``, ``wanted`` (bits, by the scorers' places) and what the scorers read."""
        ids = batch["id"].to_list()
        bits = batch["wanted"].to_numpy()
        keys = _Keys(batch)
        scored: list[Scored] = []
        for place, scorer in enumerate(self._scorers):
            if scorer.name in self.failed:
                continue
            wanted = np.flatnonzero(bits >> place & 1).tolist()
            if wanted and (marks := self._marks(scorer, batch, wanted, keys.of(scorer.reads))):
                scored.append(Scored(scorer, [ids[row] for row in wanted], marks))
        return scored

    def _marks(self, scorer: Scorer, batch: pl.DataFrame, wanted: list[int], keys: Sequence[Hashable]) -> list[Mark]:
        known = self._known[scorer.name]
        new = {keys[row]: row for row in wanted if keys[row] not in known}
        try:
            marks = list(scorer.score(_rows(batch.select(scorer.reads), list(new.values())))) if new else []
            if len(marks) != len(new) or not all(isinstance(mark, Mark) for mark in marks):
                raise TypeError(f"it gave {len(marks)} marks for {len(new)} records")
        except Exception as error:  # a scorer may be other people's code: whatever it raises must not stop the rest
            self.failed[scorer.name] = f"{type(error).__name__}: {error}"
            return []
        found = dict(zip(new, marks, strict=True))
        result = [found[key] if (key := keys[row]) in found else known[key] for row in wanted]
        known.update(found)
        while len(known) > REMEMBERED:
            known.popitem(last=False)
        return result


class _Keys:
    """What tells the rows of a batch apart by the columns that a scorer reads; each cell is read once."""

    def __init__(self, batch: pl.DataFrame) -> None:
        self._batch = batch
        self._columns: dict[str, list[Hashable]] = {}
        self._rows: dict[tuple[str, ...], list[Hashable]] = {}

    def of(self, reads: tuple[str, ...]) -> list[Hashable]:
        """Give a key for each row."""
        if reads not in self._rows:
            for name in reads:
                if name not in self._columns:
                    self._columns[name] = [_key(cell) for cell in self._batch[name].to_list()]
            columns = [self._columns[name] for name in reads]
            self._rows[reads] = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
        return self._rows[reads]


def _key(cell: object) -> Hashable:
    """Tell cells apart, texts and lists by 128 bits of hash."""
    if isinstance(cell, str):
        return xxhash.xxh3_128_digest(cell.encode())
    return cell if cell is None or isinstance(cell, int | float) else xxhash.xxh3_128_digest(repr(cell).encode())


def _rows(batch: pl.DataFrame, rows: list[int]) -> pl.DataFrame:
    return batch if len(rows) == len(batch) else batch[rows]


def as_table(scored: Sequence[Scored]) -> pa.Table:
    """Give marks as rows of the store."""
    marks = [mark for one in scored for mark in one.marks]
    return pa.table(
        [
            [id for one in scored for id in one.ids],
            [one.scorer.name for one in scored for _ in one.marks],
            [one.scorer.version for one in scored for _ in one.marks],
            [mark.value for mark in marks],
            [mark.label for mark in marks],
            [[(s.field, s.start, s.end, s.kind) for s in mark.evidence] or None for mark in marks],
        ],
        schema=SCHEMA,
    )


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
            scored = [one for part in batch.iter_slices(TOGETHER) for one in scoring.score(part)]
        pq.write_table(as_table(scored), task["marks"])
        answers.write(orjson.dumps({"failed": scoring.failed}) + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
