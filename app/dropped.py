"""The files that a person has dropped and not yet imported: taken from the browser, looked at, put into groups."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from analysis.ingest.inspect import Inspection, inspect, preview
from analysis.ingest.source import SourceError
from analysis.workspace import Workspace
from app import runtime, uploads
from app.text import plain_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

_PROBLEM = "dropped-problem"
_ROUND = "dropped-round"


@dataclass(frozen=True)
class Dropped:
    """A file, or a folder of this machine; `path` is a copy where a browser sent it."""

    path: Path
    name: str
    size: int
    files: int = 1


@dataclass
class _Shelf:
    """What one session has dropped; its copies go with the session."""

    workspace: Workspace
    items: list[Dropped] = field(default_factory=list)

    def clear(self) -> None:
        """Take the copies off the disk."""
        for item in self.items:
            self.workspace.discard(item.path)


def _shelf() -> _Shelf:
    return _shelf_in(runtime.current().workspace.root)


@st.cache_resource(scope="session", on_release=_Shelf.clear, show_spinner=False)
def _shelf_in(root: Path) -> _Shelf:
    return _Shelf(Workspace(root))


@dataclass(frozen=True)
class Group:
    """Dropped files of one format, or without a known format but with the same fields, or with the same problem.

    `key` tells the group apart; exactly one of `inspection` and `problem` is there.
    """

    key: str
    dropped: tuple[Dropped, ...]
    inspection: Inspection | None
    problem: str = ""

    @property
    def known(self) -> bool:
        """Whether Afterword knows the format."""
        return self.inspection is not None and self.inspection.format is not None


def key() -> str:
    """The uploader's key; a new one after each drop, so that it is empty again."""
    return f"upload-{st.session_state.get(_ROUND, 0)}"


def take(uploader: str) -> None:
    """Copy what was dropped into the workspace and let it go from memory; for the uploader's callback."""
    # A run that was broken off repeats its callbacks: what was taken then is here as a file deleted.
    given = [file for file in st.session_state.get(uploader) or [] if isinstance(file, UploadedFile)]
    if not given:
        return
    st.session_state[_PROBLEM] = ""
    taken: list[Dropped] = []
    try:
        for uploaded in given:
            size, name = uploaded.size, plain_label(uploaded.name)
            path = uploads.receive(uploaded, _shelf().workspace.incoming)
            taken.append(Dropped(path, name, size))
    except OSError as error:
        st.session_state[_PROBLEM] = f"The workspace could not take all of it: {error.strerror or error}."
    _shelf().items += taken
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def take_path(field: str) -> None:
    """Take a file or folder of this machine, whose path is in a text field; for the field's callback."""
    text = st.session_state.get(field, "").strip()
    st.session_state[_PROBLEM] = ""
    if not text:
        return
    path = Path(text).expanduser()
    if not path.is_absolute() or not path.exists():
        st.session_state[_PROBLEM] = f"There is no file or folder {text} on this machine. Write its whole path."
        return
    files = _files(path)
    if not files:
        st.session_state[_PROBLEM] = f"The folder {text} holds no file."
        return
    size = sum(file.stat().st_size for file in files)
    _shelf().items.append(Dropped(path, str(path), size, len(files)))
    st.session_state[field] = ""


def here() -> list[Dropped]:
    """What was dropped and is still there."""
    return [item for item in _shelf().items if item.path.exists()]


def problem() -> str:
    """What went wrong with the last drop; empty where nothing did."""
    return str(st.session_state.get(_PROBLEM, ""))


def forget(group: Group) -> None:
    """Take a group off the list, and its copies off the disk."""
    for item in group.dropped:
        _shelf().workspace.discard(item.path)
    hand_over(group)


def hand_over(group: Group) -> bool:
    """Take a group off the list, its files then belong to a job; false where they are off it already."""
    held = here()
    _shelf().items = [item for item in held if item not in group.dropped]
    return any(item in held for item in group.dropped)


def groups() -> list[Group]:
    """Look at everything dropped, and put alike to alike: what needs a word first, then the known formats."""
    found: dict[str, list[Dropped]] = {}
    looks: dict[str, Inspection | str] = {}
    for item in here():
        look = _look(*_print(item))
        mark = look if isinstance(look, str) else look.format or look.signature
        name = hashlib.sha256(mark.encode(errors="replace")).hexdigest()[:12]
        found.setdefault(name, []).append(item)
        looks.setdefault(name, look)
    made = [
        Group(name, _in_order(items), None, look) if isinstance(look, str) else Group(name, _in_order(items), look)
        for name, items in found.items()
        for look in (looks[name],)
    ]
    return sorted(made, key=lambda group: (group.known, group.inspection is None))


def shown(group: Group, mapping: Mapping[str, str]) -> pl.DataFrame | str:
    """The first rows of a group as a mapping reads them, or why they can't be read."""
    return _preview(*_print(group.dropped[0]), tuple(mapping.items()))


def _in_order(items: list[Dropped]) -> tuple[Dropped, ...]:
    return tuple(sorted(items, key=lambda item: item.name))


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and not _hidden(file, path))


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _print(item: Dropped) -> tuple[str, int, int]:
    """What a look at a file holds for: the file as it is now. Of a folder the first file is looked at."""
    first = _files(item.path)[0]
    known = first.stat()
    return str(first), known.st_size, known.st_mtime_ns


@st.cache_data(max_entries=200, show_spinner="Looking at the files …")
def _look(path: str, size: int, changed: int) -> Inspection | str:
    try:
        return inspect(Path(path))
    except (SourceError, OSError, ValueError, duckdb.Error) as error:
        return str(error)


@st.cache_data(max_entries=100, show_spinner=False)
def _preview(path: str, size: int, changed: int, mapping: tuple[tuple[str, str], ...]) -> pl.DataFrame | str:
    try:
        return preview(Path(path), dict(mapping))
    except (SourceError, OSError, ValueError, duckdb.Error) as error:
        return str(error)
