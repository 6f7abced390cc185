"""The Drift page: what is compared with what, the verdict, what differs, the records that show it, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from analysis.drift import reference
from analysis.drift.examine import DRIFTED, FEW, MEANING, WORDS
from analysis.drift.report import windows
from analysis.drift.series import LIMITS, NOTHING
from analysis.metrics import fields
from analysis.metrics.blocks import LEAST
from analysis.metrics.shifts.draws import Span
from app import breakdowns, data, drill, moments, navigation, states, units, words
from app.charts.listing import Column
from app.reasons import signed, within
from app.sizes import counted
from app.text import escape, log_text, plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.drift.examine import Aspect, Report
    from analysis.drift.report import Drift
    from analysis.drift.series import Change
    from analysis.metrics.filter import Filter
    from app.page import Scope

AGAINST = "against"
"""The link's parameter that says what the window is compared with."""
SHOWN = 6
"""Records shown of those that are most unlike the reference."""
LETTERS = 400
ROWS, EACH = 24, 8
"""Rows shown of a table, and of what differs in one aspect; its data has them all."""
_WAYS = {reference.PREVIOUS: "The period before", reference.WEEKDAYS: "The same weekdays, four weeks"}
_HEADS = {
    DRIFTED: "What people ask has drifted",
    FEW: "Too few data to tell",
}  # fmt: skip


def compared(scope: Scope) -> tuple[Filter, Filter] | None:
    """Draw the choice of what to compare with; returns the reference and the window, or says why there are none."""
    came = data.came(scope.chosen)
    ways = _WAYS | {f"{reference.RELEASE} {name}": f"Before release {name}" for name in came}
    asked = st.query_params.get(AGAINST)
    if asked and asked not in ways:
        states.gone(f"a comparison with {asked}", "one with the period before")
    st.session_state[AGAINST] = asked if asked in ways else reference.PREVIOUS
    st.selectbox(
        "Compare with", list(ways), format_func=lambda way: plain_label(ways[way]), key=AGAINST, on_change=_picked,
        width=320,
    )  # fmt: skip
    try:
        return windows(data.store(), scope.chosen, st.session_state[AGAINST], came)
    except ValueError as error:
        states.absent("There is nothing to compare with.", f"{error} Choose another period above.")
        return None


def verdict(found: Drift) -> None:
    """Say whether it has drifted, how sure that is, and on what it rests."""
    report = found.report
    states.heading(_HEADS.get(report.verdict, "No drift seen in what people ask"))
    st.markdown(escape(_sentence(report), limit=600))
    (n0, n), (blocks0, blocks) = report.records, report.blocks
    st.caption(
        escape(
            f"{found.window.sentence()} ({counted(n, 'record')} of {counted(blocks, report.unit)}), against "
            f"{found.reference.sentence()} ({counted(n0, 'record')} of {counted(blocks0, report.unit)})"
            f"{'' if report.whole else ', a sample'}. Tested by flipping the signs of whole {report.unit}s at random; "
            "all aspects together raise a false alarm in one of twenty cases (Holm).",
            limit=800,
        )
    )


def aspects(report: Report) -> None:
    """Set the table of the aspects: how far apart the windows are, and how far chance alone puts them."""
    every = [*report.aspects, *report.others]
    if not every:
        return
    states.heading("Aspect by aspect")
    columns = [
        Column("", 0), Column("apart", 42, "right", figure=True), Column("by chance, up to", 58, "right", muted=True),
        Column("p, corrected", 74, "right", muted=True), Column("", 78),
    ]  # fmt: skip
    rows = [
        ([aspect.title, _apart(aspect, aspect.distance), _apart(aspect, aspect.by_chance),
          units.chance(aspect.adjusted), "differs" if aspect.drifted else ""],
         {"aspect": aspect.title, "distance": aspect.distance, "by_chance": aspect.by_chance, "p": aspect.p,
          "adjusted": aspect.adjusted, "smallest": aspect.smallest, "drifted": aspect.drifted})
        for aspect in every
    ]  # fmt: skip
    missing = f" Not measured: {words.listed(list(report.unmeasured))}." if report.unmeasured else ""
    note = (
        "Apart: the share that would have to change its group; of words the largest change of a share; of the meaning "
        f"the distance of the embeddings (MMD).{missing}"
    )
    _listed(columns, rows, key="drift-aspects", note=note)


