"""A list that a team keeps as JSON, edited in a text field: checked, and no change of somebody else's lost, unseen."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import identity, runtime
from app.text import escape
from app.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable

_SAVED = ""
_OUTRUN = (
    "Somebody else has changed this list since you began. Save once more to put yours in the place of theirs, or load "
    "the page anew to see theirs."
)


@dataclass(frozen=True)
class ListEditor:
    """The field of a list, and what is done with what is typed in it.

    Parameters
    ----------
    name : str
        What the keys of its parts begin with.
    label, example : str
        What the list is, and what the field shows where it is empty.
    kept : callable
        Gives the list as it is kept now, as text.
    keep : callable
        Keeps a text where it is as it should be, and raises ``ValueError`` where not.
    roles : tuple of str
        Who may change it: people of one of these roles.
    height : int
        Of the field, in pixels.
    """

    name: str
    label: str
    example: str
    kept: Callable[[], str]
    keep: Callable[[str], None]
    roles: tuple[str, ...] = ("analyst", "manager", "engineer")
    height: int = 160

    def draw(self, note: str, button: str, on_save: Callable[[], Any], *, busy: bool = False) -> None:
        """Draw the field with what is typed in it, or else with what is kept now; `on_save` calls :meth:`save`."""
        kept, may = self.kept(), self._may()
        if self._seen not in st.session_state or self.typed in (st.session_state[self._seen], kept):
            if st.session_state.get(self._seen) != kept:  # what was said is of another text
                st.session_state.pop(self._said, None)
            self._hold(kept)
        st.text_area(
            escape(self.label), key=self._text, height=self.height, placeholder=self.example, persist_state="session",
            disabled=not may,
        )  # fmt: skip
        st.caption(escape(note, limit=700))
        st.button(escape(button), key=f"{self.name}-save", on_click=on_save, disabled=busy or not may)
        if not may:
            st.caption(escape(f"{listed([f'{role}s' for role in self.roles]).capitalize()} can change this."))
        said = st.session_state.get(self._said)
        if said:
            st.markdown(f":red[Not saved.] {escape(said, limit=500)}")
        elif said == _SAVED and self.typed == kept:
            st.markdown("Saved.")

    @property
    def typed(self) -> str:
        """What is typed in the field, as its person sees it."""
        return st.session_state.get(self._text) or ""

    def type_in(self, text: str) -> None:
        """Type a text for the person; from within a callback."""
        st.session_state[self._text] = text
        st.session_state.pop(self._said, None)

    def refuse(self, problem: str) -> None:
        """Say below the field what is wrong with it; from within a callback."""
        st.session_state[self._said] = problem

    def save(self) -> bool:
        """Keep what is typed, or say why that is not done; gives whether it was. From within a callback."""
        if not self._may():  # what a page offers and what may be done are two things
            return False
        now = self.kept()
        if now not in (st.session_state[self._seen], self.typed):
            st.session_state[self._seen] = now
            self.refuse(_OUTRUN)
            return False
        try:
            self.keep(self.typed)
        except (ValueError, OSError) as error:
            self.refuse(str(error))
            return False
        self._hold(self.kept())
        st.session_state[self._said] = _SAVED
        return True

    def _may(self) -> bool:
        return identity.current().may(*self.roles)

    def _hold(self, kept: str) -> None:
        st.session_state[self._text] = st.session_state[self._seen] = kept

    @property
    def _text(self) -> str:
        return f"{self.name}-text"

    @property
    def _seen(self) -> str:
        return f"{self.name}-seen"

    @property
    def _said(self) -> str:
        return f"{self.name}-said"


def of_file(
    name: str, label: str, example: str, path: Callable[[], Path], check: Callable[[Path], object], *, height: int = 160
) -> ListEditor:
    """Make the editor of a list that is a file of the workspace; `check` reads a draft of it, or raises."""
    return ListEditor(name, label, example, lambda: _read(path()), partial(_keep, path, check), height=height)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _keep(path: Callable[[], Path], check: Callable[[Path], object], text: str) -> None:
    """Keep a text as the file where `check` passes it, and no file where it is empty."""
    held = path()
    draft = Path(mkdtemp(dir=runtime.current().workspace.staging)) / held.name
    try:
        if text.strip():
            draft.write_text(text, encoding="utf-8")
            check(draft)
            draft.replace(held)
        else:
            held.unlink(missing_ok=True)
    finally:
        shutil.rmtree(draft.parent, ignore_errors=True)
