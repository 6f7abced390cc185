"""Linear heads: a weight for each word, pair of words and part of a word, summed up to a probability for each label.

What was learnt is a file of words and numbers (``weights/``), made by :mod:`analysis.scoring.training`; to apply it
takes NumPy alone. A text is two vectors of unit length: of its words and pairs of neighbouring words, and of the parts
of 2 to 5 letters of its words, each weighted by its rarity (inverse document frequency) and damped count (1 + ln n).
Parts are summed word by word, and the words seen lately are remembered, which makes them nearly free.
"""

from __future__ import annotations

import itertools
import math
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from analysis.scoring.scorer import spans

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from analysis.scoring.scorer import Span

WEIGHTS = Path(__file__).parent / "weights"
READ = 20_000
"""Characters of a text that are read: what comes later changes a share, not the kind of a text."""
REMEMBERED = 1 << 16
"""Words that are remembered with what they add; a text of the characters that are read has a few thousand at most."""
LONGEST = 40
"""Letters of a word that its parts are taken of."""
PARTS = (2, 5)
"""Letters in a part, with a mark before and after the word."""

# A text has fewer words than characters, so that no count is greater.
_DAMPED = [0.0, *(1 + math.log(count) for count in range(1, READ + 1))]
WORD = re.compile(r"\w+(?:['’]\w+)*")


@lru_cache(maxsize=600)
def words(text: str) -> tuple[str, ...]:
    """Split a text into its words, in lower case."""
    # Joined, so that one call makes all of them lower case; a word has no space in it, whatever its lower case is.
    found = WORD.findall(text[:READ])
    return tuple(" ".join(found).lower().split(" ")) if found else ()


def pairs(words: Sequence[str]) -> list[str]:
    """Make pairs of neighbouring words."""
    return [f"{first} {second}" for first, second in itertools.pairwise(words)]


@lru_cache(maxsize=4096)
def parts(word: str) -> tuple[str, ...]:
    """Give the distinct parts of a word: ``<a``, ``at``, ``t>``, ``<at``, ``at>``, ``<at>`` of "at"."""
    marked = f"<{word[:LONGEST]}>"
    least, most = PARTS
    found = (marked[at : at + size] for size in range(least, most + 1) for at in range(len(marked) - size + 1))
    return tuple(dict.fromkeys(found))


class Place(NamedTuple):
    """A word of a text, from `start` to before `end`, and how much it speaks for a label."""

    start: int
    end: int
    weight: float


class _Memory(NamedTuple):
    """What each word adds: a row of the weights of the word and of its parts, by label; last the squares of lengths."""

    rows: dict[str, int]
    adds: NDArray[np.float64]


class _Summed(NamedTuple):
    """What a text sums up to, and the lengths of its two vectors before they were made one."""

    total: NDArray[np.float64]
    length: float
    part_length: float


