"""Every import that stands, the files that were not taken, and what became of the latest."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from analysis.ingest import ledger
from analysis.ingest.report import Refusal, Report, Tally
from app import breakdowns, import_report, runtime, states, units, watch
from app.charts.listing import Column
from app.sizes import counted
from app.text import escape, plain_label

if TYPE_CHECKING:
    from analysis.state.jobs import Job

PAGE = 15
"""Imports of one leaf of the table."""

OPEN = 3
"""So many reports of one import are drawn whole; more are folded."""

_KEY = "import"
_COLUMNS = (
    Column("No.", 2.4, "right", muted=True), Column("File", 4), Column("Format", 27, muted=True),
    Column("Read", 53, "right"),
    Column("Kept", 59.5, "right", figure=True), Column("Duplicate", 67, "right", muted=True),
    Column("Aside", 73, "right", muted=True), Column("Refused", 80, "right"),
    Column("Records of", 82.5, muted=True),
)  # fmt: skip


def latest() -> None:
    """Draw what became of the jobs that this person began last."""
    done = watch.finished("import", "undo")
    if not done:
        return
    for job in done:
        if job.error:
            states.broke_off(watch.label(job), job.error)
        elif job.kind == "undo" and job.result:
            gone = job.result["undone"]
            words = f"Import {gone['id']} ({gone['file']}, {counted(gone['kept'], 'row')}) is taken back."
            st.markdown(escape(words, limit=300))
    reports = [(job, report) for job in done if job.result for report in _reports(job)]
    for place, (job, report) in enumerate(reports):
        key = f"{job.id}-{place}"
        trial = bool(job.arguments["options"]["dry_run"])
        if trial and not place:
            st.markdown("Only tried: nothing was kept. The reports say what an import would do.")
        if len(reports) <= OPEN:
            import_report.draw(report, key=key)
        else:
            with st.expander(escape(_gist(report), limit=200), expanded=bool(report.failure or report.refused)):
                import_report.draw(report, key=key)


def table() -> None:
    """Draw the table of all imports; a click opens a report below it."""
    reports = ledger.imports(runtime.current().store)
    if not reports:
        return
    st.subheader("All imports")
    pages = -(-len(reports) // PAGE)
    leaf = st.pagination(num_pages=pages, key="history-leaf") if pages > 1 else 1
    rows = [(str(report.id), _row(report)) for report in reports[PAGE * (leaf - 1) : PAGE * leaf]]
    note = "Click a row for its report."
    picked = breakdowns.listed(_frame(reports), _COLUMNS, rows, key="imports", note=note)
    _open([str(point["key"]) for point in picked if point.get("key")])


def failures() -> None:
    """Name the files that were not taken lately, and why."""
    rows = [row for job in runtime.current().jobs.recent(kind="import", limit=30) for row in _failed(job)]
    if not rows:
        return
    st.subheader("Not imported")
    st.dataframe(
        pl.DataFrame(rows), hide_index=True, key="failures",
        height="content" if len(rows) <= import_report.FEW else 320,
        column_config={"When": st.column_config.TextColumn(width=170), "File": st.column_config.TextColumn(width=220)},
    )  # fmt: skip


def _open(picked: list[str]) -> None:
    """Draw the report of the row clicked, or of the import that the link names."""
    if picked:
        st.query_params[_KEY] = picked[-1]
    number = st.query_params.get(_KEY, "")
    if not number.isdecimal():
        return
    try:
        report = ledger.account(runtime.current().store, int(number))
    except KeyError:
        st.caption(escape(f"There is no import {number}."))
        return
    import_report.draw(report, key=f"history-{number}")


def _row(report: Report) -> list[str]:
    days = import_report.covered(report.first_time, report.last_time) or "no time"
    return [
        str(report.id), plain_label(report.file, limit=32), import_report.format_title(report.format),
        units.exact(report.read), units.exact(report.kept),
        *(units.exact(n) if n else "" for n in (report.duplicate, report.aside)),
        units.exact(report.refused) if report.refused else "", days,
    ]  # fmt: skip


def _frame(reports: list[Report]) -> pl.DataFrame:
    """The table as data to take away."""
    names = ("id", "file", "format", "read", "kept", "duplicate", "repaired", "aside", "refused", "scores", "bytes",
             "first_time", "last_time", "started", "seconds", "imported_by")  # fmt: skip
    return pl.DataFrame([{name: getattr(report, name) for name in names} for report in reports])


def _gist(report: Report) -> str:
    if report.failure:
        return f"{report.file}: not imported"
    refused = f", {units.exact(report.refused)} refused" if report.refused else ""
    return f"{report.file}: {counted(report.kept, 'row')} kept{refused}"


def _failed(job: Job) -> list[dict[str, str]]:
    when, who = import_report.moment(job.created), plain_label(job.who)
    if job.error:
        return [{"When": when, "File": plain_label(watch.label(job)), "Why": job.error, "By": who}]
    found = [report for report in _reports(job) if report.failure]
    return [{"When": when, "File": report.file, "Why": report.failure or "", "By": who} for report in found]


def _reports(job: Job) -> list[Report]:
    return [_report(body) for body in (job.result or {}).get("imports", [])]


def _report(body: dict[str, Any]) -> Report:
    """Read a report back from what :meth:`Report.as_json` wrote."""
    known = {field.name for field in fields(Report)}
    given = {name: value for name, value in body.items() if name in known}
    given |= {"first_time": _time(body["from"]), "last_time": _time(body["to"]), "started": _time(body["started"])}
    given["repairs"] = [Tally(**tally) for tally in body["repairs"]]
    given["asides"] = [Tally(**tally) for tally in body["asides"]]
    given["refusals"] = [Refusal(**refusal) for refusal in body["refusals"]]
    return Report(**given)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.removesuffix("Z")) if text else None
