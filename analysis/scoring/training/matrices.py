"""Texts as the rows of sparse matrices, by the very words, pairs and parts that :mod:`analysis.scoring.linear` sums."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from analysis.scoring import linear

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

Rows: TypeAlias = Any
"""A ``scipy.sparse.csr_matrix``: SciPy comes with the extra, and without types."""

TEXTS_OF_A_TERM = 3
"""Texts that a word or pair must occur in to be counted: what one person wrote once is not kept."""
TEXTS_OF_A_PART = 5


@dataclass(frozen=True)
class Matrices:
    """The damped counts of texts: of terms, of words, and of the parts of those words; with what the columns are."""

    terms: list[str]
    parts: list[str]
    by_term: Rows
    by_word: Rows
    of_word: Rows

    @classmethod
    def of(cls, texts: Sequence[str]) -> Matrices:
        """Count the terms and parts of texts; rare ones are left out."""
        found = [linear.words(text) for text in texts]
        ones = [Counter(words) for words in found]
        twos = [Counter(linear.pairs(words)) for words in found]
        word_texts, pair_texts = (Counter(term for counts in all_ for term in counts) for all_ in (ones, twos))
        terms = sorted(t for texts_of in (word_texts, pair_texts) for t, n in texts_of.items() if n >= TEXTS_OF_A_TERM)
        words = sorted(word_texts)
        parts_of = [linear.parts(word) for word in words]
        part_texts: Counter[str] = Counter()
        for word, its in zip(words, parts_of, strict=True):
            part_texts.update(dict.fromkeys(its, word_texts[word]))
        parts = sorted(part for part, n in part_texts.items() if n >= TEXTS_OF_A_PART)
        return cls(
            terms,
            parts,
            _sparse([one + two for one, two in zip(ones, twos, strict=True)], terms, lambda n: 1 + np.log(n)),
            _sparse(ones, words, lambda n: 1 + np.log(n)),
            _sparse([Counter(its) for its in parts_of], parts, lambda n: n),
        )

    def kept(self, terms: NDArray[np.int64], parts: NDArray[np.int64]) -> Matrices:
        """Keep some of the terms and parts, by their columns."""
        return Matrices(
            [self.terms[at] for at in terms],
            [self.parts[at] for at in parts],
            self.by_term[:, terms],
            self.by_word,
            self.of_word[:, parts],
        )

    def rarity(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Inverse document frequency of terms and of parts: ln((1 + n) / (1 + texts with it)) + 1."""
        n = self.by_term.shape[0]
        occurring = (self.by_term.getnnz(0), (self.by_word @ self.of_word).getnnz(0))
        by_term, by_part = ((np.log((1 + n) / (1 + texts)) + 1).astype(np.float32) for texts in occurring)
        return by_term, by_part

    def rows(
        self, term_rarity: NDArray[np.float32], part_rarity: NDArray[np.float32], least: tuple[float, float] = (0, 0)
    ) -> Rows:
        """Give each text as one row: its terms at unit length, beside its parts at unit length.

        Each text has, besides, a term and a part of rarity `least` that say nothing: short texts are made shorter.
        """
        from scipy import sparse

        by_term = self.by_term @ sparse.diags(term_rarity)
        term_length = np.sqrt(np.asarray(by_term.multiply(by_term).sum(1)).ravel() + least[0] ** 2)
        of_word = self.of_word @ sparse.diags(part_rarity)
        squares = np.asarray(of_word.multiply(of_word).sum(1)).ravel()
        part_length = np.sqrt(self.by_word.multiply(self.by_word) @ squares + least[1] ** 2)
        return sparse.hstack([
            sparse.diags(1 / np.maximum(term_length, 1e-9)) @ by_term,
            sparse.diags(1 / np.maximum(part_length, 1e-9)) @ (self.by_word @ of_word),
        ]).tocsr()  # fmt: skip


def _sparse(counted: list[Counter[str]], columns: list[str], damp: Callable[[NDArray], NDArray]) -> Rows:
    from scipy import sparse

    column = {name: at for at, name in enumerate(columns)}
    rows = [[(column[name], n) for name, n in counts.items() if name in column] for counts in counted]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    flat = np.array([pair for row in rows for pair in row], dtype=np.float64).reshape(-1, 2)
    return sparse.csr_matrix((damp(flat[:, 1]), flat[:, 0].astype(np.int64), ends), shape=(len(rows), len(columns)))
