"""Figures of scorers: over the records scored, of those that could be, and only by the version that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from analysis.metrics import intervals
from analysis.metrics.filter import Condition, Filter
from analysis.metrics.lookup import UnknownMetricError, find
from analysis.metrics.query import measure, summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.store import Store

SCORERS = """
from analysis.scoring.scorer import Scorer
def one(name, **rest):
    return Scorer(name=name, version=2, title=name, measures="It.", limits="None.", reads=("response",),
                  score=len, topic="quality", figure=name.title(), **rest)
SCORERS = [one("bad", better="lower", flags_from=0.5), one("good", better="higher", flags_from=0.25),
           one("size", scale=(0, 10)), one("kind", scale=None)]
"""


@pytest.fixture
def marked(store: Store, add_records: Callable[..., list[str]]) -> Store:
    """Eight answers of two models and a question without one; six have marks, two of an older version."""
    store.workspace.scorers.mkdir()
    (store.workspace.scorers / "own.py").write_text(SCORERS)
    ids = add_records(
        *({"response": "yes", "prompt": "?", "model": model, "time": "2026-05-01"} for model in "aaaabbbb"),
        {"prompt": "?", "model": "b", "time": "2026-05-01"},
    )
    values = (0.5, 0.4, 0.1, 0.9, 0.25, None)
    with store.write() as cursor:
        for name in ("bad", "good", "size", "kind"):
            cursor.execute("INSERT INTO scorers (name, version) VALUES (?, 2)", [name])
            for id, value in zip(ids, values, strict=False):
                label = "x" if name == "kind" else None
                cursor.execute("INSERT INTO marks VALUES (?, ?, 2, ?, ?, NULL, NULL)", [id, name, value, label])
            for id in ids[6:8]:
                cursor.execute("INSERT INTO marks VALUES (?, ?, 1, 1, NULL, NULL, NULL)", [id, name])
    return store


def test_a_share_is_over_what_is_scored_of_what_could_be(marked: Store) -> None:
    figures = summary(marked, ["scorer.bad", "scorer.good", "scorer.size", "scorer.kind"], Filter())
    bad, good, size, kind = figures.values()
    assert (bad.value, bad.n, bad.of, (bad.low, bad.high)) == (2 / 5, 5, 8, intervals.wilson(2 / 5, 5))
    assert (good.value, good.metric.better) == (2 / 5, "lower")  # 0.1 and 0.25 are at or under it
    assert (size.value, size.n, size.of) == (pytest.approx(2.15 / 5), 5, 8)
    assert (kind.value, kind.metric.unit) == (6, "labels")


def test_by_model_and_day(marked: Store) -> None:
    frame = measure(marked, ["scorer.bad"], Filter(), by=["model"], grain="day").sort("model")
    assert frame.select("model", "value", "n", "of").rows() == [("a", 0.5, 4, 4), ("b", 0.0, 1, 4)]


@pytest.mark.parametrize(
    ("condition", "count"),
    [("scorer.bad>=0.5", 2), ("scorer.bad<0.3", 2), ("scorer.kind=x", 6), ("scorer.bad=(none)", 3), ("scorer.no>0", 0)],
)
def test_records_are_found_by_their_marks(marked: Store, condition: str, count: int) -> None:
    assert summary(marked, ["requests"], Filter.parse([condition]))["requests"].value == count


def test_conditions_read_well() -> None:
    assert Condition.parse("scorer.response_toxicity>=0.5").sentence() == "response toxicity at least 0.5"


def test_a_scorer_that_is_not_there_is_no_metric(store: Store) -> None:
    with pytest.raises(UnknownMetricError, match=r"scorer\.NAME"):
        find(store, "scorer.nothing")


def test_where_nothing_is_scored_nothing_is_said(marked: Store) -> None:
    figure: Any = summary(marked, ["scorer.bad"], Filter.parse(["model=none such"]))["scorer.bad"]
    assert (figure.value, figure.n) == (None, 0)
