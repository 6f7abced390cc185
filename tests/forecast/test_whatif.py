"""What calls would have cost at another price: known answers, and what cannot be recomputed is counted."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from analysis.forecast.project import project
from analysis.forecast.whatif import Change, whatif
from analysis.metrics.filter import Filter
from tests import records

if TYPE_CHECKING:
    from analysis.store import Store

START = datetime(2026, 6, 1, 10)


@pytest.fixture
def filled(store: Store) -> Store:
    """Ten calls of a model at 3 dollars each, one without tokens, one without a cost, and one of another model."""
    store.workspace.prices.write_text(json.dumps([
        {"model": "plain", "input_mtok": 1, "output_mtok": 2},
        {"model": "fine", "input_mtok": 10, "output_mtok": 20, "cache_read_mtok": 1},
    ]))  # fmt: skip
    whole = {"model": "plain", "input_tokens": 1_000_000, "output_tokens": 500_000, "cache_read_tokens": 1_000_000}
    records.add(
        store,
        *({"time": START + timedelta(days=day), "recorded_cost": 3.0, **whole} for day in range(10)),
        {"time": START, "recorded_cost": 3.0, "model": "plain"},
        {"time": START, **whole},
        {"time": START, "recorded_cost": 7.0, "model": "other"},
    )
    return store


def test_as_if_another_model_had_answered(filled: Store):
    found = whatif(filled, Filter(), Change("plain", other="fine"))
    assert (found.calls, found.priced, found.repriced) == (12, 10, 11)
    assert (found.before, found.after) == pytest.approx((30, 10 * (10 + 10 + 1)))
    assert (found.anew, found.whole) == pytest.approx((11 * 21, 40))
    assert found.ratio == pytest.approx(1 + 180 / 40)


def test_at_another_price_and_at_a_multiple(filled: Store):
    found = whatif(filled, Filter(), Change("plain", price=(2.0, 4.0)))
    assert (found.priced, found.after) == (10, pytest.approx(10 * (2 + 2 + 2)))
    found = whatif(filled, Filter(), Change("plain", factor=0.5))
    assert (found.calls, found.priced, found.before, found.after) == (12, 11, 33, pytest.approx(16.5))


def test_a_period_holds(filled: Store):
    found = whatif(filled, Filter(START + timedelta(days=5)), Change("plain", other="fine"))
    assert (found.calls, found.priced) == (5, 5)


def test_the_service_tier_is_kept(store: Store):
    store.workspace.prices.write_text(json.dumps([
        {"model": "fine", "input_mtok": 10, "output_mtok": 0},
        {"model": "fine", "input_mtok": 5, "output_mtok": 0, "service_tier": "batch"},
    ]))  # fmt: skip
    call = {"time": START, "recorded_cost": 1.0, "model": "plain", "input_tokens": 1_000_000, "output_tokens": 1}
    records.add(store, call, call | {"attributes": {"service_tier": "batch"}})
    assert whatif(store, Filter(), Change("plain", other="fine")).after == pytest.approx(15)


def test_the_running_month_changes_from_now_on(filled: Store):
    month = project(filled, "cost", Filter(), at=START + timedelta(days=9))
    then = whatif(filled, Filter(), Change("plain", factor=2.0)).projected(month)
    assert then.known == month.known
    assert then.total - then.known == pytest.approx((1 + 33 / 40) * (month.total - month.known))
    assert then.low >= then.known


def test_what_cannot_be_told_is_said(filled: Store):
    with pytest.raises(ValueError, match="no call of 'nobody'"):
        whatif(filled, Filter(), Change("nobody", factor=2.0))
    with pytest.raises(ValueError, match="no price of 'unheard-of'"):
        whatif(filled, Filter(), Change("plain", other="unheard-of"))


@pytest.mark.parametrize("given", [{}, {"other": "x", "factor": 2.0}, {"factor": -1.0}, {"price": (1.0, float("inf"))}])
def test_a_change_is_one_change(given: dict):
    with pytest.raises(ValueError, match=r"one of them only|0 or more"):
        Change("plain", **given)
