"""What a metric is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """A metric.

    Parameters
    ----------
    name, title, unit : str
        The name in links and commands, the heading, and the unit; a rate's is "share", 0 to 1.
    definition, denominator : str
        What is counted, and over what.
    better : str or None
        "lower", "higher", or None where neither is.
    merges : str
        How parts make a whole: "sum"; "ratio" (sums above and below); "histogram" (quantiles); "distinct" (not at all).
    value, n, of : str
        SQL aggregates: the figure, the records or scores it rests on, and those it could have rested on. `of` of a
        score is always the requests.
    interval : str
        "wilson" for a rate, "mean" (Student's t, from `spread`), or "none".
    spread : str
        SQL aggregate: the standard deviation behind a mean; of a ratio that has no interval, what it is divided by.
    source : str
        "records", "scores", "rated" (records, each by the mean of its scores of a name), "marks" (of a scorer),
        "eligible" (records that a scorer can speak of), or "signal": events of users that count as absent where the
        application logs them.
    score : str or None
        The name of the scores it speaks of.
    over_requests : bool
        `value` counts; the rate is that count over all requests, scored or not.
    per : str or None
        SQL of a distinct count by which `value` is divided.
    among : str
        SQL: the records that count for `per`, or of which a scorer can speak.
    """

    name: str
    title: str
    unit: str
    definition: str
    denominator: str
    better: str | None
    merges: str
    value: str
    n: str
    of: str = "count(*)"
    interval: str = "none"
    spread: str = "NULL::DOUBLE"
    source: str = "records"
    score: str | None = None
    over_requests: bool = False
    per: str | None = None
    among: str = "true"

    @property
    def apart(self) -> str | None:
        """The distinct count in it, which is several times quicker in a scan of its own."""
        return self.per or (self.value if "DISTINCT" in self.value else None)

    @property
    def unit_counted(self) -> str:
        """SQL of what the distinct count in it counts."""
        return (self.apart or "").removeprefix("count(DISTINCT ").removesuffix(")")

    @property
    def total(self) -> bool:
        """Whether it is a count or a sum, which is 0 where there are no records."""
        return self.denominator.startswith("none")
