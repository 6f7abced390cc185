"""How figures are written: units after a thin space, sensible rounding, a true minus sign, a dash for none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from analysis.metrics import fields

if TYPE_CHECKING:
    from collections.abc import Sequence

THIN = "\u202f"
"""A narrow space at which no line breaks."""

MINUS = "\u2212"
NONE = "–"
"""Stands where there is no figure."""

_SCALES = ((1e12, "T"), (1e9, "bn"), (1e6, "m"), (1e3, "k"))


def count(value: float | None) -> str:
    """Write a whole number in full up to five figures and in thousands, millions or billions above: ``1.24 m``."""
    if _missing(value):
        return NONE
    assert value is not None
    if abs(value) < 99_999.5:
        return _signed(f"{abs(round(value)):,}", value)
    scale, letter = next((scale, letter) for scale, letter in _SCALES if abs(value) >= scale * 0.99995)
    return _signed(f"{_three(abs(value) / scale)}{THIN}{letter}", value)


def exact(value: float | None) -> str:
    """Write a whole number in full: ``1,240,310``."""
    return NONE if value is None or _missing(value) else _signed(f"{abs(round(value)):,}", value)


def money(value: float | None) -> str:
    """Write US dollars: cents from a dollar on, whole dollars from a thousand, three figures below a dollar."""
    if value is None or _missing(value):
        return NONE
    size = abs(value)
    if size >= 99_999.5:
        return _signed(f"${count(size)}", value)
    if size >= 999.995:
        return _signed(f"${size:,.0f}", value)
    if size >= 0.995 or size == 0:
        return _signed(f"${size:,.2f}", value)
    return _signed(f"${_small(size)}", value)


def seconds(value: float | None) -> str:
    """Write a length of time given in seconds: ``340 ms``, ``1.82 s``, ``2 min 5 s``, ``1 h 12 min``."""
    if value is None or _missing(value):
        return NONE
    size = abs(value)
    if size == 0:
        return f"0{THIN}s"
    if size < 0.9995:
        return _signed(f"{_three(size * 1000)}{THIN}ms", value)
    if size < 99.95:
        return _signed(f"{_three(size)}{THIN}s", value)
    minutes, rest = divmod(round(size), 60)
    if minutes < 60:
        return _signed(_pair(minutes, "min", rest, "s"), value)
    return _signed(_pair(*_two(minutes, "h", "min")), value)


def share(value: float | None) -> str:
    """Write a share of 0 to 1 as per cent: ``4.7 %``, ``0.03 %``; nothing that is not nought reads as nought."""
    if value is None or _missing(value):
        return NONE
    percent = abs(value) * 100
    if percent == 0:
        return f"0{THIN}%"
    if percent < 0.01:
        return f"<{THIN}0.01{THIN}%"
    if 99.95 <= percent < 100:
        return f">{THIN}99.9{THIN}%"
    digits = 2 if percent < 0.095 else 1 if percent < 99.95 else 0
    return _signed(f"{percent:.{digits}f}{THIN}%", value)


def chance(p: float) -> str:
    """Write a p-value: ``0.032``, ``<0.001``; nothing is certain."""
    return f"<{THIN}0.001" if p < 0.001 else f"{p:.3f}"


def plain(value: float | None) -> str:
    """Write a number without a unit, to three figures; in full from a hundred on."""
    if value is None or _missing(value):
        return NONE
    if abs(value) >= 99_999.5:
        return count(value)
    return _signed(_three(abs(value)), value)


def figure(value: float | None, unit: str) -> str:
    """Write a value of a metric in its unit, as named in the catalogue of metrics."""
    known = {"USD": money, "s": seconds, "share": share}
    if unit in known:
        return known[unit](value)
    if unit in ("", "stars"):
        return plain(value)
    if unit.endswith("/s"):
        return NONE if value is None or _missing(value) else f"{plain(value)}{THIN}/s"
    return count(value)


def interval(low: float | None, high: float | None, unit: str) -> str:
    """Write an interval: ``4.1 % to 5.3 %``; empty where there is none."""
    if low is None or high is None or _missing(low) or _missing(high):
        return ""
    return f"{figure(low, unit)} to {figure(high, unit)}"


def change(now: float | None, before: float | None, unit: str) -> str:
    """Write how far a figure moved: in points for a share, in per cent for all else; empty where it can't be said."""
    if now is None or before is None or _missing(now) or _missing(before):
        return ""
    if unit == "share":
        points = (now - before) * 100
        text = _points(abs(points))
        return f"{_plus(float(text) * math.copysign(1, points))}{text}{THIN}points"
    if before == 0:
        return "" if now == 0 else f"from {figure(0, unit)}"
    ratio = now / before
    if ratio >= 10:
        return f"{_three(ratio)}{THIN}times"
    percent = (ratio - 1) * 100
    digits = 0 if abs(percent) >= 9.95 else 1
    text = f"{abs(percent):.{digits}f}"
    return f"{_plus(float(text) * math.copysign(1, percent))}{text}{THIN}%"


def of(n: int | None, total: int | None) -> str:
    """Say on how much a figure rests: ``9,812 of 10,000``, or ``all 10,000``."""
    if n is None or total is None:
        return ""
    if total == 0:
        return "none"
    return f"all {exact(total)}" if n == total else f"{exact(n)} of {exact(total)}"


def listed(items: Sequence[str], *, most: int = 5) -> str:
    """Join names: ``a, b and c``; beyond `most` the rest is counted."""
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else "".join(items)


def group(value: str) -> str:
    """Name a group: the rest and the missing in words."""
    return {fields.NONE: "none given", fields.OTHER: "all others"}.get(value, value)


