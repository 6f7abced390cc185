"""An audit in words: its verdict as a sentence, and the limits that are printed beside it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from analysis.audit.compared import MEAN, RANK, RATE
from analysis.audit.observe import UNKNOWN
from analysis.audit.rates import FOUR_FIFTHS
from analysis.audit.spec import BLOCKS, INDEPENDENT, PAIRS
from analysis.audit.verdict import ENOUGH, FEW, FOUND, LEAST, UNMEASURED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.audit.compared import Comparison, Row
    from analysis.audit.observe import Observed
    from analysis.audit.spec import Spec
    from analysis.audit.verdict import Verdict
    from analysis.metrics.shifts.draws import Span

MINUS, THIN = "\u2212", "\u202f"
SMALLEST = 1e-6
"""Means below this are written as nought."""


def number(value: float | None, measure: str, *, sign: bool = False) -> str:
    """Write a figure: a rate in per cent, its differences in points, all else to three figures."""
    if value is None:
        return "–"
    size = abs(value)
    plain = f"{size:.{_places(size, measure)}f}" if size < 100 else f"{size:,.0f}"
    text = f"{size * 100:.1f}" if measure == RATE else plain
    unit = (f"{THIN}points" if sign else f"{THIN}%") if measure == RATE else ""
    # what rounds to nought has no sign
    before = "" if not any(c in "123456789" for c in text) else MINUS if value < 0 else "+" if sign else ""
    return f"{before}{text}{unit}"


def _places(size: float, measure: str) -> int:
    """Decimal places: two, and of a small mean, such as a cost, as many as show three figures."""
    if measure != MEAN or not SMALLEST <= size < 0.1:
        return 2
    return 2 - math.floor(math.log10(size))


def span(found: Span | dict[str, float | None] | None, measure: str, *, sign: bool = False) -> str:
    """Write a figure with its interval."""
    if found is None:
        return "–"
    value, low, high = (
        (found["value"], found["low"], found["high"]) if isinstance(found, dict)
        else (found.value, found.low, found.high)
    )  # fmt: skip
    shown = number(value, measure, sign=sign)
    if low is None or high is None:
        return shown
    ends = [number(end, measure, sign=sign).partition(THIN)[0] for end in (low, high)]  # the unit is said once
    return f"{shown} ({ends[0]} to {ends[1]})"


def chance(p: float | None) -> str:
    """Write a p-value."""
    return "–" if p is None else "< 0.0001" if p < 1e-4 else f"{p:.4f}" if p < 0.01 else f"{p:.3f}"


def sentence(verdict: Verdict, found: Comparison | None, seen: Observed, spec: Spec) -> str:
    """Put the verdict into a sentence."""
    if verdict.kind == UNMEASURED or found is None:
        return f"Not measured: none of the {seen.records:,} records has both a known group and this outcome."
    if verdict.kind == FEW:
        largest = max((row.n for row in found.rows[1:]), default=0)
        need = f"{LEAST} {_units(seen, spec)}"
        return f"Too few data to judge: a group needs {need}, and at most {largest:,} can be compared."
    if verdict.kind == FOUND:
        rows = [row for row in found.rows if row.group in verdict.groups]
        parts = "; ".join(_gap(row, found, spec) for row in rows)
        firm = f" With fewer than {ENOUGH} in a group this is indicative." if verdict.indicative else ""
        return f"A disparity was found: {parts}.{firm}"
    if verdict.smallest is None:
        return "No disparity was seen at this n; nor can it be said how large one would have had to be to be seen."
    firm = f" With fewer than {ENOUGH} in a group this is indicative." if verdict.indicative else ""
    return (
        f"No disparity was seen at this n. A gap of {number(verdict.smallest, found.measure, sign=True).lstrip('+')} "
        f"or more would have been seen in four of five cases; a smaller one may well be there.{firm}"
    )


def _gap(row: Row, found: Comparison, spec: Spec) -> str:
    what = {RATE: "the rate", RANK: "the mean rank, 1 being the best,"}.get(
        found.measure, f"the mean of {spec.outcome.words}"
    )
    difference = span(row.difference, found.measure, sign=True)
    return f"for {row.group} {what} differs from that for {found.reference} by {difference}, p {_p(row.adjusted)}"


def _p(p: float | None) -> str:
    text = chance(p)
    return text if text.startswith("<") else f"= {text}"


def _units(seen: Observed, spec: Spec) -> str:
    if spec.design == PAIRS:
        return "pairs"
    return f"{seen.unit}s that hold it and the reference" if spec.design == BLOCKS else "records"


def beside(attribute: str, verdict: Verdict) -> str:
    """Say of a second attribute, which is beside the verdict, what was found; empty where nothing was."""
    if verdict.kind != FOUND:
        return ""
    return f" By {attribute}, which is explored beside the verdict, {_differ(verdict.groups)} too."


def _differ(groups: Sequence[str]) -> str:
    return f"{' and '.join(groups)} differ{'s' if len(groups) == 1 else ''}"


def limits(verdict: Verdict, found: Comparison | None, seen: Observed, spec: Spec) -> list[str]:
    """List what the figures do not say."""
    said = [
        "This is an observation of what the system put out. It does not say why, nor whether a difference is "
        "justified; that no disparity was seen does not show that there is none.",
        *_of_design(found, seen, spec), *_of_groups(seen, spec),
    ]  # fmt: skip
    if seen.unread:
        said.append(f"Of {seen.unread:,} records the response could not be read as this outcome.")
    alarm = found.false_alarm if found is not None else None
    if alarm is not None:
        said.append(
            f"With groups of these sizes and no difference at all, some impact ratio falls below {FOUR_FIFTHS} in "
            f"{alarm * 100:.0f}{THIN}% of cases: the four-fifths rule alone is no finding."
        )
    labels = seen.about.get("labels")
    if labels:
        said.append("The outcome is a score: a bias of whoever, or whatever, gave it is in the figures.")
        if "human" in labels["origins"] and not (spec.reviewers or spec.queue):
            said.append("It was given by people; how far they agree, and by which rubric, is not stated here.")
    if verdict.indicative:
        said.append(f"What rests on {LEAST} to {ENOUGH - 1} is called indicative: some more data may change it.")
    return said


def _of_design(found: Comparison | None, seen: Observed, spec: Spec) -> list[str]:
    said = []
    if spec.design == INDEPENDENT:
        said.append(
            "The groups were not made alike: they may differ in what was asked of the system as well as in how it "
            "answered. Pairs, which differ in nothing but the attribute, do not have this limit."
        )
        if found is not None and found.repeated:
            said.append(
                f"Records come several to a {seen.unit}, or stand for several: intervals and tests are by resampling, "
                "and of rates at the number of independent records that would tell as much."
            )
            clusters = len({one.block for one in seen.all if one.value is not None})
            if clusters < ENOUGH:
                said.append(f"There are {clusters:,} of these alone: intervals may be too narrow.")
    elif spec.design == BLOCKS:
        said.append(
            "Candidates were compared within their calls. Their merits were not made alike, which adds noise, and bias "
            "where merit and group go together."
        )
    else:
        said.append("Pairs show how the system reacts to the attribute, in prompts that may be unlike production's.")
    if spec.probability and spec.design != INDEPENDENT:
        said.append("Sampling probabilities were not used: each block or pair counts once.")
    return said


def _of_groups(seen: Observed, spec: Spec) -> list[str]:
    said = []
    if spec.groups.mentioned:
        said.append(
            "The group is the one that a text mentions, found by words and first names; it is nobody's identity, and "
            "the texts without a mention may fare otherwise."
        )
        if seen.checked is None:
            said.append("No reviewer's label of the group was at hand: the error of this inference was not measured.")
    unknown = sum(one.group == UNKNOWN for one in seen.all)
    if unknown:
        said.append(f"Of {unknown:,} the group is unknown; they are in no comparison.")
    if spec.groups.also:
        said.append("The verdict is of the first attribute alone; the second and the intersections are explored.")
    return said
