"""Whether a machine is what makes its answers slow: the tie between how busy it is and how long they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from analysis.metrics.catalogue import MIN_N
from analysis.metrics.fields import Bound
from analysis.resources import measured
from analysis.resources.joined import calls_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.metrics.filter import Filter
    from analysis.resources.pools import Pool
    from analysis.store import Store

DRIVERS: tuple[str, ...] = ("gpu_utilisation", "requests_waiting", "kv_cache_usage")
LEAST_DAYS = 10
"""Days with calls from which on an interval by days is given."""
RESAMPLES = 1000
SEED = 0

_QUEUES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)
_SHARES = tuple(round(0.05 * place, 2) for place in range(20))
_WIDTH = 1.04
"""Each bin of latency reaches to so many times its start."""


@dataclass(frozen=True)
class Knee:
    """Where latency turns: at `above` of the driver and more, against below it.

    `hours` of `of_hours` the pool was there. Latencies are 95th percentiles in seconds, to 2 %, of `calls_above` and
    `calls_below`; `ratio` is the one over the other, with the ends of its 95 % interval.
    """

    above: float
    hours: float
    of_hours: float
    calls_above: int
    calls_below: int
    p95_above: float
    p95_below: float
    ratio: float
    low: float
    high: float


@dataclass(frozen=True)
class Saturation:
    """How latency goes with one of :data:`DRIVERS`.

    Parameters
    ----------
    driver : str
        A column of :func:`measured.measured`.
    calls, days : int
        On how many calls with a latency, of how many days, it rests.
    correlation, low, high : float or None
        Spearman's rank correlation and the ends of its 95 % interval; null of too few.
    knee : Knee or None
        Where latency turns; none where the interval does not clear nought.
    """

    driver: str
    calls: int
    days: int
    correlation: float | None
    low: float | None
    high: float | None
    knee: Knee | None

    @property
    def found(self) -> bool:
        """Whether latency rises with the driver by more than chance."""
        return self.low is not None and self.low > 0


def saturation(store: Store, pool: Pool, filter: Filter) -> list[Saturation]:
    """Tie the latency of a pool's calls to how busy it was as each began; the closest tie comes first.

    Each call is set beside the pool's figures in its own bucket of time, both in bins; ranks are those of the bins. The
    interval is by bootstrap over days, as the hours of a day are alike, with the ranks of the whole sample kept. The
    knee is the one split of the driver that leaves the least spread in log latency on its sides, as the first split of
    a regression tree (Breiman et al. 1984); it is looked for only where the correlation clears nought, so that it is no
    pick of noise.
    """
    calls = calls_of(pool, filter)
    if calls is None:
        return []
    width = measured.step(store, pool, filter)
    cells, there = _cells(store, pool, filter, calls, width), _there(store, pool, filter, width)
    found = [
        _tie(driver, cells.filter(driver=driver), there.filter(driver=driver), width / 3600)
        for driver in DRIVERS
        if len(cells.filter(driver=driver))
    ]
    return sorted(found, key=lambda tie: -(tie.low if tie.low is not None else -2.0))


def _cells(store: Store, pool: Pool, filter: Filter, calls: Filter, width: int) -> pl.DataFrame:
    """Count the calls with a latency by driver, day, the driver's bin as they began, and the bin of their latency."""
    bound = Bound("s")
    where, given = calls.predicate("c")
    bound.values.update(given)
    return store.frame(
        f"""SELECT s.driver, r.time::DATE AS day, s.place, floor(ln(r.latency) / ln({_WIDTH}))::INTEGER AS bin,
            count(*) AS n
        FROM records r JOIN ({_state(pool, filter, width, bound)}) s ON s.time = {_bucket("r.time", width)}
        WHERE {where} AND r.latency > 0 AND r.status IS DISTINCT FROM 'error' GROUP BY ALL""",
        bound.values,
    )


def _there(store: Store, pool: Pool, filter: Filter, width: int) -> pl.DataFrame:
    """Count the buckets of time by driver and its bin, whether they have calls or not."""
    bound = Bound("s")
    return store.frame(
        f"SELECT driver, place, count(*) AS n FROM ({_state(pool, filter, width, bound)}) GROUP BY ALL", bound.values
    )


def _state(pool: Pool, filter: Filter, width: int, bound: Bound) -> str:
    """Write SQL of the bin of each driver in each bucket of time in which it is known."""
    drivers = ", ".join(
        f"{{'driver': '{driver}', 'place': list_sum(list_transform({bound.add(list(_edges(driver)))}, "
        f"lambda e: (coalesce({driver}, 0) >= e)::INTEGER)) - 1, 'known': {driver} IS NOT NULL}}"
        for driver in DRIVERS
    )
    state = measured.sql(pool, filter, _bucket("time", width), bound)
    return f"""SELECT time, d.driver AS driver, greatest(d.place, 0)::INTEGER AS place
        FROM (SELECT time, unnest([{drivers}]) AS d FROM ({state})) WHERE d.known"""


def _edges(driver: str) -> tuple[float, ...]:
    return _QUEUES if driver == "requests_waiting" else _SHARES


