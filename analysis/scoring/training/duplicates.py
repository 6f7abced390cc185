"""Near-duplicates: texts that share much of their wording, which must not be learnt from and measured on both."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from analysis.scoring import linear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RUN = 5
"""Words in a row that count as the same wording."""
SHARED = 0.5
"""Share of the shorter text's runs from which on two texts are near-duplicates."""
LEAST = 3
"""Runs that must be shared at least, unless all are: a phrase of five words is no copy."""
COMMON = 400
"""A run that more texts than this have is a phrase of the trade and is not looked at."""


def groups(texts: Sequence[str]) -> NDArray[np.int64]:
    """Number the groups of near-duplicates: an array (n,) that is the same for texts linked by a chain of them."""
    runs = [_runs(text) for text in texts]
    having: dict[int, list[int]] = defaultdict(list)
    for at, found in enumerate(runs):
        for run in found:
            having[run].append(at)
    root = list(range(len(texts)))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    for at, found in enumerate(runs):
        common: Counter[int] = Counter()
        for run in found:
            if len(having[run]) <= COMMON:
                common.update(other for other in having[run] if other < at)
        for other, n in common.items():
            if n >= max(LEAST, SHARED * min(len(found), len(runs[other]))) or found == runs[other]:
                first, second = sorted((find(at), find(other)))
                root[second] = first
    _, numbers = np.unique([find(at) for at in range(len(texts))], return_inverse=True)
    return numbers


def _runs(text: str) -> set[int]:
    found = linear.words(text)
    if len(found) < RUN:
        return {hash(tuple(found))}
    return {hash(tuple(found[at : at + RUN])) for at in range(len(found) - RUN + 1)}
