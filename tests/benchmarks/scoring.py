"""How fast the quick scorers are: one by one in this process, and all together as `afterword score` runs them."""

from __future__ import annotations

import csv
import gzip
import json
import random
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.ingest.report import Options
from analysis.ingest.run import import_paths
from analysis.scoring import run as runs
from analysis.scoring.context import NEXT
from analysis.scoring.registry import registry
from analysis.scoring.run import score
from analysis.store import Store
from analysis.workspace import Workspace
from tests import records

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from analysis.scoring.scorer import Scorer

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
ALONE = 2000
"""Records that each scorer is timed on alone."""
EXCHANGES = 24_000
PROMPT, RESPONSE, DOCUMENT = 200, 600, 500
"""Characters of the question, the answer and each document of an exchange."""
DOCUMENTS = 3


def measure(data: Path | None) -> None:
    """Print milliseconds a record of each quick scorer, and records a second of all of them together.

    They are timed on the sample data; and where `data` is given, with ``openai_moderation``, ``mt_bench`` and
    ``awesome_prompts`` in it, on :data:`EXCHANGES` cut out of those, all different, with documents and without.
    """
    with _store() as store:
        import_paths(store, [SAMPLE], Options())
        _report(store, "the sample data")
    texts = _texts(data) if data is not None else ""
    for documents in (0, DOCUMENTS) if texts else ():
        with _store() as store:
            records.add(store, *_exchanges(texts, documents))
            _report(store, f"{EXCHANGES:,} exchanges of {PROMPT} + {RESPONSE} characters, {documents} documents each")


@contextmanager
def _store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Workspace.at(folder))
        try:
            yield store
        finally:
            store.close()


def _report(store: Store, what: str) -> None:
    print(what)
    runs.BATCH = 1000  # so that the start can be told from the rest
    quick = [scorer for scorer in registry(store.workspace).scorers.values() if not scorer.heavy]
    for scorer in quick:
        batch = _batch(store, scorer)
        if batch.is_empty():
            continue
        scorer.score(batch[:20])  # what it loads once
        begun = time.process_time()
        scorer.score(batch)
        taken = time.process_time() - begun
        print(f"  {scorer.name:28s} {1000 * taken / len(batch):7.3f} ms a record   {len(batch) / taken:9,.0f} /s")
    kept = [(0, 0.0)]
    run = score(store, quick, on_progress=lambda run: kept.append((run.records, run.seconds)))
    quarter = next(at for at in kept if at[0] >= run.records / 4)
    steady = (run.records - quarter[0]) / (run.seconds - quarter[1])
    print(
        f"  all {len(quick)} together, as they run: {run.records:,} records in {run.seconds:.1f} s, {run.rate:,.0f} a "
        f"second ({steady:,.0f} after the first quarter), {run.marks:,} marks"
    )
    for name, why in run.failed.items():
        print(f"  {name} broke off: {why}")


def _batch(store: Store, scorer: Scorer) -> pl.DataFrame:
    columns = ", ".join(f'r."{name}"' for name in scorer.reads if name not in NEXT)
    sql = f"SELECT {columns} FROM records r WHERE {scorer.among} ORDER BY hash(r.id) LIMIT {ALONE}"
    frame = store.frame(sql)
    if scorer.reads_on:
        frame = frame.with_columns(next_prompt=frame["prompt"].shift(1), goes_on=True)
    return frame.select(scorer.reads)


def _texts(data: Path) -> str:
    moderation = gzip.decompress((data / "openai_moderation" / "samples-1680.jsonl.gz").read_bytes()).decode()
    found = [json.loads(line)["prompt"] for line in moderation.splitlines()]
    for name in ("question.jsonl", "gpt-4.jsonl"):
        rows = [json.loads(line) for line in (data / "mt_bench" / name).read_text().splitlines()]
        found += [turn for row in rows for part in row.get("choices", [row]) for turn in part["turns"]]
    with (data / "awesome_prompts" / "prompts.csv").open(encoding="utf-8", newline="") as file:
        found += [row["prompt"] for row in csv.DictReader(file)]
    random.Random(1).shuffle(found)
    return "\n".join(found)


def _exchanges(texts: str, documents: int) -> Iterator[dict[str, Any]]:
    """Cut exchanges out of a text, at places drawn at random, so that none is another's copy."""
    rng = random.Random(2)

    def cut(size: int) -> str:
        start = rng.randrange(len(texts) - size)
        return texts[start : start + size]

    for _ in range(EXCHANGES):
        found = [{"id": None, "text": cut(DOCUMENT), "score": None} for _ in range(documents)]
        yield {"prompt": cut(PROMPT), "response": cut(RESPONSE)} | ({"documents": found} if found else {})