@dataclass
class Head:
    """A trained head.

    Parameters
    ----------
    labels : tuple of str
        What it tells, in the order of the columns.
    terms, term_rarity, term_weights : dict, array (V,), array (V, K)
        Words and pairs by row, their inverse document frequency, and their weights times that.
    parts, part_rarity, part_weights : dict, array (P,), array (P, K)
        The same of parts of words.
    bias, slope, offset : array (K,)
        The sum starts from `bias`; its logistic function after `slope` times it plus `offset` is the probability.
    """

    labels: tuple[str, ...]
    terms: dict[str, int]
    term_rarity: NDArray[np.float32]
    term_weights: NDArray[np.float32]
    parts: dict[str, int]
    part_rarity: NDArray[np.float32]
    part_weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    slope: NDArray[np.float32]
    offset: NDArray[np.float32]
    _terms: NDArray[np.float64] = field(init=False, repr=False)
    _seconds: dict[str, dict[str, int]] = field(init=False, repr=False)
    _memory: _Memory = field(init=False, repr=False)
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        # In double precision, which they are summed in, and row by row: else each sum would turn or copy them first.
        self._terms = np.ascontiguousarray(np.column_stack([self.term_weights, self.term_rarity**2]), dtype=np.float64)
        # By their first word, so that no pair need be made of a text: few are known.
        self._seconds = {}
        for term, row in self.terms.items():
            first, _, second = term.partition(" ")
            if second:
                self._seconds.setdefault(first, {})[second] = row
        self._memory = self._forget()

    def sums(self, text: str) -> NDArray[np.float64] | None:
        """Sum the weights of a text up: an array of a number for each label, None where it has no word."""
        found = words(text)
        return self._summed(found).total if found else None

    def probabilities(self, text: str) -> NDArray[np.float64] | None:
        """Tell the probability of each label, None where the text has no word."""
        sums = self.sums(text)
        if sums is None:
            return None
        return np.array([1 / (1 + math.exp(-max(-30, min(30, x)))) for x in (self.slope * sums + self.offset).tolist()])

    def places(self, text: str, label: str, most: int = 5) -> list[Place]:
        """Find the words that speak most for a label, in the order of the text.

        A word's weight is what it and its parts add, and half of what each pair adds that it is in; a word that occurs
        several times is shown where it occurs first.
        """
        column = self.labels.index(label)
        found = [(match.start(), match.end()) for match in WORD.finditer(text[:READ])]
        tokens = [text[start:end].lower() for start, end in found]
        if not tokens:
            return []
        weights = self._by_word(tokens, column).tolist()
        first: dict[str, Place] = {}
        for (start, end), word, weight in zip(found, tokens, weights, strict=True):
            if weight > 0 and (word not in first or weight > first[word].weight):
                kept = first[word] if word in first else Place(start, end, 0.0)
                first[word] = Place(kept.start, kept.end, weight)
        strongest = sorted(first.values(), key=lambda place: -place.weight)[:most]
        least = strongest[0].weight / 5 if strongest else 0.0
        return sorted(place for place in strongest if place.weight >= least)

    def evidence(self, field: str, text: str, label: str) -> tuple[Span, ...]:
        """Give the :meth:`places` of a text that is a record's field as evidence of a label."""
        return spans(field, ((place.start, place.end, label) for place in self.places(text, label)))

    def _summed(self, found: Sequence[str]) -> _Summed:
        seen = Counter(found)
        damped = np.array([_DAMPED[count] for count in seen.values()])
        adds = self._adds(seen)
        length, part_length = (damped**2 @ adds[:, -2:]).tolist()
        added = damped @ adds[:, :-2]
        from_terms, from_parts = added[: len(self.labels)], added[len(self.labels) :]
        if known := Counter(row for _, row in self._pairs(found)):
            damped = np.array([_DAMPED[count] for count in known.values()])
            adds = self._terms.take([*known], axis=0)
            length += float(damped**2 @ adds[:, -1])
            from_terms = from_terms + damped @ adds[:, :-1]
        length, part_length = math.sqrt(length) or 1.0, math.sqrt(part_length) or 1.0
        return _Summed(self.bias + from_terms / length + from_parts / part_length, length, part_length)

    def _by_word(self, tokens: Sequence[str], column: int) -> NDArray[np.float64]:
        _, length, part_length = self._summed(tokens)
        adds = self._adds(tokens)
        weights = adds[:, column] / length + adds[:, len(self.labels) + column] / part_length
        if known := self._pairs(tokens):
            at, rows = np.array(known).T
            half = self._terms[rows, column] / length / 2
            weights[at] += half
            weights[at + 1] += half
        return weights

    def _pairs(self, found: Sequence[str]) -> list[tuple[int, int]]:
        """Find the known pairs of a text: the place of the first word, and the row of the pair."""
        seconds = self._seconds.get
        return [
            (at, row)
            for at, (first, second) in enumerate(itertools.pairwise(found))
            if (begun := seconds(first)) and (row := begun.get(second)) is not None
        ]

    def _forget(self) -> _Memory:
        return _Memory({}, np.zeros((REMEMBERED, 2 * len(self.labels) + 2)))

    def _adds(self, asked: Collection[str]) -> NDArray[np.float64]:
        """Give the remembered rows of words; those that are not known yet are summed up and remembered."""
        memory = self._memory
        try:
            rows = [memory.rows[word] for word in asked]
        except KeyError:
            memory = self._remember(asked)
            rows = [memory.rows[word] for word in asked]
        return memory.adds.take(rows, axis=0)

    def _remember(self, asked: Collection[str]) -> _Memory:
        # Threads may ask at once: a row is written before it is named, and what was handed out is not written again.
        with self._lock:
            memory = self._memory
            missing = {word for word in asked if word not in memory.rows}
            if len(memory.rows) + len(missing) > REMEMBERED:
                memory = self._memory = self._forget()
                missing = set(asked)
            labels = len(self.labels)
            for word in missing:
                add = memory.adds[len(memory.rows)]
                if (term := self.terms.get(word)) is not None:
                    add[:labels] = self.term_weights[term]
                    add[-2] = self.term_rarity[term] ** 2
                known = [row for part in parts(word) if (row := self.parts.get(part)) is not None]
                add[labels:-2] = self.part_weights[known].sum(axis=0)
                add[-1] = (self.part_rarity[known] ** 2).sum()
                memory.rows[word] = len(memory.rows)
        return memory


def save(head: Head, path: Path) -> None:
    """Write a head as arrays (``.npz``): strings as UTF-8 bytes, one a line, weights in half precision."""
    np.savez_compressed(
        path,
        labels=_packed(head.labels), terms=_packed(head.terms), parts=_packed(head.parts),
        term_rarity=head.term_rarity.astype(np.float16), term_weights=head.term_weights.astype(np.float16),
        part_rarity=head.part_rarity.astype(np.float16), part_weights=head.part_weights.astype(np.float16),
        bias=head.bias, slope=head.slope, offset=head.offset,
    )  # fmt: skip


@lru_cache(maxsize=4)
def load(path: Path) -> Head:
    """Read a head, once a process. Nothing in the file is run: it holds arrays of numbers and bytes alone."""
    with np.load(path, allow_pickle=False) as read:
        full = {name: read[name].astype(np.float32) for name in ("term_rarity", "term_weights", "part_rarity",
                "part_weights", "bias", "slope", "offset")}  # fmt: skip
        labels, terms, parts = (_unpacked(read[name]) for name in ("labels", "terms", "parts"))
    return Head(
        labels=tuple(labels),
        terms={term: row for row, term in enumerate(terms)},
        parts={part: row for row, part in enumerate(parts)},
        **full,
    )


def _packed(strings: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(strings).encode(), dtype=np.uint8)


def _unpacked(bytes_: NDArray[np.uint8]) -> list[str]:
    text = bytes_.tobytes().decode()
    return text.split("\n") if text else []
