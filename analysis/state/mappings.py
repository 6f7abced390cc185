"""Saved mappings: which field of a log of no known format is which column of the record."""

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
    """One version of a mapping: record column to source column (dotted path)."""

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
        If the name is empty.
    """
    if not name.strip():
        raise ValueError("A mapping needs a name.")
    values: dict[str, Any] = {
        "name": name.strip(), "signature": signature(fields), "mapping": mapping, "who": who, "made": now(),
    }  # fmt: skip
    with state.write() as connection:
        made = connection.execute(insert(mappings).values(values).returning(mappings.c.id)).scalar_one()
    return Mapping(id=made, **values)


def saved(state: State) -> list[Mapping]:
    """The newest version of every mapping, by name."""
    newest = select(func.max(mappings.c.id)).group_by(mappings.c.name)
    with state.read() as connection:
        rows = connection.execute(select(mappings).where(mappings.c.id.in_(newest)).order_by(mappings.c.name))
        return [Mapping(**row) for row in rows.mappings()]


def fitting(state: State, fields: Iterable[str]) -> Mapping | None:
    """The newest mapping saved for a source with exactly these fields."""
    query = select(mappings).where(mappings.c.signature == signature(fields)).order_by(mappings.c.id.desc()).limit(1)
    with state.read() as connection:
        row = connection.execute(query).mappings().first()
    return Mapping(**row) if row else None


def history(state: State, name: str) -> list[Mapping]:
    """Every version of a mapping, newest first."""
    with state.read() as connection:
        rows = connection.execute(select(mappings).where(mappings.c.name == name).order_by(mappings.c.id.desc()))
        return [Mapping(**row) for row in rows.mappings()]
