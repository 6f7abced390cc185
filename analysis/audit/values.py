"""The outcome of each record where it is no text of the response: a field, a score, a condition, a metric, a label."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.audit.outcomes import as_number, forms
from analysis.audit.spec import HIGHER
from analysis.metrics import catalogue, fields, lookup
from analysis.metrics.fields import Bound
from analysis.metrics.filter import Condition
from analysis.metrics.scan import SOURCES, Keys, scan
from analysis.review.scores import as_score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.audit.spec import Outcome, Spec
    from analysis.metrics.metric import Metric
    from analysis.review.rubrics import Question
    from analysis.store import Store


def sql(spec: Spec, bound: Bound) -> str:
    """Write the SQL of an outcome that is a field, a score or a condition: a number, or 0 and 1."""
    outcome = spec.outcome
    if outcome.when:
        return _condition(outcome.when, bound)
    if not outcome.read:
        return "NULL::DOUBLE"
    sort = fields.kind(outcome.read)
    if sort in ("score", "mark"):
        return _score(outcome, "scores" if sort == "score" else "current_marks", bound)
    text = f"{fields.column(outcome.read, bound)}::VARCHAR"
    if outcome.is_ is not None:
        return f"(lower({text}) IN {_listed(forms(outcome.is_), bound)})::INTEGER::DOUBLE"
    number = f"TRY_CAST({text} AS DOUBLE)"
    return number if outcome.at_least is None else f"({number} >= {outcome.at_least!r})::INTEGER::DOUBLE"


def _condition(text: str, bound: Bound) -> str:
    condition = Condition.parse(text)
    holds = f"coalesce({condition.predicate(bound)}, false)::INTEGER::DOUBLE"
    table = {"score": "scores", "mark": "current_marks"}.get(fields.kind(condition.field))
    if table is None or None in condition.values:
        return holds
    name = bound.add(condition.field.partition(".")[2])  # without the score nothing was measured
    return f"CASE WHEN EXISTS (SELECT 1 FROM {table} s WHERE s.record_id = r.id AND s.name = {name}) THEN {holds} END"


def _score(outcome: Outcome, table: str, bound: Bound) -> str:
    name = bound.add(outcome.read.partition(".")[2])
    each, after = "avg(s.value)", ""
    if outcome.is_ is not None:
        label, value = _listed(forms(outcome.is_), bound), bound.add(as_number(outcome.is_))
        each = f"avg(coalesce(lower(s.label) IN {label} OR s.value = {value}::DOUBLE, false)::INTEGER)"
        after = " >= 0.5"  # what most of those said who gave a label
    found = f"(SELECT {each} FROM {table} s WHERE s.record_id = r.id AND s.name = {name})"
    if outcome.at_least is not None:
        after = f" >= {outcome.at_least!r}"
    return f"({found}{after})::INTEGER::DOUBLE" if after else found


def named(store: Store, spec: Spec) -> Spec:
    """Complete an outcome that is a metric: its title, and which way is better, where the specification does not say.

    Raises
    ------
    ValueError
        If there is no such metric, or single records have no value of it.
    """
    outcome = spec.outcome
    if not outcome.metric:
        return spec
    metric = _metric(store, outcome.metric)
    better = outcome.better or metric.better or HIGHER
    title = outcome.title or f"{metric.title[:1].lower()}{metric.title[1:]}"
    return replace(spec, outcome=replace(outcome, title=title, better=better))


def of_metric(store: Store, spec: Spec) -> dict[str, float]:
    """Compute a metric of each record alone: of a rate 0 or 1, of a mean the value itself."""
    metric, at_least = _metric(store, spec.outcome.metric), spec.outcome.at_least
    frame = scan(store, [metric], SOURCES[metric.source], spec.filter, Keys(("id",), ("r.id::VARCHAR",), Bound("k")))
    found = dict(frame.select("id", f"{metric.name}.value").drop_nulls().iter_rows())
    return {id: float(value if at_least is None else value >= at_least) for id, value in found.items()}


def _metric(store: Store, name: str) -> Metric:
    """Look a metric up, by its name or by a scorer's."""
    try:
        metric = lookup.find(store, name)
    except lookup.UnknownMetricError:
        if name not in lookup.scorers(store):
            raise
        metric = lookup.find(store, fields.SCORER + name)
    if not _of_records(metric):
        raise ValueError(
            f"{metric.title} is no rate or mean of single records, so that groups can't be compared by it. "
            "Take another metric, or a field of numbers: read."
        )
    return metric


def _of_records(metric: Metric) -> bool:
    return metric.interval != "none" and not metric.over_requests


def metrics(store: Store) -> list[Metric]:
    """List the metrics that an outcome can be: rates and means of single records, and what scorers flag."""
    every = [*catalogue.METRICS.values(), *lookup.scored(store)]
    return [metric for metric in every if _of_records(metric)]


def of_labels(outcome: Outcome, question: Question, answers: Sequence[object]) -> float | None:
    """Compute the outcome of one item from the answers that hold of it; None where none can be counted."""
    pairs = [as_score(question, answer) for answer in answers]
    if outcome.is_ is not None:
        words, number = forms(outcome.is_), as_number(outcome.is_)
        hits = [
            (label is not None and label.lower() in words) or (value is not None and value == number)
            for value, label in pairs
        ]
        return float(sum(hits) / len(hits) >= 0.5) if hits else None
    numbers = [value for value, _ in pairs if value is not None]
    if not numbers:
        return None
    mean = sum(numbers) / len(numbers)
    return mean if outcome.at_least is None else float(mean >= outcome.at_least)


def _listed(texts: Sequence[str], bound: Bound) -> str:
    return f"({', '.join(bound.add(text) for text in texts)})"
