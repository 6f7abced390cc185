"""Regression: new answers to a golden dataset against the recorded ones, by the same measures, item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.drift.differences import holm
from analysis.golden import paired, similarity

if TYPE_CHECKING:
    from analysis.golden.item import Item
    from analysis.golden.paired import Paired
    from analysis.scoring.scorer import Scorer

WORSE, NO_WORSE, BETTER, FEW = "worse", "no worse seen", "better", "too few data"
LEAST = 30
"""Items below which nothing is said but that something got worse."""
CHANCE = 0.05
"""Of a false alarm of all measures together (Holm 1979)."""
SHOWN = 200
"""Items that a run names of those that got worse."""

Values = Mapping[str, float]
"""What a measure gave, by item; items without a value are left out."""


@dataclass(frozen=True)
class Measure:
    """A measure of answers. With `flags_from` a value from there on is a flag, as for a scorer; `better` as there.

    The figure is the share of flagged answers, or the mean. `scale` is the width of its values.
    """

    name: str
    title: str
    better: str | None
    flags_from: float | None = None
    scale: float = 1.0

    @classmethod
    def of(cls, scorer: Scorer) -> Measure:
        """The measure that a scorer is."""
        low, high = scorer.scale or (0.0, 1.0)
        return cls(scorer.name, scorer.figure, scorer.better, scorer.flags_from, high - low or 1.0)

    @classmethod
    def otherwise(cls, scorer: Scorer) -> Measure:
        """The measure of whether a scorer flags otherwise than it flags the expected answer: 0 or 1."""
        return cls(scorer.name, f"{scorer.figure} not as expected", "lower", 1.0)

    @property
    def good(self) -> int:
        """Which way its figure is better: -1 down, 1 up, 0 neither. Flags are of what is not wanted."""
        if self.better is None:
            return 0
        return -1 if self.flags_from is not None or self.better == "lower" else 1

    def flagged(self, value: float) -> bool:
        """Whether a value is a flag."""
        assert self.flags_from is not None
        return value <= self.flags_from if self.better == "higher" else value >= self.flags_from

    def worse_by(self, before: float, now: float) -> float:
        """How much worse a value is than it was: 1 for a flag that came, else the share of its scale; 0 where not."""
        if self.flags_from is not None:
            return float(self.good != 0 and self.flagged(now) and not self.flagged(before))
        return max(self.good * (before - now) / self.scale, 0.0)


AS_EXPECTED = Measure("as_expected", "As expected", "higher")
"""Whether a short answer is the expected one: 0 or 1."""
SIMILARITY = Measure("similarity", "Similarity to the correction", "higher")
"""Of answers that people corrected: chrF to what they wrote. An answer that was expected as it is can't win by it."""
LIKENESS = Measure("likeness", "Likeness to the expected answer", None)
"""Of answers that were called good as they are: chrF to those. It is for reading: another good answer differs, too."""
OWN = (AS_EXPECTED, SIMILARITY, LIKENESS)
"""The measures that need no scorer."""


@dataclass(frozen=True)
class Change:
    """What a measure says: figures, the p-value corrected for the number of measures, and "worse", "better" or ""."""

    measure: Measure
    figures: Paired
    adjusted: float
    verdict: str


@dataclass(frozen=True)
class Worse:
    """An item that got worse: by which measures, from which value to which, and by how much altogether."""

    item: str
    by: dict[str, tuple[float, float]]
    weight: float


@dataclass(frozen=True)
class Result:
    """What a regression run found.

    Parameters
    ----------
    verdict : str
        :data:`WORSE`, :data:`NO_WORSE`, :data:`BETTER` or :data:`FEW`.
    items, of : int
        How many were compared, of how many in the dataset.
    changes : tuple of Change
        By measure: what got worse first, what has no better side last.
    worse : tuple of Worse
        At most :data:`SHOWN`, the worst first.
    """

    verdict: str
    items: int
    of: int
    changes: tuple[Change, ...]
    worse: tuple[Worse, ...]

    def as_json(self) -> dict[str, Any]:
        """The result as JSON."""
        changes = [
            {"name": one.measure.name, "title": one.measure.title, "flag": one.measure.flags_from is not None,
             "good": one.measure.good, **asdict(one.figures), "adjusted": one.adjusted, "verdict": one.verdict}
            for one in self.changes
        ]  # fmt: skip
        worse = [{"item": one.item, "weight": one.weight, "by": {k: list(v) for k, v in one.by.items()}}
                 for one in self.worse]  # fmt: skip
        return {"verdict": self.verdict, "items": self.items, "of": self.of, "changes": changes, "worse": worse}


