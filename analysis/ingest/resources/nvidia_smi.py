"""Tables of ``nvidia-smi --query-gpu=… --format=csv``, with the units in their cells or without.

The columns are those of ``nvidia-smi --help-query-gpu``; a cell without a figure says why in brackets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analysis.ingest import table
from analysis.ingest.resources.names import NVIDIA_SMI
from analysis.ingest.resources.reading import NO_VALUE, Format, Reading, Sample
from analysis.ingest.source import Source, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_UNIT = re.compile(r"\s*\[[^\]]*\]\s*$")
_CELL = re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:%|MiB|W|C)?")
_FIGURE = re.compile(r"\s*\d+(?:\.\d+)? (?:%|MiB|W)\s*")
"""A cell with its unit: two of them in the first line are no header."""
_NONE = re.compile(r"\[.*\]|N/A|Not Supported|", re.IGNORECASE)
_DEVICE = ("index", "uuid", "gpu_uuid", "pci.bus_id", "gpu_bus_id")
_LABELS = {*_DEVICE, "timestamp", "name", "gpu_name", "driver_version", "count", "serial"}


def recognise(beginning: str) -> bool:
    """Whether a file's first line names columns of a query, or has figures where they should be."""
    cells = beginning.split("\n", 1)[0].split(",")
    return any(_bare(cell) in NVIDIA_SMI for cell in cells) or sum(map(bool, map(_FIGURE.fullmatch, cells))) > 1


def read(source: Source, reading: Reading) -> Iterator[Sample]:
    """Read the figures of each row; times without a zone are taken as UTC.

    Raises
    ------
    SourceError
        If no column is one of a query.
    """
    names = {name: _bare(name) for name in table.header(source)}
    if not NVIDIA_SMI.keys() & names.values():
        raise SourceError(
            f"{source.name} does not say what its columns are. Write their names above them, as in timestamp, index, "
            "utilization.gpu, memory.used, or export it without noheader."
        )
    _note(names.values(), reading)
    for row in table.rows(source, reading.cleaned, reading.progress):
        cells = {names[name]: str(cell).strip() for name, cell in row.fields.items()}
        raw = ",".join(map(str, row.fields.values())).encode()
        if cells.get("timestamp") == "timestamp":
            reading.aside["the header again"] += 1
            continue
        time = reading.written(cells["timestamp"]) if "timestamp" in cells else None
        if "timestamp" in cells and time is None:
            reading.refuse(row.line, f"a time that is none: {cells['timestamp'][:40]}", raw)
            continue
        device = next((cells[name] for name in _DEVICE if name in cells), None)
        for name, figure in NVIDIA_SMI.items():
            cell = cells.get(name, "")
            match = _CELL.fullmatch(cell)
            if match is not None:
                value = float(match[1])
                sample = reading.sample(row.line, time, figure, (None, device, None), value, raw)
                if sample is not None:
                    yield sample
            elif _NONE.fullmatch(cell) is None:
                reading.refuse(row.line, f"{name} is no number: {cell[:40]}", raw)
            elif name in names.values():
                reading.aside[NO_VALUE] += 1


def _note(names: Iterable[str], reading: Reading) -> None:
    for name in sorted({*names} - {*NVIDIA_SMI, *_LABELS}):
        reading.unused[name] += 1


def _bare(name: str) -> str:
    """Take the unit off a column's name."""
    return _UNIT.sub("", name).strip()


FORMAT = Format("nvidia-smi", "nvidia-smi table", recognise, read)
