"""How far the reviewers of a queue agree, by question, by reviewer and by stratum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from analysis.review.agreement import Agreement, agree
from analysis.review.labels import labelled
from analysis.review.plan import CHECKS
from analysis.review.queue import rubric_of
from analysis.review.rubrics import CHOICE, SCALE, as_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.review.agreement import Level
    from analysis.review.queue import Queue
    from analysis.review.rubrics import Question
    from analysis.state.database import State


@dataclass(frozen=True)
class OfQuestion:
    """Agreement on a question: over all, of each reviewer with each of the others, and within each stratum."""

    question: str
    level: str
    overall: Agreement
    reviewers: dict[str, Agreement]
    strata: dict[str, Agreement]


def agreements(state: State, queue: Queue, *, level: Level | None = None) -> list[OfQuestion]:
    """Compute how far reviewers agree on each choice and scale, by their labels before any decision.

    Gold and attention items do not count. A question that hangs on another is compared where both were asked it.

    Parameters
    ----------
    level : str or None
        Takes every question for this level, where its answers allow it; words without an order stay nominal.
    """
    given = ratings(state, queue)
    found = []
    for question in rubric_of(state, queue).questions:
        own = given.filter(pl.col("question") == question.name)
        if question.kind in (CHOICE, SCALE) and not own.is_empty():
            found.append(_of(question, own, level))
    return found


def ratings(state: State, queue: Queue) -> pl.DataFrame:
    """Read the labels before any decision, without gold and attention items.

    Returns
    -------
    polars.DataFrame
        ``question``, ``item`` (the record's id), ``rater``, ``label`` (text), ``stratum``.
    """
    rows = [
        (name, one.item.record_id, event.who, str(answer), one.item.stratum)
        for one in labelled(state, queue) if one.item.arm not in CHECKS
        for event in one.labels
        for name, answer in (event.answers or {}).items()
    ]  # fmt: skip
    names = ("question", "item", "rater", "label", "stratum")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _of(question: Question, own: pl.DataFrame, level: Level | None) -> OfQuestion:
    taken: Level = level or question.level  # type: ignore[assignment]
    order: Sequence[str] | None = None
    values = as_numbers(question.options) if question.kind == CHOICE and taken != "nominal" else None
    if question.kind == SCALE:
        own = own.with_columns(pl.col("label").cast(pl.Float64))
    elif values is not None:
        own = own.with_columns(pl.col("label").replace_strict(values, return_dtype=pl.Float64))
    elif taken == "interval" or question.level == "nominal":
        taken = "nominal"  # words lie at no distance, and have no order but where the rubric says so
    else:
        order = question.options

    def among(frame: pl.DataFrame) -> Agreement:
        return agree(frame.select("item", "rater", "label"), taken, order=order)

    raters = own["rater"].unique().sort().to_list()
    strata = own["stratum"].drop_nulls().unique().sort().to_list()
    return OfQuestion(
        question.name,
        taken,
        among(own),
        {who: among(_with(own, who)) for who in raters} if len(raters) > 2 else {},
        {name: among(own.filter(pl.col("stratum") == name)) for name in strata},
    )


def _with(own: pl.DataFrame, who: str) -> pl.DataFrame:
    """Of each item that somebody rated, their rating and that of the others as one more rater: the most frequent."""
    mine = own.filter(pl.col("rater") == who)
    others = own.filter(pl.col("rater") != who).join(mine.select("item"), on="item", how="semi")
    counted = others.group_by("item", "label").len().sort("item", "len", "label", descending=[False, True, False])
    most = counted.unique("item", keep="first", maintain_order=True)
    second = most.select("item", pl.lit("(others)").alias("rater"), "label")
    return pl.concat([mine.select("item", "rater", "label"), second])
