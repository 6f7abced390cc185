"""The Releases page: the releases in time, and of one whether it got better, for whom and at what cost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from analysis.metrics import fields
from analysis.releases import report as reports
from analysis.releases import runs
from analysis.releases.compare import FEW, SAME, WORSE
from analysis.releases.windows import DAYS, NotComparableError
from analysis.state import audits
from app import breakdowns, data, drill, moments, navigation, release_words, runtime, states, units, words
from app.charts import forest, frame, timeline
from app.charts.listing import Column
from app.charts.sheet import PICK
from app.sizes import counted
from app.text import escape, plain_label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from analysis.releases.compare import Outcome
    from analysis.releases.release import Release
    from analysis.releases.report import Report
    from analysis.releases.whom import Group

NAME, APP, LENGTH = "release", "app", "days"
"""The link's parameters: which release of which application is shown, and how many days are compared."""
SHOWN = 30
"""Releases on the line of time, the latest."""
GROUPS = 12
"""Groups that are shown; their data has them all."""
_DAYS = (7, 14, 28)
_MARGIN = timedelta(days=1)


def begin() -> Release | None:
    """Draw the title, the line of time and the choice; None, with a word, where there is no release."""
    st.title("Releases")
    extent = data.whole()
    if not extent.records or extent.first is None or extent.last is None:
        states.newcomer()
        st.stop()
    releases = data.releases()
    if not releases:
        states.absent(
            "No release was found.",
            "Where calls carry a version, each is found by itself: the first time that more than a trickle of an "
            "application's calls has it. Else name one below.",
        )
        return None
    chosen = _chosen(releases)
    _timeline(releases[:SHOWN], chosen, min(extent.first, releases[-1].start), max(extent.last, releases[0].start))
    return chosen


def compared(release: Release) -> Report | None:
    """Compare before with after, or say why that can't be."""
    asked = st.query_params.get(LENGTH, "")
    days = int(asked) if asked in [str(some) for some in _DAYS] else DAYS
    try:
        return data.released(release, days)
    except NotComparableError as error:
        states.heading(plain_label(release.name))
        states.absent("It can't be compared yet." if "after" in str(error) else "It can't be compared.", str(error))
        return None


def verdict(told: Report) -> None:
    """Say first whether it got better, then what that rests on and what else may be the cause."""
    st.subheader(escape(release_words.headline(told), limit=400))
    with st.container(width=860):
        st.markdown(escape(release_words.tally(told), limit=300))
        for outcome in release_words.leading(told):
            shifts = data.why_released(told, outcome.measure.name)
            day = reports.sudden(data.store(), told, outcome)
            said = release_words.reason(outcome, shifts, reports.traffic(shifts), day)
            if said:
                st.markdown(escape(said, limit=500))
        st.caption(escape(release_words.how(told), limit=600))
        here = runtime.current()
        also = release_words.meanwhile(told, reports.meanwhile(here.store, here.state, told.windows))
        if also:
            st.caption(escape(also, limit=1200))


def metrics(told: Report) -> None:
    """Set the table of the metrics that moved, and folded those that did not."""
    outcomes = release_words.in_order(told.outcomes)
    moved = [one for one in outcomes if one.moved]
    rest = [one for one in outcomes if not one.moved]
    states.heading("What moved" if moved else "Nothing moved by more than chance")
    note = "Dots: how many times what it was, with 95 % intervals. Click a row for the records after it."
    if moved:
        _table(told, moved, "verdict", key="moved", note=note)
    if rest:
        folded = f"{counted(len(rest), 'metric')} without a difference, or with too few data"
        with st.expander(escape(folded), type="compact"):
            seen = "Last column: the smallest change that would have been seen in four of five cases."
            _table(told, rest, "would be seen", key="same", note=seen)


