"""The table of topics: each one's share and how it moved, what it costs, how it fares, how alike and how old it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from analysis.metrics.by_topic import Share, counts, shares
from analysis.metrics.fields import NONE, TOPIC
from analysis.metrics.query import Figure
from app import data, drill, signals, states, trends, units, words
from app.charts import frame, topic_table
from app.charts.topic_table import Cell, Row
from app.sizes import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.metrics.filter import Filter
    from analysis.metrics.metric import Metric
    from app.page import Scope

REST = "of no topic"
"""Records whose text lies between the topics, waits for the map, or is not in the log."""
_NOTE = "Click a name for its conversations. Small: 95 % intervals. Bold: more than chance, but for one in twenty."
_LONG = timedelta(weeks=8)
"""From so long a time on, small trends go by wider buckets."""


def draw(scope: Scope, map: int, middles: Mapping[str, str]) -> None:
    """Set the table of the topics of the records looked at; `middles` gives the text at the middle of each by name."""
    metrics = _metrics(scope)
    names = ["requests", *(metric.name for metric in metrics)]
    measured = data.measure(names, scope.chosen, by=[TOPIC])
    before = counts(data.measure(["requests"], scope.before, by=[TOPIC])) if scope.before is not None else {}
    figures = _figures(measured, metrics)
    moved, alike = shares(counts(measured), before), _likeness(map, scope.chosen)
    lines, grain = _lines(scope, list(moved))
    newest = max((row["first"] for row in alike.values() if row["first"] is not None), default=None)
    rows = [
        Row(
            topic, REST if topic == NONE else topic, middles.get(topic, ""),
            [
                _records(moved[topic]), *([_change(moved[topic])] if before else []),
                *(_cell(figures.get((topic, metric.name)), metric) for metric in metrics),
                *([_since(alike.get(topic), newest)] if alike else []),
            ],
            lines[topic], topic == NONE,
        )
        for topic in moved
    ]  # fmt: skip
    columns = [
        ("Topic", "The phrases that tell it from the others; below, the text nearest to its middle"),
        ("Share", "Share of the records looked at, with its 95 % interval"),
        *(
            [("Change, points", "How the share moved since the period before, with its 95 % interval")]
            if before
            else []
        ),
        *((words.label(metric), f"{metric.definition} Of: {metric.denominator}.") for metric in metrics),
        *([("Alike, since", "Mean cosine of its records to its middle; when it first came")] if alike else []),
    ]
    states.heading(counted(len([row for row in rows if not row.rest]), "topic") + ", one by one")
    picked = topic_table.draw(rows, columns, f"share by {grain}", key="topic-table")
    frame.foot("topics", _flat(measured, moved), _NOTE)
    if picked is not None:
        drill.to_records(scope.chosen.where(TOPIC, picked))


def _metrics(scope: Scope) -> list[Metric]:
    """Choose the columns: cost, and the first known of quality, of feedback and of safety."""
    known = signals.known(scope, data.named("cost_per_request"))
    quality = signals.marks(scope, topic="quality") or signals.scores(scope, safety=False)
    safety = signals.marks(scope, topic="safety") or signals.scores(scope, safety=True)
    return [*known, *quality[:1], *signals.known(scope, data.named("thumbs_up_rate")), *safety[:1]]


def _figures(measured: pl.DataFrame, metrics: Sequence[Metric]) -> dict[tuple[str, str], Figure]:
    by_name = {metric.name: metric for metric in metrics}
    return {
        (row[TOPIC], row["metric"]): Figure(
            by_name[row["metric"]], row["value"], row["n"], row["of"], row["low"], row["high"]
        )
        for row in measured.filter(pl.col("metric").is_in(list(by_name))).iter_rows(named=True)
    }


def _likeness(map: int, chosen: Filter) -> dict[str, dict[str, Any]]:
    return {row["topic"]: row for row in data.likeness(map, chosen).iter_rows(named=True)}


def _records(share: Share) -> Cell:
    figure = share.figure
    if words.few(figure.n):
        return Cell(figure.value, words.TOO_FEW, tone="quiet")
    return Cell(figure.value, units.share(figure.value), units.interval(figure.low, figure.high, "share"))


def _change(share: Share) -> Cell:
    change = share.change
    if change is None:
        return Cell(None, units.NONE)
    ends = f"{_points(change.low)} to {_points(change.high)}"
    return Cell(change.difference, _points(change.difference), ends, tone="marked" if share.marked else "")


def _points(value: float | None) -> str:
    return units.change(value, 0.0, "share").replace(f"{units.THIN}points", "")


def _cell(figure: Figure | None, metric: Metric) -> Cell:
    if figure is None or figure.value is None:
        return Cell(None, units.NONE)
    if words.few(figure.n):
        return Cell(None, words.TOO_FEW, f"of {units.exact(figure.n)}", tone="quiet")
    return Cell(
        figure.value, units.figure(figure.value, metric.unit), units.interval(figure.low, figure.high, metric.unit)
    )


def _since(found: Mapping[str, Any] | None, newest: datetime | None) -> Cell:
    if found is None or found["similarity"] is None:
        return Cell(None, units.NONE)
    first = found["first"]
    since = (
        f"{first.day} {first:%b}" + ("" if newest is not None and first.year == newest.year else f" {first:%Y}")
        if first is not None
        else ""
    )
    few = words.few(found["n"])
    text = words.TOO_FEW if few else f"{found['similarity']:.2f}"
    return Cell(None if few else found["similarity"], text, since, tone="quiet" if few else "")


def _lines(scope: Scope, topics: Sequence[str]) -> tuple[dict[str, list[float | None]], str]:
    """Give each topic's share over time, in buckets wide enough for a small trend."""
    start, end = scope.span
    long = scope.grain == "hour" or (start is not None and end is not None and end - start >= _LONG)
    wide = replace(scope, grain=trends.WIDER.get(scope.grain, scope.grain)) if long and scope.long else scope
    whole = trends.whole(data.measure(["requests"], wide.chosen, grain=wide.grain), wide)
    parts = data.measure(["requests"], wide.chosen, by=[TOPIC], grain=wide.grain)
    found = {(topic, time): value for topic, time, value in parts.select(TOPIC, "time", "value").iter_rows()}
    totals = list(whole.select("time", "value").iter_rows())
    return {
        topic: [found.get((topic, time), 0.0) / total if total else None for time, total in totals] for topic in topics
    }, wide.grain


def _flat(measured: pl.DataFrame, moved: Mapping[str, Share]) -> pl.DataFrame:
    """Put the shares beside the metrics, as the table's data to take away."""
    rows = []
    for topic, share in moved.items():
        now, change = share.figure, share.change
        row = {TOPIC: topic, "n": now.n, "of": now.of}
        rows.append(row | {"metric": "share", "value": now.value, "low": now.low, "high": now.high})
        if change is not None:
            rows.append(
                row | {"metric": "share_change", "value": change.difference, "low": change.low, "high": change.high}
            )
    return pl.concat([measured, pl.DataFrame(rows, infer_schema_length=None)], how="diagonal_relaxed")
