"""Samples for tests: records with groups, words and vectors, in blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.drift.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Sequence


def sample(before: Sequence[str], now: Sequence[str], *, repeated: int = 1, field: str = "topic") -> Sample:
    """Records of two windows by their group, each `repeated` within a block of its own."""
    values = [value for value in (*before, *now) for _ in range(repeated)]
    records = np.arange(len(values))
    return Sample(
        ids=[str(record) for record in records], window=records >= len(before) * repeated, block=records // repeated,
        groups={field: values},
    )  # fmt: skip


def drawn(rng: np.random.Generator, n: int, topics: int = 20, new: float = 0.0) -> list[str]:
    """Draw topics of unequal sizes; a share of `new` records is of a topic of its own."""
    weights = 1 / np.arange(1, topics + 1)
    chosen = rng.choice(topics, n, p=weights / weights.sum())
    return ["new" if fresh else f"topic {topic}" for topic, fresh in zip(chosen, rng.random(n) < new, strict=True)]