def groups(told: Report) -> None:
    """Set the table of the groups that fare otherwise than the rest."""
    found = told.apart.groups
    states.heading("For whom")
    named = dict.fromkeys(words.field(field).lower() for field in told.by)  # an attribute may be called like a field
    by = words.listed(list(named), most=len(named))
    if not found:
        looked = counted(told.apart.looked_at, "group")
        said = "There are too few records to look at groups." if not told.apart.looked_at else (
            f"No group fares otherwise than the rest by more than chance: {looked}, by {by}."
        )  # fmt: skip
        st.markdown(escape(said, limit=500))
    else:
        _groups(told, found, by)
    verdicts = [f"{one.name}: {one.body['verdict']['kind']}" for one in audits.newest(runtime.current().state)]
    latest = f" The latest: {words.listed(verdicts, most=2)}." if verdicts else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = f"Whether people are treated alike is for an audit to say, which compares like with like.{latest}"
        st.caption(escape(said, limit=300), width="content")
        st.page_link(page=navigation.page("audits"), label="Audits", width="content")


def regression(release: Release) -> None:
    """Say what the golden regression beside the release found."""
    states.heading("Against the golden set")
    run, named = runs.beside(runtime.current().state, release)
    if run is None:
        said = "No regression run names this release, nor was one made near it."
        link, params = "Compare new answers with a golden set", dict[str, str]()
    else:
        which = "names this release" if named else "is the nearest in time"
        said = f"The run of {moments.day(run.made)} {which}. {run.name} on {run.dataset}: {run.verdict}."
        link, params = "Read it", {"set": run.dataset, "run": str(run.id)}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(escape(said, limit=400), width="content")
        st.page_link(page=navigation.page("golden"), label=escape(link), query_params=params, width="content")


