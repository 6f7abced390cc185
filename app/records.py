"""The list of records: searched, sorted and paged in SQL, each a link to the whole of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from analysis.metrics import conversations
from app import data, downloads, drill, filters, margin, moments, privacy, states, units, words
from app.address import ORDERS, SIZE, Address, go
from app.sizes import counted
from app.text import escape, log_text

if TYPE_CHECKING:
    from datetime import datetime

    from analysis.metrics.conversations import Page
    from analysis.metrics.filter import Filter

_SEEN = "records-seen"
_NARROW = 300


@dataclass(frozen=True)
class Neighbours:
    """A record's place in the list: its number, of how many, and the ids before and after it."""

    at: int
    total: int
    before: str | None
    after: str | None


def browse(here: Address) -> None:
    """Draw the list."""
    st.title("Conversations")
    extent = data.whole()
    if not extent.records:
        states.newcomer()
        return
    here = _settled(here)
    chosen = here.view.filter(extent)
    filters.bar(here.view, chosen, compares=False)
    total = _asked(here, chosen)
    if not total:
        states.nothing_found("reset-records")
        return
    here = replace(here, at=min(here.at, total))
    with st.container(key="sentence"):
        alone = replace(here.view, compare=False)
        st.markdown(
            escape(f"{counted(total, 'record')}. {words.looking_at(alone, chosen, None, extent.last)}", limit=600)
        )
    window = _window(here, chosen)
    rows = window.rows.slice(1 if here.start else 0, SIZE).to_dicts()
    with st.container(key="records", gap=None):
        for place, row in enumerate(rows, here.start + 1):
            _row(here, place, row, extent.last)
    _pages(here, total)


def neighbours(here: Address, id: str) -> Neighbours | None:
    """Find a record's place in the list; None where it does not stand at the place that the link says."""
    window = _window(here, here.view.filter(data.whole()))
    ids: list[str] = window.rows["id"].to_list()
    place = here.at - 1 - max(0, here.start - 1)
    if not (0 <= place < len(ids)) or ids[place] != id:
        return None
    after = ids[place + 1] if place + 1 < len(ids) else None
    return Neighbours(here.at, window.total, ids[place - 1] if place else None, after)


def _window(here: Address, chosen: Filter) -> Page:
    """Read the page of the list that holds the place, with the record before and the one after it."""
    first = max(0, here.start - 1)
    return _read((str(data.store().workspace.root), data.store().generation), chosen, here.order, first)


@st.cache_data(max_entries=32, show_spinner=False)
def _read(now: tuple[str, int], chosen: Filter, order: str, first: int) -> Page:
    by = ORDERS[order]
    return conversations.records_page(
        data.store(), chosen, sort=by.field, descending=by.descending, offset=first, limit=SIZE + 2
    )


def _settled(here: Address) -> Address:
    """Go back to the first page when the list became another one within this session."""
    what = replace(here, at=1)
    if st.session_state.get(_SEEN, what) != what:
        here = what
        st.query_params.from_dict(here.params())
    st.session_state[_SEEN] = what
    return here


def _asked(here: Address, chosen: Filter) -> int:
    """Draw search, order and download above the list; gives how many records it holds."""
    with st.container(key="controls", horizontal=True, vertical_alignment="center", gap="small"):
        st.session_state["records-search"] = _sought(here)
        st.text_input(
            "Search", key="records-search", placeholder="Search prompts and answers", icon=":material/search:",
            on_change=_searched, args=(here,), label_visibility="collapsed", width=420, max_chars=_NARROW,
        )  # fmt: skip
        st.session_state["records-order"] = here.order
        st.selectbox(
            "Order", list(ORDERS), key="records-order", format_func=lambda name: ORDERS[name].title,
            on_change=_ordered, args=(here,), label_visibility="collapsed", width=260,
        )  # fmt: skip
        total = _window(replace(here, at=1), chosen).total
        downloads.offer(chosen, total)
        drill.review(here.view, key="records")
    return total


# Streamlit calls what follows also for controls of a list that is left: where a record was opened and a key pressed
# before the browser had drawn all of it. Nothing was changed then, and nobody is led back.


def _searched(here: Address) -> None:
    sought = st.session_state["records-search"].strip()
    if sought != _sought(here):
        view = here.view.where("text", [sought] if sought else [], op="~")
        filters.show(view)
        go(replace(here, view=view, at=1).params())


def _sought(here: Address) -> str:
    held = [c.values[0] for c in here.view.conditions if c.field == "text" and c.op == "~"]
    return str(held[0]) if held else ""


def _ordered(here: Address) -> None:
    order = st.session_state["records-order"]
    if order != here.order:
        go(replace(here, order=order, at=1).params())


def _row(here: Address, place: int, row: dict[str, Any], newest: datetime | None) -> None:
    with st.container(key=f"record-{place}"):
        when, text, measured = st.columns([1.35, 6, 1.25], gap="medium")
        with when:
            here.link(moments.brief(row["time"], newest=newest), "record", row["id"], at=place)
            st.caption(escape(row["model"] or "no model named", limit=40))
        with text:
            log_text(excerpt(row["prompt"]) or "No prompt was logged.")
            nothing = "No answer: the call failed." if row["status"] == "error" else "No text was answered."
            log_text(excerpt(row["response"]) or nothing)
        with measured:
            for figure in (units.money(row["cost"]), units.seconds(row["latency"])):
                if figure != units.NONE:
                    st.caption(escape(figure))
            if row["status"] == "error":
                st.caption(":red[error]")
            elif row["finish_reason"] not in (None, "stop"):
                st.caption(escape(row["finish_reason"], limit=24))
            for name in ("thumbs", "stars"):
                if row[name] is not None:
                    margin.judgement({"name": name, "value": row[name]})


def excerpt(text: str | None) -> str:
    """Shorten a text for a list, and say that it goes on."""
    whole = privacy.for_reader(text or "")
    cut = whole[: conversations.EXCERPT].strip()
    return f"{cut} …" if len(whole) > conversations.EXCERPT else cut


def _pages(here: Address, total: int) -> None:
    pages, page = -(-total // SIZE), here.start // SIZE + 1
    if pages > 1:
        key = f"records-page-{page}"  # a page's own: the link says which one it is, not what the widget remembers
        st.pagination(pages, default=page, key=key, on_change=_paged, args=(here, key))


def _paged(here: Address, key: str) -> None:
    start = (st.session_state[key] - 1) * SIZE
    if start != here.start:
        go(replace(here, at=start + 1).params())
