"""A budget in money that is never passed: each call sets aside the most it can cost before it is made."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from analysis.overrides import load
from analysis.prices import Key, table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analysis.overrides import Override

_MILLION = 1_000_000


class UnknownPriceError(ValueError):
    """What a model costs is not known, so that no budget could be held."""


@dataclass(frozen=True)
class Rate:
    """US dollars for a million tokens in and out."""

    input: float
    output: float

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """Compute what a call costs."""
        return (input_tokens * self.input + output_tokens * self.output) / _MILLION


def rate(model: str, provider: str | None, overrides: Sequence[Override]) -> Rate:
    """Look the price of a model up, as of today; of several that may hold, the highest.

    Raises
    ------
    UnknownPriceError
        If it has none.
    """
    today = datetime.now(UTC).date()
    found = [row for row in table([Key(provider, model, None, None)], overrides) if row.first <= today < row.last]
    if not found:
        raise UnknownPriceError(
            f"There is no price for {model}, so no budget can be held. Say it: --price INPUT,OUTPUT in USD for a "
            "million tokens (0,0 for a model of your own), or write it into prices.json of the workspace."
        )
    return Rate(
        max(max(row.input_mtok, row.cache_write_mtok) for row in found),
        max(max(row.output_mtok, row.reasoning_mtok) for row in found),
    )


def price_of(model: str, given: tuple[float, float] | None, overrides: Path) -> Rate:
    """Give the price that was said, US dollars for a million tokens in and out, else that of the table, as of today.

    Parameters
    ----------
    overrides : Path
        The workspace's own prices.

    Raises
    ------
    UnknownPriceError
        If there is none.
    """
    return Rate(*given) if given else rate(model, None, load(overrides))


class Budget:
    """Money that may be spent, shared by the threads that spend it."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.spent = 0.0
        self._reserved = 0.0
        self._lock = threading.Lock()

    def reserve(self, most: float) -> bool:
        """Set aside the most that a call can cost; false where that is more than is left."""
        with self._lock:
            if self.spent + self._reserved + most > self.limit:
                return False
            self._reserved += most
            return True

    def settle(self, most: float, cost: float) -> None:
        """Give back what was set aside, and count what it did cost."""
        with self._lock:
            self._reserved -= most
            self.spent += cost