def _chosen(releases: Sequence[Release]) -> Release:
    """Draw the choice of a release and of the days that are compared."""
    name, app = st.query_params.get(NAME), st.query_params.get(APP)
    places = [place for place, one in enumerate(releases) if one.name == name and app in (None, one.app)]
    if name and not places:
        states.gone(f"the release {name}{f' of {app}' if app else ''}", "the newest one")
    st.session_state[NAME] = places[0] if places else 0
    asked = st.query_params.get(LENGTH, "")
    st.session_state[LENGTH] = int(asked) if asked in [str(some) for some in _DAYS] else DAYS
    with st.container(key="release-choice", horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.selectbox(
            "Release", range(len(releases)), format_func=lambda place: _named(releases[place]), key=NAME,
            on_change=_picked, args=(releases,), width=420,
        )  # fmt: skip
        st.segmented_control(
            "Days before and after", _DAYS, key=LENGTH, on_change=_lengthened, required=True,
        )  # fmt: skip
    return releases[st.session_state[NAME]]


def _named(release: Release) -> str:
    where = f", {release.app}" if release.app else ""
    return plain_label(f"{release.name}{where}, {moments.day(release.start)}", limit=90)


def _timeline(releases: Sequence[Release], chosen: Release, start: datetime, end: datetime) -> None:
    marks = [
        timeline.Mark(
            f"{place}", one.name, one.app or "everywhere", one.start, release_words.came(one), one is chosen
        )
        for place, one in enumerate(releases)
    ]  # fmt: skip
    chart = timeline.timeline(marks, start - _MARGIN, end + 4 * _MARGIN)
    says = f"When {counted(len(releases), 'release')} came"
    picked = frame.altair(chart, name="releases", says=says, select=PICK)
    table = pl.DataFrame([
        {"release": one.name, "app": one.app, "environment": one.environment, "began": one.start, "half": one.half,
         "done": one.done, "source": one.source, "note": one.note} for one in releases
    ], infer_schema_length=None)  # fmt: skip
    frame.foot("releases", table, f"{_came(chosen)} Click a release to read what became of it.")
    for point in picked:
        one = releases[int(point["key"])]
        if one is not chosen and st.session_state.get("release-clicked") != point["key"]:
            st.session_state["release-clicked"] = point["key"]
            _show(one)
            st.rerun()


def _came(release: Release) -> str:
    said = f"{release.name} came on {moments.day(release.start)}, {release.start:%H:%M} UTC: "
    return f"{said}{release_words.came(release)}."


def _table(told: Report, outcomes: Sequence[Outcome], word: str, *, key: str, note: str) -> None:
    rows = [_row(one, last=word) for one in outcomes]
    sides = ("the others", "this one") if told.windows.beside else ("before", "after")
    chart = forest.table(rows, word, sides=sides)
    picked = frame.altair(chart, name=f"release-{key}", says=note, select=PICK)
    table = pl.DataFrame([
        {"metric": one.measure.name, "heading": one.measure.section, "before": one.before.value, "n_before":
         one.before.n, "after": one.now.value, "n_after": one.now.n, "change": one.change.value, "low": one.change.low,
         "high": one.change.high, "p": one.p, "q": one.q, "smallest": one.smallest, "verdict": one.verdict}
        for one in outcomes
    ], infer_schema_length=None)  # fmt: skip
    frame.foot(f"release-{key}", table, note)
    drill.from_metrics(picked, told.windows.now)


def _row(one: Outcome, *, last: str) -> forest.Row:
    unit, before, change = one.measure.metric.unit, one.before.value, one.change
    ends: tuple[float | None, float | None] = (None, None)
    if before and before > 0 and change.low is not None and change.high is not None:
        ends = ((before + change.low) / before, (before + change.high) / before)
    word = one.verdict if last == "verdict" else release_words.seen(one) if one.verdict == SAME else words.TOO_FEW
    return forest.Row(
        one.measure.name, one.measure.metric.title, units.figure(before, unit), units.figure(one.now.value, unit),
        release_words.change(one), word, None if one.verdict == FEW else one.times, *ends,
        strong=one.verdict == WORSE, quiet=not one.moved,
    )  # fmt: skip


def _groups(told: Report, found: Sequence[Group], by: str) -> None:
    columns = [
        Column("", 0), Column("", 26), Column("before", 62, "right", muted=True),
        Column("after", 71, "right", figure=True),
        Column("all others before", 88, "right", muted=True), Column("after", 97, "right", muted=True),
    ]  # fmt: skip
    rows = [
        (f"{place}", [
            one.measure.metric.title, f"{words.field(one.field).lower()} {words.group(one.name)}",
            *(units.figure(value, one.measure.metric.unit)
              for value in (one.before, one.now, one.others_before, one.others_now)),
        ])
        for place, one in enumerate(found[:GROUPS])
    ]  # fmt: skip
    table = pl.DataFrame([
        {"metric": one.measure.name, "field": one.field, "group": one.name, "before": one.before, "after": one.now,
         "change": one.change.value, "low": one.change.low, "high": one.change.high,
         "others_before": one.others_before, "others_after": one.others_now, "p": one.p, "q": one.q}
        for one in found
    ])  # fmt: skip
    looked = f"Of {counted(told.apart.looked_at, 'group')}, by {by}, these moved otherwise than all others."
    st.markdown(escape(looked, limit=400))
    more = f" {len(found) - GROUPS} more are in the data." if len(found) > GROUPS else ""
    note = f"Of those named one in twenty is expected to be chance.{more} Click a row for its records."
    for point in breakdowns.listed(table, columns, rows, key="release-groups", note=note):
        group = found[int(point["key"])]
        if group.field in fields.TEXTS or group.field.startswith(fields.ATTRIBUTE):
            drill.from_table([{"key": group.name}], told.windows.now, group.field)


def _picked(releases: Sequence[Release]) -> None:
    _show(releases[st.session_state[NAME]])


def _show(release: Release) -> None:
    kept = {name: st.query_params.get_all(name) for name in st.query_params if name not in (NAME, APP)}
    where = {} if release.app is None else {APP: [release.app]}
    st.query_params.from_dict(kept | {NAME: [release.name]} | where)  # at once: one step of the browser's history


def _lengthened() -> None:
    st.query_params[LENGTH] = str(st.session_state[LENGTH])
