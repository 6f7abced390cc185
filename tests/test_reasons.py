"""Where a change came from, in words: no more is said than is known."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from analysis.metrics.filter import Filter
from analysis.metrics.shifts.explain import explain
from app.reasons import sentence, signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.store import Store

BEFORE, NOW = Filter(datetime(2026, 5, 1), datetime(2026, 6, 1)), Filter(datetime(2026, 6, 1), datetime(2026, 7, 1))


def calls(month: int, n: int, failures: int = 0, **same: Any) -> list[dict[str, Any]]:
    return [
        {"time": f"2026-{month:02d}-03 12:00:00", "status": "error" if place < failures else "ok"} | same
        for place in range(n)
    ]


def test_what_came_or_went_altogether_is_said(store: Store, add_records: Callable[..., list[str]]):
    add_records(*calls(6, 60, model="a"))
    assert sentence(explain(store, "requests", BEFORE, NOW, "model")) == (
        "There was nothing of it before: all of it is new."
    )
    assert sentence(explain(store, "requests", NOW, BEFORE, "model")) == "Nothing of it is left."
    add_records(*calls(5, 60, model="a"))
    assert sentence(explain(store, "cost", BEFORE, NOW, "model")) == (
        "There was nothing of it before, and there is nothing of it now."
    )


def test_too_few_are_not_said_to_be_alike(store: Store, add_records: Callable[..., list[str]]):
    add_records(*calls(5, 5, 1, model="a"), *calls(6, 5, 3, model="a"))
    said = sentence(explain(store, "error_rate", BEFORE, NOW, "model"))
    assert said == "These are too few requests to tell groups apart."


def test_no_field_is_blamed_only_where_all_were_tried(store: Store, add_records: Callable[..., list[str]]):
    for month, failures in ((5, 5), (6, 30)):
        for model in "ab":
            add_records(*calls(month, 100, failures, model=model))
    shift = explain(store, "error_rate", BEFORE, NOW, "model")
    assert sentence(shift) == "It is much the same in all groups by model."
    assert sentence(shift, [shift]) == "It is much the same in all groups: no field tells them apart."


def test_most_is_said_of_more_than_half(store: Store, add_records: Callable[..., list[str]]):
    for month, n in ((5, 100), (6, 40)):
        add_records(*(call for model in "abcdefghij" for call in calls(month, n if model < "f" else 100, model=model)))
        add_records(*(call for place in range(200) for call in calls(month, n // 20, model=f"rare {place}")))
    said = sentence(explain(store, "requests", BEFORE, NOW, "model"))
    assert "the largest parts are a (\N{MINUS SIGN}60) and b (\N{MINUS SIGN}60)." in said
    add_records(*calls(5, 1000, model="a"))
    said = sentence(explain(store, "requests", BEFORE, NOW, "model"))
    assert "most of it is a (\N{MINUS SIGN}1,060) and b (\N{MINUS SIGN}60)." in said


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [(12_345.4, "requests", "+12,345"), (0.3, "requests", "0"), (-2.0, "USD", "\u2212$2.00"), (0.0, "s", "0\u202fs")],
)
def test_an_effect_has_a_sign_where_it_is_something(value: float, unit: str, written: str):
    assert signed(value, unit) == written
