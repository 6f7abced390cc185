"""Splits: no conversation, and no pair of nearly the same questions, lies in two of them; shares and seed hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.golden.splits import SPLITS, split
from analysis.scoring.training.duplicates import groups
from tests.golden.items import item

if TYPE_CHECKING:
    from analysis.golden.item import Item

WORDS = st.sampled_from(["late", "parcel", "return", "refund", "broken", "jug", "oven", "lid", "code", "order"])
PROMPTS = st.lists(WORDS, min_size=1, max_size=14).map(" ".join)
ITEMS = st.lists(
    st.builds(item, PROMPTS, conversation=st.sampled_from([None, *"abcdef"]), user=st.sampled_from([None, "u", "v"])),
    max_size=40, unique_by=lambda one: one.id,
)  # fmt: skip


def where(parts: dict[str, list[Item]]) -> dict[str, str]:
    return {one.id: name for name, members in parts.items() for one in members}


@given(ITEMS, st.integers(0, 5), st.sampled_from(["conversation", "user"]))
def test_nothing_that_belongs_together_is_parted(items: list[Item], seed: int, by: str):
    placed = where(split(items, seed=seed, by=by))
    assert placed.keys() == {one.id for one in items}
    tied: dict[object, set[str]] = {}
    for one, number in zip(items, groups([one.prompt for one in items]).tolist(), strict=True):
        tied.setdefault(("wording", number), set()).add(placed[one.id])
        if getattr(one, by):
            tied.setdefault((by, getattr(one, by)), set()).add(placed[one.id])
    assert all(len(names) == 1 for names in tied.values())


@given(ITEMS, st.integers(0, 5))
def test_the_same_seed_gives_the_same_split_in_whatever_order(items: list[Item], seed: int):
    assert where(split(items, seed=seed)) == where(split(items[::-1], seed=seed))


def apart(n: int) -> list[Item]:
    return [item(f"question {place} of nothing else") for place in range(n)]


def test_shares_are_kept_where_nothing_hangs_together():
    parts = split(apart(200))
    assert {name: len(parts[name]) for name in SPLITS} == {"train": 160, "validation": 20, "test": 20}
    assert where(split(apart(200), seed=1)) != where(parts)


def test_what_comes_later_moves_little():
    before, after = where(split(apart(400))), where(split(apart(420)))
    assert sum(before[id] != after[id] for id in before) <= 12


def test_shares_that_are_none_are_refused():
    with pytest.raises(ValueError, match=r"0.5, 0.4 do not add up"):
        split(apart(2), {"train": 0.5, "test": 0.4})
