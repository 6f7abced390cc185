"""What the running day or month will come to: what is known of it, and a forecast of what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from analysis.forecast.forecast import AHEAD, MOST_AHEAD, Forecast, of_days
from analysis.forecast.running_day import rest
from analysis.forecast.series import additive, daily
from analysis.metrics.lookup import find
from analysis.metrics.period import bucket_end, floor
from analysis.metrics.query import summary

if TYPE_CHECKING:
    from analysis.forecast.spread import Spread
    from analysis.metrics.filter import Filter
    from analysis.metrics.metric import Metric
    from analysis.store import Store


@dataclass(frozen=True)
class Projection:
    """What a period that is running will come to, in the metric's unit.

    Parameters
    ----------
    start, at, until : datetime
        UTC: the period's start, up to when it is known, and its end.
    known : float
        What it has come to until `at`.
    days_known : int
        The complete days that the forecast rests on.
    left : tuple of Spread
        What will have come after `at` by the end of each day that is left, the running one first.
    forecast : Forecast
        The days ahead one by one, beyond the period's end too.
    """

    metric: Metric
    start: datetime
    at: datetime
    until: datetime
    known: float
    days_known: int
    left: tuple[Spread, ...]
    forecast: Forecast

    @property
    def total(self) -> float:
        """What it will come to, as likely passed as not."""
        return self.known + self.left[-1].middle

    @property
    def low(self) -> float:
        """The lower end of the total's 95 % interval."""
        return self.known + self.left[-1].quantile(0.025)

    @property
    def high(self) -> float:
        """The upper end of the total's 95 % interval."""
        return self.known + self.left[-1].quantile(0.975)

    def chance(self, limit: float) -> float:
        """Give the chance that the total passes a limit."""
        return self.left[-1].above(limit - self.known)

    def passes(self, limit: float) -> date | None:
        """Name the first day by whose end a limit that is not passed yet is more likely passed than not, if any is."""
        for place, spread in enumerate(self.left):
            if self.known + spread.middle > limit:
                return self.at.date() + timedelta(days=place)
        return None


def project(store: Store, metric: str, filter: Filter, *, at: datetime, until: datetime | None = None) -> Projection:
    """Project a metric whose days add up to the end of the running day or month.

    Parameters
    ----------
    filter : Filter
        Its conditions count, its period does not.
    at : datetime
        UTC. All that came before it is known, so that an hour without records brought nothing; what came after does not
        count.
    until : datetime or None
        None for the running month. The next midnight is the end of the running day; a later moment ends a period that
        begins with the month of `at`.

    Raises
    ------
    UnknownMetricError
        If the metric is unknown.
    TooFewDaysError
        If there are fewer than seven complete days.
    ValueError
        If the metric's days do not add up, or `until` is not after `at` or too far from it.
    """
    found = find(store, metric)
    if not additive(found):
        raise ValueError(f"{metric} can't be projected: its days do not add up to a month's.")
    start, end = _period(at, until)
    today = floor(at, "day")
    ahead = -((today - end) // timedelta(days=1))
    if not 1 <= ahead <= MOST_AHEAD:
        raise ValueError(f"A projection ends within {MOST_AHEAD} days after the moment that it is made for.")
    so_far = daily(store, metric, filter, at)
    known = _sum(store, metric, filter.during(start, at)) if at > start else 0.0
    today_known = _sum(store, metric, filter.during(today, at)) if at > today else 0.0
    seen = of_days(so_far, max(ahead, AHEAD))  # the same forecast whatever is left of the month
    running = rest(store, filter, so_far, at, today_known, seen.sum_to(1))
    left = [running, *(running.plus(seen.sum_to(days, after=1)) for days in range(2, ahead + 1))]
    return Projection(found, start, at, end, known, len(so_far.values), tuple(left), seen)


def _period(at: datetime, until: datetime | None) -> tuple[datetime, datetime]:
    day, month = floor(at, "day"), floor(at, "month")
    if until is None:
        return month, bucket_end(month, "month")
    if until <= at:
        raise ValueError(f"The period would end ({until}) before the moment that it is known to ({at}).")
    return (day if until <= bucket_end(day, "day") else month), until


def _sum(store: Store, metric: str, filter: Filter) -> float:
    return summary(store, [metric], filter)[metric].value or 0.0
