"""The two heads: what each learns, and from which examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.scoring.training.fit import Plan
from analysis.scoring.training.readers import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.scoring.training.readers import Example

TOXICITY = Plan(
    labels=CATEGORIES,
    general=CATEGORIES[:5],
    alike=("moderation",),
    terms=40_000,
    parts=40_000,
    strength=2.0,
    packaged=True,
    least=(20.0, 35.0),
)
"""Self-harm is in one source alone, so that there is nothing general to learn of it. Weaker regularisation tells a
little more of the moderation set, and less of sources that it never saw. `least` is about half the length of a usual
text's vectors; without it a lone "ridiculous" is worse than an insult in a sentence. These, and the share of the
packaged detector, were chosen with all sources in sight."""

JAILBREAK = Plan(
    labels=("jailbreak",),
    general=(),
    alike=("moderation", "abuse_of_bots", "xstest", "tasks", "assistants", "shared", "wild", "fuzzer", "spikee"),
    terms=20_000,
    parts=0,
    cap=4000,
    strength=1.0,
)
"""Words and pairs alone: with parts of words it was no better. Weaker regularisation finds as many jailbreaks of the
collections it knows, and fewer of another."""

HEADS: dict[str, Plan] = {"toxicity": TOXICITY, "jailbreak": JAILBREAK}


def learnt(plan: Plan, examples: Iterable[Example]) -> list[Example]:
    """Choose the examples that say something of what a head learns, each wording once."""
    once: dict[str, Example] = {}
    for example in examples:
        wording = " ".join(example.text.lower().split())
        if wording and any(label in example.labels for label in plan.labels):
            once.setdefault(wording, example)
    return list(once.values())
