"""Plain threats and calls to die, which are too short for what is learnt from words to be sure of."""

from __future__ import annotations

import re

from analysis.scoring.linear import words

_WHOM = r"(?:you|u|ya|y'all|your (?:family|kids|children|mother|wife|husband))"
_DO = r"(?:kill|murder|rape|stab|shoot|strangle|behead|slaughter)"
_HOW = r"(?:(?:fucking|really|personally|come and|come over and|find and|hunt you down and) )?"
_FAMILIES: dict[str, str] = {
    "violence": (
        r"\b(?:i|we)(?:['’]?ll| will| shall|['’]?m going to| am going to| are going to|['’]?m gonna| gonna| wanna"
        rf"| want to) {_HOW}{_DO} {_WHOM}\b"
        r"|\b(?:you|they|he|she) (?:all )?(?:should die\b(?! (?:back|down|out|off))|deserves? to die\b)"
        r"|\b\w{2,20} (?:should|must|ought to) (?:all )?be (?:hanged|gassed|raped|slaughtered)\b"
    ),
    "harassment": (
        r"\b(?:kill|hang|drown|shoot) (?:yo)?urself\b|\bkys\b"
        r"|\b(?:i hope|hope) (?:you|u|they) (?:all )?die\b|\bgo (?:and )?die\b|\bdrop dead\b(?! (?:gorgeous|date|time))"
    ),
}
_ANY = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _FAMILIES.items()), re.I)
_NEEDED = frozenset({
    "kill", "murder", "rape", "stab", "shoot", "strangle", "behead", "slaughter", "die", "gassed", "hanged", "raped",
    "slaughtered", "yourself", "urself", "kys", "dead",
})  # fmt: skip
"""Words without one of which there is no threat."""
_REFUSED = re.compile(r"(?:\bnot|n['’]t|\bnever|\bwhy|\bhow|\bif|\bto)\s+(?:\w{1,12}\s+)?$", re.I)
"""Before what is no threat: "don't kill yourself", "how do I shoot yourself-portraits"."""


def find(text: str) -> list[tuple[int, int, str]]:
    """Find the threats in a text: from where to where, and "violence" or "harassment"."""
    if _NEEDED.isdisjoint(words(text)):
        return []
    return [
        (match.start(), match.end(), str(match.lastgroup))
        for match in _ANY.finditer(text)
        if not _REFUSED.search(text, max(0, match.start() - 30), match.start())
    ]
