"""Looking for phrases, however they are written: what a sign is, and finding the signs of a text.

A text is read in small letters without accents, with letters of other scripts as those that they look like, words apart
by one space; what is found is told by its place in the text as it was given.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from analysis.scoring.sentences import translated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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
LONGEST = 40
"""Letters of a word up to which it is remembered what is found in it."""


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
    return translated(lower, _plain())


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


class Groups:
    """Groups of words, parts of words and phrases, of which a text is asked which it has.

    A text is gone through word by word, and what is found in a word is remembered: so it takes a fraction of looking
    for each of them in the text.
    """

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        heads = _shortest(_longest(word) for words in groups for word in words)
        self._heads = re.compile(f"(?=({_either(heads)}))")
        self._words: dict[str, list[tuple[int, str]]] = {head: [] for head in heads}
        for group, words in enumerate(groups):
            for word in words:
                head = next(head for head in heads if _longest(word).startswith(head))
                self._words[head].append((group, word))
        self._known = lru_cache(maxsize=50_000)(self._find)

    def _find(self, word: str) -> frozenset[str]:
        return frozenset(self._heads.findall(word))

    def within(self, text: str) -> list[int]:
        """List the groups, by their places, of which a text has at least one word."""
        words = set(text.split())
        find = self._known if max(map(len, words), default=0) <= LONGEST else self._find
        return sorted(
            {group for head in set(chain(*map(find, words))) for group, word in self._words[head] if word in text}
        )


class Signs(NamedTuple):
    """Signs with their patterns compiled, and their words."""

    patterns: tuple[tuple[Sign, re.Pattern[str]], ...]
    words: Groups


def compiled(signs: tuple[Sign, ...]) -> Signs:
    """Compile signs; each begins where a word does."""
    patterns = tuple((sign, begins(sign.pattern, "a-z0-9")) for sign in signs)
    return Signs(patterns, Groups([sign.words for sign in signs]))


def _longest(words: str) -> str:
    """Give the longest of the words between spaces: a text that has all of them has it in one of its own words."""
    return max(words.split(), key=len)


def _shortest(words: Iterable[str]) -> list[str]:
    """Leave out the words that begin with another."""
    kept: list[str] = []
    for word in sorted(set(words), key=len):
        if not word.startswith(tuple(kept)):
            kept.append(word)
    return kept


def _either(words: list[str]) -> str:
    """Write a pattern of any of the words, none of which begins another, letter by letter: it fails at the first."""
    following: dict[str, list[str]] = {}
    for word in words:
        if word:
            following.setdefault(word[0], []).append(word[1:])
    branches = [re.escape(letter) + _either(rest) for letter, rest in following.items()]
    return "".join(branches) if len(branches) < 2 else f"(?:{'|'.join(branches)})"


def begins(pattern: str, letters: str, flags: int = 0, *, first: Sequence[str] = ("",)) -> re.Pattern[str]:
    """Compile a pattern that begins where a word of `letters` does, for :func:`instances`.

    It takes in what stands before the word: so a text is passed over far faster than by looking back from everywhere.
    `first` is what all instances begin with, which spares trying each alternative of a long pattern at each word.
    """
    return re.compile(f"[^{letters}](?={_either(_shortest(first))})(?:{pattern})", flags)


def instances(pattern: re.Pattern[str], text: str, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Find the instances in a text, up to `end`, of a pattern that :func:`begins` made: from where to where."""
    padded, start = f" {text[:end]}", 0
    while match := pattern.search(padded, start):
        start = match.end() - 1
        yield match.start(), start


_GUARDED = re.compile(
    r"(?:never|not|n't|no circumstances|refuse|avoid|without|ask(?:s|ed|ing)?(?: you)?|tr(?:y|ies|ying)|attempts?|"
    r"requests?|says?)[\"' ][^.!?,;:]{0,40}$"
)
"""What goes before the words of an attack where a text warns of it."""
_CAN_BE_GUARDED = ("instruction-ignore", "prompt-leak")


def _search(folded: str, signs: Signs) -> list[tuple[Sign, tuple[int, int]]]:
    """Find the first instance of each sign in a text in small letters and one space between words."""
    # A pattern is only looked for where one of its words is: patterns take far longer.
    asked = (signs.patterns[place] for place in signs.words.within(folded))
    found = ((sign, _first(sign, pattern, folded)) for sign, pattern in asked)
    return [(sign, where) for sign, where in found if where]


def _first(sign: Sign, pattern: re.Pattern[str], folded: str) -> tuple[int, int] | None:
    found = instances(pattern, folded)
    if sign.family in _CAN_BE_GUARDED:
        found = (
            (start, end) for start, end in islice(found, 20) if not _GUARDED.search(folded, max(start - 60, 0), start)
        )
    return next(found, None)


def phrases(text: str, signs: Signs) -> list[Found]:
    """Find the first instance of each sign in a text."""
    small = _small(text)
    hits = _search(_fold(small), signs)
    if not hits:
        return []
    places = _Places(small)
    return [Found(*places(*where), sign.family, sign.weight) for sign, where in hits]
