"""The pages, in their groups: the one list of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

_PAGES = Path(__file__).resolve().parents[1] / "pages"


@dataclass(frozen=True)
class Entry:
    """A page: its name in links, its title, and its group in the sidebar."""

    name: str
    title: str
    group: str

    @property
    def path(self) -> Path:
        """The page's script."""
        return _PAGES / f"{self.name}.py"

    def page(self) -> st.Page:
        """The page as Streamlit wants it; made anew it is still the same page."""
        return st.Page(self.path, title=self.title, url_path=self.name, default=self is ENTRIES[0])


ENTRIES: tuple[Entry, ...] = (
    Entry("overview", "Overview", "Monitor"),
    Entry("usage", "Usage", "Monitor"),
    Entry("cost", "Cost", "Monitor"),
    Entry("latency", "Latency & resources", "Monitor"),
    Entry("quality", "Quality", "Monitor"),
    Entry("safety", "Safety", "Monitor"),
    Entry("alerts", "Alerts", "Monitor"),
    Entry("topics", "Topics", "Understand"),
    Entry("drift", "Drift", "Understand"),
    Entry("releases", "Releases", "Understand"),
    Entry("conversations", "Conversations", "Understand"),
    Entry("review", "Queue", "Review"),
    Entry("audits", "Audits", "Review"),
    Entry("golden", "Golden set", "Review"),
    Entry("imports", "Import", "Data"),
    Entry("scoring", "Scoring", "Data"),
    Entry("settings", "Settings", "Data"),
)


def grouped() -> dict[str, list[st.Page]]:
    """Group the pages as the sidebar shows them."""
    groups: dict[str, list[st.Page]] = {}
    for entry in ENTRIES:
        groups.setdefault(entry.group, []).append(entry.page())
    return groups


def page(name: str) -> st.Page:
    """Find a page by its name.

    Raises
    ------
    KeyError
        If there is none.
    """
    return {entry.name: entry for entry in ENTRIES}[name].page()
