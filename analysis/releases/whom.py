"""For whom a release changed something: groups of the records where a metric moved otherwise than in all others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.drift.differences import benjamini_hochberg
from analysis.metrics import fields
from analysis.metrics.catalogue import MIN_N
from analysis.metrics.fields import OTHER, Bound
from analysis.metrics.shifts.draws import FEWEST, REPEATS, REPEATS_OF_PERCENTILE, Span, weights
from analysis.metrics.shifts.explain import VERSIONS, candidates
from analysis.metrics.shifts.parts import DRAWS, MOST_OF_PERCENTILE, gather
from analysis.releases.compare import FOUND, error, figures
from analysis.releases.measures import ASKED, COST, LATENCY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.metrics.blocks import Blocks
    from analysis.metrics.shifts.parts import Parts
    from analysis.releases.compare import Outcome
    from analysis.releases.measures import Measure
    from analysis.releases.windows import Windows
    from analysis.store import Store

    Array = NDArray[np.float64]

FIELDS = 8
"""Fields that are looked at, at most; of each the largest groups."""
FIRST = ("app", "feature", "model", "topic", "language")
"""Fields that are looked at before the attributes, where they have several values."""
MANY = 30
"""An attribute with more values makes no groups worth telling."""
NESTED = ("provider", "source")
"""Fields that tell no more than another."""
ALWAYS = (
    "error_rate", "thumbs_up_rate", "scorer.faithfulness", "scorer.response_refusal", "scorer.response_relevance",
    "latency_p95", "cost_per_request",
)  # fmt: skip
"""Metrics that are looked at by groups whether they moved or not; so are scores that came with the logs."""
ALONE = (LATENCY, COST)
"""Headings whose metrics move together, so that those of :data:`ALWAYS` stand for them all."""
RELATIVE = ("USD", "s", "tokens/s")
"""Units in which groups are compared by how many times as much it is: what doubles for all moves none of them more."""


@dataclass(frozen=True)
class Group:
    """A group that fares otherwise.

    Parameters
    ----------
    measure : Measure
    field, name : str
        The field and its value.
    before, now : float
        The metric in the group.
    change : Span
        Now less before in the group, with its 95 % interval.
    others_before, others_now : float
        The metric in all other records.
    p, q : float
        The chance of the two being as far apart were they alike; the same corrected for the number of groups and
        metrics (Benjamini-Hochberg).
    """

    measure: Measure
    field: str
    name: str
    before: float
    now: float
    change: Span
    others_before: float
    others_now: float
    p: float
    q: float


@dataclass(frozen=True)
class Apart:
    """The groups that fare otherwise than the rest, the surest first, of how many that were looked at."""

    groups: tuple[Group, ...]
    looked_at: int


def apart(store: Store, windows: Windows, outcomes: Sequence[Outcome], by: Sequence[str], blocks: Blocks) -> Apart:
    """Find the groups whose change differs from that of the rest by more than chance.

    What an application is (its models, features, apps) and who asks what (topic, language, attributes) make groups;
    versions do not.
    """
    chosen = [outcome.measure for outcome in outcomes if _looked_at(outcome)]
    metrics = [measure.metric for measure in chosen]
    found = [
        group
        for field in by
        for measure, parts in zip(
            chosen, gather(store, metrics, windows.before, windows.now, field, blocks), strict=True
        )
        for group in _groups(parts, measure, field)
    ]
    corrected = benjamini_hochberg(np.array([group.p for group in found], dtype=np.float64)).tolist()
    groups = [replace(one, q=q) for one, q in zip(found, corrected, strict=True) if q <= FOUND]
    return Apart(tuple(sorted(groups, key=lambda group: group.p)), len(found))


def groupings(store: Store, windows: Windows) -> list[str]:
    """List the fields that make groups of the samples: those of several values, not very many."""
    known = [name for name in candidates(store, windows.before, windows.now) if name not in (*VERSIONS, *NESTED)]
    if not known:
        return []
    bound = Bound("k")
    columns = ", ".join(f"count(DISTINCT {fields.group(name, bound)})" for name in known)
    (where, given), (where_, given_) = windows.before.predicate("a"), windows.now.predicate("b")
    counts = store.frame(
        f"SELECT {columns} FROM records r WHERE ({where}) OR ({where_})", given | given_ | bound.values
    ).row(0)
    several = {
        name: count for name, count in zip(known, counts, strict=True) if count > 1 and (name in FIRST or count <= MANY)
    }  # fmt: skip

    def order(name: str) -> tuple[int, int, str]:
        return (FIRST.index(name) if name in FIRST else len(FIRST), several[name], name)

    return sorted(several, key=order)[:FIELDS]


def _looked_at(outcome: Outcome) -> bool:
    measure = outcome.measure
    if measure.metric.total or measure.section == ASKED or outcome.p is None:
        return False
    if measure.name in ALWAYS:
        return True
    return measure.section not in ALONE and (outcome.moved or measure.metric.source in ("scores", "rated"))


def _groups(parts: Parts, measure: Measure, field: str) -> list[Group]:
    """Test each group that both samples have enough of, against all others."""
    drawn = weights(parts, REPEATS_OF_PERCENTILE if len(parts.bins) else REPEATS)
    if drawn is None:
        return []
    once = np.ones((1, DRAWS))
    found = []
    for place in [place for place in range(len(parts.groups)) if _enough(parts, place)][:MOST_OF_PERCENTILE]:
        own = np.arange(len(parts.groups)) == place
        if not _enough(parts, ~own):
            continue
        (sides, draws), (others, others_draws) = (
            (figures(parts, once, which), figures(parts, drawn, which)) for which in (own, ~own)
        )
        size = error(parts, (_moved(others_draws, measure), _moved(draws, measure)))
        alone = error(parts, draws)
        if size is None or alone is None:
            continue
        before, now, others_before, others_now = (float(side[0]) for side in (*sides, *others))
        p = size.chance(float((_moved(sides, measure) - _moved(others, measure))[0]))
        change = alone.span(now - before, parts)
        group = Group(measure, field, parts.groups[place], before, now, change, others_before, others_now, p, 1.0)
        found.append(group)
    return found


def _moved(sides: tuple[Array, Array], measure: Measure) -> Array:
    """Give how far a metric moved: of :data:`RELATIVE` units the logarithm of how many times what it was it is."""
    before, now = sides
    if measure.metric.unit not in RELATIVE:
        return now - before
    with np.errstate(divide="ignore", invalid="ignore"):
        moved: Array = np.log(now / before)
    return moved


def _enough(parts: Parts, which: int | NDArray[np.bool_]) -> bool:
    """Whether both samples have enough records, in enough hands, of some groups; the rest is no group."""
    if isinstance(which, int) and parts.groups[which] == OTHER:
        return False
    for below in (parts.below0, parts.below):
        held = below[:, which].reshape(DRAWS, -1).sum(1)
        if held.sum() < MIN_N or (held > 0).sum() < FEWEST:
            return False
    return True
