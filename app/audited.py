"""The Audits page: the audits with their verdicts, and one report in full, with its versions, signatures and files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from analysis.audit.tables import Table, parts
from analysis.audit.wording import chance, span
from analysis.state import audits
from app import breakdowns, commands_audit, identity, moments, runtime, states
from app.charts import dots, frame
from app.charts.listing import Column
from app.text import escape, log_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.state.audits import Audit

NAME, VERSION = "audit", "version"
"""The link's parameters that say which report is shown."""
_PROBLEM, _PICKED = "audit-problem", "audit-picked"
_TYPES = {".html": "text/html", ".pdf": "application/pdf", ".json": "application/json"}
_MEASURES = {"rate": "rate, 95 %", "rank": "mean rank, 95 %"}


def listed() -> None:
    """Set the list of audits; a click shows one."""
    found = audits.newest(runtime.current().state)
    if not found:
        states.absent(
            "No audit has been made yet.",
            "An audit compares what became of groups of people, by the test that fits how the data came about, and its "
            "report is kept as it was made.",
        )
        return
    columns = [
        Column("", 0), Column("verdict", 46), Column("version", 72, "right", figure=True),
        Column("made", 77, muted=True), Column("signed", 100, "right", muted=True),
    ]  # fmt: skip
    rows = [
        (one.name, [one.body["title"], one.body["verdict"]["kind"], f"{one.version}", f"{one.made:%-d %b %Y, %H:%M}",
                    ", ".join(signature.who for signature in one.signed) or "not yet"])
        for one in found
    ]  # fmt: skip
    table = pl.DataFrame([
        {"name": one.name, "version": one.version, "title": one.body["title"], "verdict": one.body["verdict"]["kind"],
         "made": one.made, "sha256": one.sha256} for one in found
    ])  # fmt: skip
    picked = breakdowns.listed(table, columns, rows, key="audits", note="Click a row for its report.")
    for point in picked:
        if st.session_state.get(_PICKED) != point["key"]:  # a click is remembered by the table, but was followed once
            st.session_state[_PICKED] = point["key"]
            st.query_params[NAME] = point["key"]
            st.query_params.pop(VERSION, None)
            st.rerun()


def shown() -> None:
    """Draw the report that the link names."""
    name, version = st.query_params.get(NAME), st.query_params.get(VERSION, "")
    if not name:
        return
    try:
        audit = audits.get(runtime.current().state, name, int(version) if version.isdecimal() else None)
    except KeyError as error:
        states.absent(str(error.args[0]), "Choose one above.")
        return
    with st.container(key="audit-report"):
        _head(audit)
        _chart(audit)
        groups, *others = parts(audit)
        if groups.table:
            with st.expander("All figures of these groups", type="compact"):
                _table(groups.table, "audit-groups")
        for part in others:
            states.heading(part.title)
            if part.table:
                _table(part.table, f"audit-{part.title}")
            with st.container(width=760, gap="small"):
                st.markdown("  \n".join(escape(paragraph, limit=900) for paragraph in part.paragraphs))
        _sign(audit)
        with st.expander("Specification", type="compact"):
            log_code(audit.spec, language="yaml")


def _head(audit: Audit) -> None:
    st.header(escape(audit.body["title"], limit=120))
    kind = audit.body["verdict"]["kind"]
    with st.container(width=760):
        st.markdown(
            f"{':red[' if kind == 'disparity found' else ':gray['}**{escape(kind.capitalize())}.**] "
            f"{escape(_without(audit.body['sentence'], kind), limit=900)}"
        )
    with st.container(key="audit-files", horizontal=True, vertical_alignment="center", gap="medium"):
        st.caption(escape(f"Version {audit.version}, {moments.full(audit.made)}, by {audit.who}"), width="content")
        for other in range(1, audit.version) if audit.version > 1 else ():
            st.button(
                f"Version {other:,}", key=f"audit-version-{other}", type="tertiary", on_click=_turn, args=(other,)
            )
        for ending in commands_audit.WRITERS:
            if ending == ".pdf" and not _writes_pdf():
                continue
            st.download_button(
                escape(ending[1:].upper()), partial(commands_audit.WRITERS[ending], audit), mime=_TYPES[ending],
                file_name=f"{audit.name}-v{audit.version}{ending}", key=f"audit-as-{ending[1:]}", on_click="ignore",
                type="tertiary",
            )  # fmt: skip