def groups(found: Drift) -> None:
    """Set the table of what is new, gone, more or less; a click leads to the records."""
    every = [*found.report.aspects, *found.report.others]
    listed = [(aspect, group) for aspect in every for group in aspect.groups]
    if not listed:
        return
    # words are many, and would leave no room for the topics
    large = [place < EACH for aspect in every for place in range(len(aspect.groups))]
    shown = [place for place, is_large in enumerate(large) if is_large][:ROWS]
    rest = f" {len(listed) - len(shown):,} more are in the data." if len(listed) > len(shown) else ""
    states.heading("What differs")
    columns = [
        Column("", 0, muted=True), Column("", 14), Column("before", 60, "right", muted=True),
        Column("now", 69, "right", figure=True), Column("change", 86, "right"), Column("", 89, muted=True),
    ]  # fmt: skip
    rows = [
        ([aspect.title, words.group(group.name), units.share(group.before), units.share(group.now),
          within(Span(group.difference, group.low, group.high), "share"), group.kind],
         {"aspect": aspect.title, "group": group.name, "before": group.before, "now": group.now, "low": group.low,
          "high": group.high, "p": group.p, "q": group.q, "kind": group.kind})
        for aspect, group in listed
    ]  # fmt: skip
    heavy = any(listed[place][1].low <= 0 <= listed[place][1].high for place in shown)
    few = (
        f" Where that holds zero, a few {found.report.unit}s make most of a change that is none of chance: how large "
        "it is stays open."
    )
    note = (
        f"Change in points with its 95 % interval.{few if heavy else ''} Of the groups named one in twenty is expected "
        f"to be chance (Benjamini-Hochberg).{rest} Click a row for its conversations."
    )
    for place in _listed(columns, rows, key="drift-groups", note=note, shown=shown):
        aspect, group = listed[place]
        where = found.window if group.kind != "vanishing" else found.reference
        if aspect.name == WORDS:
            drill.to_records(where.where(fields.TEXT_SEARCH, group.name, op="~"))
        elif aspect.name in fields.TEXTS or aspect.name.startswith(fields.ATTRIBUTE):
            drill.from_table([{"key": group.name}], where, aspect.name)


def examples(report: Report) -> None:
    """Draw the records of the window that are most unlike the reference, where it has drifted."""
    if report.verdict != DRIFTED or not report.examples:
        return
    states.heading("Prompts that are new of their kind")
    for id, prompt in data.prompts(report.examples[:SHOWN]):
        with st.container(key=f"example-{id}", horizontal=True, vertical_alignment="top", gap="medium"):
            with st.container(width="stretch"):
                log_text(prompt[:LETTERS])
            if st.button("Read it", key=f"read-{id}", type="tertiary"):
                st.switch_page(navigation.page("conversations"), query_params={"period": "all", "record": id})


def outcomes(found: Drift) -> None:
    """Set the table of outcomes: what changed within topics, and what for the mix of topics alone (concept drift)."""
    if not found.outcomes:
        return
    changed = [one.shift.metric.title.lower() for one in found.outcomes if one.changed]
    states.heading(
        f"The same topics fare otherwise: {words.listed(changed, most=3)}"
        if changed
        else "The same topics fare as before"
    )
    columns = [
        Column("Outcome", 0), Column("before", 42, "right", muted=True), Column("now", 51, "right", figure=True),
        Column("within topics", 74, "right"), Column("by other topics", 88, "right", muted=True), Column("", 91),
    ]  # fmt: skip
    rows = []
    for one in found.outcomes:
        shift, unit = one.shift, one.shift.metric.unit
        cells = [
            shift.metric.title, units.figure(shift.before, unit), units.figure(shift.now, unit),
            f"{signed(shift.rate.value, unit)} ({within(shift.rate, unit)})", signed(shift.mix.value, unit),
            "changed" if one.changed else "",
        ]  # fmt: skip
        row = {
            "outcome": shift.metric.name, "before": shift.before, "now": shift.now, "within_topics": shift.rate.value,
            "low": shift.rate.low, "high": shift.rate.high, "mix": shift.mix.value, "p": one.p,
            "adjusted": one.adjusted,
        }  # fmt: skip
        rows.append((cells, row))
    note = "Concept drift: an outcome that changes within topics, with its 95 % interval. Click a row for its records."
    for place in _listed(columns, rows, key="drift-outcomes", note=note):
        drill.to_records(drill.behind(found.outcomes[place].shift.metric.name, found.window))


