"""Audit reports as they were frozen, and who signed them. A version is never changed: later data make the next one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from analysis.state.database import now
from analysis.state.schema import audit_signatures, audits

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from analysis.state.database import State


@dataclass(frozen=True)
class Signature:
    """Somebody who stands by a version, with their words."""

    who: str
    words: str
    made: datetime


@dataclass(frozen=True)
class Audit:
    """A version of an audit.

    Parameters
    ----------
    spec : str
        YAML.
    body : dict
        The report.
    sha256 : str
        Of the data that it rests on.
    """

    id: int
    name: str
    version: int
    spec: str
    body: dict[str, Any]
    sha256: str
    who: str
    made: datetime
    signed: tuple[Signature, ...] = ()


def freeze(state: State, name: str, spec: str, body: dict[str, Any], sha256: str, *, who: str) -> Audit:
    """Keep a report as the next version of its name; where specification and data are those of the last, give that."""
    with state.write() as connection:
        last = _newest(connection, name)
        if last is not None and last["sha256"] == sha256 and last["spec"] == spec:
            return _read(connection, last)
        values: dict[str, Any] = {
            "name": name, "version": last["version"] + 1 if last else 1, "spec": spec, "body": body, "sha256": sha256,
            "who": who, "made": now(),
        }  # fmt: skip
        made = connection.execute(insert(audits).values(values).returning(audits.c.id)).scalar_one()
    return Audit(id=made, **values)


def get(state: State, name: str, version: int | None = None) -> Audit:
    """Look a version up, the newest where none is named.

    Raises
    ------
    KeyError
        If there is none.
    """
    with state.read() as connection:
        row = _newest(connection, name, version)
        if row is None:
            which = f" version {version}" if version is not None else ""
            raise KeyError(f"There is no audit {name!r}{which}.")
        return _read(connection, row)


def newest(state: State) -> list[Audit]:
    """List the newest version of each audit, the latest first."""
    last = select(audits.c.name, func.max(audits.c.version).label("version")).group_by(audits.c.name).subquery()
    query = (
        select(audits)
        .join(last, (last.c.name == audits.c.name) & (last.c.version == audits.c.version))
        .order_by(audits.c.id.desc())
    )
    with state.read() as connection:
        return [_read(connection, row) for row in connection.execute(query).mappings().all()]


def sign(state: State, audit: Audit, words: str, *, who: str) -> Audit:
    """Sign a version; who signs again adds a signature.

    Raises
    ------
    ValueError
        If nobody signs.
    """
    if not who.strip():
        raise ValueError("Somebody has to sign: a name is missing.")
    with state.write() as connection:
        connection.execute(
            insert(audit_signatures).values(audit=audit.id, who=who.strip(), words=words.strip(), made=now())
        )
    return get(state, audit.name, audit.version)


def _newest(connection: Connection, name: str, version: int | None = None) -> RowMapping | None:
    query = select(audits).where(audits.c.name == name).order_by(audits.c.version.desc()).limit(1)
    if version is not None:
        query = query.where(audits.c.version == version)
    return connection.execute(query).mappings().first()


def _read(connection: Connection, row: RowMapping) -> Audit:
    query = select(audit_signatures).where(audit_signatures.c.audit == row["id"]).order_by(audit_signatures.c.id)
    signed = tuple(Signature(one["who"], one["words"], one["made"]) for one in connection.execute(query).mappings())
    return Audit(**row, signed=signed)
