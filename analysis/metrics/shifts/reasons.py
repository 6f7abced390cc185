"""Where a change came from, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis import units
from analysis.metrics import fields
from analysis.units import group, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.metrics.shifts.draws import Span
    from analysis.metrics.shifts.explain import Part, Shift


def sentence(shift: Shift, tried: Sequence[Shift] = ()) -> str:
    """Put in words where a change came from; `tried` are its splits by every field worth it, if it was so split."""
    by, change = fields.title(shift.by).lower(), shift.change.value
    if shift.metric.total and not (shift.before or shift.now):
        return "There was nothing of it before, and there is nothing of it now."
    if shift.metric.total and not (shift.before and shift.now):
        return "Nothing of it is left." if shift.before else "There was nothing of it before: all of it is new."
    said = []
    if shift.metric.total and shift.rate.value and shift.volume.value * change > 0:
        more = "more" if shift.volume.value > 0 else "fewer"
        said.append(f"{signed(shift.volume.value, shift.metric.unit)} of it comes of {more} requests.")
    if not shift.metric.total and shift.mix.sure and abs(shift.mix.value) > abs(shift.rate.value):
        largest = sorted(shift.parts, key=lambda part: -abs(part.share_now - part.share_before))[:2]
        shares = [
            f"{group(part.group)} {units.share(part.share_before)} → {units.share(part.share_now)}"
            for part in largest
        ]  # fmt: skip
        said.append(f"It comes of other shares by {by}: {listed(shares)}.")
        return " ".join(said)
    along = [part for part in shift.parts if part.effect.sure and part.effect.value * change > 0]
    along = [part for part in along if part.group != fields.OTHER][:2] or along
    against = [part for part in shift.parts if part.stands_out and part.effect.value * change < 0][:1]
    if not shift.explains or not along:
        return " ".join([*said, _alike(shift, by, tried)])
    if abs(sum(part.effect.value for part in along)) > abs(change) / 2:
        share = "most of it is"
    else:
        share = "the largest part is" if len(along) == 1 else "the largest parts are"
    named = f"By {by}, {share} {listed([_named(part, shift) for part in along])}"
    other = f"; {_named(against[0], shift)} went the other way" if against else ""
    return " ".join([*said, f"{named}{other}."])


def signed(value: float, unit: str) -> str:
    """Write an effect with its sign, a share's in points."""
    if unit == "share":
        return units.change(value, 0.0, unit)
    written = units.figure(value, unit)
    return f"+{written}" if value > 0 and any(digit in written for digit in "123456789") else written


def within(span: Span, unit: str) -> str:
    """Write the interval of an effect, a share's without the word points; empty where there is none."""
    if span.low is None or span.high is None:
        return ""
    points = f"{units.THIN}points"
    return f"{signed(span.low, unit).removesuffix(points)} to {signed(span.high, unit).removesuffix(points)}"


def _alike(shift: Shift, by: str, tried: Sequence[Shift]) -> str:
    if shift.change.low is None:
        return f"These are too few {shift.blocks}s to tell groups apart."
    if tried and not any(one.explains for one in tried):
        return "It is much the same in all groups: no field tells them apart."
    return f"It is much the same in all groups by {by}."


def _named(part: Part, shift: Shift) -> str:
    return f"{group(part.group)} ({signed(part.effect.value, shift.metric.unit)})"
