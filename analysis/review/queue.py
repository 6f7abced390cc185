"""Queues: the items that people label, kept with how they were drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from analysis.review import ready_made
from analysis.review.named import records
from analysis.review.rubrics import SCALE, read
from analysis.review.sampling import draw
from analysis.state import rubrics as kept
from analysis.state.database import now
from analysis.state.schema import items, queues

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from analysis.review.plan import Drawn, Plan
    from analysis.review.rubrics import Rubric
    from analysis.state.database import State
    from analysis.store import Store


@dataclass(frozen=True)
class Queue:
    """A queue. `reviewers` different people label an item; `plan` is how it was drawn: frame, seed, strata, arms."""

    id: int
    name: str
    rubric: str
    rubric_version: int
    reviewers: int
    plan: dict[str, Any]
    who: str
    made: datetime


@dataclass(frozen=True)
class Kept:
    """An item as it is kept, with what reviewers must not see."""

    id: int
    queue: int
    place: int
    record_id: str
    arm: str
    stratum: str | None
    probability: float | None
    expected: dict[str, Any] | None


def make(
    store: Store, state: State, name: str, plan: Plan, *, rubric: str, who: str, reviewers: int = 1
) -> Queue:  # fmt: skip
    """Draw the items of a plan and keep them as a queue.

    Raises
    ------
    ValueError
        If the name is taken or empty, there is no such rubric, the plan draws nothing, or a gold item has no record.
    """
    if not name.strip():
        raise ValueError("A queue needs a name.")
    if reviewers < 1:
        raise ValueError("An item needs a reviewer, one at least.")
    form, version = ready_made.find(state, rubric)
    for check in plan.checks:
        form.fitting(check.expected, part=True)
    plan = _of_records(store, plan)
    sample = draw(store, plan)
    body = plan.as_json() | sample.as_json() | {"looked_at": plan.filter.sentence()}
    with state.write() as connection:
        queue = add(connection, name.strip(), version, body, reviewers=reviewers, who=who)
        put(connection, queue, sample.items)
    return queue


def _of_records(store: Store, plan: Plan) -> Plan:
    """Put records' ids in the place of names; gold items that name none are refused: nobody could answer them."""
    named = records(store, list(dict.fromkeys([*plan.ids, *(check.record_id for check in plan.checks)])))
    for one in (check.record_id for check in plan.checks):
        if one not in named.ids:
            what = "the id of several records" if one in named.several else "no record's id"
            raise ValueError(f"{one!r}, of the gold and attention items, is {what}.")
    return replace(
        plan, ids=tuple(named.ids.get(one, one) for one in plan.ids),
        checks=tuple(replace(check, record_id=named.ids[check.record_id]) for check in plan.checks),
    )  # fmt: skip


def add(
    connection: Connection, name: str, rubric: kept.Version, plan: dict[str, Any], *, reviewers: int, who: str
) -> Queue:
    """Write a queue down within a transaction, without items.

    Raises
    ------
    ValueError
        If the name is taken.
    """
    values: dict[str, Any] = {
        "name": name,
        "rubric": rubric.name,
        "rubric_version": rubric.version,
        "reviewers": reviewers,
        "plan": plan,
        "who": who,
        "made": now(),
    }
    try:
        made = connection.execute(insert(queues).values(values).returning(queues.c.id)).scalar_one()
    except IntegrityError as error:
        raise ValueError(f"There is a queue {name!r} already. Give this one another name.") from error
    return Queue(id=made, **values)


def put(connection: Connection, queue: Queue, drawn: Sequence[Drawn]) -> None:
    """Add items at the end of a queue within a transaction, in their order."""
    last = connection.execute(select(func.max(items.c.place)).where(items.c.queue == queue.id)).scalar() or 0
    rows = [
        {
            "queue": queue.id,
            "place": last + number,
            "record_id": item.record_id,
            "arm": item.arm,
            "stratum": item.stratum,
            "probability": item.probability,
            "expected": item.expected,
        }
        for number, item in enumerate(drawn, start=1)
    ]
    if rows:
        connection.execute(insert(items), rows)


def find(state: State, name: str) -> Queue:
    """Find a queue by name.

    Raises
    ------
    ValueError
        If there is none; the message lists them.
    """
    with state.read() as connection:
        row = connection.execute(select(queues).where(queues.c.name == name)).mappings().first()
    if row is None:
        known = ", ".join(queue.name for queue in everything(state)) or "none yet"
        raise ValueError(f"There is no queue {name!r}. Queues: {known}.")
    return Queue(**row)


def everything(state: State) -> list[Queue]:
    """Every queue, newest first."""
    with state.read() as connection:
        return [Queue(**row) for row in connection.execute(select(queues).order_by(queues.c.id.desc())).mappings()]


def contents(state: State, queue: Queue) -> list[Kept]:
    """Every item of a queue in its order: for those who may see arms and answers."""
    with state.read() as connection:
        return within(connection, queue)


def within(connection: Connection, queue: Queue, some: Sequence[int] | None = None) -> list[Kept]:
    """Do as :func:`contents` within a transaction, or for some items alone."""
    query = select(items).where(items.c.queue == queue.id).order_by(items.c.place)
    if some is not None:
        query = query.where(items.c.id.in_(some))
    return [Kept(**row) for row in connection.execute(query).mappings()]


def scales(state: State) -> dict[str, tuple[int, int]]:
    """The ends of each question that is a scale in the rubric of some queue; the widest, where there are several."""
    found: dict[str, tuple[int, int]] = {}
    for name, version in {(queue.rubric, queue.rubric_version) for queue in everything(state)}:
        for question in read(kept.get(state, name, version).body).questions:
            if question.kind == SCALE:
                low, high = found.get(question.name, (question.low, question.high))
                found[question.name] = min(low, question.low), max(high, question.high)
    return found


def rubric_of(state: State, queue: Queue) -> Rubric:
    """The rubric of a queue, in the version by which it is labelled."""
    return read(kept.get(state, queue.rubric, queue.rubric_version).body)
