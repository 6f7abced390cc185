"""Where one is on the Conversations page, as it stands in the link: the list and a place in it, and what is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from app import filters, navigation
from app.text import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.view import View

SIZE = 25
"""Records on a page of the list."""


class Order(NamedTuple):
    """An order of the list: its words, and the field and direction it sorts by."""

    title: str
    field: str
    descending: bool


ORDERS: dict[str, Order] = {
    "newest": Order("Newest first", "time", True),
    "oldest": Order("Oldest first", "time", False),
    "cost": Order("Highest cost first", "cost", True),
    "latency": Order("Slowest first", "latency", True),
    "wait": Order("Longest wait for the first token", "time_to_first_token", True),
    "tokens": Order("Most tokens first", "total_tokens", True),
    "user": Order("By user", "user_id", False),
    "model": Order("By model", "model", False),
}
"""Orders by their name in links."""

OPENED = ("record", "trace", "session", "user")
"""What can be open, by its name in links; of several the first."""


@dataclass(frozen=True)
class Address:
    """Where one is.

    Parameters
    ----------
    view : View
        The records that the list holds.
    order : str
        A key of :data:`ORDERS`.
    at : int
        A place in the list, from 1: the record that is open, or one of the page that is shown.
    turn : int
        The first turn shown of what is open, from 1.
    """

    view: View
    order: str = "newest"
    at: int = 1
    turn: int = 1

    @property
    def start(self) -> int:
        """How many records stand before the page of the list that holds the place."""
        return (self.at - 1) // SIZE * SIZE

    def params(
        self, kind: str | None = None, id: str = "", *, at: int | None = None, turn: int = 1
    ) -> dict[str, list[str]]:
        """Write the link to the list, or to what is open; `at` is another place in the list."""
        found = {"sort": self.order, "at": str(at or self.at), "turn": str(turn)}
        usual = {"sort": "newest", "at": "1", "turn": "1"}
        kept = {name: [value] for name, value in found.items() if value != usual[name]}
        return kept | ({kind: [id]} if kind else {}) | self.view.params()

    def link(self, label: str, kind: str | None = None, id: str = "", *, at: int | None = None, turn: int = 1) -> None:
        """Draw a link to the list, or to a record, trace, session or user; `label` may hold names from logs."""
        st.page_link(
            page=navigation.page("conversations"),
            label=escape(label),
            query_params=self.params(kind, id, at=at, turn=turn),
        )

    def onward(self, what: str, kind: str, id: str, *, size: int, total: int) -> None:
        """Draw links to the parts before and after the one shown of what is open; `what` names its pieces."""
        start = min(self.turn, total)
        firsts = [first for first in (start - size, start + size) if -size < first - 1 < total]
        if firsts:
            with st.container(key="onward", horizontal=True, gap="medium"):
                for first in (max(1, first) for first in firsts):
                    self.link(f"{what} {first:,} to {min(first + size - 1, total):,}", kind, id, turn=first)


def read() -> tuple[Address, str | None, str]:
    """Read the link: where one is, what kind of thing is open (None for the list), and its id."""
    here = Address(filters.current(), _order(st.query_params), _number("at"), _number("turn"))
    kind = next((kind for kind in OPENED if st.query_params.get(kind)), None)
    return here, kind, st.query_params.get(kind, "") if kind else ""


def go(params: Mapping[str, list[str]]) -> None:
    """Change the link from within a callback."""
    st.query_params.from_dict(params)


def _order(given: Mapping[str, str]) -> str:
    asked = given.get("sort", "newest")
    return asked if asked in ORDERS else "newest"


def _number(name: str) -> int:
    text = st.query_params.get(name, "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1
