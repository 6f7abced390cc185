"""The scorers that come with Afterword, one subject a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.scoring.scorers import (
    format,
    implicit_feedback,
    jailbreak,
    language,
    length,
    pii,
    refusal,
    secrets,
    tone,
    toxicity,
)

if TYPE_CHECKING:
    from analysis.scoring.scorer import Scorer

OWN: tuple[Scorer, ...] = (
    *refusal.SCORERS, *format.SCORERS, *language.SCORERS, *tone.SCORERS, *length.SCORERS,
    *implicit_feedback.SCORERS, *toxicity.SCORERS, *jailbreak.SCORERS, *pii.SCORERS, *secrets.SCORERS,
)  # fmt: skip
"""All of them, in the order in which they are listed."""
