"""A team's own prices, which go before the packaged ones."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from analysis import entries

if TYPE_CHECKING:
    from pathlib import Path

FIRST = date(1, 1, 1)

RATES = ("input_mtok", "cache_read_mtok", "cache_write_mtok", "output_mtok", "reasoning_mtok")
"""Prices in US dollars for a million tokens, by bucket."""


class PriceFileError(ValueError):
    """The file of a team's own prices is not as it should be."""


@dataclass(frozen=True)
class Override:
    """An entry of the file of own prices; a missing cache or reasoning price is that of input or output."""

    model: str
    input_mtok: float
    output_mtok: float
    cache_read_mtok: float | None = None
    cache_write_mtok: float | None = None
    reasoning_mtok: float | None = None
    provider: str | None = None
    service_tier: str | None = None
    since: date = FIRST

    def speaks_of(self, provider: str | None, model: str | None, tier: str | None) -> bool:
        """Tell whether the entry's provider, model (exact or with ``*``) and tier fit; case does not matter."""
        if self.provider is not None and self.provider.lower() != (provider or "").lower():
            return False
        if self.service_tier is not None and self.service_tier.lower() != (tier or "").lower():
            return False
        return fnmatchcase((model or "").lower(), self.model.lower())


def load(path: Path) -> tuple[Override, ...]:
    """Read the file of own prices; none where it is missing.

    It holds a JSON list of objects: ``model`` (exact, or with ``*``), ``input_mtok``, ``output_mtok``, and optionally
    ``cache_read_mtok``, ``cache_write_mtok``, ``reasoning_mtok``, ``provider``, ``service_tier``, ``from`` (a date).

    Raises
    ------
    PriceFileError
        If it is no such list; the message names entry and field.
    """
    allowed = ["from" if field.name == "since" else field.name for field in fields(Override)]
    return tuple(_override(*entry) for entry in entries.read(path, "prices", allowed, PriceFileError))


def _override(where: str, entry: dict[str, Any]) -> Override:
    for name in ("model", "input_mtok", "output_mtok"):
        if entry.get(name) in (None, ""):
            raise PriceFileError(f"{where}: {name} is missing.")
    values = {name: _value(where, name, value) for name, value in entry.items() if value is not None}
    if "from" in values:
        values["since"] = values.pop("from")
    return Override(**values)


def _value(where: str, name: str, value: object) -> Any:  # noqa: ANN401 - each field has its type
    if name == "from":
        return entries.day(where, value, PriceFileError)
    if name not in RATES:
        return entries.text(where, name, value, PriceFileError)
    return entries.amount(where, name, value, PriceFileError, what="a number of dollars")
