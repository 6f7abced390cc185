"""Files of a team's own settings: a JSON list of objects, each wrong one named by its place."""

from __future__ import annotations

import json
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
