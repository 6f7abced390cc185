"""Examining two windows for drift: every aspect tested, one verdict, and the groups and records that show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.drift import features, flips
from analysis.drift.differences import Group, differences, holm
from analysis.drift.power import smallest
from analysis.metrics import fields
from analysis.metrics.blocks import LEAST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.drift.flips import Features, Result
    from analysis.drift.sample import Sample

    Array = NDArray[np.float64]

CHANCE = 0.05
"""Chance of the verdict "drifted" where nothing has: over all aspects of what is asked together (Holm)."""
MEANING, LENGTH, WORDS = "meaning", "length", "words"
ASKED = {fields.TOPIC: "Topics", MEANING: "Meaning", LENGTH: "Length", fields.LANGUAGE: "Languages", WORDS: "Words"}
"""Aspects of what is asked, on which the verdict rests; others, such as the model, are what the application is."""
EXAMPLES = 12
ALIKE = 0.8
"""Cosine from which on a record shows no more than one that was chosen before."""

DRIFTED, SAME, FEW = "drifted", "no drift seen", "too few data"


@dataclass(frozen=True)
class Aspect:
    """One aspect of two windows.

    Parameters
    ----------
    name, title : str
        A key of :data:`ASKED`, or a field.
    p, adjusted : float
        The chance of a difference as large were there none; the same corrected for the number of aspects (Holm).
    distance, by_chance : float
        How far the windows are apart, and how far chance alone puts them in 19 of 20 cases: the share that would have
        to change its group (total variation); of words the largest difference of a share; of the meaning the maximum
        mean discrepancy, squared.
    smallest : float or None
        The share of the window that something new would have had to have to be seen in four of five cases.
    groups : tuple of Group
        The groups that differ, the largest difference first, where some aspect drifted; none of the meaning.
    """

    name: str
    title: str
    p: float
    adjusted: float
    distance: float
    by_chance: float
    smallest: float | None
    groups: tuple[Group, ...]

    @property
    def drifted(self) -> bool:
        """Whether the difference is more than chance."""
        return self.adjusted <= CHANCE


@dataclass(frozen=True)
class Report:
    """What two windows differ in.

    Parameters
    ----------
    verdict : str
        :data:`DRIFTED`, :data:`SAME` or :data:`FEW`.
    aspects, others : tuple of Aspect
        Of what is asked, and of what the application is; the surest first.
    unmeasured : tuple of str
        Titles of the aspects of what is asked of which too little is known.
    examples : tuple of str
        Ids of records of the window that are most unlike the reference.
    records, blocks : pair of int
        Before and now.
    unit : str
        What a block is.
    whole : bool
        Whether all records of the windows were compared, else a sample of them.
    """

    verdict: str
    aspects: tuple[Aspect, ...]
    others: tuple[Aspect, ...]
    unmeasured: tuple[str, ...]
    examples: tuple[str, ...]
    records: tuple[int, int]
    blocks: tuple[int, int]
    unit: str
    whole: bool

    @property
    def smallest(self) -> float | None:
        """The smallest share of something new that would have been seen, in whichever aspect shows it best."""
        return min((aspect.smallest for aspect in self.aspects if aspect.smallest is not None), default=None)


def examine(sample: Sample, *, seed: int = 0) -> Report:
    """Compare the two windows of a sample; the same sample and seed give the same report."""
    blocks = _blocks(sample)
    found = _compared(sample, seed) if min(blocks) >= LEAST else {}
    aspects, others = (
        _aspects({name: one for name, one in found.items() if (name in ASKED) is asked}, sample)
        for asked in (True, False)
    )
    verdict = FEW if min(blocks) < LEAST else DRIFTED if any(aspect.drifted for aspect in aspects) else SAME
    return Report(
        verdict, aspects, others, tuple(title for name, title in ASKED.items() if name not in found),
        _examples(sample, found[MEANING]) if MEANING in found else (),
        (int((~sample.window).sum()), int(sample.window.sum())), blocks, sample.unit, sample.whole,
    )  # fmt: skip


@dataclass(frozen=True)
class _Compared:
    """What was compared in an aspect, and what came of it.

    `names` are those of the columns, of the meaning none; `values` the features of each record, of the meaning alone.
    """

    names: list[str]
    feature: Features
    result: Result
    values: NDArray[np.float32] | None = None


def _compared(sample: Sample, seed: int) -> dict[str, _Compared]:
    found = {LENGTH: features.of_lengths(sample), WORDS: features.of_words(sample)}
    found |= {name: features.of_groups(sample, values) for name, values in sample.groups.items()}
    compared = {
        name: _Compared(names, feature, flips.compare(feature, seed=seed))
        for name, (names, feature) in ((name, columns) for name, columns in found.items() if columns is not None)
    }
    meaning = features.of_meaning(sample, seed=seed)
    if meaning is not None:
        values, feature = meaning
        compared[MEANING] = _Compared([], feature, flips.compare(feature, seed=seed), values)
    return compared


def _aspects(found: dict[str, _Compared], sample: Sample) -> tuple[Aspect, ...]:
    adjusted = holm(np.array([compared.result.p for compared in found.values()]))
    aspects = []
    for (name, compared), p in zip(found.items(), adjusted.tolist(), strict=True):
        feature, result = compared.feature, compared.result
        aspects.append(
            Aspect(
                name, ASKED.get(name) or fields.title(name), result.p, p, *_distances(name, result),
                smallest(feature, result, CHANCE / len(found), _new(name, compared, sample)),
                differences(compared.names, feature, result) if adjusted.min() <= CHANCE else (),
            )
        )  # fmt: skip
    return tuple(sorted(aspects, key=lambda aspect: aspect.p))


def _distances(name: str, result: Result) -> tuple[float, float]:
    """Give how far the windows are apart, and how far chance puts them in 19 of 20 cases."""
    measure = {MEANING: _squared, WORDS: _largest}.get(name, _moved)
    apart = measure(result.difference)
    return float(apart), float(np.quantile(measure(result.null_differences), 0.95))


def _moved(differences: Array) -> Array:
    return np.abs(differences).sum(-1) / 2


def _squared(differences: Array) -> Array:
    return (differences**2).sum(-1)


def _largest(differences: Array) -> Array:
    return np.abs(differences).max(-1)


def _new(name: str, compared: _Compared, sample: Sample) -> NDArray[np.float64] | None:
    """Give the mean of something new: of lengths the longest, of the meaning a subject as far off as most are."""
    if name == LENGTH:
        return np.eye(len(compared.names))[-1]
    if compared.values is None:
        return None
    whole = compared.feature.middle
    topics = np.array(sample.groups.get(fields.TOPIC) or [fields.NONE] * len(sample.ids))
    known = compared.values.any(axis=1)
    means = [
        compared.values[known & (topics == topic)].mean(0)
        for topic, n in zip(*np.unique(topics[known], return_counts=True), strict=True)
        if n >= features.SEEN and topic != fields.NONE
    ]
    if not means:  # there are no topics: a prompt and those most like it
        like = compared.values[known] @ compared.values[known][0]
        means = [compared.values[known][np.argsort(-like)[: features.SEEN]].mean(0)]
    means.sort(key=lambda mean: float(((mean - whole) ** 2).sum()))
    return means[len(means) // 2].astype(np.float64)


def _examples(sample: Sample, meaning: _Compared) -> tuple[str, ...]:
    """Choose the records of the window where it is denser than the reference (the witness function)."""
    assert meaning.values is not None
    assert sample.vectors is not None
    witness = meaning.values @ meaning.result.difference
    chosen: list[int] = []
    for place in np.argsort(-witness, kind="stable"):
        if witness[place] < witness.max() / 2:
            break
        known = sample.window[place] and sample.vectors[place].any()
        if known and (sample.vectors[chosen] @ sample.vectors[place]).max(initial=0) < ALIKE:
            chosen.append(int(place))
        if len(chosen) == EXAMPLES:
            break
    return tuple(sample.ids[place] for place in chosen)


def _blocks(sample: Sample) -> tuple[int, int]:
    return len(np.unique(sample.block[~sample.window])), len(np.unique(sample.block[sample.window]))
