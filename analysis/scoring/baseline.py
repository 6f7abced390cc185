"""What an application usually answers, learnt from its own answers: how surprising each next word is to expect.

A model of pairs of neighbouring words with Dirichlet smoothing (MacKay & Peto 1995, *A hierarchical Dirichlet language
model*) tells how surprising an answer is a word. How surprising usual answers are depends on how long they are. An
answer that the model was learnt from is measured by what the others say, whenever it is measured.

Words and answers are kept as hashes, so that no text can be read out of a baseline.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

from analysis import arrays
from analysis.scoring.linear import words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

LEAST = 400
"""Different answers from which on there is a baseline, and answers of like length that a value rests on."""
MOST_LENGTHS = 8
"""Groups of answers of like length."""
SMOOTHING = 5.0
"""How often a word must have been seen before what followed it counts as much as the words alone do."""
UNSEEN = 1000
"""Words beside those known that a next word could be, each as likely as half a sight of it."""

_BOUNDARY = 0  # before and after each answer; words are numbered from 1


@dataclass(frozen=True)
class Baseline:
    """The usual answers of an application.

    Parameters
    ----------
    app : str
        The application; "" for records that name none.
    round : int
        How often it was learnt.
    at : str
        When it was learnt, ISO 8601.
    answers, of : int
        Different answers it was learnt from, and all answers that the application had.
    learnt : array (N,) of uint64
        Hashes of those answers, in their order.
    known : array (V,) of uint64
        Hashes of the words, in their order; word ``known[i]`` is number ``i + 1``.
    counts : array (V + 1,)
        How often each was seen, first the boundary between answers.
    pairs, pair_counts : array (P,)
        Pairs of numbers, ``first * (V + 2) + second``, in their order, and how often each was seen.
    shortest : array (G,)
        Words of the shortest answer in each group of like length.
    usual : array (A,) and `groups` : array (G + 1,)
        How surprising each usual answer is, in nats a word, from the least in each group; where the groups begin.
    """

    app: str
    round: int
    at: str
    answers: int
    of: int
    learnt: NDArray[np.uint64]
    known: NDArray[np.uint64]
    counts: NDArray[np.int64]
    pairs: NDArray[np.int64]
    pair_counts: NDArray[np.int64]
    shortest: NDArray[np.int64]
    usual: NDArray[np.float32]
    groups: NDArray[np.int64]

    def place(self, answers: Sequence[str]) -> list[float | None]:
        """Tell what share of the usual answers of like length is less surprising than each answer; None without words.

        The share is of one more than there are, so that it stays below 1.
        """
        said = _Said.of([words(answer) for answer in answers], self.known)
        means = said.means(self._surprise(said, self._was_learnt(answers)))
        found: list[float | None] = []
        for length, mean in zip(said.lengths.tolist(), means.tolist(), strict=True):
            group = max(0, int(np.searchsorted(self.shortest, length, side="right")) - 1)
            usual = self.usual[self.groups[group] : self.groups[group + 1]]
            less = int(np.searchsorted(usual, np.float32(mean), side="left"))
            found.append(less / (len(usual) + 1) if length else None)
        return found

    def by_word(self, answer: str) -> list[float]:
        """Tell how surprising each word of an answer is, in nats."""
        said = _Said.of([words(answer)], self.known)
        return self._surprise(said, self._was_learnt([answer]))[:-1].tolist()

    def _was_learnt(self, answers: Sequence[str]) -> NDArray[np.bool_]:
        _, there = _look_up(_hashes(answers), self.learnt)
        return there

    def _surprise(self, said: _Said, was_learnt: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Tell how surprising each next word is, in nats: -log of its probability by the other answers."""
        codes = _codes(said, self.known)
        at, there = _look_up(codes, self.pairs)
        together = np.where(there, self.pair_counts[at], 0)
        counts = np.append(self.counts, 0)
        first, second, total = counts[said.first], counts[said.second], np.full(len(codes), counts.sum())
        if was_learnt.any():
            own = was_learnt[said.answer]
            together -= own * said.times(codes)
            first -= own * said.times(said.first)
            second -= own * said.times(said.second)
            total -= own * (said.lengths + 1)[said.answer]
        alone = (second + 0.5) / (total + 0.5 * (len(counts) + UNSEEN))
        return -np.log((together + SMOOTHING * alone) / (first + SMOOTHING))


