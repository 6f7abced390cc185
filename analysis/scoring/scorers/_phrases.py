"""Looking for phrases, however they are written: what a sign is, and finding the signs of a text.

A text is read in small letters without accents, with letters of other scripts as those that they look like, words apart
by one space; what is found is told by its place in the text as it was given.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

STRONG, MEDIUM, WEAK = 0.6, 0.35, 0.25
"""Weights: a strong sign flags alone, two medium ones of two families do, a medium and a weak one, or three weak ones;
weak signs are the everyday words of role-play."""


class Sign(NamedTuple):
    """A sign of a family: its weight, words of which one is in every instance, and its pattern."""

    family: str
    weight: float
    words: tuple[str, ...]
    pattern: str


class Found(NamedTuple):
    """A place in a text, the family of the sign that is there, and the sign's weight."""

    start: int
    end: int
    family: str
    weight: float


_LOOKALIKES = dict(zip("авеорсухіјѕкмнтԁɡɩαοερνικτ", "abeopcyxijskmhtdgiaoepvikt", strict=True))
_DROPPED = "*\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""Emphasis and characters without width, which stand within words and phrases."""
_PIECE = re.compile(rf"[^\s{_DROPPED}]+")


@lru_cache(maxsize=1)
def _plain() -> dict[int, str]:
    """Letters that are read as others: with accents, in circles, of full width, mathematical, Greek and Cyrillic."""
    table = {}
    for first, last in ((0xC0, 0x24F), (0x1E00, 0x1EFF), (0x2460, 0x24FF), (0xFF01, 0xFF5E), (0x1D400, 0x1D7FF)):
        for code in range(first, last + 1):
            table[code] = unicodedata.normalize("NFKD", chr(code))[0].lower()
    table.update({ord(letter): plain for letter, plain in _LOOKALIKES.items()})
    table.update(dict.fromkeys((0x2018, 0x2019, 0x02BC, 0x60), "'"))
    table.update(dict.fromkeys((0x201C, 0x201D, 0x201E), '"'))
    return table


def _small(text: str) -> str:
    """Write a text in plain small letters, character by character, so that places stay."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    return lower if lower.isascii() else lower.translate(_plain())


def _fold(small: str) -> str:
    """Write words apart by one space, without emphasis: this is what the patterns read."""
    for char in _DROPPED:
        small = small.replace(char, "")
    return " ".join(small.split())


class _Places:
    """Where what stands in the folded text stands in the text."""

    def __init__(self, small: str) -> None:
        self._folded: list[int] = []
        self._pieces: list[tuple[int, int]] = []
        at = last = 0
        for match in _PIECE.finditer(small):
            start, end = match.span()
            if self._pieces and any(map(str.isspace, small[last:start])):
                at += 1
            self._folded.append(at)
            self._pieces.append((start, end))
            at += end - start
            last = end

    def __call__(self, start: int, end: int) -> tuple[int, int]:
        first, last = (bisect_right(self._folded, at) - 1 for at in (start, end - 1))
        return (
            self._pieces[first][0] + start - self._folded[first],
            # A pattern may end on the space after a word.
            min(self._pieces[last][0] + end - self._folded[last], self._pieces[last][1]),
        )


class _Sign(NamedTuple):
    """A sign with its pattern compiled, and what :attr:`Signs.words` finds of its words."""

    sign: Sign
    pattern: re.Pattern[str]
    heads: frozenset[str]


class Signs(NamedTuple):
    """Signs made ready: a pattern that finds, at each place, the shortest of all their words that begins there."""

    words: re.Pattern[str]
    signs: tuple[_Sign, ...]


def compiled(signs: tuple[Sign, ...]) -> Signs:
    """Compile signs; each begins where a word does."""
    heads: list[str] = []
    for word in sorted({word for sign in signs for word in sign.words}, key=len):
        if not word.startswith(tuple(heads)):
            heads.append(word)
    return Signs(
        re.compile(f"(?=({_either(heads)}))"),
        tuple(
            _Sign(
                sign,
                re.compile(rf"(?<![a-z0-9])(?:{sign.pattern})"),
                frozenset(head for head in heads if any(word.startswith(head) for word in sign.words)),
            )
            for sign in signs
        ),
    )


def _either(words: list[str]) -> str:
    """Write a pattern of any of the words, none of which begins another, letter by letter: it fails at the first."""
    following: dict[str, list[str]] = {}
    for word in words:
        if word:
            following.setdefault(word[0], []).append(word[1:])
    branches = [re.escape(letter) + _either(rest) for letter, rest in following.items()]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


_GUARDED = re.compile(
    r"(?:never|not|n't|no circumstances|refuse|avoid|without|ask(?:s|ed|ing)?(?: you)?|tr(?:y|ies|ying)|attempts?|"
    r"requests?|says?)[\"' ][^.!?,;:]{0,40}$"
)
"""What goes before the words of an attack where a text warns of it."""
_CAN_BE_GUARDED = ("instruction-ignore", "prompt-leak")


def _search(folded: str, signs: Signs) -> list[tuple[Sign, re.Match[str]]]:
    """Find the first instance of each sign in a text in small letters and one space between words."""
    # All signs' words are looked for at once, and a pattern where one of its own is there: patterns take far longer.
    heads = frozenset(signs.words.findall(folded))
    return [
        (one.sign, match)
        for one in signs.signs
        if not heads.isdisjoint(one.heads)
        and any(word in folded for word in one.sign.words)
        and (match := _first(one, folded))
    ]


def _first(one: _Sign, folded: str) -> re.Match[str] | None:
    if one.sign.family not in _CAN_BE_GUARDED:
        return one.pattern.search(folded)
    found = islice(one.pattern.finditer(folded), 20)
    return next(
        (match for match in found if not _GUARDED.search(folded, max(match.start() - 60, 0), match.start())), None
    )


def phrases(text: str, signs: Signs) -> list[Found]:
    """Find the first instance of each sign in a text."""
    small = _small(text)
    hits = _search(_fold(small), signs)
    if not hits:
        return []
    places = _Places(small)
    return [Found(*places(*match.span()), sign.family, sign.weight) for sign, match in hits]
