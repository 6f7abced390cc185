"""Settings: who is looking, what this workspace is made of, and whether it is well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import beacon, doctor, identity, runtime
from app.sizes import size
from app.text import escape, log_code

if TYPE_CHECKING:
    from pathlib import Path

_WIDTHS = (1, 5)
_NAMES = {"versions": "Versions", "workspace": "Folder", "disk": "Disk", "memory": "Memory", "log store": "Log store",
          "state store": "State store", "prices": "Prices", "browser": "Browser"}  # fmt: skip


def person() -> None:
    """Say who is looking, and what they may do."""
    me = identity.current()
    roles = ", ".join(sorted(me.roles)) or "no role"
    _row("You are", f"{me.name or 'not signed in'}: {roles}", "Your work is kept under this name.")


def workspace() -> None:
    """Draw the workspace's files and the checks of ``afterword doctor``."""
    here = runtime.current().workspace
    st.subheader("This workspace")
    with st.container(key="facts", gap="small"):
        person()
        lit = beacon.seen(here)
        if lit is not None:
            _row("Served at", lit.url, f"By process {lit.pid}.", copied=True)
        _row("Files", ", ".join(_file(here.root, name) for name in (here.logs.name, "state.sqlite")), "")
        for check in doctor.examine()["checks"]:
            _check(check)
    st.caption("The same as `afterword doctor` says in a terminal.")


def _file(folder: Path, name: str) -> str:
    """Name a file of the workspace and its size, with its journal's."""
    return f"{name} {size(sum(path.stat().st_size for path in folder.glob(f'{name}*')))}"


def _check(check: dict[str, Any]) -> None:
    name = _NAMES.get(check["check"], check["check"].capitalize())
    _row(name, check["found"], check["advice"], worrying=check["state"] != doctor.OK, copied="://" in check["found"])


def _row(name: str, found: str, advice: str, *, worrying: bool = False, copied: bool = False) -> None:
    title, words = st.columns(_WIDTHS)
    with title:
        st.caption(escape(name))
    with words:
        if copied:  # whole, without the joiners that keep a name from taking effect
            log_code(found)
        else:
            st.markdown(escape(found, limit=600))
        if advice:
            st.caption(f":red[{escape(advice, limit=400)}]" if worrying else escape(advice, limit=400))
