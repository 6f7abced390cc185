"""Making vectors: each text gets its own, in whatever batches and on whatever cores it is read."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.topics.models import QUANTISED, Model, model
from tests.topics.talk import prompts


@pytest.fixture(scope="module")
def packaged() -> Model:
    return model(QUANTISED)


def test_each_text_gets_its_own_vector_among_texts_of_any_length(packaged: Model) -> None:
    texts = [prompt * (1 + place % 7 * 3) for place, prompt in enumerate(prompts() * 3)]
    vectors = packaged.embed(texts)
    assert vectors.shape == (len(texts), packaged.dimensions)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    for place in (0, 1, 6, 50, len(texts) - 1):
        (alone,) = packaged.embed([texts[place]])
        assert (vectors @ alone).argmax() in [at for at, text in enumerate(texts) if text == texts[place]]
        # a batch has one scale for its 8-bit numbers, so that a text's vector differs a little with its neighbours
        assert vectors[place] @ alone > 0.95


def test_the_same_texts_get_the_same_vectors(packaged: Model) -> None:
    np.testing.assert_array_equal(packaged.embed(prompts()), packaged.embed(prompts()))


def test_texts_without_a_word_and_no_texts_at_all(packaged: Model) -> None:
    assert np.isfinite(packaged.embed(["", " ", "\0", "x" * 5000])).all()
    assert packaged.embed([]).shape == (0, packaged.dimensions)
