"""Figures of machines on their way in: from a file to staged Parquet, and from there into the log store."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.ingest.resources.reading import Reading, Sample
from analysis.ingest.source import SourceError
from analysis.ingest.stager import write_refusals

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from analysis.ingest.resources.reading import Format
    from analysis.ingest.source import Source
    from analysis.ingest.task import Staged

_BATCH = 50_000
_NAMED = 5
"""Figures that are not used, named in the report; the rest are counted."""

_SCHEMA = pa.schema([
    ("line", pa.int64()), ("time", pa.timestamp("us")), ("metric", pa.string()), ("instance", pa.string()),
    ("device", pa.string()), ("model", pa.string()), ("value", pa.float64()),
])  # fmt: skip


def stage(
    form: Format,
    source: Source,
    staged: Staged,
    folder: Path,
    *,
    at: datetime | None,
    instance: str | None,
    progress: Callable[[int], None],
) -> None:
    """Write the figures of a file as Parquet into a folder; what became of the rest is in `staged`.

    Raises
    ------
    SourceError
        If none of its figures has a time.
    """
    reading = Reading(at=at, instance=instance, progress=progress)
    rows, path = 0, folder / "samples.parquet"
    samples = form.read(source, reading)
    with pq.ParquetWriter(path, _SCHEMA, compression="zstd") as writer:
        while batch := list(islice(samples, _BATCH)):
            writer.write_batch(pa.RecordBatch.from_pylist([_row(sample) for sample in batch], _SCHEMA))
            rows += len(batch)
    if reading.timeless and not rows:
        raise SourceError(
            f"{source.name} does not say when its figures were taken. Say it with --at, as in --at 2026-11-04T09:00."
        )
    staged.format, staged.samples, staged.rows = form.name, True, [str(path)]
    staged.refused, staged.asides = reading.cleaned.refused, dict(reading.aside)
    staged.refusals = write_refusals(reading.cleaned.refusals, folder)
    staged.read = rows + staged.refused + sum(staged.asides.values())
    staged.notes += [*reading.cleaned.notes, *reading.notes, *_unused(reading)]


def _row(sample: Sample) -> dict[str, object]:
    return sample._asdict()


def _unused(reading: Reading) -> list[str]:
    names = [name for name, _ in reading.unused.most_common()]
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return [f"Figures that are not used: {', '.join(names[:_NAMED])}{more}."] if names else []
