"""Nearest neighbours, against all distances worked out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from analysis.topics import neighbours
from analysis.topics.neighbours import nearest


@pytest.fixture(params=["exact", "by cells"])
def vectors(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    if request.param == "by cells":
        monkeypatch.setattr(neighbours, "EXACT", 100)
        monkeypatch.setattr(neighbours, "AROUND", 4)
    rng = np.random.default_rng(1)
    middles = rng.normal(size=(12, 30))
    return (middles[rng.integers(12, size=3000)] + rng.normal(scale=0.4, size=(3000, 30))).astype(np.float32)


def test_neighbours_are_the_nearest_or_nearly(vectors: np.ndarray) -> None:
    distances, rows = nearest(vectors, 10, seed=0)
    true = np.argsort(cdist(vectors, vectors), axis=1)[:, :10]
    found = np.mean([len(set(one) & set(other)) / 10 for one, other in zip(rows, true, strict=True)])
    assert found > 0.9
    assert (rows[:, 0] == np.arange(3000)).all()
    apart = np.linalg.norm(vectors[:, None] - vectors[rows], axis=2)
    np.testing.assert_allclose(distances, apart, atol=2e-3)
    assert (np.diff(distances, axis=1) >= 0).all()


def test_neighbours_are_the_same_for_a_seed(vectors: np.ndarray) -> None:
    for one, again in zip(nearest(vectors, 10, seed=3), nearest(vectors, 10, seed=3), strict=True):
        np.testing.assert_array_equal(one, again)


def test_many_equal_vectors_have_neighbours_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "EXACT", 100)
    some = np.repeat(np.eye(3, 20, dtype=np.float32), 500, axis=0)
    distances, rows = nearest(some, 15, seed=0)
    assert (distances == 0).all()
    assert (some[rows] == some[:, None]).all()
