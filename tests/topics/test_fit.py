"""Fitting a map: topics that are there are found, what lies between stays so, one seed gives one map."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from analysis import arrays
from analysis.topics import fit
from analysis.topics.topic_map import TopicMap, load

TOPICS, EACH, NOISE = 12, 60, 40


def blobs(seed: int, each: int = EACH, noise: int = NOISE, spread: float = 0.06) -> tuple[np.ndarray, np.ndarray]:
    """Vectors around the middles of topics, and some that are around none, with each one's topic."""
    middles = unit(np.random.default_rng(0).normal(size=(TOPICS, 48)))
    rng = np.random.default_rng(seed)
    topics = np.append(np.repeat(np.arange(TOPICS), each), np.full(noise, -1))
    vectors = np.concatenate([
        np.repeat(middles, each, axis=0) + spread * rng.normal(size=(TOPICS * each, 48)),
        rng.normal(size=(noise, 48)),
    ])  # fmt: skip
    return unit(vectors), topics


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def fitted() -> fit.Fitted:
    vectors, _ = blobs(1)
    return fit.fit(vectors, np.ones(len(vectors)))


def test_the_topics_that_are_there_are_found(fitted: fit.Fitted) -> None:
    _, topics = blobs(1)
    inside = topics >= 0
    assert adjusted_mutual_info_score(topics[inside], fitted.topics[inside]) > 0.95
    sizes = np.bincount(fitted.topics[fitted.topics >= 0])
    assert (np.diff(sizes) <= 0).all()


def test_new_texts_count_to_the_topic_of_their_like_and_strange_ones_to_none(fitted: fit.Fitted) -> None:
    vectors, topics = blobs(2)
    placed, similarity = fit.place(vectors, fitted.centroids, fitted.floors)
    inside = topics >= 0
    assert adjusted_mutual_info_score(topics[inside], placed[inside]) > 0.9
    assert (placed[inside] < 0).mean() < 0.1
    assert (placed[~inside] < 0).mean() > 0.9
    assert np.abs(similarity - (vectors @ fitted.centroids.T).max(axis=1)).max() < 1e-5


def test_one_seed_gives_one_map_and_another_seed_another(fitted: fit.Fitted) -> None:
    vectors, _ = blobs(1)
    again = fit.fit(vectors, np.ones(len(vectors)))
    np.testing.assert_array_equal(again.places, fitted.places)
    np.testing.assert_array_equal(again.topics, fitted.topics)
    assert not np.array_equal(fit.fit(vectors, np.ones(len(vectors)), seed=1).places, fitted.places)


def test_a_text_between_the_topics_that_is_asked_often_is_a_topic_by_itself() -> None:
    vectors, _ = blobs(1, noise=300, spread=0.12)
    topics = fit.fit(vectors, np.ones(len(vectors))).topics
    between = int(np.flatnonzero(topics < 0)[0])
    counts = np.ones(len(vectors))
    counts[between] = 500
    found = fit.fit(vectors, counts).topics
    assert np.flatnonzero(found == found[between]).tolist() == [between]


def test_a_text_asked_often_that_lies_among_a_topic_but_is_unlike_it_is_a_topic_by_itself() -> None:
    vectors, _ = blobs(1, noise=300, spread=0.12)
    once = fit.fit(vectors, np.ones(len(vectors)))
    placed, _ = fit.place(vectors, once.centroids, once.floors)
    strange = int(np.flatnonzero((once.topics >= 0) & (placed < 0))[0])
    counts = np.ones(len(vectors))
    counts[strange] = 500
    found = fit.fit(vectors, counts)
    placed, _ = fit.place(vectors, found.centroids, found.floors)
    assert np.flatnonzero(found.topics == found.topics[strange]).tolist() == [strange]
    assert placed[strange] == found.topics[strange]


@pytest.mark.parametrize("seed", range(3))
def test_one_cloud_alone_is_one_region_where_all_may_be_one(seed: int) -> None:
    cloud = np.random.default_rng(seed).normal(size=(60, 2)).astype(np.float32)
    whole = fit.cluster(cloud, 10)
    assert set(whole.tolist()) == {fit.NONE, 0}
    # its dense middle
    assert np.linalg.norm(cloud[whole == 0], axis=1).max() < np.linalg.norm(cloud, axis=1).max() / 2
    assert (fit.cluster(cloud, 10, most=0.5) == fit.NONE).all()


def test_only_what_is_apart_from_the_topics_there_are_is_new(fitted: fit.Fitted) -> None:
    vectors, topics = blobs(1)
    known = unit(np.random.default_rng(0).normal(size=(TOPICS, 48)))[: TOPICS // 2]
    found = fit.new(fitted, vectors, known)
    assert len(found.centroids) == len(found.floors) == TOPICS // 2
    assert set(topics[found.topics >= 0]) <= {*range(TOPICS // 2, TOPICS), -1}
    assert len(fit.new(fitted, vectors, fitted.centroids).centroids) == 0
    assert len(fit.new(fitted, vectors, known[:0]).centroids) == len(fitted.centroids)


def test_a_topic_falls_apart_where_it_has_parts_and_not_where_it_is_one_cloud() -> None:
    vectors, topics = blobs(1, noise=0)
    of_three = topics < 3
    parts = fit.divide(vectors[of_three], np.ones(of_three.sum()))
    assert adjusted_mutual_info_score(topics[of_three], parts.topics) > 0.9
    for many in (10, 60, 600):
        cloud = unit(np.random.default_rng(1).normal(size=48) + 0.5 * np.random.default_rng(2).normal(size=(many, 48)))
        assert len(fit.divide(cloud, np.ones(many)).centroids) == 0


@pytest.mark.parametrize("texts", [0, 1, fit.LEAST - 1])
def test_too_few_texts_are_told(texts: int) -> None:
    with pytest.raises(fit.TooFewTextsError, match=f"needs 50 different texts, and there are {texts}"):
        fit.fit(blobs(1)[0][:texts], np.ones(texts))


def test_texts_that_are_all_alike_make_a_map_too() -> None:
    vectors = unit(np.ones((60, 48)) + 1e-4 * np.random.default_rng(1).normal(size=(60, 48)))
    found = fit.fit(vectors, np.ones(60))
    assert np.isfinite(found.places).all()
    placed, _ = fit.place(vectors, found.centroids, found.floors)
    assert len(placed) == 60


def test_a_kept_map_places_new_texts_amid_their_like(fitted: fit.Fitted, tmp_path) -> None:
    vectors, topics = blobs(1)
    arrays.save(TopicMap.of(fitted, vectors, seed=0), tmp_path / "map.npz")
    kept = load(tmp_path / "map.npz", 0)
    new, new_topics = blobs(3, each=5, noise=3)
    placed, _, places = kept.place(new)
    for topic in range(TOPICS):
        own = fitted.places[(topics == topic) & (fitted.topics >= 0)]
        low, high = own.min(axis=0) - 1e-3, own.max(axis=0) + 1e-3
        inside = places[(new_topics == topic) & (placed >= 0)]
        assert ((inside >= low) & (inside <= high)).all()
    assert np.isfinite(places).all()
    assert len(kept.place(new[:0])[0]) == 0
