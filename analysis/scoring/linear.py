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
EMPTY = ""
"""A word that each text has once besides its own. A head that gives it a rarity lets few words weigh less."""
PARTS = (2, 5)
"""Letters in a part, with a mark before and after the word."""

# A text has fewer words than characters, so that no count is greater. Damped counts, and their squares.
_DAMPED = np.array([[0.0, *(1 + math.log(count) for count in range(1, READ + 1))]]) ** [[1], [2]]
WORD = re.compile(r"\w+(?:['’]\w+)*")

_SIGN = re.compile(r"[^\x00-\x7f\w’]")
_LONE_APOSTROPHE = re.compile(r"['`](?:(?!\w)|(?<!\w.))")
_TO_WORDS = bytes(code if re.match(r"[\w'`]", chr(code)) and code < 128 else 32 for code in range(256))
"""White space for each ASCII character that is in no word."""


@lru_cache(maxsize=600)
def words(text: str) -> tuple[str, ...]:
    """Split a text into its words, in lower case: what :data:`WORD` finds."""
    text = text[:READ]
    # Most texts are ASCII but for their signs: without those they are split far faster than by the pattern.
    plain = text.replace("`", " ")
    if not text.isascii():
        plain = _SIGN.sub(" ", plain).replace("’", "`")
    if plain.isascii():
        spaced = _LONE_APOSTROPHE.sub(" ", plain).lower().encode().translate(_TO_WORDS).decode()
        return tuple(spaced.replace("`", "’").split())
    # Joined, so that one call makes all of them lower case; a word has no space in it, whatever its lower case is.
    found = WORD.findall(text)
    return tuple(" ".join(found).lower().split(" ")) if found else ()


def pairs(words: Sequence[str]) -> list[str]:
    """Make pairs of neighbouring words."""
    return [f"{first} {second}" for first, second in itertools.pairwise(words)]


@lru_cache(maxsize=4096)
def parts(word: str) -> tuple[str, ...]:
    """Give the distinct parts of a word: ``<a``, ``at``, ``t>``, ``<at``, ``at>``, ``<at>`` of "at"."""
    marked = f"<{word[:LONGEST]}>"
    least, most = PARTS
    found = [marked[at : at + size] for size in range(least, most + 1) for at in range(len(marked) - size + 1)]
    return tuple(dict.fromkeys(found))


class Place(NamedTuple):
    """A word of a text, from `start` to before `end`, and how much it speaks for a label."""

    start: int
    end: int
    weight: float


class _Memory(NamedTuple):
    """What each word adds: a row of the weights of the word and of its parts, by label; last the squares of lengths.

    The rows before those of words are those of pairs.
    """

    rows: dict[str, int]
    adds: NDArray[np.float64]