def _without(sentence: str, kind: str) -> str:
    """Leave out of a sentence what the verdict has said already."""
    starts = {
        "disparity found": "A disparity was found: ", "not measured": "Not measured: ",
        "none seen at this n": "No disparity was seen at this n", "too few data": "Too few data to judge: ",
    }  # fmt: skip
    found = sentence.removeprefix(starts.get(kind, "")).lstrip(".; ")
    return found[:1].upper() + found[1:]


def _chart(audit: Audit) -> None:
    part = audit.body["groups"]
    if not part["rows"]:
        return
    rows = [_row(row, part) for row in part["rows"]]
    within = audit.body["design"] in ("blocks", "pairs")  # what is counted of those left out are not these
    rows += [
        dots.Row(f"left {left['group']}", left["group"], "" if within else f"{left['n']:,}",
                 f"left out: {left['why']}" + (f" ({left['n']:,})" if within else ""), "", "", quiet=True)
        for left in part["left_out"]
    ]  # fmt: skip
    unit = audit.body["unit"]
    counted = f"{unit}s" if within else "n"
    headings = dots.Headings(
        audit.body["attribute"], counted, _MEASURES.get(part["measure"], "mean, 95 %"), f"against {part['reference']}"
    )
    reference = part["rows"][0]["value"]
    frame.altair(
        dots.table(rows, headings, reference["value"] if reference else None), name=f"audit-{audit.id}",
        says=audit.body["sentence"],
    )  # fmt: skip
    note = "Bars: 95 % intervals; the dotted line is the reference. In grey: too few to be judged, or left out."
    if part["measure"] == "rank":
        note = f"Rank 1 is the best. {note}"
    frame.foot(f"{audit.name}-groups", _flat(part), note)


def _row(row: Mapping[str, Any], part: Mapping[str, Any]) -> dots.Row:
    value = row["value"] or {"value": None, "low": None, "high": None}
    alone = row["group"] == part["reference"]
    few = row["state"] == "too few data"
    return dots.Row(
        row["group"], row["group"], f"{row['n']:,}", span(row["value"], part["measure"]),
        "reference" if alone else span(row["difference"], part["measure"], sign=True),
        "" if alone else "too few" if few else chance(row["adjusted"]), value["value"], value["low"], value["high"],
        strong=row["group"] in part["verdict"]["groups"], quiet=few,
    )  # fmt: skip


def _flat(part: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([
        {"group": row["group"], "n": row["n"],
         **{f"{name}{end}": (row[name] or {}).get(key) for name in ("value", "difference", "ratio")
            for end, key in (("", "value"), ("_low", "low"), ("_high", "high"))},
         "impact_ratio": row["impact"], "effect": row["effect"], "p": row["p"], "holm": row["adjusted"],
         "smallest": row["smallest"], "state": row["state"]}
        for row in part["rows"]
    ], infer_schema_length=None)  # fmt: skip


def _table(table: Table, key: str) -> None:
    """Set a table of a report: its first column to the left, the others under each other to the right."""
    if not table.rows:
        return
    longest = [max(len(row[place]) for row in (table.columns, *table.rows)) + 2 for place in range(len(table.columns))]
    ends = [100 * sum(longest[: place + 1]) / sum(longest) for place in range(len(longest))]
    columns = [
        Column(title, 0 if not place else ends[place], "right" if place else "left", muted=place > 0 and not title)
        for place, title in enumerate(table.columns)
    ]
    rows = [(f"{place}", row) for place, row in enumerate(table.rows)]
    data = pl.DataFrame(
        {title or f"column {place}": [row[place] for row in table.rows] for place, title in enumerate(table.columns)}
    )
    breakdowns.listed(data, columns, rows, key=key, note="")


def _sign(audit: Audit) -> None:
    with st.container(key="audit-sign", horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.text_input("What you stand by, or reserve", key="audit-words", max_chars=1000, width=420)
        st.button("Sign this version", key="audit-sign-it", on_click=_signed, args=(audit,))
    problem = st.session_state.get(_PROBLEM, "")
    if problem:
        st.caption(f":red[{escape(problem, limit=200)}]")


def _signed(audit: Audit) -> None:
    st.session_state[_PROBLEM] = ""
    try:
        audits.sign(runtime.current().state, audit, st.session_state["audit-words"], who=identity.current().name)
        st.session_state["audit-words"] = ""
    except ValueError as error:
        st.session_state[_PROBLEM] = str(error)


def _turn(version: int) -> None:
    st.query_params[VERSION] = f"{version}"


def _writes_pdf() -> bool:
    """Whether the extra that writes PDF is installed."""
    from importlib.util import find_spec

    return find_spec("reportlab") is not None
