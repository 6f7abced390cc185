"""Bringing logs in: where they are dropped, what was recognised, and the start of the import."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from streamlit import config

from analysis.ingest.report import Options
from app import beacon, dropped, identity, mapping_form, runtime, states, watch
from app.sizes import counted, size
from app.text import escape, log_code, plain_label
from app.work import import_arguments

if TYPE_CHECKING:
    from datetime import datetime

    from app.dropped import Dropped, Group

_WAYS = {"files": "Files", "folder": "A folder"}
_NAMED = 4
"""Names of files said of a group; the rest are counted."""


def bring() -> None:
    """Draw the place to drop files, and the ways for what is too large for it."""
    with st.container(key="bring"):
        way = st.segmented_control(
            "What to drop", list(_WAYS), format_func=_WAYS.__getitem__, default="files", required=True,
            key="bring-way", label_visibility="collapsed",
        )  # fmt: skip
        uploader = dropped.key()
        st.file_uploader(
            "Log exports: JSON, JSON Lines, CSV, TSV or Parquet, also as .gz, .zst or .zip",
            accept_multiple_files="directory" if way == "folder" else True,
            key=f"{uploader}-{way}", on_change=dropped.take, args=(f"{uploader}-{way}",),
        )  # fmt: skip
        problem = dropped.problem()
        if problem:
            st.caption(f":red[{escape(problem, limit=400)}]")
        _larger()


def _larger() -> None:
    """Say how files come in that a browser should not carry."""
    cap = int(config.get_option("server.maxUploadSize"))
    here = runtime.current().workspace
    with st.expander(f"Larger than {cap:d} MB, or on the server already", type="compact"):
        if identity.current().may("engineer"):
            st.text_input(
                "A file or folder on the machine that Afterword runs on", key="bring-path",
                placeholder="/var/exports/2026-11.jsonl.gz", on_change=dropped.take_path, args=("bring-path",),
            )  # fmt: skip
        st.caption("In a terminal of that machine, for files of any size; a running server takes the work over:")
        log_code(f"afterword import PATH --workspace {here.root}")
        st.caption(
            "From another machine, streamed to disk. The token is in server.json in the workspace folder, which only "
            "its owner can read:"
        )
        lit = beacon.seen(here)
        address = lit.url if lit else "http://127.0.0.1:8501"
        log_code(f'curl -T export.jsonl -H "Authorization: Bearer TOKEN" "{address}/api/imports?name=export.jsonl"')


def waiting() -> None:
    """Draw what was dropped, group by group, and the button that imports it."""
    groups = dropped.groups()
    if not groups:
        return
    st.subheader("To be imported")
    ready: list[tuple[Group, dict[str, str] | None]] = []
    for group in groups:
        with st.container(key=f"group-{group.key}", border=False):
            mapping = _group(group)
        if group.known or mapping:
            ready.append((group, mapping))
    if not ready:
        return
    moment, trial = _options()
    files = [item for group, _ in ready for item in group.dropped]
    count = sum(item.files for item in files)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            escape(f"{'Try' if trial else 'Import'} {counted(count, 'file')}"), type="primary", key="import-start",
            on_click=_start, args=(ready, moment, trial),
        )  # fmt: skip
        st.caption(escape(size(sum(item.size for item in files))))


def _group(group: Group) -> dict[str, str] | None:
    """Draw a group; returns its mapping where it needs one, empty while it says too little."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="top"):
        _head(group)
        st.button("Remove", key=f"forget-{group.key}", type="tertiary", on_click=dropped.forget, args=(group,))
    look = group.inspection
    return None if look is None or group.known else mapping_form.draw(group)


def _head(group: Group) -> None:
    """Say what a group is."""
    look = group.inspection
    with st.container(gap="small"):
        if look is None:
            st.markdown(f"**{escape(_named(group.dropped), limit=300)}**")
            states.problem(group.problem, limit=500)
        elif group.known:
            st.markdown(f"**{escape(look.title)}**")
            st.caption(escape(_listed(group.dropped), limit=400))
        else:
            st.markdown(f"**{escape(_named(group.dropped), limit=300)}**")


def _named(items: tuple[Dropped, ...]) -> str:
    names = [plain_label(item.name, limit=60) for item in items[:_NAMED]]
    more = len(items) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _listed(items: tuple[Dropped, ...]) -> str:
    files, bytes_ = sum(item.files for item in items), sum(item.size for item in items)
    folders = ", in which this format comes first" if files > len(items) else ""
    return f"{_named(items)}; {counted(files, 'file')}, {size(bytes_)}{folders}"


def _options() -> tuple[datetime | None, bool]:
    """Draw what else may be said: the time for rows that have none, and whether to keep anything."""
    with st.expander("Options", type="compact"):
        moment = st.datetime_input(
            "Time (UTC) for rows that have none", value=None, key="import-at", width=300, step=60,
            help="Some formats, such as batch results, carry no time. Without one such rows are in totals of all time "
            "and in no trend.",
        )  # fmt: skip
        trial = st.checkbox("Only try: report what would be kept and refused, and keep nothing", key="import-trial")
    return moment, trial


def _start(ready: list[tuple[Group, dict[str, str] | None]], moment: datetime | None, trial: bool) -> None:
    """Queue the import: one job for all known formats, and one for each mapping."""
    who = identity.current().name
    ready = [(group, mapping) for group, mapping in ready if dropped.hand_over(group)]
    if not ready:
        return
    known = [group for group, mapping in ready if mapping is None]
    batches: list[tuple[list[Group], dict[str, str] | None]] = [(known, None)] if known else []
    batches += [([group], mapping) for group, mapping in ready if mapping is not None]
    watch.put_away()
    for groups, mapping in batches:
        if mapping is not None and not trial:
            mapping_form.keep(groups[0], mapping, who)
        options = Options(mapping=mapping, dry_run=trial, at=moment, imported_by=who)
        paths = [item.path for group in groups for item in group.dropped]
        watch.submit("import", import_arguments(paths, options, discard=True))
