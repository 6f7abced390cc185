"""Versions of golden datasets are frozen once each, whoever makes them at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from analysis.golden.item import Item, digest
from analysis.state import golden
from tests.golden.items import item

if TYPE_CHECKING:
    from analysis.state.database import State
    from analysis.state.golden import Version


def freeze(state: State, *items: Item, who: str = "ana") -> Version:
    return golden.freeze(state, "shop", [one.body() for one in items], digest(items), {}, who=who)


def test_an_item_is_kept_once_whatever_versions_hold_it(state: State):
    first = freeze(state, item("a"), item("b"))
    second = freeze(state, item("b"), item("c \ud7ff 💬 \\u0000"))
    assert (first.number, second.number) == (1, 2)
    assert first.rows[1] == second.rows[0]
    assert [Item.of(body) for body in golden.bodies(state, second)] == [item("b"), item("c \ud7ff 💬 \\u0000")]
    assert freeze(state, item("c \ud7ff 💬 \\u0000"), item("b")).number == 2  # the same, in another order
    assert golden.datasets(state) == [second]


def test_versions_made_at_once_get_a_number_each(state: State):
    def work(number: int) -> None:
        for step in range(4):
            freeze(state, *(item(f"{number} {step} {place}") for place in range(3)), who=str(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    made = golden.versions(state, "shop")
    assert [version.number for version in made] == list(range(16, 0, -1))
    assert all(len(golden.bodies(state, version)) == 3 for version in made)


def test_a_large_version_is_read_in_its_order(state: State):
    items = [item(f"question {number}") for number in range(1201)]
    assert [Item.of(body) for body in golden.bodies(state, freeze(state, *items))] == items


def test_runs_are_listed_newest_first(state: State):
    version = freeze(state, item("a"))
    for name in ("one", "two"):
        golden.add_run(state, version, name, "better", {"items": 1}, {"a": "yes"}, who="ana")
    assert [run.name for run in golden.runs(state, "shop")] == ["two", "one"]
    assert golden.runs(state, "other") == []


def test_nothing_is_no_version(state: State):
    with pytest.raises(ValueError, match="No item"):
        freeze(state)
