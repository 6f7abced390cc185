"""The area under a curve of receiver operating characteristic, for benchmarks that need no scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def area(positive: Sequence[float] | NDArray[np.float64], negative: Sequence[float] | NDArray[np.float64]) -> float:
    """Compute the area under the ROC curve: how often a positive has more than a negative, a tie being half."""
    found, ordered = np.asarray(positive, float), np.sort(np.asarray(negative, float))
    below, upto = np.searchsorted(ordered, found, "left"), np.searchsorted(ordered, found, "right")
    return float((below + upto).mean() / 2 / len(ordered))