def own_values(items: Sequence[Item], answers: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Measure answers by :data:`OWN`, where these apply."""
    found: dict[str, dict[str, float]] = {measure.name: {} for measure in OWN}
    for item in items:
        if item.id not in answers:
            continue
        answer, name = answers[item.id], SIMILARITY.name if item.corrected else LIKENESS.name
        if similarity.short(item.expected):
            found[AS_EXPECTED.name][item.id] = float(similarity.as_expected(answer, item.expected))
        else:
            found[name][item.id] = similarity.chrf(answer, item.expected)
    return found


def compare(
    items: Sequence[Item],
    answered: int,
    measures: Sequence[Measure],
    before: Mapping[str, Values],
    now: Mapping[str, Values],
) -> Result:
    """Compare what measures gave the recorded answers with what they gave the new ones.

    Parameters
    ----------
    answered : int
        Items with an answer before and now.
    before, now : mapping
        What each measure gave, by its name.
    """
    pairs = {m.name: _pairs(before.get(m.name, {}), now.get(m.name, {})) for m in measures}
    found = [measure for measure in measures if pairs[measure.name]]
    directed = [measure for measure in found if measure.good]
    chance = CHANCE / max(len(directed), 1)
    figures = {measure.name: _figures(measure, pairs[measure.name], chance) for measure in found}
    corrected = holm(np.array([figures[measure.name].p for measure in directed], dtype=np.float64)).tolist()
    adjusted = dict(zip((measure.name for measure in directed), corrected, strict=True))
    changes = [_change(one, figures[one.name], adjusted.get(one.name, figures[one.name].p)) for one in found]
    changes.sort(key=lambda one: ((WORSE, BETTER, "").index(one.verdict), not one.measure.good, one.adjusted))
    return Result(
        _verdict(changes, answered), answered, len(items), tuple(changes), tuple(_worst(directed, pairs)[:SHOWN])
    )


def _pairs(before: Values, now: Values) -> dict[str, tuple[float, float]]:
    return {item: (value, now[item]) for item, value in before.items() if item in now}


def _figures(measure: Measure, pairs: Mapping[str, tuple[float, float]], chance: float) -> Paired:
    before, now = np.array(list(pairs.values()), dtype=np.float64).T
    if measure.name == AS_EXPECTED.name:
        return paired.flags(before > 0, now > 0, chance=chance)
    if measure.flags_from is None:
        return paired.values(before, now, chance=chance)
    flagged = [np.array([measure.flagged(value) for value in side]) for side in (before.tolist(), now.tolist())]
    return paired.flags(*flagged, chance=chance)


def _change(measure: Measure, figures: Paired, adjusted: float) -> Change:
    # A mean and ranks may point to different sides; then neither is said.
    way = figures.toward if figures.toward * figures.difference > 0 else 0
    known = adjusted < CHANCE and measure.good * way
    return Change(measure, figures, adjusted, "" if not known else BETTER if known > 0 else WORSE)


def _verdict(changes: Sequence[Change], answered: int) -> str:
    verdicts = {change.verdict for change in changes}
    if WORSE in verdicts:
        return WORSE
    if answered < LEAST or not any(change.measure.good for change in changes):
        return FEW
    return BETTER if BETTER in verdicts else NO_WORSE


def _worst(measures: Sequence[Measure], pairs: Mapping[str, Mapping[str, tuple[float, float]]]) -> list[Worse]:
    found: dict[str, Worse] = {}
    for measure in measures:
        for item, (before, now) in pairs[measure.name].items():
            by = measure.worse_by(before, now)
            if by > 0:
                held = found.get(item, Worse(item, {}, 0.0))
                found[item] = replace(held, by=held.by | {measure.name: (before, now)}, weight=held.weight + by)
    return sorted(found.values(), key=lambda one: (-one.weight, one.item))
