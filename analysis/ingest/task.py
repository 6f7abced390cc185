"""What a staging process is asked to do, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Task:
    """What to stage, and how."""

    path: str
    out: str
    """Folder for what is staged; exists."""
    format: str | None = None
    mapping: dict[str, str] | None = None
    at: str | None = None
    partitions: dict[str, str] = field(default_factory=dict)
    """Values that the file's folders name, such as ``year=2026``."""
    max_expansion: int = 200
    broken: bool = False
    """Whether DuckDB is known not to read the file whole."""


@dataclass
class Staged:
    """What came of one plain file."""

    name: str
    format: str = ""
    source: str = ""
    merges: bool = False
    bytes: int = 0
    rows: str | None = None
    """Parquet of staged rows; none where the whole file was refused."""
    refusals: str | None = None
    """Parquet of refused rows."""
    refused: int = 0
    read: int = 0
    notes: list[str] = field(default_factory=list)
    failure: str | None = None
