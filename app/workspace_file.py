"""Editing a file of the workspace in a text field: it is checked before it takes the place of the one before."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from app import runtime

if TYPE_CHECKING:
    from collections.abc import Callable


def text_of(path: Path) -> str:
    """Read the file; empty where it is missing."""
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def keep(path: Path, text: str, check: Callable[[Path], object]) -> str | None:
    """Keep a text as the file where `check` passes it, and no file where it is empty; gives what is wrong with it.

    `check` is given a draft of the same name, and raises ``ValueError``.
    """
    draft = Path(mkdtemp(dir=runtime.current().workspace.staging)) / path.name
    try:
        if text.strip():
            draft.write_text(text, encoding="utf-8")
            check(draft)
            draft.replace(path)
        else:
            path.unlink(missing_ok=True)
    except (ValueError, OSError) as error:
        return str(error)
    finally:
        shutil.rmtree(draft.parent, ignore_errors=True)
    return None
