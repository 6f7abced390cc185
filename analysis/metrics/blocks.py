"""What is drawn together: the records of one user or conversation are alike, and are one draw and not many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.metrics.filter import Filter
    from analysis.store import Store

LEAST = 30
"""Blocks of each sample from which on something is concluded from them."""
KNOWN = 0.5
"""A name, such as that of the user, makes the blocks where this share of the records has it ..."""
LARGEST = 0.2
"""... and nobody has more than this share of them: that would be a service's name and not a person's."""


@dataclass(frozen=True)
class Blocks:
    """What makes a block.

    Parameters
    ----------
    name : str
        "user", "conversation" or "request".
    sql : str
        SQL over ``records r``: the same text for the records of one block.
    """

    name: str
    sql: str


_CONVERSATION = "coalesce(r.session_id, r.trace_id, r.id::VARCHAR)"
USERS = Blocks("user", f"coalesce(r.user_id, {_CONVERSATION})")
CONVERSATIONS = Blocks("conversation", _CONVERSATION)
REQUESTS = Blocks("request", "r.id::VARCHAR")


def blocks(store: Store, samples: Sequence[Filter]) -> Blocks:
    """Find the largest blocks of which each sample has enough: users, else conversations, else single requests."""
    for found, name in ((USERS, "user_id"), (CONVERSATIONS, "session_id")):
        if all(_enough(store, name, sample) for sample in samples):
            return found
    return REQUESTS


def _enough(store: Store, name: str, sample: Filter) -> bool:
    where, given = sample.predicate()
    ((requests, known, different, largest),) = store.frame(
        f"""SELECT coalesce(sum(n), 0)::BIGINT, coalesce(sum(n) FILTER (name IS NOT NULL), 0)::BIGINT, count(name),
            coalesce(max(n) FILTER (name IS NOT NULL), 0)
        FROM (SELECT r.{name} AS name, count(*) AS n FROM records r WHERE {where} GROUP BY 1)""",
        given,
    ).rows()
    return bool(known >= KNOWN * requests and different >= LEAST and largest <= LARGEST * requests)
