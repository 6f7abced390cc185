"""Splits without leakage: what belongs together, by conversation or by wording, is never in two of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from analysis.scoring.training.duplicates import groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.golden.item import Item

SPLITS = ("train", "validation", "test")
SHARES: Mapping[str, float] = {"train": 0.8, "validation": 0.1, "test": 0.1}


def split(
    items: Sequence[Item],
    shares: Mapping[str, float] = SHARES,
    *,
    seed: int = 0,
    by: str = "conversation",
) -> dict[str, list[Item]]:
    """Split items at random into parts of these shares.

    Items of one conversation, or `by` user, stay together, and so do nearly the same questions, with all that hangs
    together by a chain of these. The order is that of a hash, so that a later version of a dataset puts what both hold
    where it was, but for what lies at the borders or is newly tied to something else.

    Parameters
    ----------
    by : str
        "conversation" or "user".
    shares : mapping
        Of each part, above 0; they add up to 1. Parts come as near to them as what hangs together lets them.

    Raises
    ------
    ValueError
        If the shares are none.
    """
    if not shares or min(shares.values()) <= 0 or abs(sum(shares.values()) - 1) > 1e-6:
        raise ValueError(f"Shares of {', '.join(f'{share:g}' for share in shares.values())} do not add up to 1.")
    together = sorted(_together(items, by), key=lambda members: _place(members, seed))
    parts: dict[str, list[Item]] = {name: [] for name in shares}
    ends, reached = [], 0.0
    for name, share in shares.items():
        reached += share * len(items)
        ends.append((name, reached))
    done = 0
    for members in together:
        middle = done + len(members) / 2
        name = next((name for name, end in ends if middle <= end), ends[-1][0])
        parts[name] += members
        done += len(members)
    return parts


def _together(items: Sequence[Item], by: str) -> list[list[Item]]:
    """Group what must not be parted."""
    root = list(range(len(items)))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    near = groups([item.prompt for item in items]).tolist()
    ties = [("wording", number) for number in near]
    ties_by = [(by, getattr(item, by)) for item in items]
    seen: dict[tuple[str, object], int] = {}
    for at, own in enumerate(zip(ties, ties_by, strict=True)):
        for tie in own:
            if tie[1] is not None:
                root[find(at)] = find(seen.setdefault(tie, at))
    found: dict[int, list[Item]] = {}
    for at, item in enumerate(items):
        found.setdefault(find(at), []).append(item)
    return list(found.values())


def _place(members: Sequence[Item], seed: int) -> str:
    return hashlib.sha256(f"{seed} {min(item.id for item in members)}".encode()).hexdigest()
