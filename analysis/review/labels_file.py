"""Labels to files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from analysis import export
from analysis.review.labels import labelled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analysis.review.queue import Queue
    from analysis.state.database import State


def write_out(state: State, path: Path, *, among: Sequence[Queue]) -> int:
    """Write the labels of queues that hold, and the decisions, to a file; a row an answer.

    Columns: ``queue``, ``item`` (the record's id), ``arm``, ``stratum``, ``probability``, ``rater``, ``decision``
    (whether it is one), ``question``, ``answer`` (text), ``time``, ``seconds``, ``rubric``, ``rubric_version``.

    Returns
    -------
    int
        How many rows were written.
    """
    rows: list[dict[str, Any]] = []
    for queue in among:
        for one in labelled(state, queue):
            for event in (*one.labels, *([one.decision] if one.decision else ())):
                about = {
                    "queue": queue.name, "item": one.item.record_id, "arm": one.item.arm, "stratum": one.item.stratum,
                    "probability": one.item.probability, "rater": event.who, "decision": event is one.decision,
                    "time": event.made, "seconds": event.seconds, "rubric": queue.rubric,
                    "rubric_version": event.rubric_version,
                }  # fmt: skip
                rows += [about | {"question": name, "answer": _text(answer)} for name, answer in (
                    event.answers or {}).items()]  # fmt: skip
    return export.write([pl.DataFrame(rows, schema=_COLUMNS)], path)


_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "queue": pl.String, "item": pl.String, "arm": pl.String, "stratum": pl.String, "probability": pl.Float64,
    "rater": pl.String, "decision": pl.Boolean, "question": pl.String, "answer": pl.String,
    "time": pl.Datetime("us"), "seconds": pl.Float64, "rubric": pl.String, "rubric_version": pl.Int64,
}  # fmt: skip


def _text(answer: object) -> str:
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
