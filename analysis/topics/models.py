"""Models that make a vector of a text: the packaged one, its static half-brother, or one of the user's own.

Vectors have unit length, so that their product is the cosine of their angle. Those of two models never mix.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
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
"""Word pieces in a batch, texts of like length together: more do not fit into the cache of a core."""


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
        # This fusion does worse than its parts: without it a vector takes an eighth less.
        self._session = onnxruntime.InferenceSession(
            folder / "model.onnx", options, disabled_optimizers=["SkipLayerNormFusion"]
        )
        self._cores = ThreadPoolExecutor(os.cpu_count())

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Make a vector of each text; texts of like length go together."""
        tokens = [_ends(found.ids) for found in self._tokenizer.encode_batch([text[:READ] for text in texts])]
        order = np.array(sorted(range(len(texts)), key=lambda place: len(tokens[place])), np.int64)
        vectors = np.empty((len(texts), self.dimensions), np.float32)

        def run(batch: slice) -> None:
            vectors[order[batch]] = self._run([tokens[place] for place in order[batch]])

        # the longest first, so that no core is left with one of them at the end
        for _ in self._cores.map(run, reversed(_batches([len(tokens[place]) for place in order]))):
            pass
        return vectors

    def _run(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        ids = np.zeros((len(tokens), max(map(len, tokens))), np.int64)
        mask = np.zeros_like(ids)
        for row, found in enumerate(tokens):
            ids[row, : len(found)] = found
            mask[row, : len(found)] = 1
        found_vectors: NDArray[np.float32] = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return found_vectors


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
    """Cut texts into batches of at most :data:`AT_ONCE` word pieces; the texts come by length, the shortest first."""
    batches, start = [], 0
    for end, length in enumerate(lengths):
        # the last of a batch is its longest, and the others are filled up to it
        if end > start and (end + 1 - start) * length > AT_ONCE:
            batches.append(slice(start, end))
            start = end
    return [*batches, slice(start, len(lengths))] if lengths else []


def _ends(tokens: Sequence[int]) -> Sequence[int]:
    half = TOKENS // 2
    return tokens if len(tokens) <= TOKENS else [*tokens[:half], *tokens[-half:]]


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
