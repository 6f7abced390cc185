"""The Golden set page: regression runs, what each says, and what got worse, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from analysis.golden.regression import AS_EXPECTED, BETTER, FEW, LEAST, WORSE
from analysis.metrics.shifts.draws import Span
from analysis.state import golden as kept
from app import breakdowns, golden, identity, runtime, states, units, uploads, watch, why, words
from app.charts.listing import Column
from app.golden import brief
from app.import_report import moment
from app.sizes import counted
from app.text import escape, log_text, plain_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.golden.item import Item
    from analysis.state.golden import Run, Version

RUN = "run"
"""The link's parameter that says which run is shown."""
RUNS = 12
"""Runs that are listed, the latest first."""
SHOWN = 6
"""Items that are shown of those that got worse."""
LETTERS = 420
_TURN = "golden-answers-turn"
_NAME = "golden-answers-name"


def draw(version: Version) -> None:
    """Draw the runs of a dataset, the one that is chosen, and the way to a new one."""
    states.heading("Does a new model or prompt answer worse?")
    found = kept.runs(runtime.current().state, version.dataset)
    for job in watch.finished("regress"):
        if job.error:
            states.broke_off("The comparison broke off", job.error)
    if found:
        chosen = _listed(found[:RUNS])
        _one(chosen)
    else:
        st.markdown("No new answers were compared with these yet.")
    _new(version)


def _listed(runs: list[Run]) -> Run:
    columns = [
        Column("", 0), Column("verdict", 30), Column("compared", 74, "right", figure=True),
        Column("version", 82, "right", muted=True), Column("when", 100, "right", muted=True),
    ]  # fmt: skip
    rows = [
        (str(run.id), [run.name, _verdict(run), units.of(run.result["items"], run.result["of"]), f"{run.number}",
                       moment(run.made)])
        for run in runs
    ]  # fmt: skip
    table = pl.DataFrame([
        {"name": run.name, "verdict": run.verdict, "items": run.result["items"], "of": run.result["of"],
         "version": run.number, "who": run.who, "made": run.made} for run in runs
    ])  # fmt: skip
    picked = breakdowns.listed(table, columns, rows, key="golden-runs", note="Click a row for what it found.")
    for point in picked:
        st.query_params[RUN] = str(point["key"])
    asked = st.query_params.get(RUN)
    return next((run for run in runs if str(run.id) == asked), runs[0])


def _verdict(run: Run) -> str:
    worse = [one["title"].lower() for one in run.result["changes"] if one["verdict"] == WORSE]
    return f"worse: {words.listed(worse, most=2)}" if worse else run.verdict


def _one(run: Run) -> None:
    """Draw what a run found."""
    result = run.result
    st.subheader(escape(_head(run), limit=200))
    st.markdown(escape(_sentence(run), limit=700))
    _measures(result["changes"])
    items = {item.id: item for item in golden.items(kept.version(runtime.current().state, run.dataset, run.number))}
    worse = [one for one in result["worse"] if one["item"] in items]
    if worse:
        st.markdown(f"**What got worse, the worst first** :gray[{min(SHOWN, len(worse)):,} of {len(worse):,}]")
        measures = {one["name"]: one for one in result["changes"]}
        with st.container(key="golden-worse", gap=None):
            for place, one in enumerate(worse[:SHOWN]):
                with st.container(key=f"golden-row-worse-{place}"):
                    _side_by_side(items[one["item"]], run.answers.get(one["item"], ""), one["by"], measures)


def _head(run: Run) -> str:
    worse = [one["title"].lower() for one in run.result["changes"] if one["verdict"] == WORSE]
    better = [one["title"].lower() for one in run.result["changes"] if one["verdict"] == BETTER]
    name = plain_label(run.name, limit=50)
    if run.verdict == WORSE:
        return f"{name} answers worse: {words.listed(worse, most=3)}"
    if run.verdict == BETTER:
        return f"{name} answers better: {words.listed(better, most=3)}"
    return f"{name}: too few data to tell" if run.verdict == FEW else f"{name}: no worse seen"


def _sentence(run: Run) -> str:
    result = run.result
    said = [f"{units.of(result['items'], result['of'])} items of version {run.number} were compared"]
    if result["missing"]:
        said.append(f"{counted(len(result['missing']), 'item')} had no new answer")
    if result.get("faults"):
        said.append(f"{counted(len(result['faults']), 'line')} of the file could not be read")
    if run.verdict == FEW and result["items"] < LEAST:
        said.append(f"below {LEAST} nothing is said but that something got worse")
    seen = [one for one in result["changes"] if one["flag"] and one["good"] and one["smallest"] is not None]
    if seen and run.verdict not in (WORSE, FEW):
        first, last = (pick(one["smallest"] for one in seen) for pick in (min, max))
        ends = units.share(first) if f"{first:.3f}" == f"{last:.3f}" else f"{units.share(first)} to {units.share(last)}"
        said.append(f"a flag that came to {ends} more of the answers would have been seen in four of five cases")
    broken = [f"{name} broke off ({reason})" for name, reason in result["failed"].items()]
    stopped = [f"it stopped early ({result['stopped']})"] if result.get("stopped") else []
    return ". ".join(part[:1].upper() + part[1:] for part in [*said, *broken, *stopped]) + "."


