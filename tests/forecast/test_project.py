"""The running day and month: what is known is never taken back, and a higher limit is never likelier passed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.forecast.project import project
from analysis.forecast.spread import Spread
from analysis.metrics.filter import Filter
from tests.forecast.days import WEEK, fill

if TYPE_CHECKING:
    from analysis.store import Store

MARCH = datetime(2026, 3, 2)  # a Monday
SIZES = st.floats(0, 1e9)
SPREADS = st.builds(Spread, SIZES, st.floats(0, 1e4), st.floats(2, 60))


@given(SPREADS, SIZES, SIZES)
def test_chance_falls_as_the_limit_rises(spread: Spread, one: float, other: float):
    low, high = sorted((one, other))
    assert 0 <= spread.above(high) <= spread.above(low) <= 1
    assert spread.above(-1) == 1


@given(SPREADS, SPREADS, st.floats(0.001, 0.999))
def test_what_is_to_come_is_never_below_nought(one: Spread, other: Spread, share: float):
    both = one.plus(other)
    assert both.quantile(share) >= 0
    assert both.quantile(0.025) <= both.middle * (1 + 1e-9) + 1e-9
    assert both.middle <= both.quantile(0.975) * (1 + 1e-9) + 1e-9
    assert both.middle == one.middle + other.middle


@given(SPREADS, st.floats(0.01, 0.99))
def test_the_chance_and_the_quantile_agree(spread: Spread, share: float):
    limit = spread.quantile(share)
    if limit > 0 and spread.half > 1e-6:
        assert spread.above(limit) == pytest.approx(1 - share, abs=1e-6)


def test_a_month_of_weeks_that_repeat_is_known_to_the_cent(store: Store):
    fill(store, WEEK * 10, first=MARCH)
    at = datetime(2026, 4, 10)
    found = project(store, "cost", Filter(), at=at)
    april = sum(WEEK[(datetime(2026, 4, day) - MARCH).days % 7] for day in range(1, 31))
    assert (found.start, found.until, found.days_known) == (datetime(2026, 4, 1), datetime(2026, 5, 1), 38)
    assert (found.low, found.total, found.high) == pytest.approx((april,) * 3)
    assert found.chance(april + 0.01) == 0
    assert found.chance(april - 0.01) == 1
    spent = sum(WEEK[(datetime(2026, 4, day) - MARCH).days % 7] for day in range(1, 10))
    assert found.known == pytest.approx(spent)
    assert found.passes(spent + 11.5) == datetime(2026, 4, 11).date()  # Friday costs 11, Saturday 4
    assert found.passes(april) is None


@pytest.mark.parametrize(("hour", "known"), [(0, 0.0), (6, 0.0), (12, 3.0), (20, 12.0)])
def test_the_rest_of_a_day_goes_by_the_hours_of_such_days(store: Store, hour: int, known: float):
    fill(store, [12.0] * 30, first=MARCH, shape={7: 0.25, 15: 0.75})
    at = MARCH + timedelta(days=29, hours=hour)
    found = project(store, "cost", Filter(), at=at, until=MARCH + timedelta(days=30))
    assert found.known == pytest.approx(known)
    assert found.total == pytest.approx(12.0)
    assert (found.start, found.until) == (MARCH + timedelta(days=29), MARCH + timedelta(days=30))


def test_a_day_that_costs_more_than_others_will_cost_more(store: Store):
    fill(store, [12.0] * 29 + [48.0], first=MARCH, shape={7: 0.25, 15: 0.75})
    found = project(store, "cost", Filter(), at=MARCH + timedelta(days=29, hours=12), until=MARCH + timedelta(days=30))
    assert found.known == pytest.approx(12.0)
    assert found.total > 12 + 9


def test_the_last_day_of_a_month_has_an_end_too(store: Store):
    fill(store, [12.0] * 60, first=MARCH)
    month = project(store, "cost", Filter(), at=datetime(2026, 4, 30, 12))
    assert month.total == pytest.approx(12.0 * 30)
    assert len(month.left) == 1


def test_only_what_adds_up_is_projected(store: Store):
    fill(store, [12.0] * 30, first=MARCH)
    for metric in ("error_rate", "users", "cost_per_request"):
        with pytest.raises(ValueError, match="do not add up"):
            project(store, metric, Filter(), at=datetime(2026, 3, 20))
    with pytest.raises(ValueError, match="would end"):
        project(store, "cost", Filter(), at=datetime(2026, 3, 20), until=datetime(2026, 3, 19))
    with pytest.raises(ValueError, match="within 92 days"):
        project(store, "cost", Filter(), at=datetime(2026, 3, 20), until=datetime(2027, 3, 19))
