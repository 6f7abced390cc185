"""Fitting a map: where each text lies in two dimensions, and which topics there are.

Principal components, one seeded UMAP in two dimensions (McInnes, Healy & Melville 2018) that begins at the first two of
them (Kobak & Linderman 2021), and HDBSCAN on it (Campello, Moulavi & Sander 2013), so that the topics are what one
sees. What HDBSCAN leaves over stays so in the picture; elsewhere it counts to the nearest topic, where it is as similar
to that as the topic's own texts are.
"""

from __future__ import annotations

import contextlib
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

LEAST = 50
"""Different texts from which on there is a map."""
MOST = 20_000
"""Different texts that a map is fitted to; the others are placed on it. Up to so many, all neighbours are found exactly
within seconds; to fit more takes several times as long, and the topics agree no better with known intents."""
COMPONENTS = 100
NEIGHBOURS, EPOCHS = 12, 80
"""Of UMAP. Where intents are known, topics of up to 10,000 texts agree better with them than by its usual 15
neighbours, those of 20,000 as well; more epochs take their time and change little."""
BEGIN = 10.0
"""How far the places lie from the middle where UMAP begins; its own way to begin has the same."""
APART, SPREAD = 0.25, 1.5
"""UMAP's least distance of two texts, and how far they spread: so that a picture shows points and no blots."""
DENSE = 5
"""Texts around one that make a place dense (HDBSCAN's ``min_samples``)."""
LEAST_TOPIC = 10
"""Different texts of a topic; of many texts, this share of them if that is more:"""
SHARE_TOPIC = 0.0015
MOST_TOPIC = 0.5
"""The share of a map's texts that a topic has at most. Where few texts lie loosely, HDBSCAN takes most of them for one,
which tells nothing; held to less, it finds what that is made of."""
LEAST_PART, SHARE_PART = 8, 0.03
"""The like of a part of a topic."""
APART_BY = 0.15
"""How much more similar texts must be to the middle of their own topic than to another's, by the median, for the two
to be told apart. Of vectors drawn at random around one middle, the same clustering makes up to 0.14."""
SPREADS = 3.0
"""A text counts to a topic down to so many spreads below the median similarity of the topic's own texts. The spread is
their median absolute deviation, scaled to a standard deviation, so that a few strange texts among them do not count."""
LEAST_SPREAD = 0.02
"""Of topics whose texts are all but the same."""
NONE = -1
"""The topic of texts that lie between the topics."""


class TooFewTextsError(ValueError):
    """There are too few different texts for a map."""

    def __init__(self, texts: int) -> None:
        super().__init__(f"A map needs {LEAST} different texts, and there are {texts}.")


@dataclass(frozen=True)
class Fitted:
    """A fitted map.

    Parameters
    ----------
    places : array (texts, 2)
        Where each text lies; the axes have no unit.
    topics : array (texts,)
        Each text's topic, from 0, the largest first, or :data:`NONE`.
    centroids : array (topics, dimensions)
        The mean vector of each topic, at unit length.
    floors : array (topics,)
        The cosine from which on a text counts to the topic.
    """

    places: NDArray[np.float32]
    topics: NDArray[np.int32]
    centroids: NDArray[np.float32]
    floors: NDArray[np.float32]


def fit(
    vectors: NDArray[np.float32], counts: NDArray[np.float64], *, seed: int = 0, most: float = MOST_TOPIC
) -> Fitted:
    """Fit a map to the vectors of different texts.

    Parameters
    ----------
    vectors : array (texts, dimensions)
        Of unit length.
    counts : array (texts,)
        How often each text was asked: a text that nobody asks like, but that is asked often itself, is a topic too.
    most : float
        The share of the texts that a topic has at most.

    Raises
    ------
    TooFewTextsError
        If there are fewer than :data:`LEAST`.
    """
    if len(vectors) < LEAST:
        raise TooFewTextsError(len(vectors))
    least = max(LEAST_TOPIC, round(len(vectors) * SHARE_TOPIC))
    places = project(vectors, seed=seed)
    return _of(vectors, places, _largest_first(_alone(vectors, cluster(places, least, most), counts, least)))


