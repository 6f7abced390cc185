"""Metrics by name: those of the catalogue, of the scores that came with the logs, and of the scorers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from analysis.metrics.catalogue import METRICS
from analysis.metrics.fields import SCORE, SCORER
from analysis.metrics.metric import Metric
from analysis.record import FEEDBACK
from analysis.scoring.judge.rubric import rubrics
from analysis.scoring.registry import UnknownScorerError, registry

if TYPE_CHECKING:
    from analysis.scoring.scorer import Scorer
    from analysis.store import Store


class UnknownMetricError(ValueError):
    """No metric has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no metric {name!r}. Metrics: {', '.join(METRICS)}, score.NAME for an imported score, "
            "scorer.NAME for a scorer."
        )


def find(store: Store, name: str) -> Metric:
    """Look a metric up by name; ``score.NAME`` is known where an imported score has that name, ``scorer.NAME`` always.

    Raises
    ------
    UnknownMetricError
        If there is none; the message lists them.
    """
    if name in METRICS:
        return METRICS[name]
    if name.startswith(SCORE):
        found = imported(store, name.removeprefix(SCORE))
        if found:
            return found[0]
    if name.startswith(SCORER):
        try:
            return of_scorer(scorer(store, name.removeprefix(SCORER)))
        except UnknownScorerError as error:
            raise UnknownMetricError(name) from error
    raise UnknownMetricError(name)


def imported(store: Store, name: str | None = None) -> list[Metric]:
    """List the metrics of the imported scores, those with most scores first; of one name, where given."""
    rows = store.rows(
        """SELECT name, count(value) AS numbers, coalesce(bool_and(value IN (0, 1)), false) AS binary
        FROM scores WHERE $name IS NULL OR name = $name GROUP BY name ORDER BY count(*) DESC, name""",
        {"name": name},
    )
    return [_of_score(row["name"], bool(row["numbers"]), row["binary"]) for row in rows]


def _of_score(name: str, numeric: bool, binary: bool) -> Metric:
    words = FEEDBACK.get(name, "a score that came with the logs")
    if not numeric:
        return Metric(
            SCORE + name, f"{name}: labels", "labels", f"How many labels {name!r} were given: {words}.",
            "none: a count", None, "sum", "count(*) FILTER ({this})", "count(*) FILTER ({this})",
            source="scores", score=name,
        )  # fmt: skip
    average, given = "avg(s.value) FILTER ({this})", "count(s.value) FILTER ({this})"
    # several people's scores of one record are not independent
    of = "the records with a score of that name, each by the mean of its scores"
    if binary:
        return Metric(
            SCORE + name, name, "share", f"Share of 1 among the scores {name!r}, all of which are 0 or 1: {words}.",
            of, None, "ratio", average, given, interval="wilson", source="rated", score=name,
        )  # fmt: skip
    return Metric(
        SCORE + name, name, "", f"Mean of the scores {name!r}: {words}.", of, None, "ratio",
        average, given, interval="mean", spread="stddev_samp(s.value) FILTER ({this})", source="rated", score=name,
    )  # fmt: skip


def scored(store: Store) -> list[Metric]:
    """List the metrics of the scorers, in their order, and those of the judges that judged here."""
    return [of_scorer(scorer) for scorer in scorers(store).values()]


def scorers(store: Store) -> dict[str, Scorer]:
    """List the scorers by name, and after them the judges that judged here."""
    judges = _judges(store, store.generation)
    known = rubrics(store.workspace) if judges else {}
    found = [known[rubric].scorer(model) for rubric, model in judges if rubric in known]
    return registry(store.workspace).scorers | {scorer.name: scorer for scorer in found}


@lru_cache(maxsize=8)
def _judges(store: Store, generation: int) -> list[tuple[str, str]]:
    """List the rubric and the model of each judge that judged here."""
    rows = store.rows("SELECT name FROM scorers WHERE contains(name, '@') ORDER BY name")
    return [(rubric, model) for rubric, _, model in (row["name"].partition("@") for row in rows)]


def scorer(store: Store, name: str) -> Scorer:
    """Find a scorer, or the one that a rubric and a model are together, ``RUBRIC@MODEL``.

    Raises
    ------
    UnknownScorerError
        If there is none of this name.
    """
    rubric, at, model = name.partition("@")
    if at:
        known = rubrics(store.workspace)
        if rubric in known:
            return known[rubric].scorer(model)
    return registry(store.workspace).find(name)


def of_scorer(scorer: Scorer) -> Metric:
    """Make the metric of a scorer: the share of the records that it flags, else its mean, else how many labels it gave.

    It is measured over the records that have its mark, and could be over those of which it can speak.
    """
    name, given = SCORER + scorer.name, "count(s.value) FILTER ({this})"
    words, over = f"{scorer.measures} Limits: {scorer.limits}", "the records it has scored"
    if scorer.scale is None:
        count = "count(s.label) FILTER ({this})"
        return Metric(
            name, scorer.figure, "labels", words, "none: a count", None, "sum", count, count,
            source="marks", score=scorer.name, among=scorer.among,
        )  # fmt: skip
    if scorer.flags_from is None:
        return Metric(
            name, scorer.figure, "", words, over, scorer.better, "ratio", "avg(s.value) FILTER ({this})", given,
            interval="mean", spread="stddev_samp(s.value) FILTER ({this})",
            source="marks", score=scorer.name, among=scorer.among,
        )  # fmt: skip
    flagged = f"s.value {scorer.flags} {scorer.flags_from!r}"
    return Metric(
        name, scorer.figure, "share", words, over, scorer.better and "lower", "ratio",
        f"count(*) FILTER ({{this}} AND {flagged}) / nullif({given}, 0)", given, interval="wilson",
        source="marks", score=scorer.name, among=scorer.among,
    )  # fmt: skip


def eligible(metric: Metric) -> Metric:
    """Make the metric of how many records a scorer's metric can speak of."""
    return Metric(
        f"eligible {metric.among}", "", "requests", "", "none: a count", None, "sum", "count(*)", "count(*)",
        source="eligible", among=metric.among,
    )  # fmt: skip
