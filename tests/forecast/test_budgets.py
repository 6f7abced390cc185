"""Budgets: what is spent of each, what its period comes to, and when it is passed."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from analysis.forecast import budgets
from tests.forecast.days import fill

if TYPE_CHECKING:
    from analysis.state.database import State
    from analysis.store import Store

MARCH = datetime(2026, 3, 2)
AT = datetime(2026, 4, 11)


@pytest.fixture
def filled(store: Store) -> Store:
    """Two models for 50 days, at 10 and at 2 dollars a day."""
    fill(store, [10.0] * 50, first=MARCH, model="a", attributes={"team": "one"})
    fill(store, [2.0] * 50, first=MARCH, model="b", attributes={"team": "two"})
    return store


def total(found: budgets.Standing) -> float:
    assert found.projection is not None
    return found.projection.total


def test_how_budgets_stand(filled: Store, state: State):
    budgets.put(state, "all", 250, who="ana")
    budgets.put(state, "team two", 70, where=["attributes.team=two"], who="ana")
    budgets.put(state, "tight", 100, where=["model=a"], who="ana")
    budgets.put(state, "requests", 3, metric="requests", period="day", who="ana")
    found = {one.budget.name: one for one in budgets.standings(filled, state, at=AT)}
    assert found["all"].spent == pytest.approx(120)
    assert found["all"].share == pytest.approx(0.48)
    assert total(found["all"]) == pytest.approx(360)
    assert (found["all"].chance, found["all"].passed, found["all"].over) == (1.0, date(2026, 4, 21), False)
    assert (found["team two"].chance, found["team two"].passed) == (0.0, None)
    assert found["tight"].spent == pytest.approx(100)
    assert found["tight"].passed == date(2026, 4, 11)
    assert (found["requests"].spent, total(found["requests"])) == (0, pytest.approx(2))


def test_a_budget_that_is_passed_names_its_day(filled: Store, state: State):
    budgets.put(state, "small", 55, where=["model=a"], who="ana")
    (found,) = budgets.standings(filled, state, at=AT)
    assert (found.over, found.chance, found.passed) == (True, 1.0, date(2026, 4, 6))


def test_a_budget_of_few_days_says_what_is_spent(store: Store, state: State):
    fill(store, [10.0] * 4, first=datetime(2026, 4, 1))
    budgets.put(state, "new", 50, who="ana")
    (found,) = budgets.standings(store, state, at=datetime(2026, 4, 4))
    assert (found.spent, found.projection, found.chance, found.passed) == (30, None, None, None)


def test_without_budgets_nothing_is_asked(store: Store, state: State):
    assert budgets.standings(store, state) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": " "}, "needs a name"), ({"amount": 0}, "above 0"), ({"amount": float("nan")}, "above 0"),
        ({"metric": "error_rate"}, "no metric"), ({"period": "week"}, "no period"), ({"where": ["nothing=1"]}, "field"),
    ],
)  # fmt: skip
def test_what_is_no_budget_is_refused(state: State, given: dict, words: str):
    with pytest.raises(ValueError, match=words):
        budgets.put(state, **({"name": "x", "amount": 1.0, "who": "ana"} | given))