def _missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def _signed(text: str, value: float) -> str:
    return f"{MINUS}{text}" if value < 0 and any(c in "123456789" for c in text) else text


def _plus(value: float) -> str:
    return "+" if value > 0 else MINUS if value < 0 else "±"


def _points(size: float) -> str:
    return f"{size:.1f}" if size >= 0.095 or size == 0 else f"{size:.2f}"


def _three(size: float) -> str:
    """Three significant figures, thousands in full."""
    if size == 0:
        return "0"
    if size >= 99.95:
        return f"{size:,.0f}"
    if size >= 9.995:
        return f"{size:.1f}"
    return f"{size:.2f}" if size >= 0.9995 else _small(size)


def _small(size: float) -> str:
    """Three significant figures below one: ``0.420``, ``0.00118``."""
    if size < 1e-6:
        return f"<{THIN}0.000001"
    return f"{size:.{2 - math.floor(math.log10(size))}f}"


def _two(amount: int, large: str, small: str) -> tuple[int, str, int, str]:
    whole, rest = divmod(amount, 60)
    return whole, large, rest, small


def _pair(first: int, unit: str, second: int, smaller: str) -> str:
    head = f"{first}{THIN}{unit}"
    return f"{head} {second}{THIN}{smaller}" if second else head


def steps(top: float, *, most: int = 4, least: float = 0.0) -> list[float]:
    """Choose round steps, of `least` or more, from nought to just below or at `top`: ``[0, 5, 10, 15]``."""
    step = max(_round_step(top / most), least)
    return [step * place for place in range(math.floor(top / step + 1e-9) + 1)]


def round_figure(value: float, unit: str) -> str:
    """Write a round figure without the noughts that say how exact it is: ``500 ms``, ``2 s``."""
    if unit == "s":
        return f"{value * 1000:g}{THIN}ms" if value < 1 else f"{value:,g}{THIN}s"
    return figure(value, unit)


def steps_between(low: float, high: float, *, most: int = 4) -> list[float]:
    """Choose round steps within two ends."""
    step = _round_step((high - low) / most)
    first = math.ceil(low / step - 1e-9)
    return [step * place for place in range(first, math.floor(high / step + 1e-9) + 1)]


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)


WHOLE = {"requests", "conversations", "users", "tokens", "comments"}
"""Units of which there is no half."""


def axis(
    values: Sequence[float],
    unit: str,
    highs: Sequence[float] = (),
    *,
    lows: Sequence[float] = (),
    from_nought: bool = True,
    most: int = 4,
) -> tuple[list[float], float, float]:
    """Choose an axis for values of a unit and the ends of their intervals.

    Intervals of few records reach far: they stretch the axis by no more than half, but where all values are nought, and
    the intervals all there is to see. An axis that need not begin at nought does so all the same unless the values, and
    their intervals, keep to its upper part. It reaches below nought where a value does.

    Returns
    -------
    tuple
        The steps that are written, and the axis's two ends.
    """
    largest, smallest = max(values, default=0.0), min(values, default=0.0)
    if smallest < 0:
        return _through_nought(smallest, max(largest, 0.0), lows, highs, most)
    if largest <= 0:
        reach = max(highs, default=0.0)
        return (steps(reach, most=most), 0.0, 1.04 * reach) if reach > 0 else ([0.0], 0.0, 1.0)
    least = 1.0 if unit in WHOLE else 0.0
    if not from_nought and 0.6 * largest < smallest < largest:
        room = max(0.35 * (largest - smallest), max(highs, default=0.0) - largest)
        low, high = smallest - room, largest + room
        if low > 0:
            return steps_between(low, high, most=most), low, high
    top = max(largest, min(max(highs, default=0.0), 1.5 * largest))
    written = steps(top, most=most, least=least)
    return written, 0.0, max(written[-1] + 0.09 * top, 1.04 * top)


def _through_nought(
    low: float, high: float, lows: Sequence[float], highs: Sequence[float], most: int
) -> tuple[list[float], float, float]:
    """Choose an axis on which nought is written, for values from `low`, below it, to `high`."""
    room = 0.5 * (high - low)
    low, high = min(low, max(min(lows, default=0.0), low - room)), max(high, min(max(highs, default=0.0), high + room))
    written, room = steps_between(low, high, most=most), 0.09 * (high - low)
    return written, low - 0.5 * room, max(written[-1] + room, high + 0.5 * room)


def tick(value: float, unit: str, among: list[float]) -> str:
    """Write a figure of an axis: all of an axis alike, with no more decimals than its steps need."""
    if value == 0:
        return "0"
    if value < 0:
        return f"{MINUS}{tick(-value, unit, among)}"
    step = among[1] - among[0] if len(among) > 1 else value
    if unit == "share":
        return f"{value * 100:.{_decimals(step * 100)}f}{THIN}%"
    if unit == "s":
        return f"{value * 1000:,.0f}{THIN}ms" if among[-1] < 1 else f"{value:.{_decimals(step)}f}{THIN}s"
    scale, letter = next(((scale, letter) for scale, letter in _SCALES if among[-1] >= max(scale, 1e4)), (1.0, ""))
    digits = _decimals(step / scale)
    text = f"{value / scale:,.{2 if unit == 'USD' and digits == 1 else digits}f}{THIN if letter else ''}{letter}"
    return f"${text}" if unit == "USD" else text


def _decimals(step: float) -> int:
    """Decimals that a step needs: 0 for 5, 1 for 0.5 and 2.5, 3 for 0.025."""
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return digits + (abs(step * 10**digits - round(step * 10**digits)) > 1e-6)
