"""What a metric is made of, as tables: groups of the records, or metrics of one kind beneath each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from analysis.metrics.change import compare
from analysis.metrics.fields import NONE, OTHER
from analysis.metrics.query import Figure
from app import data, drill, palette, trends, units, words
from app.charts import frame, ledger, listing, look
from app.charts.ledger import Headings, Row
from app.charts.sheet import PICK
from app.text import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.metrics.metric import Metric
    from app.charts.listing import Column
    from app.page import Scope

GROUPS = 10
"""Rows of a breakdown; the rest is one row more."""

MATTERS = 0.05
"""A group's change is marked where it is this share of the whole, or more."""


def of_groups(
    scope: Scope, metric: Metric, title: str, *, key: str, by: str | None = None, ranked: bool = False
) -> None:
    """Set a table of what a metric is made of: a row a group; a click leads to its records.

    It is by the field chosen for the page, or by one of its own, which is left out where no record has it.

    The largest groups go first: those with the largest part of a sum, the most records of anything else. Where it is
    `ranked`, the largest values do.
    """
    field = by or scope.by
    measured = data.measure([metric.name], scope.chosen, by=[field], limit=GROUPS)
    if measured.is_empty() or (by is not None and measured[field].to_list() == [NONE]):
        return
    st.subheader(escape(title))
    earlier = _earlier(scope, metric, field, measured)
    wide = trends.readable(scope, metric, by=field)
    over_time = data.measure([metric.name], scope.chosen, by=[field], grain=wide.grain, limit=GROUPS)
    shades = palette.colours(field, measured[field].to_list())
    rows, total = [], sum(measured["value"].drop_nulls())
    for found in measured.iter_rows(named=True):
        group = found[field]
        now, before = _figure(metric, found), earlier.get(group)
        line = trends.whole(over_time.filter(pl.col(field) == group), wide)["value"].to_list()
        row = _row(now, before, key=group, name=words.group(group), colour=shades[group], line=line)
        worrying = row.worrying and _matters(now, before, total)
        rows.append(replace(row, worrying=worrying, bar=group != OTHER))
    if ranked:
        rows.sort(key=lambda row: (row.key == OTHER, -(row.value or 0)))
    headings = Headings(
        words.field(field), metric.title, "change" if scope.before is not None else "", f"by {wide.grain}"
    )
    picked = frame.altair(ledger.table(rows, headings), name=f"{key}-{field}", says=title, select=PICK)
    frame.foot(f"{metric.name}-by-{field}", measured, "Click a row for the conversations behind it.")
    drill.from_table(picked, scope.chosen, field)


def of_metrics(scope: Scope, metrics: Sequence[Metric], title: str, *, key: str) -> None:
    """Set a table of metrics of one unit: a row a metric; a click leads to the records it speaks of."""
    if not metrics:
        return
    st.subheader(escape(title))
    names = [metric.name for metric in metrics]
    now, before = scope.figures(*names)
    over_time = data.measure(names, scope.chosen, grain=scope.grain)
    rows = [
        _row(
            now[name], before.get(name), key=name, name=now[name].metric.title, colour=look.INK_HEX,
            line=trends.whole(over_time.filter(pl.col("metric") == name), scope)["value"].to_list(),
        )
        for name in names
    ]  # fmt: skip
    headings = Headings("", words.unit(metrics[0]), "change" if before else "", f"by {scope.grain}")
    picked = frame.altair(ledger.table(rows, headings), name=key, says=title, select=PICK)
    frame.foot(key, data.measure(names, scope.chosen), "Click a row for the conversations behind it.")
    drill.from_metrics(picked, scope.chosen)


def listed(
    frame_: pl.DataFrame, columns: Sequence[Column], rows: Sequence[tuple[str, Sequence[str]]], *, key: str, note: str
) -> list[dict[str, Any]]:
    """Set a plain table with its data to take away; returns the row clicked."""
    says = note or ", ".join(column.heading for column in columns if column.heading)
    picked = frame.altair(listing.table(columns, rows), name=key, says=says, select=PICK)
    frame.foot(key, frame_, note)
    return list(picked)


def _earlier(scope: Scope, metric: Metric, field: str, measured: pl.DataFrame) -> dict[str, Figure]:
    """Measure the same groups in the period before; the rest, being other groups then, is left out."""
    if scope.before is None:
        return {}
    groups = [group for group in measured[field].unique() if group != OTHER]
    found = data.measure([metric.name], scope.before.where(field, *groups), by=[field])
    return {row[field]: _figure(metric, row) for row in found.iter_rows(named=True)}


def _matters(now: Figure, before: Figure | None, total: float) -> bool:
    """Whether a group's change is a part of the whole worth a reader's attention; a rate's always is."""
    if now.metric.merges != "sum" or before is None or now.value is None or before.value is None:
        return True
    return abs(now.value - before.value) >= MATTERS * total


def _figure(metric: Metric, found: dict[str, Any]) -> Figure:
    return Figure(metric, found["value"], found["n"], found["of"], found["low"], found["high"])


def _row(now: Figure, before: Figure | None, *, key: str, name: str, colour: str, line: Sequence[float | None]) -> Row:
    unit = now.metric.unit
    rests_on = units.exact(now.n) if now.n == now.of else units.of(now.n, now.of)
    if now.metric.interval != "none" and words.few(now.n):
        return Row(key, name, None, words.TOO_FEW, colour, rests_on=rests_on)
    change = compare(now, before) if before is not None else None
    moved = units.change(now.value, before.value, unit) if change is not None and before is not None else ""
    return Row(
        key, name, now.value, units.figure(now.value, unit), colour, now.low, now.high, rests_on, moved,
        change is not None and change.worrying, line,
    )  # fmt: skip
