"""The length of answers, in words."""

from __future__ import annotations

import re

from analysis.scoring.scorer import UNMEASURED, Mark, Scorer, each

_CHINESE_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_LETTER = re.compile(r"[^\W_]")
_ASCII = [chr(code) for code in range(128)]
_SPACES = "".join(filter(str.isspace, _ASCII))
_TO_SPACE = bytes.maketrans(_SPACES.encode(), b" " * len(_SPACES))
_SIGNS = "".join(char for char in _ASCII if not char.isalnum() and char not in _SPACES).encode()


def words(text: str) -> int:
    """Count words: pieces between spaces that hold a letter or digit, and each Chinese or Japanese character."""
    if text.isascii():
        return len(text.encode().translate(_TO_SPACE, _SIGNS).split())
    text, characters = _CHINESE_JAPANESE.subn(" ", text)
    return characters + sum(1 for piece in text.split() if piece.isalnum() or _LETTER.search(piece))


def response_length(response: str | None) -> Mark:
    """Give the number of words of an answer."""
    return UNMEASURED if response is None else Mark(float(words(response)))


SCORERS: tuple[Scorer, ...] = (
    Scorer(
        name="response_length",
        version=1,
        title="Length of answers",
        measures=(
            "Words in the answer, code included: pieces between spaces that hold a letter or a digit, and each Chinese "
            "or Japanese character by itself, as word processors count."
        ),
        limits="Thai, Lao and Khmer put no spaces between words and come out too short. For cost, look at tokens.",
        reads=("response",),
        score=each(response_length),
        topic="quality",
        scale=(0.0, float("inf")),
        figure="Words an answer",
    ),
)