def _bucket(time: str, width: int) -> str:
    return f"time_bucket(INTERVAL '{width:d} seconds', {time})"


def _tie(driver: str, cells: pl.DataFrame, there: pl.DataFrame, hours: float) -> Saturation:
    counts, first = _array(cells, len(_edges(driver)))
    days, calls = len(counts), int(counts.sum())
    whole = None
    if calls >= MIN_N and days >= LEAST_DAYS:
        sums = _sums(counts)
        whole = _correlation(sums.sum(axis=0))
    if whole is None:
        return Saturation(driver, calls, days, None, None, None, None)
    weights = _weights(days)
    drawn = _correlation(weights @ sums)
    assert drawn is not None
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    knee = _knee(_edges(driver), counts, first, weights, there, hours) if low > 0 else None
    return Saturation(driver, calls, days, float(whole), float(low), float(high), knee)


def _array(cells: pl.DataFrame, places: int) -> tuple[NDArray[np.float64], int]:
    """Spread counts over day, bin of the driver and bin of latency; with the number of the first bin of latency."""
    first, last = int(cells["bin"].min()), int(cells["bin"].max())  # type: ignore[arg-type]
    days = {day: place for place, day in enumerate(sorted(cells["day"].unique()))}
    counts = np.zeros((len(days), places, last - first + 1))
    for day, place, bin, n in cells.select("day", "place", "bin", "n").iter_rows():
        counts[days[day], place, bin - first] += n
    return counts, first


def _sums(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum by day, of ranks x of the driver and y of the latency: n, x, y, xy, xx, yy."""
    driver, latency = counts.sum(axis=2), counts.sum(axis=1)
    x, y = _ranks(driver.sum(axis=0)), _ranks(latency.sum(axis=0))
    return np.stack(
        [driver.sum(axis=1), driver @ x, latency @ y, np.einsum("dij,i,j->d", counts, x, y), driver @ (x * x),
         latency @ (y * y)], axis=1,
    )  # fmt: skip


def _ranks(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank each bin, as a share of all so that squares stay small; those that are alike share their middle rank."""
    return np.asarray((sizes.cumsum() - sizes / 2) / sizes.sum())


def _correlation(sums: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Pearson's correlation from sums, the last axis n, x, y, xy, xx, yy; null where a side does not vary."""
    n, x, y, xy, xx, yy = np.moveaxis(sums, -1, 0)
    spread = (n * xx - x * x) * (n * yy - y * y)
    if np.ndim(spread) == 0 and spread <= 0:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((n * xy - x * y) / np.sqrt(spread))


def _weights(days: int) -> NDArray[np.float64]:
    """How often each day is in each resample: resamples by days."""
    random = np.random.default_rng(SEED)
    return random.multinomial(days, np.full(days, 1 / days), RESAMPLES).astype(float)


def _knee(
    edges: Sequence[float],
    counts: NDArray[np.float64],
    first: int,
    weights: NDArray[np.float64],
    there: pl.DataFrame,
    hours: float,
) -> Knee | None:
    place = _split(counts.sum(axis=0))
    if place is None:
        return None
    sides = np.stack([counts[:, :place].sum(axis=1), counts[:, place:].sum(axis=1)], axis=1)  # day, side, bin
    below, above = _p95(sides.sum(axis=0), first)
    drawn = _p95(np.tensordot(weights, sides, axes=1), first)
    low, high = np.nanquantile(drawn[:, 1] / drawn[:, 0], [0.025, 0.975])
    calls = sides.sum(axis=(0, 2))
    busy, known = int(there.filter(pl.col("place") >= place)["n"].sum()), int(there["n"].sum())
    return Knee(
        edges[place], busy * hours, known * hours, int(calls[1]), int(calls[0]), float(above), float(below),
        float(above / below), float(low), float(high),
    )  # fmt: skip


def _split(counts: NDArray[np.float64]) -> int | None:
    """Find the split of the driver's bins with the least spread of log latency on its sides, of enough calls each."""
    size, total = counts.sum(axis=1), (counts * np.arange(counts.shape[1])).sum(axis=1)
    best, found = 0.0, None
    for place in range(1, len(counts)):
        n_below, n_above = size[:place].sum(), size[place:].sum()
        if min(n_below, n_above) < MIN_N:
            continue
        apart = total[place:].sum() / n_above - total[:place].sum() / n_below
        gain = n_below * n_above / (n_below + n_above) * apart * apart
        if apart > 0 and gain >= best:  # of several alike the last: where the busier begin
            best, found = float(gain), place
    return found


def _p95(counts: NDArray[np.float64], first: int) -> NDArray[np.float64]:
    """95th percentiles in seconds of counts by bins of latency, the last axis; within a bin in proportion."""
    sums = counts.cumsum(axis=-1)
    goal = 0.95 * sums[..., -1:]
    place = np.argmax(sums >= goal, axis=-1)[..., None]
    inside = np.take_along_axis(counts, place, -1)
    before = np.take_along_axis(sums, place, -1) - inside
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(inside > 0, (goal - before) / inside, np.nan)
    return np.asarray(_WIDTH ** (first + place + part)[..., 0])
