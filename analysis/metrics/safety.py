"""Which imported scores speak of safety."""

from __future__ import annotations

import re

_WORDS = (
    "toxic", "moderat", "flag", "unsafe", "safety", "harm", "hate", "harass", "violen", "sexual", "self_harm", "abus",
    "jailbreak", "injection", "pii", "leak", "guardrail", "bias", "profan", "offens", "nsfw", "illicit",
)  # fmt: skip
_NAME = re.compile("|".join(_WORDS))


def speaks_of_safety(name: str) -> bool:
    """Tell by its name whether a score speaks of safety, such as ``toxicity`` or ``moderation.flagged``."""
    return bool(_NAME.search(re.sub(r"[^a-z0-9]+", "_", name.lower())))