def new(fitted: Fitted, vectors: NDArray[np.float32], middles: NDArray[np.float32]) -> Fitted:
    """Keep the topics whose texts are :data:`APART_BY` nearer to their own middle than to any of these."""
    others = (vectors @ middles.T).max(axis=1, initial=0)
    gains = [
        np.median((vectors @ centroid - others)[fitted.topics == topic])
        for topic, centroid in enumerate(fitted.centroids)
    ]
    kept = np.flatnonzero(np.array(gains) >= APART_BY)
    renamed = np.full(len(gains) + 1, NONE, np.int32)  # the last is that of NONE
    renamed[kept] = np.arange(len(kept))
    return Fitted(fitted.places, renamed[fitted.topics], fitted.centroids[kept], fitted.floors[kept])


def divide(vectors: NDArray[np.float32], counts: NDArray[np.float64], *, seed: int = 0) -> Fitted:
    """Fit a map to the texts of one topic, as :func:`fit`; it has no topics where they do not fall apart."""
    least = max(LEAST_PART, round(len(vectors) * SHARE_PART))
    if len(vectors) < 2 * least:
        places = np.zeros((len(vectors), 2), np.float32)
        return _of(vectors, places, np.full(len(vectors), NONE, np.int32))
    places = project(vectors, seed=seed)
    found = _of(vectors, places, _largest_first(cluster(places, least)))
    return found if _apart(vectors, found) else _of(vectors, places, np.full(len(vectors), NONE, np.int32))


def project(vectors: NDArray[np.float32], *, seed: int) -> NDArray[np.float32]:
    """Lay vectors out in two dimensions; the same vectors and seed give the same places on the same machine."""
    from sklearn.decomposition import PCA
    from sklearn.neighbors import NearestNeighbors

    umap = _umap()
    components = min(COMPONENTS, len(vectors) - 1, vectors.shape[1])
    reduced = PCA(components, svd_solver="covariance_eigh").fit_transform(vectors).astype(np.float32)
    neighbours = min(NEIGHBOURS, len(vectors) - 1)
    # Exact neighbours by blocks: as fast as approximate ones here, and nothing has to be compiled for them.
    far, near = NearestNeighbors(n_neighbors=neighbours, algorithm="brute").fit(reduced).kneighbors(reduced)
    with warnings.catch_warnings():
        # of new points, which are placed by other means
        warnings.filterwarnings("ignore", message="precomputed_knn")
        mapper = umap.UMAP(
            n_neighbors=neighbours, n_epochs=EPOCHS, min_dist=APART, spread=SPREAD, random_state=seed, n_jobs=1,
            init=_begin(reduced, seed), precomputed_knn=(near, far, None),
        )  # fmt: skip
        places: NDArray[np.float32] = mapper.fit_transform(reduced).astype(np.float32)
    return places


def warm_up() -> None:
    """Load and compile what a fit needs, so that it is there when the texts are."""
    import hdbscan  # noqa: F401

    project(np.random.default_rng(0).normal(size=(LEAST, COMPONENTS)).astype(np.float32), seed=0)


def _umap() -> ModuleType:
    """Give UMAP, which keeps on disk what it compiles: by itself it compiles the same anew in each process."""
    import umap

    for compiled in (
        umap.layouts._nb_optimize_layout_euclidean_single_epoch,
        umap.umap_.compute_membership_strengths,
        umap.umap_.smooth_knn_dist,
    ):
        with contextlib.suppress(RuntimeError):  # there is nowhere to write
            compiled.enable_caching()
    return umap


