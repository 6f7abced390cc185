"""A log of no known format: which of its fields is what, guessed or saved before, and corrected here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from analysis.ingest.mapping import TARGETS, join, split, top
from analysis.state import mappings
from app import dropped, runtime
from app.sizes import counted
from app.text import escape, log_text, plain_label

if TYPE_CHECKING:
    from analysis.ingest.inspect import Field, Inspection
    from analysis.state.mappings import Mapping
    from app.dropped import Group

LENGTHS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds", "min": "minutes"}
MONEY = {"": "US dollars", "cents": "US cents"}
UNITS = {"latency": LENGTHS, "time_to_first_token": LENGTHS, "cost": MONEY}
"""The units that a target's values may have, the record's own first."""

ALL_UNITS = LENGTHS | MONEY

FIRST = (
    "prompt", "response", "time", "model", "input_tokens", "output_tokens", "cost", "latency", "session_id", "user_id",
)  # fmt: skip
"""What is asked for in any case; the rest unfolds."""

ENOUGH = frozenset(("prompt", "response", "model", "input_tokens", "output_tokens", "cost", "latency"))
"""With none of these there is nothing to look at."""

_TITLES = {
    "source_id": "Call id", "trace_id": "Request id", "session_id": "Conversation id", "user_id": "User id",
    "app": "Application", "cache_read_tokens": "Tokens from the cache", "cache_write_tokens": "Tokens to the cache",
}  # fmt: skip
_WIDTHS = (3, 3.4, 2, 4)
_SAMPLES = 2
_FEW = 5


def draw(group: Group) -> dict[str, str]:
    """Draw the form of a group; returns the mapping as it stands, empty where it says too little to import by."""
    look = group.inspection
    assert look is not None
    before = saved(look)
    start = before.mapping if before else look.guess
    _introduce(look, before)
    with (
        st.expander("Which field is what", expanded=before is None, type="compact"),
        st.container(key=f"mapping-{group.key}"),
    ):
        chosen = _rows(group, look, start)
    name = st.text_input(
        "Keep this mapping as", value=before.name if before else _name(group), key=f"map-name-{group.key}",
        max_chars=200, width=420,
        help="Files with the same fields are read by it from then on. Empty: it is used this once.",
    )  # fmt: skip
    st.session_state[f"map-{group.key}"] = name
    if not ENOUGH & chosen.keys():
        st.caption(":red[Say at least where the prompt, the response, the model or the tokens are.]")
        return {}
    _preview(group, chosen)
    return chosen


def saved(look: Inspection) -> Mapping | None:
    """The mapping that was saved for a file's fields."""
    return mappings.fitting(runtime.current().state, look.signature.split(","))


def keep(group: Group, mapping: dict[str, str], who: str) -> None:
    """Save a group's mapping under the name given, unless it has none or stands there already."""
    name = str(st.session_state.get(f"map-{group.key}", "")).strip()
    assert group.inspection is not None
    before = saved(group.inspection)
    if name and (before is None or (before.name, before.mapping) != (name, mapping)):
        mappings.save(runtime.current().state, name, group.inspection.signature.split(","), mapping, who=who)


def title(target: str) -> str:
    """Name a target as a heading."""
    return _TITLES.get(target, target.replace("_", " ").capitalize())


def _introduce(look: Inspection, before: Mapping | None) -> None:
    if before is not None:
        st.markdown(f"No known format, but files with these fields are read by your mapping **{escape(before.name)}**.")
    elif look.guess:
        st.markdown("No known format. This is what the names and values suggest; correct it where it is wrong.")
    else:
        st.markdown("No known format, and the names tell too little. Say which field is what.")


def _name(group: Group) -> str:
    stem = group.dropped[0].path.name.split(".")[0]
    return plain_label(stem.replace("_", " "), limit=200)


def _rows(group: Group, look: Inspection, start: dict[str, str]) -> dict[str, str]:
    """Draw a row a target, and gather what is chosen."""
    for column, words in zip(st.columns(_WIDTHS), ("What", "Field of the file", "In", "Its values"), strict=True):
        with column:
            st.caption(escape(words))
    fields = {field.path: field for field in look.fields}
    chosen: dict[str, str] = {}
    first = [target for target in TARGETS if target in FIRST or target in start]
    rest = [target for target in TARGETS if target not in first]
    for target in first:
        chosen |= _row(group, target, fields, start.get(target, ""))
    if st.toggle(f"Show {len(rest):,} more", key=f"map-more-{group.key}", persist_state="session"):
        for target in rest:
            chosen |= _row(group, target, fields, "")
    used = {top(split(field, fields)[0], look.names) for field in chosen.values()}
    others = [name for name in look.names if name not in used]
    if others:
        st.caption(escape(f"Kept as attributes, to filter and break down by: {', '.join(others)}.", limit=600))
    return chosen


def _row(group: Group, target: str, fields: dict[str, Field], start: str) -> dict[str, str]:
    path, unit = split(start, fields)
    name, field, measure, values = st.columns(_WIDTHS, vertical_alignment="center")
    with name:
        st.markdown(escape(title(target)), help=escape(TARGETS[target].capitalize()))
    with field:
        options = ["", *fields]
        picked = st.selectbox(
            escape(title(target)), options, index=options.index(path) if path in fields else 0, format_func=_field,
            key=f"map-{group.key}-{target}", label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
    with measure:
        chosen = _unit(group, target, unit) if picked and target in UNITS else ""
    with values:
        if picked:
            log_text(" · ".join(plain_label(sample, limit=40) for sample in fields[picked].samples[:_SAMPLES]))
    return {target: join(picked, chosen)} if picked else {}


def _field(path: str) -> str:
    return plain_label(path) or "–"


def _unit(group: Group, target: str, start: str) -> str:
    """Draw the choice of a unit; empty for the record's own."""
    units = list(UNITS[target])
    picked = st.selectbox(
        "Unit", units, index=units.index(start) if start in units else 0, format_func=ALL_UNITS.__getitem__,
        key=f"unit-{group.key}-{target}", label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    return "" if picked == units[0] else picked


def _preview(group: Group, mapping: dict[str, str]) -> None:
    rows = dropped.shown(group, mapping)
    if isinstance(rows, str):
        st.caption(f":red[{escape(rows, limit=400)}]")
        return
    st.caption(escape(f"The first {counted(len(rows), 'row')}, as they would be imported"))
    texts = [name for name, kind in rows.schema.items() if kind == pl.String]
    st.dataframe(
        rows.with_columns(pl.col(texts).str.slice(0, 300)),
        column_config={name: title(_TARGET.get(name, name)) for name in rows.columns},
        height="content" if len(rows) <= _FEW else 220, hide_index=True, key=f"preview-{group.key}",
    )  # fmt: skip


_TARGET = {"recorded_cost": "cost"}