@dataclass(frozen=True)
class _Said:
    """Answers one after the other: each of their words, and at the end the boundary, with what stood before it."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    lengths: NDArray[np.int64]
    answer: NDArray[np.int64]

    @classmethod
    def of(cls, answers: Sequence[Sequence[str]], known: NDArray[np.uint64]) -> _Said:
        """Number the words of answers; a word that is not known is one more than those that are."""
        lengths = np.array([len(answer) for answer in answers], dtype=np.int64)
        at, there = _look_up(_hashes([word for answer in answers for word in answer]), known)
        numbers = np.where(there, at + 1, len(known) + 1)
        second = np.insert(numbers, np.cumsum(lengths), _BOUNDARY)
        first = np.concatenate([[_BOUNDARY], second[:-1]])
        return cls(first, second, lengths, np.repeat(np.arange(len(lengths)), lengths + 1))

    def times(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Tell how often each number occurs in its answer."""
        _, place, times = np.unique(
            self.answer * (int(numbers.max()) + 1) + numbers, return_inverse=True, return_counts=True
        )
        return times[place]

    def means(self, surprise: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take the mean over each answer and its end."""
        starts = np.cumsum(self.lengths + 1) - self.lengths - 1
        means: NDArray[np.float64] = np.add.reduceat(surprise, starts) / (self.lengths + 1)
        return means


def learn(app: str, answers: Sequence[str], *, of: int, round: int, at: str) -> Baseline | None:
    """Learn a baseline from different answers; None where they are too few.

    Parameters
    ----------
    app, of, round, at
        See :class:`Baseline`.
    answers : sequence of str
        Those without a word are left out.
    """
    answers = [answer for answer in answers if words(answer)]
    if len(answers) < LEAST:
        return None
    spoken = [words(answer) for answer in answers]
    known = np.unique(_hashes([word for answer in spoken for word in answer]))
    said = _Said.of(spoken, known)
    pairs, pair_counts = np.unique(_codes(said, known), return_counts=True)
    bare = Baseline(
        app, round, at, len(answers), of, np.sort(_hashes(answers)), known, np.bincount(said.second), pairs,
        pair_counts, shortest=np.empty(0, np.int64), usual=np.empty(0, np.float32), groups=np.empty(0, np.int64),
    )  # fmt: skip
    means = said.means(bare._surprise(said, np.full(len(answers), True)))
    shortest, usual, groups = _by_length(said.lengths, means)
    return replace(bare, shortest=shortest, usual=usual.astype(np.float32), groups=groups)


@lru_cache(maxsize=64)
def load(path: Path, _changed: int) -> Baseline:
    """Read a baseline, once while it is unchanged."""
    return arrays.load(Baseline, path)


def _by_length(
    lengths: NDArray[np.int64], means: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Group answers by length, as evenly as their lengths let, and sort the means of each group."""
    order = np.argsort(lengths, kind="stable")
    lengths, means = lengths[order], means[order]
    many = min(MOST_LENGTHS, len(lengths) // LEAST)
    begins = [0]
    for group in range(1, many):  # all answers of a length are in one group: the first of its length may begin it
        begin = int(np.searchsorted(lengths, lengths[len(lengths) * group // many]))
        if begin - begins[-1] >= LEAST and len(lengths) - begin >= LEAST:
            begins.append(begin)
    groups = np.array([*begins, len(lengths)])
    parts = [np.sort(means[start:end]) for start, end in itertools.pairwise(groups)]
    return lengths[groups[:-1]], np.concatenate(parts), groups


def _look_up(wanted: NDArray[Any], known: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Find numbers among those known, which are in their order and at least one; where each is, and whether it is."""
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return at, known[at] == wanted


def _codes(said: _Said, known: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Make one number of each word and the one before it."""
    return said.first * (len(known) + 2) + said.second


def _hashes(found: Sequence[str]) -> NDArray[np.uint64]:
    return np.array(
        [xxhash.xxh3_64_intdigest(word.encode("utf-8", "surrogatepass")) for word in found], dtype=np.uint64
    )
