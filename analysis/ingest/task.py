"""What a staging process is asked to do, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.ingest.relation import UNREAD, literal

IS_UNREAD = f"starts_with(coalesce(repairs, ''), '{UNREAD}')"
"""SQL: whether a row stands for a line that DuckDB passed over."""


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
    passed_over: bool = False
    """Whether to stage only the lines that DuckDB passed over: the others are in."""


@dataclass
class Staged:
    """What came of one plain file."""

    name: str
    format: str = ""
    source: str = ""
    merges: bool = False
    bytes: int = 0
    rows: list[str] = field(default_factory=list)
    """Parquet files of staged rows; none where the whole file was refused."""
    refusals: str | None = None
    """Parquet of refused rows."""
    refused: int = 0
    read: int = 0
    notes: list[str] = field(default_factory=list)
    failure: str | None = None
    samples: bool = False
    """Whether the rows are figures of machines."""
    asides: dict[str, int] = field(default_factory=dict)
    """Of figures of machines, those set aside, by why."""

    @property
    def relation(self) -> str:
        """SQL of the staged rows."""
        return f"(FROM read_parquet([{', '.join(map(literal, self.rows))}]) WHERE NOT {IS_UNREAD})"