def _begin(reduced: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Give the places where UMAP begins: the first two components, those of equal texts a hair's breadth apart."""
    flat = reduced[:, :2] / max(np.abs(reduced[:, :2]).max(), 1e-12) * BEGIN
    return (flat + np.random.default_rng(seed).normal(scale=1e-4, size=flat.shape)).astype(np.float32)


def cluster(places: NDArray[np.float32], least: int, most: float = 1.0) -> NDArray[np.int32]:
    """Find the dense regions of a map, of `least` texts to a share of `most` each; :data:`NONE` between them.

    Where all may be one, and there are not two that fall apart, the one that is dense is found.
    """
    import hdbscan

    def regions(**settings: bool) -> NDArray[np.int32]:
        largest = round(most * len(places))
        found = hdbscan.HDBSCAN(
            min_cluster_size=least, max_cluster_size=largest, min_samples=DENSE, core_dist_n_jobs=1, **settings
        ).fit_predict(places.astype(np.float64))
        return np.asarray(found, dtype=np.int32)

    found = regions()
    return found if most < 1 or (found >= 0).any() else regions(allow_single_cluster=True)


def centre(vectors: NDArray[np.float32], topics: NDArray[np.int32]) -> NDArray[np.float32]:
    """Give the mean vector of each topic, at unit length."""
    many = int(topics.max(initial=NONE)) + 1
    sums = np.zeros((many, vectors.shape[1]), np.float32)
    inside = topics >= 0
    np.add.at(sums, topics[inside], vectors[inside])
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)


def place(
    vectors: NDArray[np.float32], centroids: NDArray[np.float32], floors: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Give each text the most similar topic, :data:`NONE` below that topic's floor, and the cosine to it."""
    if not len(centroids):
        return np.full(len(vectors), NONE, np.int32), np.zeros(len(vectors), np.float32)
    cosines = vectors @ centroids.T
    topics = cosines.argmax(axis=1).astype(np.int32)
    similarity = cosines[np.arange(len(vectors)), topics]
    return np.where(similarity >= floors[topics], topics, NONE).astype(np.int32), similarity


def _of(vectors: NDArray[np.float32], places: NDArray[np.float32], topics: NDArray[np.int32]) -> Fitted:
    return Fitted(places, topics, *_middles(vectors, topics))


def _middles(
    vectors: NDArray[np.float32], topics: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    centroids = centre(vectors, topics)
    return centroids, _floors(vectors, topics, centroids)


def _apart(vectors: NDArray[np.float32], fitted: Fitted) -> bool:
    """Tell whether texts fall apart: whether they are much nearer to the middle of their own topic than to another."""
    if len(fitted.centroids) < 2:
        return False
    inside = fitted.topics >= 0
    cosines = vectors[inside] @ fitted.centroids.T
    rows = np.arange(len(cosines)), fitted.topics[inside]
    own = cosines[rows]
    cosines[rows] = -1
    return bool(np.median(own - cosines.max(axis=1)) >= APART_BY)


def _floors(
    vectors: NDArray[np.float32], topics: NDArray[np.int32], centroids: NDArray[np.float32]
) -> NDArray[np.float32]:
    floors = np.empty(len(centroids), np.float32)
    for topic, centroid in enumerate(centroids):
        own = vectors[topics == topic] @ centroid
        median = np.median(own)
        floors[topic] = median - SPREADS * max(1.4826 * np.median(np.abs(own - median)), LEAST_SPREAD)
    return floors


def _alone(
    vectors: NDArray[np.float32], topics: NDArray[np.int32], counts: NDArray[np.float64], least: int
) -> NDArray[np.int32]:
    """Make a topic of each text that is in none, or counts to none, and is asked as often as one."""
    often = np.flatnonzero(counts >= max(least, counts.sum() * SHARE_TOPIC))
    if not len(often):
        return topics
    # one within the region of a topic may be too unlike it to count to it
    nowhere = place(vectors[often], *_middles(vectors, topics))[0] < 0
    often = often[(topics[often] < 0) | nowhere]
    found = topics.copy()
    found[often] = topics.max(initial=NONE) + 1 + np.arange(len(often))
    return found


def _largest_first(topics: NDArray[np.int32]) -> NDArray[np.int32]:
    inside = topics >= 0
    sizes = np.bincount(topics[inside])
    rank = np.empty(len(sizes), np.int32)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    found = topics.copy()
    found[inside] = rank[topics[inside]]
    return found
