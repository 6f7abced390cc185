"""The scorers that come with Afterword, one subject a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.scoring.scorers import (
    coherence,
    faithfulness,
    format,
    implicit_feedback,
    injection,
    jailbreak,
    language,
    length,
    pii,
    refusal,
    relevance,
    secrets,
    tone,
    toxicity,
)

if TYPE_CHECKING:
    from analysis.scoring.scorer import Scorer

OWN: tuple[Scorer, ...] = (
    *faithfulness.SCORERS, *relevance.SCORERS, *coherence.SCORERS, *refusal.SCORERS, *format.SCORERS,
    *language.SCORERS, *tone.SCORERS, *length.SCORERS, *implicit_feedback.SCORERS,
    *toxicity.SCORERS, *injection.SCORERS[:1], *jailbreak.SCORERS, *pii.SCORERS, *secrets.SCORERS,
    *injection.SCORERS[1:],
)  # fmt: skip
"""All of them, in the order in which they are listed; a page's first figures are those of its first ones."""
