"""Vectors of texts, kept so that no text is read by a model twice: two files a model, which only grow.

``keys.u64`` holds the texts' keys, ``vectors.f16`` a row of half-precision numbers for each. The rows are written
first: where a process is killed between the two, what has no key is written over.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import numpy as np
import xxhash

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


LATEST = 100_000
"""Texts added since the others were sorted, before all are sorted anew."""


class Vectors:
    """The vectors that a model made.

    Parameters
    ----------
    folder : Path
        Of the workspace; each model has one of its own in it.
    model : str
        Vectors of two models never mix.
    dimensions : int
        Numbers of a vector.
    """

    def __init__(self, folder: Path, model: str, dimensions: int) -> None:
        own = _own(folder, model)
        own.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._keys, self._rows = own / "keys.u64", own / "vectors.f16"
        self.dimensions = dimensions
        self.reload()

    @classmethod
    def made(cls, folder: Path, model: str) -> Vectors | None:
        """Open what a model has made so far, whatever the length of its vectors; None where that is nothing."""
        own = _own(folder, model)
        keys, rows = own / "keys.u64", own / "vectors.f16"
        texts = keys.stat().st_size // 8 if keys.exists() else 0
        return cls(folder, model, rows.stat().st_size // (2 * texts)) if texts else None

    def __len__(self) -> int:
        return len(self._known) + len(self._latest)

    def missing(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Tell which texts have no vector yet."""
        return self._find(keys) < 0

    def take(self, keys: NDArray[np.uint64]) -> NDArray[np.float32]:
        """Read the vectors of texts: an array (texts, dimensions).

        Raises
        ------
        KeyError
            If one has none.
        """
        found = self._find(keys)
        if (found < 0).any():
            raise KeyError(f"{int((found < 0).sum())} of {len(keys)} texts have no vector.")
        if not len(keys):
            return np.empty((0, self.dimensions), np.float32)
        rows = np.memmap(self._rows, np.float16, "r", shape=(len(self), self.dimensions))
        return rows[found].astype(np.float32)

    def add(self, keys: NDArray[np.uint64], vectors: NDArray[np.float32]) -> None:
        """Keep the vectors of texts that have none."""
        with self._rows.open("r+b" if self._rows.exists() else "w+b") as file:
            file.seek(len(self) * self.dimensions * 2)
            file.write(vectors.astype(np.float16).tobytes())
            file.truncate()
            os.fsync(file.fileno())
        with self._keys.open("r+b" if self._keys.exists() else "w+b") as file:
            file.seek(len(self) * 8)
            file.write(keys.astype(np.uint64).tobytes())
            file.truncate()  # what a kill left of a key
            os.fsync(file.fileno())
        self._latest |= {key: len(self) + place for place, key in enumerate(keys.tolist())}
        if len(self._latest) > LATEST:
            self.reload()

    def reload(self) -> None:
        """Find what is kept by now; one process at a time adds to it."""
        # another process may be adding: nothing is mended here
        self._known = np.fromfile(self._keys, np.uint64) if self._keys.exists() else np.empty(0, np.uint64)
        self._order = np.argsort(self._known, kind="stable")
        self._latest: dict[int, int] = {}

    def _find(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Find the rows of texts, -1 for those that have none."""
        rows = np.full(len(keys), -1, np.int64)
        if len(self._known):
            at = np.minimum(np.searchsorted(self._known, keys, sorter=self._order), len(self._known) - 1)
            found = self._order[at]
            rows = np.where(self._known[found] == keys, found, -1)
        for place in np.flatnonzero(rows < 0) if self._latest else ():
            rows[place] = self._latest.get(int(keys[place]), -1)
        return rows


def _own(folder: Path, model: str) -> Path:
    named = f"{re.sub(r'[^A-Za-z0-9.-]+', '-', model)[-40:]}-{xxhash.xxh3_64_hexdigest(model.encode())[:8]}"
    return folder / named
