"""The days so far: a metric day by day, complete days only, without gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from analysis.metrics.extent import extent
from analysis.metrics.lookup import find
from analysis.metrics.period import bucket_end, floor
from analysis.metrics.query import fill, measure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analysis.metrics.filter import Filter
    from analysis.metrics.metric import Metric
    from analysis.store import Store

LEAST = 7
"""Complete days without which nothing is said of the days to come."""
MOST = 182
"""Days that a forecast looks back: what was half a year ago says nothing of next week."""


class TooFewDaysError(ValueError):
    """There are too few complete days to go on from."""

    def __init__(self, days: int, *, of: int | None = None) -> None:
        super().__init__(
            f"Too few days: a forecast needs {LEAST} complete days, the first and the running one not counted, "
            f"and there are {days}." if of is None else
            f"Too few days: {days} of {of} complete days have a value; on the others it is not known."
        )  # fmt: skip
        self.days = days


@dataclass(frozen=True)
class Daily:
    """A metric on complete days.

    Parameters
    ----------
    first : date
        The first of the days.
    values : numpy.ndarray, shape (days,)
        In the metric's unit: a sum is 0 on a day without records, any other metric what lies between its neighbours.
    missing : int
        Days whose value was filled in so.
    """

    metric: Metric
    first: date
    values: NDArray[np.float64]
    missing: int

    @property
    def days(self) -> list[date]:
        """The days, one a value."""
        return [self.first + timedelta(days=place) for place in range(len(self.values))]


def additive(metric: Metric) -> bool:
    """Whether its days add up to that of a month: sums do, while a user of two days is one user."""
    return metric.total and metric.merges == "sum"


def newest(store: Store) -> datetime:
    """Find the moment up to which the logs reach: just after the newest record.

    Raises
    ------
    TooFewDaysError
        If no record has a time.
    """
    last = extent(store).last
    if last is None:
        raise TooFewDaysError(0)
    return last + timedelta(microseconds=1)


def daily(store: Store, name: str, filter: Filter, at: datetime) -> Daily:
    """Measure a metric on the complete days before the day of `at`; the filter's own period does not count.

    The first day with records is left out, as it may have begun in its midst.

    Raises
    ------
    UnknownMetricError
        If the metric is unknown.
    TooFewDaysError
        If there are fewer than :data:`LEAST` days, or as few with a value where they do not add up.
    """
    metric, end = find(store, name), floor(at, "day")
    found = measure(store, [name], filter.during(end - timedelta(days=MOST + 1), end), grain="day")
    if found.is_empty():
        raise TooFewDaysError(0)
    start = bucket_end(found["time"][0], "day")
    count = (end - start).days
    if count < LEAST:
        raise TooFewDaysError(max(count, 0))
    days = fill(found, filter.during(start, end), "day").tail(count)
    known = int((days["n"] > 0).sum())
    if known < (1 if additive(metric) else LEAST):
        raise TooFewDaysError(known, of=count)
    values = days["value"]
    filled = values.fill_null(0.0) if additive(metric) else values.interpolate().backward_fill().forward_fill()
    return Daily(metric, start.date(), filled.to_numpy().astype(float), values.null_count())
