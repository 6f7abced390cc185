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
    output_deviation,
    pii,
    refusal,
    relevance,
    secrets,
    tone,
    toxicity,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.scoring.answer_formats import AnswerFormat
    from analysis.scoring.baseline import Baseline
    from analysis.scoring.scorer import Scorer


def own(formats: Sequence[AnswerFormat], baselines: Mapping[str, Baseline]) -> tuple[Scorer, ...]:
    """List all of them as they are in a workspace, a page's first figures first.

    Parameters
    ----------
    formats : sequence of AnswerFormat
        What the team expects answers to be.
    baselines : mapping
        What was learnt of each application.
    """
    return (
        *faithfulness.SCORERS, *relevance.SCORERS, *coherence.SCORERS, *refusal.SCORERS, format.scorer(formats),
        *language.SCORERS, *tone.SCORERS, *length.SCORERS, *implicit_feedback.SCORERS,
        *toxicity.SCORERS, *injection.SCORERS[:1], *jailbreak.SCORERS, *pii.SCORERS, *secrets.SCORERS,
        *injection.SCORERS[1:], output_deviation.scorer(baselines),
    )  # fmt: skip
