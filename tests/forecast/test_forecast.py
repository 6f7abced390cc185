"""Days ahead: known answers where the days repeat, wide intervals of a few, nothing of too few."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import binom

from analysis.forecast.forecast import forecast, of_days
from analysis.forecast.series import TooFewDaysError
from analysis.metrics.filter import Filter
from tests.forecast.days import MONDAY, WEEK, fill, series

if TYPE_CHECKING:
    from analysis.store import Store


def test_weeks_that_repeat_go_on_exactly_so(store: Store):
    fill(store, [*WEEK * 6, 99.0])  # the last day is running, whatever it has cost
    found = forecast(store, "cost", Filter(), ahead=14)
    assert [day.value for day in found.days] == pytest.approx([*WEEK * 2])
    assert [day.day for day in found.days[:2]] == [date(2026, 7, 13), date(2026, 7, 14)]
    assert all(day.low == day.high == pytest.approx(day.value) for day in found.days)
    assert (found.way, found.trial.off, found.naive.off) == ("naive", 0, 0)


def test_a_day_without_records_cost_nothing_and_the_first_day_is_left_out(store: Store):
    fill(store, [5.0, *WEEK, *WEEK], first=MONDAY - timedelta(days=1))
    found = forecast(store, "cost", Filter(), at=MONDAY + timedelta(days=14))
    assert found.so_far.values.tolist() == [*WEEK, *WEEK]
    assert found.so_far.first == MONDAY.date()


def test_what_came_after_the_moment_does_not_count(store: Store):
    fill(store, [3.0] * 20 + [100.0] * 10)
    found = forecast(store, "cost", Filter(), at=MONDAY + timedelta(days=20))
    assert {round(day.value, 6) for day in found.days} == {3.0}


def test_conditions_count_and_the_period_does_not(store: Store):
    fill(store, [3.0] * 20, model="a")
    fill(store, [5.0] * 20, model="b")
    found = forecast(store, "cost", Filter(datetime(2020, 1, 1), datetime(2020, 1, 2)).where("model", "b"))
    assert found.days[0].value == pytest.approx(5.0)


@pytest.mark.parametrize("days", [0, 1, 7])
def test_too_few_days_are_said(store: Store, days: int):
    fill(store, [1.0] * days)
    with pytest.raises(TooFewDaysError, match=f"there are {max(days - 2, 0)}"):
        forecast(store, "cost", Filter())


def test_with_a_week_and_a_bit_the_mean_goes_on_and_is_not_sure(store: Store):
    fill(store, [9.0, *WEEK, 9.0], first=MONDAY - timedelta(days=1))
    found = forecast(store, "cost", Filter(), ahead=3)
    assert found.way == "mean"
    assert [day.value for day in found.days] == pytest.approx([sum(WEEK) / 7] * 3)
    assert found.days[0].low < 1
    assert found.days[0].high > 20


def test_a_step_is_no_slope():
    """What a release changed once does not go on changing."""
    found = of_days(series([10.0] * 30 + [20.0] * 14), 30)
    assert max(day.value for day in found.days) < 22
    assert found.days[-1].value == pytest.approx(20, rel=0.1)


def test_a_better_model_than_the_last_week_is_taken():
    rng = np.random.default_rng(3)
    found = of_days(series(np.resize([30, 34, 36, 33, 31, 12, 10], 70) * rng.gamma(12, 1 / 12, 70)), 28)
    assert found.way in ("level", "damped")
    assert found.trial.scaled < found.naive.scaled
    assert found.days[0].low < found.days[0].low80 < found.days[0].value < found.days[0].high80 < found.days[0].high


def test_scores_may_lie_below_nought_and_shares_end_at_one(store: Store):
    rng = np.random.default_rng(1)
    assert of_days(series(rng.normal(-5, 1, 25)), 7).days[0].value < -2
    fill(store, [1.0] * 30, status="ok")
    found = forecast(store, "error_rate", Filter(), ahead=2)
    assert (found.days[0].value, found.days[0].high) == (0, 0)


def test_intervals_of_a_week_hold_as_often_as_they_say():
    """Of simulated series, where only the naive way can be had. The bound is binomial, at 1 in 20,000."""
    rng, inside = np.random.default_rng(0), {0.8: 0, 0.95: 0}
    runs = 300
    for _ in range(runs):
        values = np.resize([30, 34, 36, 33, 31, 12, 10], 27) * rng.gamma(12, 1 / 12, 27)
        spread = of_days(series(values[:20]), 7).sum_to(7)
        for share in inside:
            tail = (1 - share) / 2
            inside[share] += spread.quantile(tail) <= values[20:].sum() <= spread.quantile(1 - tail)
    for share, hits in inside.items():
        assert hits >= binom.ppf(5e-5, runs, share)


@pytest.mark.parametrize("ahead", [0, 93])
def test_a_forecast_has_bounds(store: Store, ahead: int):
    with pytest.raises(ValueError, match="1 to 92"):
        forecast(store, "cost", Filter(), ahead=ahead)
