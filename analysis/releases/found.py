"""Releases found in the logs: when calls of each application began to carry a version, and how its roll-out went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from analysis.metrics.fields import NONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.store import Store

    Array = NDArray[np.float64]

NEXT = 50
"""The share of a release is taken over so many calls, and the rest of the hour with which they end."""
TRICKLE = 0.05
"""Share of the next calls from which on a release has begun: fewer are somebody who tries it."""
HALF, DONE = 0.5, 0.9
"""Shares at which half of a roll-out, and all of it, is over."""
BESIDE, CALLS = 0.1, 20
"""Versions run beside each other on a day on which each has this share, among so many calls."""
MANY = 1000
"""Of more versions than these only those with the most calls are followed: what names each call is no version."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Found:
    """A release as the logs have it.

    Parameters
    ----------
    name : str
    app, environment : str or None
        The application, and of its environments that with most calls; None where the logs name none.
    first : datetime
        When the first call carried it, once it was more than a trickle.
    half, done : datetime or None
        When half of the calls, and nine in ten, carried it; None where that has not come.
    beside : pair of datetime or None
        The longest time, in whole days, in which it and others had a tenth of the calls each.
    """

    name: str
    app: str | None
    environment: str | None
    first: datetime
    half: datetime | None
    done: datetime | None
    beside: tuple[datetime, datetime] | None


def found(store: Store) -> list[Found]:
    """List the releases in the logs, the earliest first; one that is there from an application's first day on is none.

    It was there before the logs begin, so it is not known when it came.
    """
    return _found(store, store.generation)


@lru_cache(maxsize=4)
def _found(store: Store, generation: int) -> list[Found]:
    hours = store.frame(
        """SELECT r.app, r.environment, r.release, date_trunc('hour', r.time)::TIMESTAMP AS hour, count(*) AS n,
            min(r.time) AS first
        FROM records r WHERE r.time IS NOT NULL GROUP BY ALL"""
    )
    apps = hours["app"].unique().to_list()
    releases = []
    for app in apps:
        own = hours.filter(pl.col("app").eq_missing(app))
        sizes = own.group_by("environment").agg(pl.col("n").sum()).sort("n", "environment", descending=[True, False])
        environment = sizes["environment"][0]
        own = own.filter(pl.col("environment").eq_missing(environment))
        where = (_name(app, alone=len(apps) == 1), _name(environment, alone=len(sizes) == 1))
        releases += _courses(own.sort("hour"), *where)
    return sorted(releases, key=lambda one: (one.first, one.app or "", one.name))


def _name(value: str | None, *, alone: bool) -> str | None:
    """Name a value; a missing one that others stand beside, too."""
    return NONE if value is None and not alone else value


def _courses(own: pl.DataFrame, app: str | None, environment: str | None) -> list[Found]:
    """Follow each release through the calls of an application: columns ``release``, ``hour``, ``n``, ``first``."""
    hours = own.group_by("hour", maintain_order=True).agg(pl.col("n").sum())
    calls = hours["n"].to_numpy().astype(np.float64)
    begun: datetime = own["first"].min()  # type: ignore[assignment]
    named = own.filter(pl.col("release").is_not_null())
    sizes = named.group_by("release").agg(pl.col("n").sum())
    if len(sizes) > MANY:
        named = named.join(sizes.top_k(MANY, by="n"), on="release", how="semi", maintain_order="left")
    releases = []
    for (name,), rows in named.group_by("release", maintain_order=True):
        places = hours["hour"].search_sorted(rows["hour"]).to_numpy()
        carrying = np.zeros(len(hours))
        carrying[places] = rows["n"].to_numpy()
        shares, firsts = _shares(calls, carrying, places), rows["first"].to_list()
        first, half, done = (_reached(firsts, shares >= share) for share in (TRICKLE, HALF, DONE))
        if first is None or first <= begun + _DAY:
            continue
        beside = _beside(hours["hour"].to_list(), calls, carrying)
        releases.append(Found(str(name), app, environment, first, half, done, beside))
    return releases


def _shares(calls: Array, carrying: Array, places: NDArray[np.int64]) -> Array:
    """Give the share of a release among the next calls from each of some hours on."""
    whole, own = (np.concatenate([[0.0], np.cumsum(part)]) for part in (calls, carrying))
    until = np.minimum(np.searchsorted(whole, whole[places] + NEXT), len(calls))
    shares: Array = (own[until] - own[places]) / (whole[until] - whole[places])
    return shares


def _reached(firsts: list[datetime], reached: NDArray[np.bool_]) -> datetime | None:
    return firsts[int(reached.argmax())] if reached.any() else None


def _beside(hours: list[datetime], calls: Array, carrying: Array) -> tuple[datetime, datetime] | None:
    """Find the longest run of days on which a release and others have both a part; days of few calls break none."""
    days: dict[datetime, list[float]] = {}
    for hour, n, own in zip(hours, calls.tolist(), carrying.tolist(), strict=True):
        held = days.setdefault(hour.replace(hour=0), [0.0, 0.0])
        held[0], held[1] = held[0] + n, held[1] + own
    longest, start = None, None
    for day, (n, own) in days.items():
        if n < CALLS:
            continue
        if not BESIDE <= own / n <= 1 - BESIDE:
            start = None
            continue
        start = start or day
        if longest is None or day + _DAY - start > longest[1] - longest[0]:
            longest = (start, day + _DAY)
    # within one day a switch looks like that, too
    return longest if longest is not None and longest[1] - longest[0] > _DAY else None
