"""How figures are written."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import units
from app.units import MINUS, THIN

NUMBERS = st.floats(min_value=-1e15, max_value=1e15)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (999, "999"), (12_345, "12,345"), (99_999, "99,999"), (123_456, f"123{THIN}k"),
        (1_240_310, f"1.24{THIN}m"), (8_267_000_000, f"8.27{THIN}bn"), (-5, f"{MINUS}5"), (None, "–"), (math.nan, "–"),
    ],
)  # fmt: skip
def test_counts(value: float | None, text: str):
    assert units.count(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "$0.00"), (0.00384, "$0.00384"), (0.0420, "$0.0420"), (0.5, "$0.500"), (1, "$1.00"), (84.096, "$84.10"),
        (999.994, "$999.99"), (1284.6, "$1,285"), (123_456.7, f"$123{THIN}k"), (-2.5, f"{MINUS}$2.50"),
    ],
)  # fmt: skip
def test_money(value: float, text: str):
    assert units.money(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, f"0{THIN}s"), (0.34, f"340{THIN}ms"), (0.0012, f"1.20{THIN}ms"), (1.824, f"1.82{THIN}s"),
        (35.04, f"35.0{THIN}s"), (125, f"2{THIN}min 5{THIN}s"), (120, f"2{THIN}min"), (4320, f"1{THIN}h 12{THIN}min"),
        (0.9996, f"1.00{THIN}s"),
    ],
)  # fmt: skip
def test_seconds(value: float, text: str):
    assert units.seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, f"0{THIN}%"), (0.047, f"4.7{THIN}%"), (0.0003, f"0.03{THIN}%"), (0.722, f"72.2{THIN}%"),
        (1, f"100{THIN}%"), (0.00001, f"<{THIN}0.01{THIN}%"), (0.9999, f">{THIN}99.9{THIN}%"),
    ],
)  # fmt: skip
def test_shares_never_read_as_nought_or_all_unless_they_are(value: float, text: str):
    assert units.share(value) == text


def test_no_chance_reads_as_none():
    assert [units.chance(p) for p in (0.00004, 0.001, 0.0316, 1)] == [f"<{THIN}0.001", "0.001", "0.032", "1.000"]


@pytest.mark.parametrize(
    ("now", "before", "unit", "text"),
    [
        (1.18, 1.0, "USD", f"+18{THIN}%"), (82, 100, "requests", f"{MINUS}18{THIN}%"), (1.041, 1, "s", f"+4.1{THIN}%"),
        (0.05, 0.047, "share", f"+0.3{THIN}points"), (0.0471, 0.0475, "share", f"{MINUS}0.04{THIN}points"),
        (30, 2, "requests", f"15.0{THIN}times"), (3, 0, "USD", "from $0.00"), (0, 0, "USD", ""), (1, None, "s", ""),
        (1, 1, "s", f"±0.0{THIN}%"),
    ],
)  # fmt: skip
def test_changes(now: float, before: float | None, unit: str, text: str):
    assert units.change(now, before, unit) == text


@pytest.mark.parametrize(
    ("top", "unit", "words"),
    [
        (0.31, "share", ["0", "10 %", "20 %", "30 %"]),
        (4.2, "s", ["0", "2 s", "4 s"]),
        (0.8, "s", ["0", "200 ms", "400 ms", "600 ms", "800 ms"]),
        (1.84, "USD", ["0", "$0.50", "$1.00", "$1.50"]),
        (623, "requests", ["0", "200", "400", "600"]),
        (123_456, "tokens", ["0", "50 k", "100 k"]),
        (26_000_000, "tokens", ["0", "10 m", "20 m"]),
    ],
)
def test_an_axis_is_written_alike_all_along(top: float, unit: str, words: list[str]):
    steps = units.steps(top)
    assert [units.tick(step, unit, steps).replace(THIN, " ") for step in steps] == words


def test_what_a_figure_rests_on():
    assert units.of(9812, 10_000) == "9,812 of 10,000"
    assert units.of(10_000, 10_000) == "all 10,000"
    assert units.of(0, 0) == "none"


@given(NUMBERS, st.sampled_from(["USD", "s", "share", "", "tokens", "tokens/s"]))
def test_any_number_is_written_short_and_keeps_its_sign(value: float, unit: str):
    text = units.figure(value, unit)
    assert len(text) <= 24
    assert (MINUS in text) <= (value < 0)
    assert "e" not in text
    assert "nan" not in text


@given(st.floats(min_value=1e-9, max_value=1e12), st.integers(min_value=2, max_value=6))
def test_steps_are_few_and_reach_near_the_top(top: float, most: int):
    steps = units.steps(top, most=most)
    assert steps[0] == 0
    assert len(steps) <= most + 1
    assert steps[-1] <= top * (1 + 1e-6)
    assert len(steps) == 1 or steps[-1] + (steps[1] - steps[0]) > top * (1 - 1e-6)


@pytest.mark.parametrize(
    ("values", "highs", "from_nought", "low", "high"),
    [
        ([5.0, 10.0], [], True, 0.0, 10.0),
        ([5.0, 10.0], [40.0], True, 0.0, 15.0),  # an interval stretches it by half at most
        ([0.0, 0.0], [0.02], True, 0.0, 0.02),  # but where it is all there is to see
        ([3.0, 3.2], [3.5], False, 2.7, 3.5),
        ([3.0, 3.2], [9.0], False, 0.0, 4.8),  # it would reach below nought
    ],
)
def test_an_axis_holds_values_and_their_intervals(
    values: list[float], highs: list[float], from_nought: bool, low: float, high: float
):
    _, bottom, top = units.axis(values, "share", highs, from_nought=from_nought)
    assert bottom == pytest.approx(low)
    assert high <= top <= 1.15 * high


def test_an_axis_of_what_is_counted_has_whole_steps():
    assert units.axis([0.0, 2.0], "requests")[0] == [0.0, 1.0, 2.0]
    assert units.axis([0.0, 2.0], "USD")[0] == [0.0, 0.5, 1.0, 1.5, 2.0]


@pytest.mark.parametrize(
    ("values", "lows", "highs", "words", "low", "high"),
    [
        ([-0.2, 0.3], [], [], ["−0.2", "0", "0.2"], -0.2, 0.3),
        ([-0.2, -0.1], [-0.25], [-0.05], ["−0.2", "−0.1", "0"], -0.25, 0.0),
        ([-0.1, 0.1], [-0.9], [0.9], ["−0.2", "−0.1", "0", "0.1", "0.2"], -0.2, 0.2),  # by half at most, either way
    ],
)
def test_an_axis_reaches_below_nought_where_values_do(
    values: list[float], lows: list[float], highs: list[float], words: list[str], low: float, high: float
):
    steps, bottom, top = units.axis(values, "", highs, lows=lows)
    assert [units.tick(step, "", steps) for step in steps] == words
    assert low * 1.1 - 0.03 <= bottom <= low
    assert high <= top <= 1.1 * high + 0.04
