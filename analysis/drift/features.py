"""What is compared of two samples, as columns that have a mean in each: shares of groups, of words, random features."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.drift.flips import Features
from analysis.metrics.blocks import LEAST
from analysis.metrics.fields import NONE, OTHER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.drift.sample import Sample

SEEN = 10
"""Records of both windows together from which on a group or a word is a column of its own ..."""
SAID_BY = 5
"""... if they are of so many blocks."""
WORDS = 400
"""Words that are compared: the most frequent, but for those of more than half of the prompts."""
PARTS = 10
"""Equally full parts that lengths fall into."""
FREQUENCIES = 128
"""Random frequencies of the kernel, a cosine and a sine each."""
KERNEL_FLIPS = 1_000
PAIRS = 1_000


def of_groups(sample: Sample, values: Sequence[str]) -> tuple[list[str], Features] | None:
    """Give the share of each group; those too small for a column of their own count together.

    Returns
    -------
    list of str, Features
        The columns' names; None where too little is known or all are of one group.
    """
    known = np.array([value != NONE for value in values])
    if not _enough(sample, known):
        return None
    numbers = {name: place for place, name in enumerate(dict.fromkeys(values))}
    codes = np.array([numbers[value] for value in values], np.int64)
    names = [*_often(codes[known], sample.block[known], list(numbers)), OTHER]
    column = {name: place for place, name in enumerate(names)}
    columns = np.array([column.get(name, len(names) - 1) for name in numbers], np.int64)[codes]
    sums = _sums(sample, columns[known], known, len(names))
    return _shares(sample, names, sums, known)


def of_words(sample: Sample) -> tuple[list[str], Features] | None:
    """Give the share of the prompts that say each word."""
    words = sample.words
    if words is None:
        return None
    known = np.array([bool(said) for said in words], bool)
    if not _enough(sample, known):
        return None
    counts = Counter(word for said in words for word in said)
    frequent = [word for word, n in counts.most_common() if n <= known.sum() / 2][: 2 * WORDS]
    numbers = {word: place for place, word in enumerate(frequent)}
    word, record = np.array(
        [(numbers[word], place) for place, said in enumerate(words) for word in said if word in numbers], np.int64
    ).reshape(-1, 2).T  # fmt: skip
    names = _often(word, sample.block[record], frequent)[:WORDS]
    column = np.full(len(frequent), -1)
    column[[numbers[name] for name in names]] = np.arange(len(names))
    kept = column[word] >= 0
    shares = _shares(sample, names, _sums(sample, column[word[kept]], record[kept], len(names)), known)
    return shares and (shares[0], _standardised(shares[1]))


def of_lengths(sample: Sample) -> tuple[list[str], Features] | None:
    """Give the share of the prompts in each of ten ranges of length, which both windows together fill equally."""
    if sample.lengths is None:
        return None
    known = ~np.isnan(sample.lengths)
    if not _enough(sample, known):
        return None
    edges = np.unique(np.quantile(sample.lengths[known], np.arange(1, PARTS) / PARTS))
    columns = np.searchsorted(edges, sample.lengths[known], side="right")
    ends = [f"{edge:,.0f}" for edge in edges]
    between = [f"{low} to {high}" for low, high in itertools.pairwise(ends)]
    names = [f"under {ends[0]}", *between, f"{ends[-1]} or more"]
    return _shares(sample, names, _sums(sample, columns, known, len(names)), known)


def of_meaning(sample: Sample, *, seed: int = 0) -> tuple[NDArray[np.float32], Features] | None:
    """Give random Fourier features of the vectors, whose squared difference is the maximum mean discrepancy.

    The kernel is Gaussian with the median distance for its width (Gretton et al. 2012, A kernel two-sample test, JMLR
    13; Rahimi & Recht 2007, Random features for large-scale kernel machines; Zhao & Meng 2015, FastMMD).

    Returns
    -------
    array (records, columns), Features
        The features of each record, nought where it has no vector; None where too few have one.
    """
    if sample.vectors is None:
        return None
    known = np.any(sample.vectors, axis=1)
    if not _enough(sample, known):
        return None
    values = np.zeros((len(known), 2 * FREQUENCIES), np.float32)
    values[known] = _random(sample.vectors[known], seed)
    sums = np.zeros((2, _blocks(sample), values.shape[1]), np.float32)
    np.add.at(sums, (sample.window.astype(np.int64), sample.block), values)
    return values, Features(sums, _sizes(sample, known), np.ones(values.shape[1]), flips=KERNEL_FLIPS)


def _random(vectors: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    one, other = (vectors[rng.integers(0, len(vectors), PAIRS)] for _ in range(2))
    distances = np.linalg.norm(one - other, axis=1)
    width = float(np.median(distances[distances > 0])) if (distances > 0).any() else 1.0
    frequencies = rng.standard_normal((vectors.shape[1], FREQUENCIES)).astype(np.float32) / width
    angles = vectors @ frequencies
    scale = np.float32(1 / np.sqrt(FREQUENCIES))
    return np.concatenate([np.cos(angles), np.sin(angles)], axis=1) * scale


def _enough(sample: Sample, known: NDArray[np.bool_]) -> bool:
    """Whether so much is known in enough blocks of both windows."""
    return all(len(np.unique(sample.block[known & side])) >= LEAST for side in (sample.window, ~sample.window))


def _often(codes: NDArray[np.int64], block: NDArray[np.int64], names: Sequence[str]) -> list[str]:
    """List the names that are seen often, by enough blocks, the most frequent first; but not what has no name."""
    seen = np.bincount(codes, minlength=len(names))
    pairs = np.unique(np.stack([codes, block]), axis=1)
    blocks = np.bincount(pairs[0], minlength=len(names))
    return [
        names[place] for place in np.argsort(-seen, kind="stable")
        if seen[place] >= SEEN and blocks[place] >= SAID_BY and names[place] not in (NONE, OTHER)
    ]  # fmt: skip


def _shares(
    sample: Sample, names: list[str], sums: NDArray[np.float32], known: NDArray[np.bool_]
) -> tuple[list[str], Features] | None:
    """Weigh the squared differences of shares as chi-squared does."""
    shares = sums.sum((0, 1), dtype=np.float64) / known.sum()
    there = shares > 0
    if there.sum() < 2:
        return None
    kept = [name for name, is_there in zip(names, there, strict=True) if is_there]
    return kept, Features(sums[..., there], _sizes(sample, known), 1 / shares[there])


def _standardised(feature: Features) -> Features:
    """Weigh each squared difference by its variance, and look for the largest: a new subject shows in few words.

    The variance is that of records dealt to the windows at random. By what a column has in each, one that is missing in
    a short window by chance would seem sure to be.
    """
    beyond = feature.sums - feature.sizes[..., None] * feature.middle
    records = feature.sizes.sum(1, dtype=np.float64)
    variance = (beyond**2).sum((0, 1)) / records.sum() * (1 / records).sum()
    return replace(feature, weights=1 / np.maximum(variance, 1e-300), peak=True)


def _sums(
    sample: Sample, columns: NDArray[np.int64], records: NDArray[np.int64] | NDArray[np.bool_], many: int
) -> NDArray[np.float32]:
    """Count the columns of records by window and block."""
    side, blocks = sample.window[records].astype(np.int64), _blocks(sample)
    flat = np.bincount((side * blocks + sample.block[records]) * many + columns, minlength=2 * blocks * many)
    return flat.reshape(2, blocks, many).astype(np.float32)


def _sizes(sample: Sample, known: NDArray[np.bool_]) -> NDArray[np.float32]:
    return _sums(sample, np.zeros(int(known.sum()), np.int64), known, 1)[..., 0]


def _blocks(sample: Sample) -> int:
    return int(sample.block.max(initial=-1)) + 1
