"""Names of topics without a language model: phrases that tell a topic from the others, and the prompt at its middle.

Phrases of up to three words are weighted by how much more often a topic says them than the others do (class TF-IDF;
Grootendorst 2022, *BERTopic*), ranked anew by how near their vectors are to the topic's, and chosen so that they
say different things (maximal marginal relevance; Carbonell & Goldstein 1998). Personal data and secrets are in none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.scoring.masking import masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from analysis.topics.models import Model

READ = 300
"""Characters of a text that phrases are taken from."""
TEXTS = 200
"""Texts of a topic, nearest to its middle, that phrases are taken from."""
CANDIDATES = 20
"""Phrases of a topic that are ranked by their vectors."""
PHRASES = 3
SAME = 0.6
"""What the nearness to the topic counts for, against the likeness to a phrase chosen before: the rest of 1."""
EXEMPLARS = 5
SHOWN = 160
"""Characters of a prompt that stands for a topic."""
_CONTRACTION = re.compile(r"['’](?:t|d|m|s|ll|re|ve)$")
"""Ends of "don't", "I'd", "what's", which a phrase neither begins nor ends with."""
COMMON = 0.4
"""Share of topics in which a word must be common for no phrase to begin or end with it."""


@dataclass(frozen=True)
class Name:
    """What a topic is called.

    Parameters
    ----------
    phrases : tuple of str
        The name, in at most :data:`PHRASES` parts.
    middle : str
        The text nearest to the middle, in which personal data is masked.
    exemplars : tuple of int
        Places of texts that stand for the topic: the nearest to its middle, and others, each far from those before.
    """

    phrases: tuple[str, ...]
    middle: str
    exemplars: tuple[int, ...]


def name(
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    topics: NDArray[np.int32],
    centroids: NDArray[np.float32],
    model: Model,
) -> list[Name]:
    """Name topics.

    Parameters
    ----------
    texts : sequence of str, (texts,)
    vectors : array (texts, dimensions)
    topics : array (texts,)
        -1 for none.
    centroids : array (topics, dimensions)
    model : Model
        What made the vectors.
    """
    members = [_nearest(vectors, topics, topic, centroid) for topic, centroid in enumerate(centroids)]
    if not members:
        return []
    candidates = _candidates([[masked(texts[place][:READ]) for place in own] for own in members])
    different = list(dict.fromkeys(phrase for found in candidates for phrase in found))
    at = {phrase: row for row, phrase in enumerate(different)}
    phrase_vectors = model.embed(different) if different else np.empty((0, vectors.shape[1]), np.float32)
    names = []
    for own, centroid, found in zip(members, centroids, candidates, strict=True):
        chosen = _chosen(found, phrase_vectors[[at[phrase] for phrase in found]], centroid)
        middle = masked(" ".join(texts[own[0]].split())[:SHOWN])
        names.append(Name(tuple(chosen), middle, _spread(own, vectors)))
    return _told_apart(names)


def _nearest(
    vectors: NDArray[np.float32], topics: NDArray[np.int32], topic: int, centroid: NDArray[np.float32]
) -> NDArray[np.int64]:
    own = np.flatnonzero(topics == topic)
    return own[np.argsort(-(vectors[own] @ centroid), kind="stable")[:TEXTS]]


def _candidates(texts: Sequence[Sequence[str]]) -> list[list[str]]:
    """Find the phrases that tell each topic from the others, the best first."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

    flat = [text for own in texts for text in own]
    of = np.repeat(np.arange(len(texts)), [len(own) for own in texts])
    vectorizer = CountVectorizer(ngram_range=(1, 3), min_df=2, binary=True, token_pattern=r"(?u)[^\W\d_][\w'’-]*")
    try:
        counts = vectorizer.fit_transform(flat)
    except ValueError:  # no word is said twice
        return [[] for _ in texts]
    phrases = vectorizer.get_feature_names_out()
    said = _by_topic(counts, of, len(texts))
    common = _common(phrases, said, len(texts)) | ENGLISH_STOP_WORDS
    sizes = np.asarray(said.sum(axis=1)).ravel()
    rarity = np.log(1 + sizes.mean() / np.asarray(said.sum(axis=0)).ravel())
    found = []
    for topic in range(len(texts)):
        row = said[topic]
        weights = row.data / max(sizes[topic], 1) * rarity[row.indices]
        ranked = np.argsort(-weights, kind="stable")
        own = (phrases[row.indices[place]] for place in ranked if row.data[place] >= 2)
        found.append(_first(own, common, CANDIDATES))
    return found


def _by_topic(counts: csr_matrix, of: NDArray[np.int64], topics: int) -> csr_matrix:
    from scipy.sparse import csr_matrix as sparse

    members = sparse((np.ones(len(of), np.int64), (of, np.arange(len(of)))), shape=(topics, len(of)))
    return (members @ counts).tocsr()


def _common(phrases: NDArray[np.str_], said: csr_matrix, topics: int) -> frozenset[str]:
    """List the single words that so many topics say that they tell nothing, in whatever language."""
    spread = np.asarray((said > 0).sum(axis=0)).ravel()
    wide = phrases[np.flatnonzero(spread > max(COMMON * topics, 3))]
    return frozenset(phrase for phrase in wide if " " not in phrase)


def _first(phrases: Iterable[str], common: frozenset[str], most: int) -> list[str]:
    found: list[str] = []
    for phrase in phrases:
        words = phrase.split(" ")
        if any(word in common or _CONTRACTION.search(word) for word in (words[0], words[-1])) or len(phrase) < 3:
            continue
        found.append(phrase)
        if len(found) == most:
            break
    return found


def _chosen(phrases: Sequence[str], vectors: NDArray[np.float32], centroid: NDArray[np.float32]) -> list[str]:
    """Choose phrases near to the topic and unlike each other, none within another."""
    if not phrases:
        return []
    near = vectors @ centroid
    like = vectors @ vectors.T
    chosen: list[int] = []
    left = list(range(len(phrases)))
    while left and len(chosen) < PHRASES:
        worth = {
            place: SAME * near[place] - (1 - SAME) * max((like[place, one] for one in chosen), default=0.0)
            for place in left
        }
        best = max(left, key=worth.__getitem__)
        chosen.append(best)
        words = f" {phrases[best]} "
        left = [
            place for place in left
            if place != best and f" {phrases[place]} " not in words and words not in f" {phrases[place]} "
        ]  # fmt: skip
    return [phrases[place] for place in chosen]


def _spread(own: NDArray[np.int64], vectors: NDArray[np.float32]) -> tuple[int, ...]:
    """Choose texts that stand for a topic: the nearest to its middle, then each farthest from those chosen."""
    chosen = [0]
    nearness = vectors[own] @ vectors[own[0]]
    while len(chosen) < min(EXEMPLARS, len(own)):
        farthest = int(nearness.argmin())
        chosen.append(farthest)
        nearness = np.maximum(nearness, vectors[own] @ vectors[own[farthest]])
    return tuple(int(own[place]) for place in chosen)


def _told_apart(names: Sequence[Name]) -> list[Name]:
    """Give a topic that no phrase names, or the same ones as another, its middle text for a name."""
    seen: set[tuple[str, ...]] = set()
    found = []
    for one in names:
        if not one.phrases or one.phrases in seen:
            one = Name((one.middle[:60],), one.middle, one.exemplars)
        seen.add(one.phrases)
        found.append(one)
    return found
