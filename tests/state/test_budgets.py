"""Budgets in the state store: set, changed and ended, with nothing lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from analysis.state import budgets

if TYPE_CHECKING:
    from analysis.state.database import State


def test_the_newest_holds_and_the_older_stay(state: State):
    first = budgets.put(state, "support", 400.0, metric="cost", period="month", where=("app=support",), who="ana")
    second = budgets.put(state, "support", 500.0, metric="cost", period="month", where=("app=support",), who="ben")
    other = budgets.put(state, "all", 9.0, metric="requests", period="day", where=(), who="ana")
    assert budgets.running(state) == [other, second]
    assert budgets.history(state, "support") == [second, first]


def test_an_ended_budget_is_gone_until_it_is_set_again(state: State):
    budgets.put(state, "support", 400.0, metric="cost", period="month", where=(), who="ana")
    budgets.end(state, "support", who="ben")
    assert budgets.running(state) == []
    assert [(one.ended, one.who) for one in budgets.history(state, "support")] == [(True, "ben"), (False, "ana")]
    with pytest.raises(KeyError, match="no budget 'support'"):
        budgets.end(state, "support", who="ana")
    again = budgets.put(state, "support", 1.0, metric="cost", period="month", where=(), who="ana")
    assert budgets.running(state) == [again]


def test_what_never_was_cannot_end(state: State):
    with pytest.raises(KeyError, match="no budget 'x'"):
        budgets.end(state, "x", who="ana")


def test_of_many_who_change_one_at_once_one_is_quicker(state: State):
    def change(who: str) -> bool:
        start.wait()
        try:
            budgets.put(state, "support", 1.0, metric="cost", period="month", where=(), who=who, over={})
        except ValueError:
            return False
        return True

    start = Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(change, "abcdefgh")) == 1
