"""What is known of each topic beyond its metrics: its share and how that moved, how alike, and since when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from analysis.metrics import intervals
from analysis.metrics.change import compare
from analysis.metrics.fields import TOPIC
from analysis.metrics.metric import Metric
from analysis.metrics.query import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from analysis.metrics.change import Change
    from analysis.metrics.filter import Filter
    from analysis.store import Store

FALSE = 0.05
"""The share of the marked changes that may be chance."""
SHARE = Metric(
    "topic_share", "Share", "share", "Share of the records looked at that are of a topic.", "the records looked at",
    None, "none", "", "", interval="wilson",
)  # fmt: skip


@dataclass(frozen=True)
class Share:
    """A topic's share of the records, how it moved (None without enough before), and whether that is to be marked."""

    figure: Figure
    change: Change | None
    marked: bool


def shares(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, Share]:
    """Compute each topic's share with its 95 % interval, and how it moved.

    Of hundreds of topics some would move beyond their interval by chance alone: marked are those that do so and that
    the procedure of Benjamini and Hochberg (1995, Controlling the false discovery rate, JRSS B 57, 289-300) keeps.

    Parameters
    ----------
    now, before : mapping of str to int
        Records by topic; `before` is empty where there is nothing to compare with.
    """
    whole, earlier = sum(now.values()), sum(before.values())
    figures = {topic: _share(n, whole) for topic, n in now.items()}
    changes = {topic: compare(figures[topic], _share(before.get(topic, 0), earlier)) for topic in now}
    chances = {
        topic: _chance(now[topic], whole, before.get(topic, 0), earlier) for topic in now if changes[topic] is not None
    }
    kept = _kept(chances)
    return {
        topic: Share(figures[topic], change, change is not None and change.notable and topic in kept)
        for topic, change in changes.items()
    }


def likeness(store: Store, map: int, filter: Filter) -> pl.DataFrame:
    """Measure how alike the records of each topic are, and since when it has been there.

    Returns
    -------
    polars.DataFrame
        ``topic`` (its name; the records of none are left out), ``similarity`` (mean cosine to the topic's middle),
        ``n``, and ``first``: the time of its first record of all, whatever the filter.
    """
    where, values = filter.predicate()
    return store.frame(
        f"""WITH own AS (
            SELECT t.name AS topic, p.similarity, p.record_id FROM placements p
            JOIN prompt_topics t ON t.record_id = p.record_id WHERE p.map = {map:d})
        SELECT own.topic, avg(own.similarity) FILTER ({where})::DOUBLE AS similarity,
            count(*) FILTER ({where}) AS n, min(r.time) AS first
        FROM own JOIN records r ON r.id = own.record_id GROUP BY own.topic ORDER BY own.topic""",
        values,
    )


def counts(measured: pl.DataFrame) -> dict[str, int]:
    """Read the requests of each topic off what :func:`analysis.metrics.query.measure` gave."""
    requests = measured.filter(measured["metric"] == "requests")
    return {topic: int(n) for topic, n in requests.select(TOPIC, "n").iter_rows()}


def _share(n: int, whole: int) -> Figure:
    if not whole:
        return Figure(SHARE, None, 0, 0, None, None)
    return Figure(SHARE, n / whole, whole, whole, *intervals.wilson(n / whole, whole))


def _chance(now: int, whole: int, before: int, earlier: int) -> float:
    """How often chance alone would move a share so far: the z-test of two shares."""
    pooled = (now + before) / (whole + earlier)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / whole + 1 / earlier))
    return 2 * NormalDist().cdf(-abs(now / whole - before / earlier) / spread) if spread else 1.0


def _kept(chances: Mapping[str, float]) -> set[str]:
    ranked = sorted(chances, key=lambda topic: chances[topic])
    last = max((n for n, topic in enumerate(ranked, 1) if chances[topic] <= FALSE * n / len(ranked)), default=0)
    return set(ranked[:last])
