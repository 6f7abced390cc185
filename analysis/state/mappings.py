"""Saved mappings: which field of a log of no known format is which column of the record.

Rows are only added: a row without a mapping retires the name, and saving it again takes it up again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from analysis.state.database import now
from analysis.state.schema import mappings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from analysis.state.database import State


@dataclass(frozen=True)
class Mapping:
    """One version of a mapping: record column to source column (dotted path); empty where it was retired."""

    id: int
    name: str
    signature: str
    mapping: dict[str, str]
    who: str
    made: datetime


def signature(fields: Iterable[str]) -> str:
    """A short name for a set of source fields, the same whatever their order."""
    return hashlib.sha256(json.dumps(sorted(set(fields))).encode()).hexdigest()


def save(state: State, name: str, fields: Iterable[str], mapping: dict[str, str], *, who: str) -> Mapping:
    """Keep a mapping for sources with these fields; an earlier one of the same name stays as its history.

    Raises
    ------
    ValueError
        If the name or the mapping is empty.
    """
    if not name.strip():
        raise ValueError("A mapping needs a name.")
    if not mapping:
        raise ValueError("A mapping needs a field.")
    return _add(state, name=name.strip(), signature=signature(fields), mapping=mapping, who=who)


def retire(state: State, name: str, *, who: str) -> None:
    """Take a mapping out of use: it is neither listed nor found any more, and stays as history.

    Raises
    ------
    KeyError
        If no mapping of that name is in use.
    """
    held = next((mapping for mapping in saved(state) if mapping.name == name), None)
    if held is None:
        raise KeyError(f"No mapping {name} is in use.")
    _add(state, name=name, signature=held.signature, mapping={}, who=who)


def saved(state: State) -> list[Mapping]:
    """The newest version of every mapping in use, by name."""
    return [mapping for mapping in _newest(state) if mapping.mapping]


def retired(state: State) -> list[Mapping]:
    """The retirement of every mapping that is out of use, by name."""
    return [mapping for mapping in _newest(state) if not mapping.mapping]


def fitting(state: State, fields: Iterable[str]) -> Mapping | None:
    """The newest mapping saved for a source with exactly these fields, unless its name was retired since."""
    key = signature(fields)
    gone: set[str] = set()
    with state.read() as connection:
        rows = connection.execute(select(mappings).order_by(mappings.c.id.desc())).mappings()
        for found in (Mapping(**row) for row in rows):
            if not found.mapping:
                gone.add(found.name)
            elif found.signature == key and found.name not in gone:
                return found
    return None


def _newest(state: State) -> list[Mapping]:
    newest = select(func.max(mappings.c.id)).group_by(mappings.c.name)
    with state.read() as connection:
        rows = connection.execute(select(mappings).where(mappings.c.id.in_(newest)).order_by(mappings.c.name))
        return [Mapping(**row) for row in rows.mappings()]


def _add(state: State, **values: Any) -> Mapping:  # noqa: ANN401 - a row
    values["made"] = now()
    with state.write() as connection:
        made = connection.execute(insert(mappings).values(values).returning(mappings.c.id)).scalar_one()
    return Mapping(id=made, **values)


def history(state: State, name: str) -> list[Mapping]:
    """Every version of a mapping, newest first."""
    with state.read() as connection:
        rows = connection.execute(select(mappings).where(mappings.c.name == name).order_by(mappings.c.id.desc()))
        return [Mapping(**row) for row in rows.mappings()]
