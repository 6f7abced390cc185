"""The Releases page: what is to be done before the next release, each step a link; and naming a release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from analysis.releases.release import UnknownReleaseError, put, remove
from analysis.releases.steps import Steps, steps
from analysis.state.database import now
from app import data, identity, moments, navigation, runtime, states
from app.sizes import counted
from app.text import escape, plain_label

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.releases.release import Release

_PROBLEM = "release-problem"


@dataclass(frozen=True)
class _Step:
    """A step: where in the loop, what there is to do in words, and the page that does it."""

    stage: str
    words: str
    page: str
    link: str
    due: bool = False


def draw() -> None:
    """Set the loop from release to release, with counts."""
    here = runtime.current()
    releases = data.releases()
    latest = releases[0] if releases else None
    states.heading("Next, until the next release")
    with st.container(key="release-steps", gap="small"):
        for step in _steps(steps(here.store, here.state, latest), latest):
            stage, said, link = st.columns((1.2, 6, 1.6), vertical_alignment="center")
            with stage:
                st.caption(escape(step.stage))
            with said:
                if step.due:
                    st.markdown(escape(step.words, limit=300))
                else:
                    st.markdown(f":gray[{escape(step.words, limit=300)}]")
            with link:
                if step.due:
                    st.page_link(page=navigation.page(step.page), label=escape(step.link))


def form() -> None:
    """Draw the form that names, moves or takes back a release."""
    if not identity.current().may("analyst", "engineer"):
        return
    with st.expander("Name, move or take back a release", type="compact"), st.container(width=720):
        st.markdown(
            "A release that the logs don't carry is named here; one that they have is moved to when it really came. It "
            "stands in the margin of every trend."
        )
        apps = [app for app in data.values_in_order("app") if app]
        with st.form("release-new", border=False, clear_on_submit=True):
            name, when = st.columns(2)
            with name:
                st.text_input("Name", key="release-name", max_chars=120, placeholder="2026.48")
            with when:
                st.datetime_input("Began (UTC)", value=None, key="release-time", step=60)
            where, note = st.columns(2)
            with where:
                st.selectbox("Application", [None, *apps], format_func=lambda app: plain_label(app or "Wherever found"),
                             key="release-app")  # fmt: skip
            with note:
                st.text_input("In a few words", key="release-note", max_chars=200)
            with st.container(horizontal=True, gap="small"):
                st.form_submit_button("Put it there", key="release-put", on_click=_put)
                st.form_submit_button("Take it back", key="release-remove", on_click=_remove, type="tertiary")
        if st.session_state.get(_PROBLEM):
            st.caption(f":red[{escape(st.session_state[_PROBLEM], limit=400)}]")
        st.caption("Many at once, from a deployment tool's export or in its pipeline:")
        st.code("afterword releases import FILE\nafterword release NAME --at TIME", language=None)


def _steps(found: Steps, latest: Release | None) -> list[_Step]:
    since = counted(found.since, "record")
    came = f"{plain_label(latest.name)} came on {moments.day(latest.start)}; {since} since" if latest else since
    listed = [
        _Step("Deploy", came, "conversations", "Read them", bool(found.since)),
        _Step("Monitor", _some(found.unscored, "record", "still to be scored", "All records are scored"), "scoring",
              "Score them", bool(found.unscored)),
    ]  # fmt: skip
    if found.unplaced is not None:
        unplaced = _some(found.unplaced, "text", "not on the map of topics yet", "All texts are on the map")
        listed.append(_Step("Monitor", unplaced, "topics", "Place them", bool(found.unplaced)))
    fired = _some(found.alerts, "alert", "that nobody has resolved", "No alert is open")
    listed.append(_Step("Monitor", fired, "alerts", "Look at them", bool(found.alerts)))
    new = max(found.corrections - found.held, 0)
    since_version = " since the last golden version" if found.frozen is not None else ""
    return [
        *listed,
        _Step("Collect", _some(found.wanted, "label", "wanted by review queues", "No queue waits for labels"), "review",
              "Label", bool(found.wanted)),
        _Step("Collect", _some(found.labels, "label", f"given{since_version}", f"No label{since_version}") + "; " +
              _some(new, "correction", "not in a golden set", "no correction that a golden set lacks"), "golden",
              "Freeze a version", bool(found.labels or new)),
        _Step("Fine-tune", _some(found.items, "item", "in golden sets, ready for export", "No golden set to export"),
              "golden", "Export", bool(found.items)),
        _Step("Redeploy", _run(found, latest), "golden", "Compare answers", _due(found, latest)),
    ]  # fmt: skip


def _some(count: int, thing: str, what: str, none: str) -> str:
    return f"{counted(count, thing)} {what}" if count else none


def _run(found: Steps, latest: Release | None) -> str:
    if found.run is None:
        return "No regression run yet"
    days = (now() - found.run.made).days
    aged = "today" if not days else f"{counted(days, 'day')} ago"
    older = ", before the newest golden version" if _behind(found.run.made, found.frozen) else ""
    return f"Last regression run {aged}{older}: {plain_label(found.run.name)}, {found.run.verdict}"


def _due(found: Steps, latest: Release | None) -> bool:
    if found.run is None:
        return found.frozen is not None
    return _behind(found.run.made, found.frozen) or (latest is not None and found.run.made < latest.start)


def _behind(made: datetime, frozen: datetime | None) -> bool:
    return frozen is not None and made < frozen


def _put() -> None:
    held, here = st.session_state, runtime.current()
    held[_PROBLEM] = ""
    if held["release-time"] is None:
        held[_PROBLEM] = "A release needs the time when it began."
        return
    try:
        put(
            here.store, here.state, held["release-name"], held["release-time"], app=held["release-app"],
            note=held["release-note"], who=identity.current().name,
        )  # fmt: skip
    except ValueError as error:
        held[_PROBLEM] = str(error)


def _remove() -> None:
    held, here = st.session_state, runtime.current()
    held[_PROBLEM] = ""
    try:
        remove(here.store, here.state, held["release-name"].strip(), held["release-app"], who=identity.current().name)
    except UnknownReleaseError as error:
        held[_PROBLEM] = str(error)
