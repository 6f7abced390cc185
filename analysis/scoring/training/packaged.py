"""What a packaged detector has learnt: the weights of words of alt-profanity-check, which our head starts from.

The package (MIT, see ``weights/README.md``) sums weights of words up as we do: each word by its rarity, a text at unit
length. Its weights are taken over word by word. It learnt from the tweets that are among our sources and from comments
on Wikipedia, 200,000 texts in all; it has no weights for stop words and words of one letter.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Estimator: TypeAlias = Any
"""Of scikit-learn, which comes without types."""

VERSION = "1.9.1"
FILES = {
    "vectorizer": "19c5200dc6a41f026e0558e2f164f5fe8d8f58e502b46b37e4385037fcfa4831",
    "model": "aeafc04849d4d93db4721cf30a86ebf22085595294b8a07d51918e7fa98f538b",
}
"""SHA-256 of the files of this version: they hold pickled objects, so that no others are opened."""


class PackageError(RuntimeError):
    """The package is not there, or is another version of it."""


def word_weights(package: Path) -> Mapping[str, float]:
    """Read what each word adds to a text that is it alone: inverse document frequency times the mean weight.

    Parameters
    ----------
    package : Path
        The folder ``profanity_check`` of an installed alt-profanity-check.

    Raises
    ------
    PackageError
        If a file is missing or is not that of the version.
    """
    vectorizer, model = (_opened(package / "data" / f"{name}.joblib", digest) for name, digest in FILES.items())
    # One support vector machine for each of five folds; their mean is what the probability follows.
    weights = np.mean([one.estimator.coef_[0] for one in model.calibrated_classifiers_], axis=0)
    added = (weights * vectorizer.idf_).tolist()
    return {word: added[column] for word, column in vectorizer.vocabulary_.items()}


def _opened(path: Path, digest: str) -> Estimator:
    import joblib  # type: ignore[import-untyped]  # scikit-learn's own

    if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise PackageError(f"{path} is not that of alt-profanity-check {VERSION}: install this version")
    return joblib.load(path)
