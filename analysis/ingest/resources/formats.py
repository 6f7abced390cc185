"""The formats of machine figures, and which one a file has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.ingest.resources import dcgmi, exposition, nvidia_smi, prometheus
from analysis.ingest.source import Source, beginning

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.ingest.resources.reading import Format

FORMATS: dict[str, Format] = {
    module.FORMAT.name: module.FORMAT for module in (prometheus, nvidia_smi, dcgmi, exposition)
}
"""By name, in the order in which a file is tried on them."""


def find(path: Path, name: str, wanted: str | None = None) -> tuple[Format, Source] | None:
    """Find the format of a plain file; none where it holds no figures of machines.

    `wanted` is a format that it is to be taken for; another than these is none of them.
    """
    if wanted is not None and wanted not in FORMATS:
        return None
    encoding, text = beginning(path)
    if not text.strip():
        return None
    found = FORMATS[wanted] if wanted else next((form for form in FORMATS.values() if form.recognise(text)), None)
    if found is None:
        return None
    return found, Source(path, name, found.container(path, text), encoding, None, ",", ())
