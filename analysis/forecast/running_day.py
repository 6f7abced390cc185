"""The rest of the running day: by what of such a day has passed by this time on the same weekdays before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from analysis.forecast.spread import SLACK, Spread
from analysis.metrics.fields import Bound
from analysis.metrics.period import floor
from analysis.metrics.scan import SOURCES, Keys, scan

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.forecast.models import Floats
    from analysis.forecast.series import Daily
    from analysis.metrics.filter import Filter
    from analysis.store import Store

LOOKED_AT = 56
"""Days before the running one whose hours are looked at: eight of each weekday."""
_LEAST = 3


def rest(store: Store, filter: Filter, so_far: Daily, at: datetime, known: float, whole: Spread) -> Spread:
    """Spread what the running day will still bring after `at`.

    Early in the day the forecast of the whole day counts most, late in the day what was seen of it: with a share `s` of
    such a day passed, the rest is ``(1 - s) * ((1 - s) * forecast + known)``. How far off that is was tried on the days
    before, with the same weekday of the week before in place of the forecast.

    Parameters
    ----------
    so_far : Daily
        The complete days, the last of them the day before that of `at`.
    known : float
        What the running day has brought until `at`.
    whole : Spread
        The forecast of the whole day.
    """
    today = floor(at, "day")
    if at == today:
        return whole
    seen, days = _seen(store, filter, so_far, at)
    shares = np.array([_share(seen, days, place, skip=True) for place in range(len(days))])
    share = _share(seen, np.append(days, 0.0), len(days), skip=False, clock=(at - today) / timedelta(days=1))
    middle = max(0.0, float(_left(share, whole.middle, known)))
    tried = slice(7, None)
    guess = np.maximum(_left(shares[tried], days[:-7], seen[tried]), 0)
    slack = SLACK * float(days.mean())
    below = np.sqrt(guess + slack)
    off = (np.sqrt(np.maximum(days - seen, 0)[tried]) - np.sqrt(guess)) / np.where(below > 0, below, 1.0)
    if len(off) < _LEAST:
        return Spread(middle, whole.half, whole.freedom)
    half = float(np.sqrt(np.square(off).mean() * (middle + slack)))
    return Spread(middle, half, float(max(2, len(off) - 1)))


def _left(share: Floats | float, whole: Floats | float, known: Floats | float) -> Floats | float:
    return (1 - share) * ((1 - share) * whole + known)


def _seen(store: Store, filter: Filter, so_far: Daily, at: datetime) -> tuple[Floats, Floats]:
    """Give what each of the days before had brought by this time of day, and what it brought whole."""
    today, metric, bound = floor(at, "day"), so_far.metric, Bound("k")
    days = so_far.values[-LOOKED_AT:]
    start = today - timedelta(days=len(days))
    columns = ("date_trunc('day', r.time)::TIMESTAMP", f"r.time::TIME < {bound.add(at.time())}")
    keys = Keys(("time", "passed"), columns, bound)
    found = scan(store, [metric], SOURCES[metric.source], filter.during(start, today), keys)
    seen = np.zeros(len(days))
    for time, value in found.filter("passed").select("time", f"{metric.name}.value").iter_rows():
        seen[(time - start).days] = value or 0.0
    return np.minimum(seen, days), days


def _share(seen: Floats, days: Floats, place: int, *, skip: bool, clock: float = 0.5) -> float:
    """Find what share of a day had passed on the same weekdays, that day left out; of all days where these are few."""
    same = np.arange(len(seen)) % 7 == place % 7
    others = np.arange(len(seen)) != place if skip else np.ones(len(seen), dtype=bool)
    chosen = same & others
    if chosen.sum() < _LEAST:
        chosen = others
    total = float(days[: len(seen)][chosen].sum())
    return float(seen[chosen].sum()) / total if total > 0 else clock
