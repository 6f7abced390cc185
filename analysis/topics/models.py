"""Models that make a vector of a text: the packaged one, its static half-brother, or one of the user's own.

Vectors have unit length, so that their product is the cosine of their angle. Those of two models never mix.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from analysis.topics import export

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

QUANTISED, STATIC = "minilm-int8", "minilm-static"
READ = 4000
"""Characters of a text that are read; the model itself reads :data:`TOKENS`."""
TOKENS = 256
"""Word pieces of a text that are read: of a longer one, the first and the last halves of that."""
AT_ONCE = 384
"""Word pieces in a batch at most: more do not fit into the cache of a core."""


class ModelError(OSError):
    """A model of the user's cannot be loaded."""


class Model(Protocol):
    """What makes vectors."""

    name: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Make a vector of unit length for each text: an array (texts, dimensions)."""
        ...


def model(name: str) -> Model:
    """Load a model: :data:`QUANTISED`, :data:`STATIC`, or the name or path of one of sentence-transformers'.

    Raises
    ------
    ModelError
        If a model of that name or path cannot be loaded.
    """
    if name == QUANTISED:
        return Quantised()
    if name == STATIC:
        return Static()
    return Own(name)


class Quantised:
    """The packaged model as an 8-bit graph."""

    name = QUANTISED
    dimensions = 384

    def __init__(self) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        folder = export.quantised()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        options = onnxruntime.SessionOptions()
        # A batch a core: batches are so small that two cores at one of them mostly wait for each other.
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(folder / "model.onnx", options)
        self._cores = ThreadPoolExecutor(os.cpu_count())

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Make a vector of each text; texts of one length go together."""
        tokens = [_ends(found.ids) for found in self._tokenizer.encode_batch_fast([text[:READ] for text in texts])]
        order = np.array(sorted(range(len(texts)), key=lambda place: len(tokens[place])), np.int64)
        vectors = np.empty((len(texts), self.dimensions), np.float32)

        def run(batch: slice) -> None:
            ids = np.array([tokens[place] for place in order[batch]], np.int64)
            (vectors[order[batch]],) = self._session.run(None, {"ids": ids.T})

        # the longest first, so that no core is left with one of them at the end
        for _ in self._cores.map(run, reversed(_batches([len(tokens[place]) for place in order]))):
            pass
        return vectors


class Static:
    """A vector for each word piece, and their weighted mean for a text."""

    name = STATIC
    dimensions = export.DIMENSIONS_STATIC

    def __init__(self) -> None:
        from model2vec import StaticModel

        self._model = StaticModel.from_pretrained(export.static())

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Make a vector of each text."""
        found = self._model.encode([text[:READ] for text in texts], use_multiprocessing=False)
        return _unit(found.astype(np.float32))


class Own:
    """A model of the user's, by the name or path that sentence-transformers takes."""

    def __init__(self, name: str) -> None:
        if Path(name).is_absolute() and not Path(name).exists():  # what loads it takes ten seconds to say so
            raise ModelError(f"The model {name!r} cannot be loaded: there is nothing of that name.")
        from sentence_transformers import SentenceTransformer

        self.name = name
        try:
            self._model = SentenceTransformer(name, device="cpu")
        except (OSError, ValueError) as error:
            raise ModelError(f"The model {name!r} cannot be loaded: {str(error).splitlines()[0]}") from error
        self.dimensions = int(self._model.get_embedding_dimension() or 0)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Make a vector of each text."""
        found = self._model.encode([text[:READ] for text in texts], show_progress_bar=False, convert_to_numpy=True)
        return _unit(np.asarray(found, dtype=np.float32))


def _batches(lengths: Sequence[int]) -> list[slice]:
    """Cut texts, which come by length, into batches of one length and of :data:`AT_ONCE` word pieces at most."""
    batches, start = [], 0
    for length, texts in groupby(lengths):
        end = start + len(list(texts))
        most = AT_ONCE // length
        batches += [slice(first, min(first + most, end)) for first in range(start, end, most)]
        start = end
    return batches


def _ends(tokens: Sequence[int]) -> Sequence[int]:
    half = TOKENS // 2
    return tokens if len(tokens) <= TOKENS else [*tokens[:half], *tokens[-half:]]


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
