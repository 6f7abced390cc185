"""Golden datasets as they are kept: items, versions that freeze lists of them, and regression runs. Nothing changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from analysis.state.database import now
from analysis.state.schema import golden_items, golden_runs, golden_versions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from analysis.state.database import State

LONGEST = 200
"""Characters of a name."""
_AT_ONCE = 500
"""Values of one statement; SQLite takes no more than some thousands."""


@dataclass(frozen=True)
class Body:
    """An item as it is written: which question it is, its content as JSON, and the hash of that."""

    item: str
    hash: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Version:
    """A version of a dataset: which items it froze, and how it was made."""

    id: int
    dataset: str
    number: int
    hash: str
    rows: list[int]
    recipe: dict[str, Any]
    who: str
    made: datetime


@dataclass(frozen=True)
class Run:
    """What a regression run found; `answers` are the new ones, by item."""

    id: int
    dataset: str
    number: int
    name: str
    verdict: str
    result: dict[str, Any]
    answers: dict[str, str]
    who: str
    made: datetime


class UnknownDatasetError(ValueError):
    """There is no dataset, or no version of it, of this name."""


def freeze(
    state: State, dataset: str, items: Sequence[Body], hash: str, recipe: dict[str, Any], *, who: str
) -> Version:
    """Make a version of a dataset; where the newest one holds the same, that one is given.

    Raises
    ------
    ValueError
        If the name is empty or too long, or there is no item.
    """
    dataset = dataset.strip()
    if not 0 < len(dataset) <= LONGEST:
        raise ValueError(f"A dataset needs a name, of {LONGEST} characters at most.")
    if not items:
        raise ValueError("No item: there is nothing to make a version of.")
    with state.write(alone=golden_versions.name) as connection:
        return _frozen(connection, dataset, items, hash, recipe, who)


def _frozen(
    connection: Connection, dataset: str, items: Sequence[Body], hash: str, recipe: dict[str, Any], who: str
) -> Version:
    newest = select(golden_versions).where(golden_versions.c.dataset == dataset)
    last = connection.execute(newest.order_by(golden_versions.c.number.desc()).limit(1)).mappings().first()
    if last is not None and last["hash"] == hash:
        return Version(**last)
    made = now()
    known = _known(connection, dataset, [item.hash for item in items])
    new = [item for item in items if item.hash not in known]
    for start in range(0, len(new), _AT_ONCE):
        rows = [
            {"dataset": dataset, "item": item.item, "hash": item.hash, "body": item.body, "who": who, "made": made}
            for item in new[start : start + _AT_ONCE]
        ]
        connection.execute(insert(golden_items), rows)
    known |= _known(connection, dataset, [item.hash for item in new])
    values: dict[str, Any] = {
        "dataset": dataset, "number": (last["number"] if last else 0) + 1, "hash": hash,
        "rows": [known[item.hash] for item in items], "recipe": recipe, "who": who, "made": made,
    }  # fmt: skip
    id = connection.execute(insert(golden_versions).values(values).returning(golden_versions.c.id)).scalar_one()
    return Version(id=id, **values)


def _known(connection: Connection, dataset: str, hashes: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(hashes), _AT_ONCE):
        query = select(golden_items.c.hash, golden_items.c.id).where(
            golden_items.c.dataset == dataset, golden_items.c.hash.in_(hashes[start : start + _AT_ONCE])
        )
        found |= {row.hash: row.id for row in connection.execute(query)}
    return found


def datasets(state: State) -> list[Version]:
    """List the newest version of every dataset, by name."""
    newest = select(func.max(golden_versions.c.id)).group_by(golden_versions.c.dataset)
    query = select(golden_versions).where(golden_versions.c.id.in_(newest)).order_by(golden_versions.c.dataset)
    with state.read() as connection:
        return [Version(**row) for row in connection.execute(query).mappings()]


def versions(state: State, dataset: str) -> list[Version]:
    """List the versions of a dataset, newest first."""
    query = select(golden_versions).where(golden_versions.c.dataset == dataset)
    with state.read() as connection:
        return [
            Version(**row) for row in connection.execute(query.order_by(golden_versions.c.number.desc())).mappings()
        ]


def version(state: State, dataset: str, number: int | None = None) -> Version:
    """Find a version of a dataset, the newest where no number is said.

    Raises
    ------
    UnknownDatasetError
        If there is none; the message lists what there is.
    """
    found = versions(state, dataset)
    if not found:
        known = ", ".join(one.dataset for one in datasets(state))
        raise UnknownDatasetError(f"There is no golden dataset {dataset!r}. " + (f"There is {known}." if known else ""))
    if number is None:
        return found[0]
    for one in found:
        if one.number == number:
            return one
    raise UnknownDatasetError(f"{dataset} has no version {number}; its newest is {found[0].number}.")


def by_id(state: State, id: int) -> Version:
    """Find a version by its row."""
    with state.read() as connection:
        row = connection.execute(select(golden_versions).where(golden_versions.c.id == id)).mappings().one()
        return Version(**row)


def bodies(state: State, version: Version) -> list[dict[str, Any]]:
    """Read the items of a version, in its order."""
    found: dict[int, dict[str, Any]] = {}
    with state.read() as connection:
        for start in range(0, len(version.rows), _AT_ONCE):
            some = golden_items.c.id.in_(version.rows[start : start + _AT_ONCE])
            rows = connection.execute(select(golden_items.c.id, golden_items.c.body).where(some))
            found |= {row.id: row.body for row in rows}
    return [found[id] for id in version.rows]


def add_run(
    state: State, version: Version, name: str, verdict: str, result: dict[str, Any], answers: dict[str, str], *,
    who: str,
) -> Run:  # fmt: skip
    """Keep a regression run."""
    values: dict[str, Any] = {
        "dataset": version.dataset, "number": version.number, "name": name[:LONGEST], "verdict": verdict,
        "result": result, "answers": answers, "who": who, "made": now(),
    }  # fmt: skip
    with state.write() as connection:
        id = connection.execute(insert(golden_runs).values(values).returning(golden_runs.c.id)).scalar_one()
    return Run(id=id, **values)


def runs(state: State, dataset: str) -> list[Run]:
    """List the regression runs of a dataset, newest first."""
    query = select(golden_runs).where(golden_runs.c.dataset == dataset).order_by(golden_runs.c.id.desc())
    with state.read() as connection:
        return [Run(**row) for row in connection.execute(query).mappings()]
