"""The tables of New York City's Local Law 144 of 2021 (6 RCNY 5-300 to 5-304): rates and impact ratios by category."""

from __future__ import annotations

from collections import Counter
from statistics import median
from typing import TYPE_CHECKING, Any

from analysis.audit.mentioned import SEVERAL
from analysis.audit.observe import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analysis.audit.observe import Observation

SMALL = 0.02
"""A category with a smaller share may be left out of the impact ratios, if its number and rate are stated."""


def tables(every: Sequence[Observation], *, rate: bool, better: str, titles: tuple[str, str]) -> dict[str, Any]:
    """Set the tables: by each attribute, and by both together.

    Of an outcome of yes and no the rate is the selection rate; of a score the scoring rate, the share above the median
    of all who were scored. A rank is turned round, so that more is better.

    Returns
    -------
    dict
        ``rate`` ("selection rate" or "scoring rate"), ``median``, ``unknown`` (how many could not be put in a
        category), and ``tables``, each with ``title`` and ``rows`` of ``category``, ``n``, ``rate``, ``impact`` and
        ``small``.
    """
    turned = -1.0 if better == "lower" else 1.0
    measured = [(one, one.value) for one in every if one.value is not None]
    values = [turned * value for _, value in measured]
    middle = median(values) if values else None
    chosen = [
        (one, value > 0 if rate and better != "lower" else value == 0 if rate else turned * value > middle)  # type: ignore[operator]
        for one, value in measured
    ]
    ways: list[tuple[str, Callable[[Observation], tuple[str, ...]]]] = [(titles[0], lambda one: (one.group,))]
    if titles[1]:
        ways += [
            (titles[1], lambda one: (one.also,)),
            (f"{titles[0]} and {titles[1]}", lambda one: (one.group, one.also)),
        ]
    gone = {UNKNOWN, SEVERAL}
    return {
        "rate": "selection rate" if rate else "scoring rate",
        "median": None if rate or middle is None else turned * middle,
        "unknown": sum(one.group in gone or (bool(titles[1]) and one.also in gone) for one, _ in chosen),
        "tables": [{"title": title, "rows": _rows(chosen, way, gone)} for title, way in ways],
    }


def _rows(
    chosen: Sequence[tuple[Observation, bool]], way: Callable[[Observation], tuple[str, ...]], gone: set[str]
) -> list[dict[str, Any]]:
    n: Counter[tuple[str, ...]] = Counter()
    hits: Counter[tuple[str, ...]] = Counter()
    for one, hit in chosen:
        category = way(one)
        if gone.isdisjoint(category):
            n[category] += 1
            hits[category] += hit
    total = sum(n.values())
    large = [category for category in n if n[category] >= SMALL * total]
    best = max((hits[category] / n[category] for category in large), default=0.0)
    return [
        {
            "category": " · ".join(category), "n": n[category], "rate": hits[category] / n[category],
            "impact": hits[category] / n[category] / best if best and category in large else None,
            "small": category not in large,
        }
        for category in sorted(n)
    ]  # fmt: skip
