"""How far a queue is, and each who works on it; counted in the state store, without reading what was answered."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from analysis.review import events, queue
from analysis.review.events import ADJUDICATE, COMMENT, FLAG, SKIP, SUBMIT, UNDO
from analysis.review.labels import gathered
from analysis.review.plan import CHECKS
from analysis.state.schema import items, labels, slots

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from analysis.review.queue import Queue
    from analysis.state.database import State


@dataclass(frozen=True)
class Reviewer:
    """How far somebody is with a queue.

    Parameters
    ----------
    done, skipped, flagged : int
        Items.
    left : int
        Items that they may still be given: with a free slot, and neither labelled nor skipped by them.
    seconds : float or None
        Median time of a label.
    an_hour : float or None
        Labels an hour, of the time that they took.
    gold : tuple of int
        Answers to gold and attention items that were as expected, and all of them.
    """

    who: str
    done: int
    skipped: int
    flagged: int
    left: int
    seconds: float | None
    an_hour: float | None
    gold: tuple[int, int]


@dataclass(frozen=True)
class Progress:
    """How far a queue is: items, those with all labels, labels given and needed, and each reviewer, by name."""

    items: int
    finished: int
    labels: int
    wanted: int
    flagged: int
    decided: int
    reviewers: tuple[Reviewer, ...]

    def of(self, who: str) -> Reviewer | None:
        """How far one person is; None for somebody who has done nothing yet."""
        return next((reviewer for reviewer in self.reviewers if reviewer.who == who), None)


@dataclass(frozen=True)
class Count:
    """Of a queue: items, labels given, and those of one person among them."""

    items: int = 0
    labels: int = 0
    mine: int = 0


def counts(state: State, who: str = "") -> dict[int, Count]:
    """Count items and labels of every queue, by its number; quick, for a list of them."""
    every = select(items.c.queue, func.count()).group_by(items.c.queue)
    given = select(items.c.queue, slots.c.who, func.count()).join(items, items.c.id == slots.c.item).where(
        slots.c.until.is_(None)
    ).group_by(items.c.queue, slots.c.who)  # fmt: skip
    with state.read() as connection:
        found = {row[0]: Count(row[1]) for row in connection.execute(every)}
        for number, name, n in connection.execute(given):
            one = found[number]
            found[number] = Count(one.items, one.labels + n, one.mine + (n if name == who else 0))
    return found


@dataclass
class _Work:
    """What one person did: the items that they labelled, with the seconds; those that they skipped and flagged."""

    done: dict[int, float | None] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)
    flagged: set[int] = field(default_factory=set)


def progress(state: State, of: Queue) -> Progress:
    """Tell how far a queue is, and each person who has done something in it."""
    with state.read() as connection:
        every = set(connection.execute(select(items.c.id).where(items.c.queue == of.id)).scalars())
        people, decided = _work(connection, of)
        right = _right(connection, of)
    given: dict[int, int] = defaultdict(int)
    for work in people.values():
        for item in work.done:
            given[item] += 1
    open_ = {item for item in every if given.get(item, 0) < of.reviewers}
    return Progress(
        items=len(every),
        finished=len(every) - len(open_),
        labels=sum(given.values()),
        wanted=len(every) * of.reviewers,
        flagged=len(set().union(*(work.flagged for work in people.values()))),
        decided=len(decided),
        reviewers=tuple(_reviewer(who, people[who], open_, right.get(who, (0, 0))) for who in sorted(people)),
    )


def _work(connection: Connection, of: Queue) -> tuple[dict[str, _Work], set[int]]:
    """Gather what each person did and did not take back, and the items that are decided."""
    c = labels.c
    query = select(c.id, c.item, c.who, c.kind, c.seconds, c.undoes).where(c.queue == of.id, c.kind != COMMENT)
    rows = connection.execute(query.order_by(c.id)).all()
    gone = {row.undoes for row in rows if row.kind == UNDO}
    people: dict[str, _Work] = defaultdict(_Work)
    decided: set[int] = set()
    for id, item, who, kind, seconds, _ in rows:
        if kind == UNDO or id in gone:
            continue
        if kind == SUBMIT:
            people[who].done[item] = seconds
        elif kind == SKIP:
            people[who].skipped.add(item)
        elif kind == FLAG:
            people[who].flagged.add(item)
        elif kind == ADJUDICATE:
            decided.add(item)
    return people, decided


def _right(connection: Connection, of: Queue) -> dict[str, tuple[int, int]]:
    """Count by person the answers to gold and attention items that were as expected, and all of them."""
    query = select(items.c.id).where(items.c.queue == of.id, items.c.arm.in_(CHECKS))
    checks = list(connection.execute(query).scalars())
    found: dict[str, tuple[int, int]] = {}
    if not checks:
        return found
    for one in gathered(queue.within(connection, of, checks), events.within(connection, of, checks)):
        for event in one.labels:
            right, asked = found.get(event.who, (0, 0))
            expected = one.item.expected or {}
            same = sum((event.answers or {}).get(name) == answer for name, answer in expected.items())
            found[event.who] = right + same, asked + len(expected)
    return found


def _reviewer(who: str, work: _Work, open_: set[int], gold: tuple[int, int]) -> Reviewer:
    timed = sorted(seconds for seconds in work.done.values() if seconds)
    return Reviewer(
        who=who,
        done=len(work.done),
        skipped=len(work.skipped - work.done.keys()),
        flagged=len(work.flagged),
        left=len(open_ - work.done.keys() - work.skipped),
        seconds=_median(timed),
        an_hour=3600 * len(timed) / sum(timed) if timed else None,
        gold=gold,
    )


def _median(values: list[float]) -> float | None:
    middle = len(values) // 2
    return (values[middle] + values[~middle]) / 2 if values else None