class _Summed(NamedTuple):
    """What words sum up to, the lengths of their two vectors before they were made one, and the pairs' rows."""

    words: Sequence[str]
    total: list[float]
    length: float
    part_length: float
    pairs: list[int | None]


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
    _pairs: dict[tuple[str, str], int] = field(init=False, repr=False)
    _of_pairs: NDArray[np.float64] = field(init=False, repr=False)
    _memory: _Memory = field(init=False, repr=False)
    _last: _Summed = field(init=False, repr=False, default=_Summed((), [], 1.0, 1.0, []))
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        pairs = [(term.split(" "), row) for term, row in self.terms.items() if " " in term]
        # From 1 on, so that a known pair is true. In double precision, as sums are, or each sum would copy them.
        self._pairs = {(first, second): at for at, ((first, second), _) in enumerate(pairs, 1)}
        rows = [row for _, row in pairs]
        labels = len(self.labels)
        self._of_pairs = np.zeros((len(pairs) + 1, 2 * labels + 2))
        self._of_pairs[1:, :labels] = self.term_weights[rows]
        self._of_pairs[1:, -2] = self.term_rarity[rows].astype(np.float64) ** 2
        self._bias: list[float] = self.bias.tolist()
        self._scale: tuple[list[float], list[float]] = self.slope.tolist(), self.offset.tolist()
        self._memory = self._forget()

    def sums(self, text: str) -> NDArray[np.float64] | None:
        """Sum the weights of a text up: an array of a number for each label, None where it has no word."""
        found = words(text)
        return np.array(self._summed(found).total) if found else None

    def probabilities(self, text: str) -> NDArray[np.float64] | None:
        """Tell the probability of each label, None where the text has no word."""
        found = words(text)
        if not found:
            return None
        scaled = (slope * x + offset for x, slope, offset in zip(self._summed(found).total, *self._scale, strict=True))
        return np.array([1 / (1 + math.exp(-max(-30, min(30, x)))) for x in scaled])

    def places(self, text: str, label: str, most: int = 5) -> list[Place]:
        """Find the words that speak most for a label, in the order of the text.

        A word's weight is what it and its parts add, and half of what each pair adds that it is in; a word that occurs
        several times is shown where it occurs first.
        """
        tokens = words(text)
        if not tokens:
            return []
        weights = self._by_word(tokens, self.labels.index(label)).tolist()
        most_of: dict[str, float] = {}
        for at in sorted(range(len(tokens)), key=weights.__getitem__, reverse=True):
            if weights[at] <= 0 or len(most_of) == most:
                break
            most_of.setdefault(tokens[at], weights[at])
        least = max(most_of.values(), default=0.0) / 5
        first: dict[str, int] = {}
        for at, word in enumerate(tokens):
            if weights[at] > 0 and most_of.get(word, -1.0) >= least:
                first.setdefault(word, at)
        found = [
            match.span() for match in itertools.islice(WORD.finditer(text[:READ]), max(first.values(), default=-1) + 1)
        ]
        return sorted(Place(*found[at], most_of[word]) for word, at in first.items())

    def evidence(self, field: str, text: str, label: str) -> tuple[Span, ...]:
        """Give the :meth:`places` of a text that is a record's field as evidence of a label."""
        return spans(field, ((place.start, place.end, label) for place in self.places(text, label)))

    def _summed(self, found: Sequence[str]) -> _Summed:
        last = self._last
        if last.words is found:
            return last
        seen = Counter((EMPTY, *found))
        memory, rows = self._rows(seen)
        pairs = [*map(self._pairs.get, itertools.pairwise(found))]
        known = Counter(filter(None, pairs))
        damped = _DAMPED.take([*seen.values(), *known.values()], axis=1)
        # A few numbers from here on, which take longer in arrays.
        added, squares = (damped @ memory.adds.take([*rows, *known], axis=0)).tolist()
        length, part_length = math.sqrt(squares[-2]) or 1.0, math.sqrt(squares[-1]) or 1.0
        of_parts = added[len(self.labels) : -2]
        total = [b + t / length + p / part_length for b, t, p in zip(self._bias, added, of_parts, strict=False)]
        self._last = last = _Summed(found, total, length, part_length, pairs)
        return last

    def _by_word(self, tokens: Sequence[str], column: int) -> NDArray[np.float64]:
        summed = self._summed(tokens)
        memory, rows = self._rows(tokens)
        adds = memory.adds.take(rows, axis=0)
        weights = adds[:, column] / summed.length + adds[:, len(self.labels) + column] / summed.part_length
        half = self._of_pairs[[row or 0 for row in summed.pairs], column] / summed.length / 2
        weights[:-1] += half
        weights[1:] += half
        return weights

    def _forget(self) -> _Memory:
        memory = _Memory({}, np.zeros((len(self._of_pairs) + REMEMBERED, self._of_pairs.shape[1])))
        memory.adds[: len(self._of_pairs)] = self._of_pairs
        return memory

    def _rows(self, asked: Collection[str]) -> tuple[_Memory, list[int]]:
        """Give the remembered rows of words; those that are not known yet are summed up and remembered."""
        memory = self._memory
        try:
            return memory, [memory.rows[word] for word in asked]
        except KeyError:
            memory = self._remember(asked)
            return memory, [memory.rows[word] for word in asked]

    def _remember(self, asked: Collection[str]) -> _Memory:
        # Threads may ask at once: a row is written before it is named, and what was handed out is not written again.
        with self._lock:
            memory = self._memory
            missing = {word for word in asked if word not in memory.rows}
            if len(memory.rows) + len(missing) > REMEMBERED:
                memory = self._memory = self._forget()
                missing = set(asked)
            labels = len(self.labels)
            for row, word in enumerate(missing, len(self._of_pairs) + len(memory.rows)):
                add = memory.adds[row]
                if (term := self.terms.get(word)) is not None:
                    add[:labels] = self.term_weights[term]
                    add[-2] = self.term_rarity[term] ** 2
                if self.parts:
                    known = [part for part in map(self.parts.get, parts(word)) if part is not None]
                    add[labels:-2] = self.part_weights[known].sum(axis=0)
                    add[-1] = (self.part_rarity[known] ** 2).sum()
                memory.rows[word] = row
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
