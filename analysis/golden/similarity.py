"""How near an answer is to the expected one: by its letters, in any language, without a model."""

from __future__ import annotations

from collections import Counter

LONGEST_RUN = 6
WEIGHT = 2
"""How many times as much recall counts as precision."""
SHORT = 8
"""Words of an expected answer up to which an answer is either that or not."""


def chrf(answer: str, expected: str) -> float:
    """Measure by runs of one to six letters, 0 to 1 (chrF2: Popović 2015, WMT 10, 392-395)."""
    said, wanted = ("".join(text.split()) for text in (answer, expected))
    if said == wanted:
        return 1.0
    precision = recall = 0.0
    lengths = range(1, min(LONGEST_RUN, len(said), len(wanted)) + 1)
    for length in lengths:
        mine, theirs = _runs(said, length), _runs(wanted, length)
        both = (mine & theirs).total()
        precision += both / mine.total() / len(lengths)
        recall += both / theirs.total() / len(lengths)
    weighted = WEIGHT**2 * precision + recall
    return (1 + WEIGHT**2) * precision * recall / weighted if weighted else 0.0


def as_expected(answer: str, expected: str) -> bool:
    """Tell whether they are the same but for case, spacing and a full stop at the end."""
    return _plain(answer) == _plain(expected)


def short(expected: str) -> bool:
    """Tell whether an expected answer is so short that another wording is another answer."""
    return len(expected.split()) <= SHORT


def _runs(text: str, length: int) -> Counter[str]:
    return Counter(text[at : at + length] for at in range(len(text) - length + 1))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(".")
