"""Scorers held against people's labels: how often they agree, and the rate that both give together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from analysis.metrics import fields, intervals
from analysis.metrics.combined import Estimate, Moments, combine

if TYPE_CHECKING:
    from analysis.metrics.filter import Filter
    from analysis.scoring.scorer import Scorer
    from analysis.store import Store

BINS = 10
"""Parts of a calibration curve."""


@dataclass(frozen=True)
class Label:
    """Which labels of people say what a scorer flags: those of the score `name` that are at least, or at most, `at`."""

    name: str
    op: str
    at: float

    @property
    def test(self) -> str:
        """SQL over a label's value ``l.value``."""
        if self.op not in ("<=", ">="):
            raise ValueError(f"{self.op!r} does not compare a label. Use <= or >=.")
        return f"(l.value {self.op} {float(self.at)!r})"


@dataclass(frozen=True)
class Agreement:
    """A scorer's flags against people's: counts of records with both, and the shares that follow, null where 0 of 0."""

    both: int
    only_scorer: int
    only_people: int
    neither: int

    @property
    def n(self) -> int:
        """Records with both."""
        return self.both + self.only_scorer + self.only_people + self.neither

    @property
    def precision(self) -> float | None:
        """The share of the records that the scorer flags which people flag too."""
        return _share(self.both, self.both + self.only_scorer)

    @property
    def recall(self) -> float | None:
        """The share of the records that people flag which the scorer flags too."""
        return _share(self.both, self.both + self.only_people)

    @property
    def agreement(self) -> float | None:
        """The share of the records on which they say the same."""
        return _share(self.both + self.neither, self.n)

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa: agreement beyond chance (Cohen 1960, Educational and Psychological Measurement 20, 37-46)."""
        if not self.n:
            return None
        scorer, people = (self.both + self.only_scorer) / self.n, (self.both + self.only_people) / self.n
        chance = scorer * people + (1 - scorer) * (1 - people)
        return (self.agreement - chance) / (1 - chance) if self.agreement is not None and chance < 1 else None


@dataclass(frozen=True)
class Rates:
    """A scorer's rate three ways, null where there is too little for it, and how far it agrees with people."""

    automatic: Estimate | None
    human: Estimate | None
    combined: Estimate | None
    agreement: Agreement


def labels(store: Store) -> list[str]:
    """List the scores that people gave as numbers, those with most first."""
    rows = store.rows(
        "SELECT name FROM scores WHERE origin IN ('human', 'user') AND value IS NOT NULL GROUP BY name "
        "ORDER BY count(*) DESC, name"
    )
    return [row["name"] for row in rows]


def rates(store: Store, scorer: Scorer, label: Label, filter: Filter) -> Rates:
    """Estimate the share of records that `scorer` flags: by itself, by people alone, and by both together.

    People's share is over the records that have both a label and a mark. What the combined rate claims holds where
    these are a random sample of the records of the filter.
    """
    (row,) = store.rows(*_query(scorer, label, filter, _COUNTED))
    return _rates(row)


def rates_by(
    store: Store, scorer: Scorer, label: Label, filter: Filter, field: str, *, limit: int = 10
) -> dict[str, Rates]:
    """Estimate the same for each value of a field: the `limit` with most scored records, those with most first.

    A missing value reads ``(none)``.
    """
    bound = fields.Bound("g")
    group = f"coalesce({fields.column(field, bound)}::VARCHAR, '{fields.NONE}')"
    sql, values = _query(scorer, label, filter, f"g, {_COUNTED}", group)
    rows = store.rows(f"{sql} GROUP BY g ORDER BY scored DESC, g LIMIT {limit:d}", values | bound.values)
    return {row["g"]: _rates(row) for row in rows}


_COUNTED = """count(y) AS labelled, avg(y) AS mean_y, var_pop(y) AS variance_y,
    avg(f) FILTER (y IS NOT NULL) AS mean_score, var_pop(f) FILTER (y IS NOT NULL) AS variance_score,
    covar_pop(y, f) AS covariance,
    count(*) FILTER (y IS NULL) AS others, avg(f) FILTER (y IS NULL) AS mean_others,
    var_pop(f) FILTER (y IS NULL) AS variance_others,
    avg(f) AS automatic, count(*) AS scored,
    count(*) FILTER (y = 1 AND f = 1) AS both, count(*) FILTER (y = 0 AND f = 1) AS only_scorer,
    count(*) FILTER (y = 1 AND f = 0) AS only_people, count(*) FILTER (y = 0 AND f = 0) AS neither"""


def _rates(row: dict[str, Any]) -> Rates:
    parts: dict[str, Any] = {name: row[name] or 0 for name in Moments.__dataclass_fields__}
    agreement = Agreement(row["both"], row["only_scorer"], row["only_people"], row["neither"])
    return Rates(
        _plain(row["automatic"], row["scored"]),
        _plain(row["mean_y"], row["labelled"]),
        combine(Moments(**parts)),
        agreement,
    )


def curve(store: Store, scorer: Scorer, label: Label, filter: Filter) -> pl.DataFrame:
    """Compute a calibration curve: the share that people flag, by the scorer's value.

    Returns
    -------
    polars.DataFrame
        ``value`` (the mean of the scorer's values in a tenth of its scale), ``share``, ``n``, ``low``, ``high``
        (Wilson, 95 %).
    """
    if scorer.scale is None:
        raise ValueError(f"{scorer.name} gives words; a curve is of numbers.")
    low, high = scorer.scale
    sql, values = _query(
        scorer, label, filter,
        f"least(floor((v - {low!r}) / {high - low!r} * {BINS}), {BINS - 1}) AS bin, avg(v) AS value, avg(y) AS share, "
        "count(*) AS n",
    )  # fmt: skip
    frame = store.frame(f"{sql} WHERE y IS NOT NULL GROUP BY bin ORDER BY bin", values).drop("bin")
    ends = [intervals.wilson(share, n) for share, n in frame.select("share", "n").iter_rows()]
    return frame.with_columns(
        low=pl.Series([end[0] for end in ends], dtype=pl.Float64),
        high=pl.Series([end[1] for end in ends], dtype=pl.Float64),
    )


def _query(
    scorer: Scorer, label: Label, filter: Filter, columns: str, group: str = "NULL"
) -> tuple[str, dict[str, Any]]:
    """Write SQL over the marks of a scorer: value v, flag f, group g, and y (0 or 1) where people labelled it."""
    if scorer.flags_from is None:
        raise ValueError(f"{scorer.name} flags nothing: it has no rate.")
    where, values = filter.predicate()
    sql = f"""WITH people AS (
            SELECT l.record_id, (avg({label.test}::INTEGER) >= 0.5)::INTEGER AS y FROM scores l
            WHERE l.name = $label AND l.origin IN ('human', 'user') AND l.value IS NOT NULL GROUP BY l.record_id),
        pairs AS (
            SELECT s.value AS v, (s.value {scorer.flags} $from)::INTEGER AS f, p.y, {group} AS g
            FROM current_marks s JOIN records r ON r.id = s.record_id LEFT JOIN people p ON p.record_id = s.record_id
            WHERE s.name = $scorer AND s.value IS NOT NULL AND {where})
        SELECT {columns} FROM pairs"""
    return sql, values | {"scorer": scorer.name, "from": scorer.flags_from, "label": label.name}


def _plain(share: float | None, n: int) -> Estimate | None:
    if share is None or n < 1:
        return None
    return Estimate(share, *intervals.wilson(share, n), labelled=n, scored=n, weight=0.0)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