def _measures(changes: list[dict[str, Any]]) -> None:
    columns = [
        Column("", 0), Column("n", 38, "right", muted=True), Column("recorded", 48, "right", muted=True),
        Column("new", 57, "right", figure=True), Column("change", 80, "right"),
        Column("p, corrected", 90, "right", muted=True), Column("", 100, "right"),
    ]  # fmt: skip
    rows = [
        (one["name"], [one["title"], units.exact(one["n"]), _figure(one, "before"), _figure(one, "now"), _change(one),
                       units.chance(one["adjusted"]) if one["good"] else units.NONE, _word(one)])
        for one in changes
    ]  # fmt: skip
    if not rows:
        return
    breakdowns.listed(
        pl.DataFrame(changes, infer_schema_length=None), columns, rows, key="golden-measures",
        note="With 95 % intervals. Flags by McNemar's exact test, values by Wilcoxon's signed ranks; Holm's p.",
    )  # fmt: skip


def _unit(one: Mapping[str, Any]) -> str:
    return "share" if one["flag"] or one["name"] == AS_EXPECTED.name else ""


def _figure(one: Mapping[str, Any], side: str) -> str:
    return units.figure(one[side], _unit(one))


def _change(one: Mapping[str, Any]) -> str:
    signed = why.signed(one["difference"], _unit(one))
    ends = why.within(Span(one["difference"], one["low"], one["high"]), _unit(one))
    return f"{signed} ({ends})" if ends else signed


def _word(one: Mapping[str, Any]) -> str:
    return one["verdict"] or ("" if one["good"] else "for reading")


def _moved(measure: Mapping[str, Any], was: float, now: float) -> str:
    title = measure["title"].lower()
    if measure["name"] == AS_EXPECTED.name:
        return "no longer as expected"
    return title if measure["flag"] else f"{title} {units.plain(was)} → {units.plain(now)}"


def _side_by_side(
    item: Item, answer: str, by: Mapping[str, list[float]], measures: Mapping[str, Mapping[str, Any]]
) -> None:
    moved = words.listed([_moved(measures[name], *ends) for name, ends in by.items()], most=4)
    st.markdown(f"**{escape(moved[:1].upper() + moved[1:], limit=300)}**")
    asked, before, now = st.columns(3, gap="medium")
    with asked:
        st.caption("Asked")
        log_text(brief(item.prompt, letters=LETTERS))
    with before:
        st.caption("Recorded, and expected" if not item.corrected else "Recorded")
        log_text(brief(item.answer or "", letters=LETTERS))
        if item.corrected:
            st.caption("Expected")
            log_text(brief(item.expected, letters=LETTERS))
    with now:
        st.caption("New")
        log_text(brief(answer, letters=LETTERS))


def _new(version: Version) -> None:
    """Draw the place for new answers."""
    if not identity.current().may("analyst", "engineer"):
        return
    with st.expander("Compare new answers", type="compact"), st.container(width=720):
        st.markdown(
            "Have the new model or prompt answer the items, whose ids are in the JSON lines and in the CSV, and drop "
            "its answers here: JSON lines or CSV with id and response, or the output of an OpenAI batch."
        )
        st.text_input("What answered", key=_NAME, placeholder="Such as gpt-5-mini, prompt 13", max_chars=120, width=320)
        key = f"golden-answers-{st.session_state.get(_TURN, 0)}"
        st.file_uploader("New answers", type=["jsonl", "json", "csv"], key=key, on_change=_taken, args=(key, version))
        st.caption("In a pipeline, with an exit code of 1 where they are worse; --model asks a model for them itself:")
        st.code("afterword golden regress NAME ANSWERS", language=None)


def _taken(key: str, version: Version) -> None:
    held = st.session_state
    uploaded = held.get(key)
    if uploaded is None:
        return
    path = uploads.receive(uploaded, runtime.current().workspace.incoming)
    held[_TURN] = held.get(_TURN, 0) + 1
    order = {
        "dataset": version.dataset, "version": version.number, "answers": str(path),
        "name": held.get(_NAME, "").strip() or path.name,
    }  # fmt: skip
    watch.put_away()
    watch.submit("regress", {"order": order, "who": identity.current().name, "discard": str(path)})
