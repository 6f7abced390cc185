"""Uploads from a browser reach the disk whole and leave Streamlit's memory, which only a private call of it frees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from app import uploads

if TYPE_CHECKING:
    from pathlib import Path


def page() -> None:
    from pathlib import Path

    import streamlit as st
    from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

    from app import uploads

    def take() -> None:
        uploaded = st.session_state["file"]
        if uploaded is not None:
            st.session_state["copy"] = uploads.receive(uploaded, Path(st.session_state["incoming"]))
            st.session_state["id"] = uploaded.file_id

    st.file_uploader("File", key="file", on_change=take)
    if "id" in st.session_state:
        context = get_script_run_ctx()
        held = context.uploaded_file_mgr.get_files(context.session_id, [st.session_state["id"]]) if context else None
        st.text(f"held: {held}")


def test_a_file_is_copied_whole_and_let_go(tmp_path: Path):
    content = bytes(range(256)) * 9000  # more than two chunks
    assert len(content) > 2 * uploads.CHUNK
    app = AppTest.from_function(page)
    app.session_state["incoming"] = str(tmp_path)
    app.run()
    app.file_uploader(key="file").upload("C:\\logs\\export.jsonl", content, "application/json").run()
    assert not app.exception
    copy = app.session_state["copy"]
    assert copy.read_bytes() == content
    assert copy.name == "export.jsonl"
    assert copy.parent.parent == tmp_path
    assert app.text[0].value == "held: []"


class Named:
    """A stand-in for an uploaded file, to be read outside of any page."""

    def __init__(self, name: str) -> None:
        self.name, self.file_id = name, "1"
        self._left = [b"x", b""]

    def seek(self, _place: int) -> None:
        pass

    def read(self, _size: int) -> bytes:
        return self._left.pop(0)


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "passwd"), ("..", "upload"), (".bashrc", "bashrc"), ("", "upload"), ("a b.csv", "a b.csv")],
)
def test_a_name_cannot_lead_elsewhere(tmp_path: Path, name: str, kept: str):
    copy = uploads.receive(Named(name), tmp_path)  # type: ignore[arg-type]
    assert (copy.name, copy.parent.parent) == (kept, tmp_path)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("logs/model=gpt-4o/day=1/a.parquet", "model=gpt-4o/day=1/a.parquet"),
        ("logs/../day=2/../../a.parquet", "day=2/a.parquet"),
        ("/=x/.a=b/a.parquet", "=x/a.parquet"),
    ],
)
def test_the_partitions_that_folders_name_are_kept(tmp_path: Path, name: str, kept: str):
    copy = uploads.receive(Named(name), tmp_path)  # type: ignore[arg-type]
    assert "/".join(copy.relative_to(tmp_path).parts[1:]) == kept
