"""The nearest neighbours of vectors: exact ones of few, and of many those in the cells around."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXACT = 20_000
"""Vectors up to which all are compared with all."""
CELL = 200
"""Vectors of a cell, about."""
AROUND = 60
"""Cells that are looked through for the neighbours of a vector, its own among them."""


def nearest(vectors: NDArray[np.float32], many: int, *, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Find so many nearest neighbours of each vector, itself the first.

    Of more than :data:`EXACT`, only what lies in the cells around is looked through (an inverted file: Sivic &
    Zisserman 2003, Jégou, Douze & Schmid 2011): about 98 of 100 neighbours are the true ones, and the time grows with
    the vectors, not with their square. Nothing has to be compiled for it.

    Parameters
    ----------
    vectors : array (vectors, dimensions)
    many : int
        At most as many as there are vectors.
    seed : int
        The middles of the cells are drawn at random.

    Returns
    -------
    distances : array (vectors, many)
        Euclidean.
    neighbours : array (vectors, many)
        Their rows.
    """
    if len(vectors) <= EXACT:
        return _among(vectors, vectors, many)
    cells = _cells(vectors, seed)
    middles = np.stack([vectors[cell].mean(axis=0) for cell in cells])
    distances = np.empty((len(vectors), many), np.float32)
    neighbours = np.empty((len(vectors), many), np.int64)
    for cell, around in zip(cells, _among(middles, middles, min(AROUND, len(cells)))[1], strict=True):
        others = np.concatenate([cells[one] for one in around])
        distances[cell], found = _among(vectors[others], vectors[cell], many)
        neighbours[cell] = others[found]
    return distances, neighbours


def _among(
    vectors: NDArray[np.float32], asked: NDArray[np.float32], many: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    from sklearn.neighbors import NearestNeighbors

    distances, neighbours = NearestNeighbors(n_neighbors=many, algorithm="brute").fit(vectors).kneighbors(asked)
    return distances.astype(np.float32), neighbours


def _cells(vectors: NDArray[np.float32], seed: int) -> list[NDArray[np.int64]]:
    """Part vectors by which of some drawn at random is the nearest: the rows of each cell that has any."""
    from sklearn.metrics import pairwise_distances_argmin

    drawn = np.random.default_rng(seed).choice(len(vectors), len(vectors) // CELL, replace=False)
    own = pairwise_distances_argmin(vectors, vectors[drawn])
    order = np.argsort(own, kind="stable")
    return [cell for cell in np.split(order, np.searchsorted(own[order], np.arange(1, len(drawn)))) if len(cell)]
