"""The report of an imported file: what became of every row, and what to do next."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from analysis.ingest import ledger
from analysis.ingest.adapters import ADAPTERS
from analysis.ingest.resources.formats import FORMATS
from analysis.metrics import period
from analysis.metrics.filter import Condition, Filter
from app import data, drill, navigation, privacy, runtime, units, watch
from app.sizes import counted, size
from app.text import escape, plain_label
from app.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.ingest.report import Report, Tally

SHOWN = 12
"""Repairs, or notes, of one report that are listed; the rest are counted."""

FEW = 8
"""Rows of a table that shows them all at once; a longer one scrolls."""


def draw(report: Report, *, key: str) -> None:
    """Draw a report whole; `key` tells it apart on its page."""
    st.subheader(escape(report.file, limit=120))
    st.caption(escape(_origin(report), limit=400))
    if report.failure:
        with st.container(width=720):
            st.markdown(f":red[Nothing of it was imported.] {escape(report.failure, limit=1200)}")
        return
    _figures(report, key)
    days = covered(report.first_time, report.last_time)
    if days:
        st.markdown(escape(f"The {'figures' if report.format in FORMATS else 'records'} are of {days}."))
    _words(report, key)
    if report.refused:
        _refused(report, key)
    if report.id is not None:
        _next(report, key)


def format_title(name: str) -> str:
    """Name a format as people call it."""
    known = ADAPTERS.get(name) or FORMATS.get(name)
    return known.title if known else "Mapped fields" if name == "mapping" else name


def covered(first: datetime | None, last: datetime | None) -> str:
    """Name the days from the first record to the last; empty where none has a time."""
    if first is None or last is None:
        return ""
    start, end = (datetime.combine(moment.date(), time.min) for moment in (first, last))
    return period.words(start, end + timedelta(days=1))


def moment(when: datetime | None) -> str:
    """Write a moment as people read it."""
    return f"{when.day} {when:%b %Y, %H:%M} UTC" if when else ""


def _origin(report: Report) -> str:
    number = f"import {report.id}" if report.id is not None else ""
    by = f"{moment(report.started)}{' by ' + report.imported_by if report.imported_by else ''}"
    took = f"{size(report.bytes)} in {units.seconds(report.seconds)}" if report.seconds else size(report.bytes)
    return " · ".join(part for part in (format_title(report.format), number, by, took) if part)


def _figures(report: Report, key: str) -> None:
    """Set the figures that sum: read is kept, duplicate, set aside and refused."""
    line = [
        ("Read", report.read, "Rows that the file holds.", ""),
        (
            "= kept",
            report.kept,
            "Rows that are in the store now: model calls, parts of them, scores, and machines' figures.",
            _of_kept(report),
        ),
        ("+ duplicate", report.duplicate, "Rows that the store had already; nothing was added for them.", ""),
        ("+ set aside", report.aside, "Rows that are no model calls of their own: tools, chains, settings.", ""),
        ("+ refused", report.refused, "Rows that could not be read; each is named below.", ""),
    ]
    with st.container(key=f"figures-report-{key}"):
        for column, (label, count, help, below) in zip(st.columns(len(line), gap="large"), line, strict=True):
            with column:
                shown, marked = units.exact(count), label == "+ refused" and count
                st.metric(
                    escape(label), f":red[{escape(shown)}]" if marked else escape(shown), help=escape(help, limit=200)
                )
                if below:
                    st.caption(escape(below, limit=120))


def _of_kept(report: Report) -> str:
    parts = [f"{units.exact(report.repaired)} of them repaired"] if report.repaired else []
    parts += [f"with {counted(report.scores, 'score')}"] if report.scores else []
    return ", ".join(parts)


def _words(report: Report, key: str) -> None:
    """List in words, beside each other, what was repaired and set aside, and what is to be noted."""
    repaired, aside = _tallied(report.repairs), _tallied(report.asides)
    lists = [("Repaired", repaired), ("Set aside", aside), ("To be noted", report.notes)]
    shown = [(title, lines) for title, lines in lists if lines]
    if not shown:
        return
    with st.container(key=f"words-{key}"):
        for column, (title, lines) in zip(st.columns(3, gap="large"), [*shown, *[("", [])] * 3][:3], strict=True):
            with column:
                if title:
                    st.markdown(f"**{escape(title)}**")
                for words in lines[:SHOWN]:
                    st.caption(escape(words, limit=600))
                if len(lines) > SHOWN:
                    st.caption(f"and {len(lines) - SHOWN:,} more")


def _tallied(tallies: Sequence[Tally]) -> list[str]:
    return [f"{units.exact(tally.count)} × {tally.what}" for tally in tallies]


def _refused(report: Report, key: str) -> None:
    st.markdown(f"**Refused: {escape(counted(report.refused, 'row'))}**")
    rows = [
        {
            "Line": refusal.line,
            "Column": refusal.column,
            "Reason": refusal.reason,
            "The row begins": privacy.for_reader(refusal.excerpt),
        }
        for refusal in report.refusals
    ]
    schema = {"Line": pl.Int64, "Column": pl.Int64, "Reason": pl.String, "The row begins": pl.String}
    frame = pl.DataFrame(rows, schema=schema)
    st.dataframe(
        frame if frame["Column"].count() else frame.drop("Column"), hide_index=True, key=f"refused-{key}",
        height="content" if len(rows) <= FEW else 320,
        column_config={
            "Line": st.column_config.NumberColumn(width=70), "Column": st.column_config.NumberColumn(width=70),
            "Reason": st.column_config.TextColumn(width=430),
        },
    )  # fmt: skip
    with st.container(key=f"foot-refused-{key}", horizontal=True, horizontal_alignment="distribute"):
        first = f"The first {len(rows):,} are shown. " if report.refused > len(rows) else ""
        st.caption(escape(f"{first}Mend them and import them again: only what is new is added.", limit=200))
        number, store = report.id, runtime.current().store
        if number is not None:
            st.download_button(
                "Refused rows (JSON Lines)", lambda: ledger.refused_lines(store, number),
                file_name=f"refused-{number:d}.jsonl", mime="application/jsonl", key=f"refused-lines-{key}",
                on_click="ignore", type="tertiary",
            )  # fmt: skip


def _next(report: Report, key: str) -> None:
    """Lead on: to what these records say, or back to before them."""
    assert report.id is not None
    of_it = Filter(conditions=(Condition("import_id", "=", (str(report.id),)),))
    there = data.summary(["requests"], of_it)["requests"].n > 0
    with st.container(key=f"next-{key}", horizontal=True, gap="medium"):
        if report.format in FORMATS and st.button("Latency & resources", key=f"resources-{key}"):
            st.switch_page(navigation.page("latency"))
        if there and st.button("Overview of these records", key=f"overview-{key}"):
            st.switch_page(navigation.page("overview"), query_params=View.custom(of_it).params())
        if there and st.button("Their conversations", key=f"read-{key}"):
            drill.to_records(of_it)
        if st.button("Undo this import …", key=f"undo-{key}", type="tertiary"):
            _confirm(report)


@st.dialog("Undo this import?")
def _confirm(report: Report) -> None:
    st.markdown(f"**{escape(plain_label(report.file, limit=100), limit=120)}**")
    st.markdown(
        escape(
            f"What was kept of it, {counted(report.kept, 'row')}, leaves the store, and so does what that added to "
            "other records. The file can be imported again.",
            limit=400,
        )
    )
    with st.container(horizontal=True):
        if st.button("Undo it", key="undo-yes", type="primary", on_click=_undo, args=(report.id,)):
            st.rerun()
        if st.button("Keep it", key="undo-no"):
            st.rerun()


def _undo(number: int) -> None:
    if not watch.busy("undo"):
        watch.put_away()
        watch.submit("undo", {"import": number})
