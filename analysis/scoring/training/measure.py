"""How well sums tell the answers of a source apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from analysis.scoring.training.fit import Trainer


def area(known: NDArray[np.int64], sums: NDArray[np.float64]) -> float:
    """Area under the receiver operating characteristic: how often a yes has a greater sum than a no, ties half."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(known, sums))


def by_source(trainer: Trainer, sums: NDArray[np.float64]) -> Iterator[str]:
    """Say for each source and label how many are known, and the area where there are at least ten of both answers."""
    for source in dict.fromkeys(trainer.source.tolist()):
        mine = trainer.source == source
        for at, label in enumerate(trainer.plan.labels):
            known = trainer.known[label]
            chosen = mine & (known >= 0)
            yes, n = int((known[chosen] == 1).sum()), int(chosen.sum())
            if min(yes, n - yes) >= 10:
                found = area(known[chosen], sums[chosen, at])
                yield f"{source:14s} {label:11s} n {n:6,} yes {yes:6,}  area {found:.3f}"
