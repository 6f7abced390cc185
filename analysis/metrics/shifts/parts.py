"""What a metric is made of in each group of a sample, and in each of its draws: sums that add up to it.

Blocks of records (users, conversations) are dealt into :data:`DRAWS` hands by a hash, and each hand is one draw of the
bootstrap: so there are never more rows than groups times hands, whatever the number of records (random groups; Wolter
2007, Introduction to Variance Estimation, chapter 2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from analysis.metrics import facets, fields
from analysis.metrics.catalogue import METRICS, MIN_N
from analysis.metrics.fields import OTHER, Bound
from analysis.metrics.kept.spreads import PER_DECADE
from analysis.metrics.scan import SOURCES, Keys, scan, scanned
from analysis.metrics.shifts import split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.metrics.blocks import Blocks
    from analysis.metrics.filter import Filter
    from analysis.metrics.metric import Metric
    from analysis.metrics.shifts.split import Effects
    from analysis.store import Store

DRAWS = 200
"""Hands that the blocks are dealt into."""
MOST = 200
"""Groups; further ones count together as ``(other)``."""
MOST_OF_PERCENTILE = 11
"""Groups of a percentile, whose split takes longer."""


@dataclass(frozen=True)
class Parts:
    """What two samples are made of, by hand and group, before and now.

    Parameters
    ----------
    metric : Metric
    groups : list of str
    above0, below0, above, below : array (hands, groups)
        What the metric divides and by what; of a sum, the sum and the records. Of a percentile `below0` and `below`
        are counts of records, array (hands, groups, bins), and the others are nought.
    bins : array (bins, 2)
        Where a percentile's bins begin and end; empty for other metrics.
    """

    metric: Metric
    groups: list[str]
    above0: NDArray[np.float64]
    below0: NDArray[np.float64]
    above: NDArray[np.float64]
    below: NDArray[np.float64]
    bins: NDArray[np.float64]

    def split(self, weights: NDArray[np.float64]) -> Effects:
        """Split the change: arrays (draws, groups), with each hand as often as `weights`, array (draws, hands), say."""
        above0, below0, above, below = (
            np.tensordot(weights, part, axes=1) for part in (self.above0, self.below0, self.above, self.below)
        )
        if len(self.bins):
            return split.of_percentile(below0, below, self.bins, self.point)
        return (split.of_sum if self.metric.total else split.of_ratio)(above0, below0, above, below)

    @property
    def point(self) -> float:
        """Which percentile it is, 0 to 1."""
        return int(self.metric.name.rpartition("_p")[2]) / 100


def gather(
    store: Store, metrics: Sequence[Metric], before: Filter, now: Filter, by: str | None, blocks: Blocks
) -> list[Parts]:
    """Gather what each metric is made of by the groups of a field; those of less than :data:`MIN_N` count together.

    Without a field all records are one group.

    Raises
    ------
    UnknownFieldError
        If the field is unknown or has no single value for a record.
    """
    groups = None if by is None else _groups(store, by, (before, now))
    keys, fewer = (_keys(by, blocks, groups, most) for most in (MOST, MOST_OF_PERCENTILE))
    percentiles = [metric for metric in metrics if metric.merges == "histogram"]
    others = [metric for metric in metrics if metric.merges != "histogram"]
    sides = [
        _summed(store, others, side, keys)
        | {metric.name: _counted(store, metric, side, fewer) for metric in percentiles}
        for side in (before, now)
    ]
    return [_folded(_parts(metric, [side[metric.name] for side in sides])) for metric in metrics]


def _parts(metric: Metric, frames: Sequence[pl.DataFrame]) -> Parts:
    groups = sorted(set(frames[0]["group"]) | set(frames[1]["group"]), key=lambda name: (name == OTHER, name))
    if metric.merges == "histogram":
        bins = sorted(set(frames[0]["bin"]) | set(frames[1]["bin"]), key=lambda bin: (bin is not None, bin or 0))
        counts0, counts = (_dense(frame, "below", groups, bins) for frame in frames)
        ends = np.array([(0.0, 0.0) if found is None else _ends(found) for found in bins]).reshape(-1, 2)
        none = np.zeros(counts.shape[:2])
        return Parts(metric, groups, none, counts0, none, counts, ends)
    above0, below0, above, below = (_dense(frame, part, groups) for frame in frames for part in ("above", "below"))
    return Parts(metric, groups, above0, below0, above, below, np.empty(0))


def _ends(bin: int) -> tuple[float, float]:
    return 10 ** (bin / PER_DECADE), 10 ** ((bin + 1) / PER_DECADE)


def _folded(parts: Parts) -> Parts:
    """Put the groups together that are too small to say anything of: their mix would be chance."""
    sizes = (parts.below0 + parts.below).sum(axis=tuple(range(2, parts.below.ndim))).sum(0)
    large = (sizes >= MIN_N) & (np.array(parts.groups) != OTHER)
    small = (sizes > 0) & ~large

    def fold(part: NDArray[np.float64]) -> NDArray[np.float64]:
        rest = [part[:, small].sum(1, keepdims=True)] if small.any() else []
        return np.concatenate([part[:, large], *rest], axis=1)

    groups = [group for group, kept in zip(parts.groups, large, strict=True) if kept]
    # one small group alone keeps its name
    rest = [OTHER] if small.sum() > 1 else [group for group, kept in zip(parts.groups, small, strict=True) if kept]
    return Parts(
        parts.metric, [*groups, *rest], fold(parts.above0), fold(parts.below0), fold(parts.above), fold(parts.below),
        parts.bins,
    )  # fmt: skip


def _groups(store: Store, by: str, samples: Sequence[Filter]) -> list[str]:
    """Find the largest groups of both samples together, the largest first, and one more than there may be."""
    found = pl.concat([facets.values(store, by, sample, limit=MOST + 1) for sample in samples])
    largest = found.group_by("value").agg(pl.col("requests").sum()).sort("requests", "value", descending=[True, False])
    return largest["value"].to_list()


def _keys(by: str | None, blocks: Blocks, groups: Sequence[str] | None, most: int) -> Keys:
    bound = Bound("k")
    group = f"'{OTHER}'"
    if by is not None and groups is not None:
        group = fields.group(by, bound, groups if len(groups) <= most else groups[: most - 1])
    return Keys(("hand", "group"), (f"hash({blocks.sql}) % {DRAWS}", group), bound)


def _summed(store: Store, metrics: Sequence[Metric], sample: Filter, keys: Keys) -> dict[str, pl.DataFrame]:
    """Read ``hand``, ``group``, ``above`` and ``below`` of each metric."""
    shared = [metric for metric in metrics if metric.apart is not None and metric.source == "records"]
    others = [metric for metric in metrics if metric not in shared]
    found = scanned(store, others, sample, keys)
    if any(metric.total or metric.over_requests for metric in others):
        found["requests"] = scan(store, [METRICS["requests"]], SOURCES["records"], sample, keys)
    return {metric.name: _shared(store, metric, sample, keys) for metric in shared} | {
        metric.name: _sums(metric, found) for metric in others
    }


def _sums(metric: Metric, found: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    value, n, spread = (pl.col(f"{metric.name}.{part}").cast(pl.Float64) for part in ("value", "n", "spread"))
    own = found[metric.name]
    if metric.total or metric.over_requests:
        own = found["requests"].join(own, on=["hand", "group"], how="left", suffix=" too")
        return own.select("hand", "group", above=value, below="requests.n").fill_null(0)
    below = spread if metric.interval == "none" else n
    return own.select("hand", "group", above=value * below, below=below).fill_null(0)


def _shared(store: Store, metric: Metric, sample: Filter, keys: Keys) -> pl.DataFrame:
    """Read the parts of a metric that counts users or conversations: one of several groups is shared out among them."""
    where, given = sample.predicate()
    hand, group = keys.columns
    counted = store.frame(
        f"""SELECT hand, "group", sum(n / whole)::DOUBLE AS units FROM (
            SELECT *, sum(n) OVER (PARTITION BY unit) AS whole FROM (
                SELECT {hand} AS hand, {group} AS "group", {metric.unit_counted} AS unit, count(*) AS n FROM records r
                WHERE {where} AND {metric.among} AND {metric.unit_counted} IS NOT NULL GROUP BY ALL))
        GROUP BY ALL""",
        given | keys.bound.values,
    )
    if metric.per is None:
        return counted.select("hand", "group", above="units", below="units")
    plain = replace(metric, per=None)
    sums = scan(store, [plain], SOURCES[metric.source], sample, keys)
    joined = sums.join(counted, on=["hand", "group"], how="left")
    return joined.select("hand", "group", above=f"{metric.name}.value", below="units").fill_null(0)


def _counted(store: Store, metric: Metric, sample: Filter, keys: Keys) -> pl.DataFrame:
    """Read ``hand``, ``group``, ``bin`` (null of what took no time at all) and ``below``, the records there."""
    where, given = sample.predicate()
    hand, group = keys.columns
    column = f"r.{metric.name.rpartition('_p')[0]}"
    return store.frame(
        f"""SELECT {hand} AS hand, {group} AS "group", count(*) AS below,
            CASE WHEN {column} > 0 THEN floor(log10({column}) * {PER_DECADE})::INTEGER END AS bin
        FROM records r WHERE {where} AND {column} IS NOT NULL GROUP BY ALL""",
        given | keys.bound.values,
    )


def _dense(
    frame: pl.DataFrame, part: str, groups: Sequence[str], bins: Sequence[int | None] | None = None
) -> NDArray[np.float64]:
    """Lay rows out as an array (hands, groups) or (hands, groups, bins)."""
    places = {name: place for place, name in enumerate(groups)}
    at = [frame["hand"].to_numpy().astype(np.int64), np.array([places[name] for name in frame["group"]], np.int64)]
    shape = [DRAWS, len(groups)]
    if bins is not None:
        number = {found: place for place, found in enumerate(bins)}
        at.append(np.array([number[found] for found in frame["bin"]], np.int64))
        shape.append(len(bins))
    found = np.zeros(shape)
    found[tuple(at)] = frame[part].to_numpy()
    return found
