"""Files of a team's own settings: a JSON list of objects, each wrong one named by its place."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def read(path: Path, what: str, allowed: Sequence[str], wrong: type[ValueError]) -> list[tuple[str, dict[str, Any]]]:
    """Read the objects of a file, each with the words for where it stands; none where the file is missing.

    Parameters
    ----------
    what : str
        What the list holds, in the plural.
    allowed : sequence of str
        The fields that an object may have.
    wrong : type
        What is raised where the file is no such list; the message names entry and field.
    """
    if not path.exists():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise wrong(f"{path.name} is not JSON: {error}.") from error
    if not isinstance(entries, list):
        raise wrong(f"{path.name} must hold a list of {what}, [{{…}}, …].")
    found = [(f"{path.name}, entry {number}", entry) for number, entry in enumerate(entries, start=1)]
    for where, entry in found:
        if not isinstance(entry, dict):
            raise wrong(f"{where} is no object {{…}}.")
        for name in entry:
            if name not in allowed:
                raise wrong(f"{where}: unknown field {name!r}. Fields: {', '.join(allowed)}.")
    return found


def day(where: str, value: object, wrong: type[ValueError]) -> date:
    """Read the field ``from``, a date."""
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise wrong(f"{where}: from must be a date such as 2026-11-01, not {value!r}.") from None


def text(where: str, name: str, value: object, wrong: type[ValueError]) -> str:
    """Read a field that is text."""
    if not isinstance(value, str):
        raise wrong(f"{where}: {name} must be text, not {value!r}.")
    return value


def amount(where: str, name: str, value: object, wrong: type[ValueError], *, what: str = "a number") -> float:
    """Read a field that is a number, nought or more."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise wrong(f"{where}: {name} must be {what}, 0 or more, not {value!r}.")
    return float(value)
