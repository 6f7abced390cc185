"""Ten reviewers at once, each a process of its own that is killed now and then, and what must hold afterwards."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from analysis.review import claims, events
from analysis.review.claims import ClaimLostError
from analysis.review.labels import labelled
from analysis.review.queue import find
from analysis.state.database import State
from analysis.state.schema import items, labels, slots
from tests.review.queues import NO, YES, queue_of

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from analysis.review.queue import Queue

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])

PEOPLE = 10
CLAIM = timedelta(seconds=0.5)
"""Short, so that claims of the slow and the dead are taken over."""

REVIEWERS = 3


@dataclass(frozen=True)
class Outcome:
    """What came of it: labels that were acknowledged, kills, claims that were lost to others."""

    acknowledged: int
    kills: int
    lost: int


def run(url: str, folder: Path, *, seconds: float, size: int, kills_a_second: float = 1.0) -> Outcome:
    """Let ten people label at once while their processes are killed, and check what is there then."""
    state, dice = State(url), random.Random(1)
    queue = queue_of(state, size, reviewers=REVIEWERS)
    crowd = {f"reviewer {number}": _start(url, queue, number, folder) for number in range(PEOPLE)}
    _wait(state, seconds=60)
    kills, end = 0, time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            time.sleep(1 / kills_a_second)
            who = dice.choice(list(crowd))
            crowd[who].kill()
            crowd[who].join()
            crowd[who] = _start(url, queue, int(who.split()[1]), folder)
            kills += 1
    finally:
        for process in crowd.values():
            process.kill()
            process.join()
    acknowledged, lost = _check(state, queue, folder)
    state.close()
    return Outcome(acknowledged, kills, lost)


def _start(url: str, queue: Queue, number: int, folder: Path) -> BaseProcess:
    given = (url, queue.name, f"reviewer {number}", folder / f"{number}")
    process = _PROCESSES.Process(target=_label, args=given, daemon=True)
    process.start()
    return process


def _wait(state: State, *, seconds: float) -> None:
    """Wait until somebody has labelled something: starting ten processes takes a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with state.read() as connection:
            if connection.execute(select(func.count()).select_from(labels)).scalar_one():
                return
        time.sleep(0.05)


def _check(state: State, queue: Queue, folder: Path) -> tuple[int, int]:
    told = [line.split("\t") for path in folder.iterdir() for line in path.read_text().splitlines()]
    said = [(int(event), int(item), who, kind) for event, item, who, kind in told if kind != "lost"]
    with state.read() as connection:
        kept = events.within(connection, queue)
        found = Counter((event.id, event.item, event.who, event.kind) for event in kept)
        held = connection.execute(select(slots).join(items, items.c.id == slots.c.item)).mappings().all()
    assert all(found[one] == 1 for one in said), "an acknowledged event is not there once"
    assert len(said) == len(set(said))
    for one in labelled(state, queue):
        assert len(one.labels) <= queue.reviewers, "an item has too many labels"
    standing = [event for event in events.standing(kept) if event.kind == events.SUBMIT]
    assert len({(event.item, event.who) for event in standing}) == len(standing), "somebody labelled an item twice"
    assert {(event.item, event.who) for event in standing} == {
        (row["item"], row["who"]) for row in held if row["until"] is None
    }, "labels and slots differ"
    assert len({(row["item"], row["slot"]) for row in held}) == len(held), "a slot is held twice"
    assert all(1 <= row["slot"] <= queue.reviewers for row in held)
    return sum(kind == events.SUBMIT for *_, kind in said), sum(kind == "lost" for *_, kind in told)


def _label(url: str, name: str, who: str, path: Path) -> None:
    """Label until one is killed, and write down what was acknowledged."""
    claims.CLAIM = CLAIM
    state, dice = State(url), random.Random()
    queue = find(state, name)
    with path.open("a", buffering=1) as file:
        while True:
            item = claims.next_item(state, queue, who)
            if item is None:
                time.sleep(0.1)  # all that is left is held by others, or nothing is
                continue
            for event, kind in _act(state, queue, item, who, dice):
                file.write(f"{event}\t{item.id}\t{who}\t{kind}\n")


def _act(state: State, queue: Queue, item: claims.Item, who: str, dice: random.Random) -> list[tuple[int, str]]:
    """Do what reviewers do with an item; gives what was acknowledged."""
    answers: dict[str, Any] = dice.choice([NO, YES])
    try:
        if dice.random() < 0.3:
            claims.save_draft(state, item.id, who, {"bias": "yes"})
        if dice.random() < 0.05:
            time.sleep(CLAIM.total_seconds() * 1.2)  # gone for a coffee
        if dice.random() < 0.1:
            return [(claims.skip(state, item.id, who, "unclear"), events.SKIP)]
        done = [(claims.submit(state, item.id, who, answers, seconds=1.0), events.SUBMIT)]
        if dice.random() < 0.1:
            claims.undo(state, queue, who)
        return done
    except ClaimLostError:
        return [(0, "lost")]
