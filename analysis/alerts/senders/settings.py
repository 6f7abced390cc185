"""Which senders a team has named: kept in the state store, without an address or a key.

Those come from the environment of the process that sends; an entry names the variables where they are not the usual
ones. So nobody can point Afterword at an address but who runs it, and no secret is in a store, an export or on a page.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from analysis.state import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.alerts.senders.sender import Kind
    from analysis.state.database import State

KEY = "senders"
GIVEN = ("to", "from")
"""What an entry may hold itself, for it is no secret."""
_LONGEST = 60


def kept(state: State) -> list[dict[str, Any]]:
    """The entries that are kept, in their order."""
    return settings.get(state, KEY, [])


def keep(state: State, text: str, kinds: Mapping[str, Kind], *, who: str) -> None:
    """Keep a JSON list of entries in place of the one before; an empty text for none.

    Raises
    ------
    ValueError
        If it is not what it should be; the words say where.
    """
    settings.put(state, KEY, read(text, kinds) or None, who=who)


def text_of(entries: list[dict[str, Any]]) -> str:
    """Write entries as people edit them, a line each."""
    lines = ",\n  ".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    return f"[\n  {lines}\n]" if entries else ""


def read(text: str, kinds: Mapping[str, Kind]) -> list[dict[str, Any]]:
    """Read a JSON list of entries.

    Raises
    ------
    ValueError
        If it is not what it should be; the words say where.
    """
    if not text.strip():
        return []
    try:
        entries = json.loads(text)
    except ValueError as error:
        raise ValueError(f"The list is not JSON: {error}.") from error
    if not isinstance(entries, list):
        raise ValueError("It must be a list: [ … ].")
    names: set[str] = set()
    for number, entry in enumerate(entries, 1):
        problem = _problem(entry, kinds) or ("its name is there already" if entry["name"] in names else "")
        if problem:
            raise ValueError(f"Entry {number}: {problem}.")
        names.add(entry["name"])
    return entries


def _problem(entry: object, kinds: Mapping[str, Kind]) -> str:
    """Say what is wrong with an entry; empty where nothing is."""
    if not isinstance(entry, dict):
        return "it is no object"
    name, kind = entry.get("name"), entry.get("kind")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST or name != " ".join(name.split()):
        return f"name must be text of at most {_LONGEST} letters"
    if not isinstance(kind, str) or kind not in kinds:
        return f"kind must be one of {', '.join(kinds)}"
    fields = kinds[kind].fields
    known = {f"{field}_env" for field in fields} | (fields.keys() & set(GIVEN))
    for field, value in entry.items():
        if field == "insecure":
            if not isinstance(value, bool):
                return "insecure must be true or false"
        elif field not in known | {"name", "kind"}:
            return f"unknown field {field!r}; {kind} knows {', '.join(sorted(known))} and insecure"
        elif not isinstance(value, str) or not value.strip():
            return f"{field} must be text"
    return ""