def changes(scope: Scope) -> None:
    """Set the list of changes over all time, where it is asked for: it takes some seconds."""
    states.heading("Since when")
    if not st.toggle("Look for change points in all the records that meet the conditions", key="drift-changes"):
        return
    found = data.changes(scope.chosen.during(None, None))
    if not found.changes:
        st.markdown(
            escape("No topic and no outcome changed its level by more than chance." if found.series else NOTHING)
        )
        return
    columns = [
        Column("", 0), Column("from", 44), Column("until", 62), Column("before", 86, "right", muted=True),
        Column("during", 97, "right", figure=True),  # not "then": Vega draws nothing of a property of that name
    ]  # fmt: skip
    rows = [
        (_changed(one),
         {"what": one.title, "from": one.start, "until": None if one.lasts else one.end, "before": one.before,
          "then": one.level, "unit": one.unit, "p": one.p})
        for one in found.changes
    ]  # fmt: skip
    hours = int(found.changes[0].width.total_seconds() // 3600)
    note = (
        f"Circular binary segmentation, to {counted(hours, 'hour')}; all series together find a change where there is "
        f"none in one of twenty cases, or two where days are like the ones before. {LIMITS} Click a row for its "
        "conversations."
    )
    for place in _listed(columns, rows, key="drift-changes-found", note=note):
        change = found.changes[place]
        during = scope.chosen.during(change.start, change.end)
        drill.to_records(during.where(fields.TOPIC, change.name) if change.topic else drill.behind(change.name, during))


def _listed(
    columns: Sequence[Column], rows: Sequence[tuple[list[str], dict[str, Any]]], *, key: str, note: str,
    shown: Sequence[int] = range(ROWS),
) -> list[int]:  # fmt: skip
    """Set a table of rows, each with its cells and its data to take away; gives the places of the rows clicked.

    The rows of the places `shown` are drawn, where there are so many.
    """
    table = pl.DataFrame([row for _, row in rows], infer_schema_length=None)
    cells = [(f"{place}", rows[place][0]) for place in shown if place < len(rows)]
    return [int(point["key"]) for point in breakdowns.listed(table, columns, cells, key=key, note=note)]


def _sentence(report: Report) -> str:
    if report.verdict == FEW:
        return f"Each of the two periods needs {counted(LEAST, report.unit)} at least."
    if report.verdict == DRIFTED:
        named = [aspect.title.lower() for aspect in report.aspects if aspect.drifted]
        return f"The two periods differ in {words.listed(named)} by more than chance."
    seen = report.smallest
    if seen is None:
        return "Nor would anything have been seen: the two periods hold too little."
    return f"Something new that took {units.share(seen)} of the period would have been seen in four of five cases."


def _apart(aspect: Aspect, value: float) -> str:
    return f"{value:.4f}" if aspect.name == MEANING else units.share(value)


def _changed(change: Change) -> list[str]:
    return [
        change.title, moments.brief(change.start), "it lasts" if change.lasts else moments.brief(change.end),
        units.figure(change.before, change.unit), units.figure(change.level, change.unit),
    ]  # fmt: skip


def _picked() -> None:
    st.query_params[AGAINST] = st.session_state[AGAINST]
