"""A map as it is kept: what places new texts on it, and nothing that could be read as a text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis import arrays
from analysis.topics import fit

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from analysis.topics.fit import Fitted
    from analysis.workspace import Workspace

LANDMARKS = 40
"""Texts of each topic that are kept to find the place of new ones by."""
BETWEEN = 2000
"""Such texts between the topics."""
NEAR = 3
"""Landmarks that a new text lies amid."""
AT_ONCE = 20_000
"""Texts that are placed at a time."""
NEVER = 2.0
"""The floor of a number that is no topic of the map's own: no cosine reaches it."""
RING = 0.5
"""How far apart the places are that are tried for a new topic."""


@dataclass(frozen=True)
class TopicMap:
    """Topics by their middle, and texts of known place.

    Parameters
    ----------
    centroids : array (topics, dimensions)
        At unit length.
    floors : array (topics,)
        The cosine from which on a text counts to a topic.
    landmarks : array (L, dimensions) of float16
        Vectors of texts whose place is known.
    landmark_places : array (L, 2)
    landmark_topics : array (L,)
        -1 between the topics.
    """

    centroids: NDArray[np.float32]
    floors: NDArray[np.float32]
    landmarks: NDArray[np.float16]
    landmark_places: NDArray[np.float32]
    landmark_topics: NDArray[np.int32]

    @classmethod
    def of(cls, fitted: Fitted, vectors: NDArray[np.float32], *, seed: int) -> TopicMap:
        """Keep of a fitted map what places new texts; landmarks are drawn at random."""
        chosen = _drawn(fitted.topics, seed)
        return cls(
            fitted.centroids, fitted.floors, vectors[chosen].astype(np.float16), fitted.places[chosen],
            fitted.topics[chosen],
        )  # fmt: skip

    def extended(
        self, fitted: Fitted, vectors: NDArray[np.float32], *, first: int, seed: int
    ) -> tuple[TopicMap, NDArray[np.float32]]:
        """Add topics that were found among texts that this map places nowhere.

        Each is laid near to where this map has laid its texts, in the nearest spot that is free.

        Parameters
        ----------
        fitted : Fitted
            The topics, and their own picture.
        vectors : array (texts, dimensions)
            Of the texts that were fitted.
        first : int
            The number of the first of them; the others follow.

        Returns
        -------
        TopicMap
            In which the topics of before are as they were.
        places : array (texts, 2)
            Where the texts of the new topics lie on it; the others as before.
        """
        *_, places = self.place(vectors)
        taken = self.landmark_places
        for topic in range(len(fitted.centroids)):
            own = fitted.topics == topic
            around = fitted.places[own] - np.median(fitted.places[own], axis=0)
            places[own] = around + _free(np.median(places[own], axis=0), around, taken)
            taken = np.concatenate([taken, places[own]])
        chosen = _drawn(fitted.topics, seed)
        chosen = chosen[fitted.topics[chosen] >= 0]
        between = first - len(self.centroids)  # numbers that people's edits have used since
        blank = np.zeros((between, self.centroids.shape[1]), np.float32)
        return TopicMap(
            np.concatenate([self.centroids, blank, fitted.centroids]),
            np.concatenate([self.floors, np.full(between, NEVER, np.float32), fitted.floors]),
            np.concatenate([self.landmarks, vectors[chosen].astype(np.float16)]),
            np.concatenate([self.landmark_places, places[chosen]]),
            np.concatenate([self.landmark_topics, fitted.topics[chosen] + np.int32(first)]),
        ), places

    def place(self, vectors: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
        """Place texts.

        Returns
        -------
        topics : array (texts,)
            The most similar topic, -1 below its floor.
        similarity : array (texts,)
            The cosine to the middle of the most similar topic.
        places : array (texts, 2)
            Amid the landmarks of that topic that are most like the text.
        """
        topics = np.empty(len(vectors), np.int32)
        similarity = np.empty(len(vectors), np.float32)
        places = np.empty((len(vectors), 2), np.float32)
        for start in range(0, len(vectors), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            topics[part], similarity[part] = fit.place(vectors[part], self.centroids, self.floors)
            for topic in np.unique(topics[part]):
                own = start + np.flatnonzero(topics[part] == topic)
                places[own] = self._amid(vectors[own], int(topic))
        return topics, similarity, places

    def _amid(self, vectors: NDArray[np.float32], topic: int) -> NDArray[np.float32]:
        own = np.flatnonzero(self.landmark_topics == topic)
        if not len(own):  # nothing lies between the topics: then it is amid all
            own = np.arange(len(self.landmarks))
        cosines = vectors @ self.landmarks[own].astype(np.float32).T
        few = min(NEAR, len(own))
        near = np.argpartition(-cosines, few - 1, axis=1)[:, :few]
        weights = np.maximum(np.take_along_axis(cosines, near, axis=1), 1e-6) ** 8
        weights /= weights.sum(axis=1, keepdims=True)
        found: NDArray[np.float32] = (self.landmark_places[own][near] * weights[..., None]).sum(axis=1)
        return found


def path(workspace: Workspace, map: dict[str, Any]) -> Path:
    """Give the file of a map, by its row of ``maps``: each time that topics are added, it is written anew."""
    added = f"-{map['additions']}" if map["additions"] else ""
    return workspace.maps / f"{map['id']}{added}.npz"


@lru_cache(maxsize=2)
def load(path: Path, _changed: int) -> TopicMap:
    """Read a map, once while it is unchanged."""
    return arrays.load(TopicMap, path)


def _drawn(topics: NDArray[np.int32], seed: int) -> NDArray[np.int64]:
    mixed = np.random.default_rng(seed).permutation(len(topics))
    rank = np.zeros(len(topics), np.int64)
    for topic in np.unique(topics):
        own = mixed[topics[mixed] == topic]
        rank[own] = np.arange(len(own))
    return np.flatnonzero(rank < np.where(topics >= 0, LANDMARKS, BETWEEN))


def _free(middle: NDArray[np.float32], around: NDArray[np.float32], taken: NDArray[np.float32]) -> NDArray[np.float32]:
    """Find the spot nearest to a middle at which texts around it lie on no others."""
    radius = float(np.linalg.norm(around, axis=1).max()) + RING
    rings = np.arange(0, 40) * RING
    turns = np.arange(12) * (2 * np.pi / 12)
    directions = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    spots = (middle + (rings[:, None, None] * directions)).reshape(-1, 2).astype(np.float32)
    nearest = np.array([np.linalg.norm(taken - spot, axis=1).min(initial=np.inf) for spot in spots])
    free = np.flatnonzero(nearest >= radius)
    found: NDArray[np.float32] = spots[free[0] if len(free) else int(nearest.argmax())]
    return found
