"""Days of cost for tests: a log store with what each day, or each hour of it, is to have cost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.forecast.series import Daily
from analysis.metrics.catalogue import METRICS
from tests import records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.store import Store

MONDAY = datetime(2026, 6, 1)
"""The first of a month."""
WEEK = (10.0, 12.0, 13.0, 12.0, 11.0, 4.0, 0.0)


def fill(
    store: Store, costs: Iterable[float], *, first: datetime = MONDAY, shape: Mapping[int, float] | None = None,
    **fields: Any,
) -> None:  # fmt: skip
    """Put days into a store, of which each share of `shape` came in its hour; nought is no record."""
    records.add(store, *(
        {"time": first + timedelta(days=day, hours=hour, minutes=30), "recorded_cost": cost * share, **fields}
        for day, cost in enumerate(costs) for hour, share in (shape or {9: 1.0}).items() if cost
    ))  # fmt: skip


def series(values: Sequence[float] | NDArray[np.float64]) -> Daily:
    """Days of cost without a store."""
    return Daily(METRICS["cost"], MONDAY.date(), np.array(values, dtype=float), 0)
