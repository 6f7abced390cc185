"""What became of a release, in words, for the page and the terminal: plain text, its figures as everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.metrics import period
from analysis.releases.compare import BETTER, FEW, MOVED, SAME, WORSE
from analysis.releases.measures import QUALITY, SAFETY, SAID
from app import moments, units, words
from app.reasons import sentence, signed
from app.sizes import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from analysis.metrics.shifts.explain import Shift
    from analysis.releases.compare import Outcome
    from analysis.releases.release import Release
    from analysis.releases.report import Meanwhile, Report

LED_BY = ("cost_per_request", "latency_p95")
"""Metrics that the first sentence speaks of in any case, after quality."""
_NAMED = 2
"""Quality metrics that the first sentence names."""
_ABOUT = ((1.9, 2.1, "doubled"), (0.47, 0.53, "halved"))
_ORDER = (WORSE, BETTER, MOVED, SAME, FEW)


def headline(report: Report) -> str:
    """Say in a sentence whether it got better, and at what cost."""
    by_name = {outcome.measure.name: outcome for outcome in report.outcomes}
    led = [by_name[name] for name in LED_BY if name in by_name]
    said = [_quality(report.outcomes), *map(_led, led)]
    same = [one.removesuffix(f" {SAME}") for one in said if one.endswith(f" {SAME}")]
    if len(same) > 1:
        said = [*(one for one in said if not one.endswith(f" {SAME}")), f"{SAME} in {words.listed(same)}"]
    return f"{report.release.name}: {', '.join(said)}."


def leading(report: Report) -> list[Outcome]:
    """List the outcomes that the first sentence names because they moved."""
    led = [outcome for outcome in report.outcomes if outcome.measure.name in LED_BY and outcome.moved]
    return [*_moved_quality(report.outcomes)[:_NAMED], *led]


def in_order(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Sort outcomes: what got worse, what got better, what moved, then the rest, the surest first."""
    return sorted(outcomes, key=lambda one: (_ORDER.index(one.verdict), 1.0 if one.q is None else one.q))


def tally(report: Report) -> str:
    """Say how many metrics got better and worse."""
    counts = {verdict: sum(one.verdict == verdict for one in report.outcomes) for verdict in _ORDER}
    said = [f"{counts[WORSE]} got worse", f"{counts[BETTER]} better"]
    said += [f"{counts[MOVED]} moved, of which neither way is better"] if counts[MOVED] else []
    said += [f"{counts[SAME]} show no difference"] if counts[SAME] else []
    said += [f"of {counts[FEW]} there is too little"] if counts[FEW] else []
    return f"Of {counted(len(report.outcomes), 'metric')}, {words.listed(said, most=len(said))}."


def how(report: Report) -> str:
    """Say what was compared with what."""
    windows, by = report.windows, f"intervals by a bootstrap over {report.unit}s"
    if windows.beside:
        return (
            f"Both versions ran at once, {period.words(windows.now.start, windows.now.end)}, and are compared with "
            f"each other over that time: what else changed then touched both; {by}."
        )
    before, now = windows.before, windows.now
    days = counted(max(round(windows.length.total_seconds() / 86_400), 1), "day")
    begun, ended = windows.rollout
    left = f", without the roll-out from {moments.brief(begun)} to {moments.brief(ended)}" if ended > begun else ""
    return (
        f"{days} after it ({_span(now.start, now.end)}) against as many before it ({_span(before.start, before.end)})"
        f"{left}, UTC; {by}. Of the differences told, one in twenty is expected to be chance (Benjamini-Hochberg)."
    )


def meanwhile(report: Report, other: Meanwhile) -> str:
    """Say what else happened, which may be the cause; empty where nothing is known."""
    said = [f"release {one.name} ({moments.brief(one.start)})" for one in report.windows.others]
    said += [f"{note.text} ({note.kind}, {moments.brief(note.time)})" for note in other.notes]
    seen = [f"{one.what} {one.name} ({moments.brief(one.time)})" for one in other.arrivals]
    alerts = [
        f"{one.rule}{f' in {one.group}' if one.group else ''} ({moments.brief(one.start)})" for one in other.alerts
    ]  # fmt: skip
    parts = []
    if said:
        parts.append(f"Also within the time compared: {words.listed(said, most=6)}.")
    if seen:
        parts.append(f"First seen then: {words.listed(seen, most=6)}.")
    if alerts:
        parts.append(f"Alerts then: {words.listed(alerts, most=6)}.")
    if not report.windows.beside:
        parts.append("A comparison with the time before can't tell a release from what else changed with it.")
    return " ".join(parts)


