"""What a scorer is, and what it gives.

A scorer is a declaration and a pure function. The function takes a batch, a row a record with the columns that it
reads, and gives a mark a row, in order. It calls out to nobody and remembers nothing but what it loaded once, so that
the same text gets the same mark, in any process and on any machine; identical texts are scored once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.scoring.context import NEXT

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Span:
    """A place in a text that shows something: characters from `start` to before `end`.

    `field` is a column that the scorer reads; within retrieved documents ``documents.N``, from 0. `kind` says what is
    there: ``email``, ``role-override``, ``unsupported-number``, …
    """

    field: str
    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Mark:
    """What a scorer gives a record: a number, a word, or both, and what shows it. Neither means "not measured"."""

    value: float | None = None
    label: str | None = None
    evidence: tuple[Span, ...] = ()


UNMEASURED = Mark()


def _nothing() -> str:
    return ""


Score = Callable[["pl.DataFrame"], Sequence[Mark]]


@dataclass(frozen=True)
class Scorer:
    """A scorer.

    Parameters
    ----------
    name : str
        In links, commands and the store: lower case and underscores, ``response_toxicity``.
    version : int
        Counts up whenever any text could get another mark: marks of two versions are never mixed.
    title : str
        The heading.
    measures : str
        A sentence: what the value and the label say, and by which method (with its source).
    limits : str
        A sentence or two, shown beside every result: what it does not see or takes for something else.
    reads : tuple of str
        Columns of the record: texts (``prompt``, ``response``, ``system_prompt``, ``messages``, …), or ``documents``,
        a list of ``{id, text, score}``; and those of the turn after it (:data:`~analysis.scoring.context.NEXT`).
    score : callable
        ``score(batch)``: a mark for each row of a frame with the columns of `reads`, in order.
    topic : str
        The page it belongs to: "quality" or "safety".
    better : str or None
        "lower" or "higher" values are better, or None where neither is.
    scale : tuple or None
        The least and the greatest value; None where it only gives labels.
    flags_from : float or None
        From this value on (down to it, where higher is better) a record counts as flagged, and the scorer's figure is
        the share of flagged records; None where its figure is the mean.
    figure : str
        The name of that figure in words, such as "Toxic answers" or "Relevance".
    among : str
        SQL over ``records r``: the records that it can speak of, which is what its coverage is measured by.
    heavy : bool
        Whether it is much slower than a thousand records a second, and so runs only where it is asked for.
    needs : callable
        ``needs()``: how to install what it cannot run without, such as ``pip install …``; "" where all is there.
    measured : str
        How good it is on which data; shown where somebody asks for it.
    """

    name: str
    version: int
    title: str
    measures: str
    limits: str
    reads: tuple[str, ...]
    score: Score
    topic: str
    figure: str
    better: str | None = None
    scale: tuple[float, float] | None = (0.0, 1.0)
    flags_from: float | None = None
    among: str = "r.response IS NOT NULL"
    heavy: bool = False
    needs: Callable[[], str] = _nothing
    measured: str = ""

    @property
    def flags(self) -> str:
        """How a flagged value compares with `flags_from`, in SQL and in links."""
        return "<=" if self.better == "higher" else ">="

    @property
    def reads_on(self) -> bool:
        """Whether it reads what came after the record, so that a mark is out of date when more of that comes."""
        return any(column in NEXT for column in self.reads)


def each(function: Callable[..., Mark]) -> Score:
    """Make a batch function of one that takes one record: its arguments are the columns read, null as None."""

    def score(batch: pl.DataFrame) -> list[Mark]:
        return [function(*row) for row in batch.iter_rows()]

    return score


def spans(field: str, found: Iterable[tuple[int, int, str]]) -> tuple[Span, ...]:
    """Make evidence of one field of places found in it."""
    return tuple(Span(field, start, end, kind) for start, end, kind in found)


def as_row(mark: Mark) -> Mapping[str, Any]:
    """Give a mark as a row of the store."""
    evidence = [{"field": s.field, "start": s.start, "end": s.end, "kind": s.kind} for s in mark.evidence]
    return {"value": mark.value, "label": mark.label, "evidence": evidence or None}
