"""Queues for tests, made without records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from analysis.review import queue, ready_made
from analysis.review.plan import PLAN, Drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.review.queue import Queue
    from analysis.state.database import State

NO: dict[str, Any] = {"bias": "no"}
YES: dict[str, Any] = {"bias": "yes", "bias_kind": "stereotype", "severity": 2, "group": "gender"}


def record(number: int) -> str:
    return str(UUID(int=number + 1))


def queue_of(
    state: State, drawn: int | Sequence[Drawn] = 3, *, reviewers: int = 2, name: str = "q", rubric: str = "bias",
    plan: dict[str, Any] | None = None,
) -> Queue:  # fmt: skip
    """Make a queue of items, or of so many simple ones."""
    items = [Drawn(record(number), PLAN) for number in range(drawn)] if isinstance(drawn, int) else drawn
    _, version = ready_made.find(state, rubric)
    with state.write() as connection:
        made = queue.add(connection, name, version, plan or {}, reviewers=reviewers, who="boss")
        queue.put(connection, made, items)
    return made