def reason(outcome: Outcome, shifts: Sequence[Shift], traffic: Shift | None, day: datetime | None) -> str:
    """Say where a change came from, what other traffic has of it, and on which day nearly all of it came, if on one."""
    sudden = f"Nearly all of it came on {moments.day(day)}, as an incident does." if day is not None else ""
    if not shifts:
        return f"{_title(outcome)}: {sudden}" if sudden else ""
    mix = "Other traffic has no part in it, as far as the fields tell."
    if traffic is not None:
        moved, by = signed(traffic.mix.value, _unit(outcome)), words.field(traffic.by).lower()
        mix = f"Other traffic alone (other shares by {by}) would have moved it by {moved}."
    return " ".join(part for part in (f"{_title(outcome)}: {sentence(shifts[0], shifts)}", mix, sudden) if part)


def change(outcome: Outcome) -> str:
    """Write a change: how many times it is of money and time, else the difference in its unit."""
    if outcome.p is None:
        return ""
    times = outcome.times
    if times is not None and _unit(outcome) in ("USD", "s", "tokens/s") and not 0.95 <= times <= 1.05:
        return _times(times)
    return signed(outcome.change.value, _unit(outcome))


def seen(outcome: Outcome) -> str:
    """Write the smallest change that would have been seen."""
    smallest = outcome.smallest
    return "" if smallest is None else f"±{signed(smallest, _unit(outcome)).lstrip('+')}"


def came(release: Release, newest: Release | None = None) -> str:
    """Say how a release came: where, whence it is known, and how its roll-out went."""
    parts = [release.where() or "everywhere"]
    if release.half is not None and release.half > release.start:
        parts.append(f"half of the calls from {moments.brief(release.half)}")
    elif release.source == "logs" and release.half is None:
        parts.append("not yet half of the calls")
    by = f" by {release.who}" if release.who else ""
    known = {"logs": "found in the logs", "said": f"said{by}", "imported": f"imported{by}"}[release.source]
    parts.append(f"moved{by}" if release.moved else known)
    parts += [release.note] if release.note else []
    return ", ".join(parts)


def _quality(outcomes: Sequence[Outcome]) -> str:
    moved = _moved_quality(outcomes)
    if moved:
        more = len(moved) - _NAMED
        return ", ".join([*(_led(one) for one in moved[:_NAMED]), *([f"{more} more of quality"] if more > 0 else [])])
    known = [one for one in outcomes if one.measure.section in (QUALITY, SAID, SAFETY) and one.verdict == SAME]
    return f"quality {SAME}" if known else "quality: too few data"


def _moved_quality(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """List what got worse or better of quality, feedback and safety."""
    found = [one for one in outcomes if one.measure.section in (QUALITY, SAID, SAFETY)]
    return [one for one in in_order(found) if one.verdict in (WORSE, BETTER)]


def _led(outcome: Outcome) -> str:
    """Say of one metric how it moved: ``cost per request doubled``, ``latency, p95 3.7 times as long``."""
    title, unit = _title(outcome), _unit(outcome)
    title = title[:1].lower() + title[1:].replace(", p", " p")
    if outcome.verdict == FEW:
        return f"{title}: too few data"
    if outcome.verdict == SAME:
        return f"{title} {SAME}"
    if outcome.times is None or unit not in ("USD", "s"):
        way = "rose" if outcome.change.value > 0 else "fell"
        before, now = (units.figure(side.value, unit) for side in (outcome.before, outcome.now))
        return f"{title} {way} from {before} to {now}"
    for low, high, word in _ABOUT:
        if low <= outcome.times <= high:
            return f"{title} {word}"
    return f"{title} {_times(outcome.times)} as {'long' if unit == 's' else 'high'}"


def _times(times: float) -> str:
    return f"{times:.{1 if times >= 1.95 else 2}f} times"


def _title(outcome: Outcome) -> str:
    return outcome.measure.metric.title


def _unit(outcome: Outcome) -> str:
    return outcome.measure.metric.unit


def _span(start: datetime | None, end: datetime | None) -> str:
    return f"{moments.brief(start)} to {moments.brief(end)}"
