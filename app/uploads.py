"""Files that a browser uploads: copied to the workspace, then let go from Streamlit's memory."""

from __future__ import annotations

import uuid
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

CHUNK = 1024**2
"""Bytes copied at a time."""


def receive(uploaded: UploadedFile, incoming: Path) -> Path:
    """Copy an uploaded file to a folder of its own below `incoming`, and free the memory it took.

    Call it in the uploader's callback and give the uploader another key then: the widget's file is empty afterwards.

    Returns
    -------
    Path
        The copy, under the name that the file had; of its folders those are kept that name a partition (``day=1``).
    """
    folder = incoming / uuid.uuid4().hex
    folder.mkdir(mode=0o700)
    folder = folder.joinpath(*_partitions(uploaded.name))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _plain_name(uploaded.name)
    with path.open("xb") as file:
        uploaded.seek(0)
        while chunk := uploaded.read(CHUNK):
            file.write(chunk)
    release(uploaded)
    return path


def release(uploaded: UploadedFile) -> None:
    """Free what Streamlit holds of an uploaded file.

    It keeps an upload until the session ends, whatever becomes of the widget, and has no public way to say that it is
    not needed any more; so this reaches for its file manager.
    """
    context = get_script_run_ctx()
    manager = context.uploaded_file_mgr if context else None
    if context and isinstance(manager, MemoryUploadedFileManager):
        manager.remove_file(context.session_id, uploaded.file_id)


def _plain_name(name: str) -> str:
    """The last part of a name, however the browser writes paths."""
    return PurePath(name.replace("\\", "/")).name.lstrip(".") or "upload"


def _partitions(name: str) -> list[str]:
    return [part for part in PurePath(name.replace("\\", "/")).parts[:-1] if "=" in part and part[0] not in "./"]
