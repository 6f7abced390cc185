"""Sentences and words of a text, with where they stand: Markdown, lists, code, abbreviations, Chinese and Japanese.

Everything here is linear in the length of the text. Offsets are characters of the text as it was given.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Sentence(NamedTuple):
    """Characters from `start` to before `end`, and what they stand in: prose, item, heading, table or code."""

    start: int
    end: int
    kind: str


FENCE = re.compile(r" {0,3}(?:```|~~~)")
"""A line that opens or closes a block of code."""
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_SIGN = re.compile(r"[^\x00-\x7f\w]")
_TO_WORDS = bytes(byte if chr(byte).isalnum() and byte < 128 else 32 for byte in range(256))

_LINE = re.compile(r"[^\n]+")
_ITEM = re.compile(r"\s{0,20}(?:[-*+•–]|\d{1,3}[.)]|[a-z]\))\s{1,8}(?=\S)")
_HEADING = re.compile(r" {0,3}#{1,6} ")
_QUOTED = re.compile(r"\s{0,3}>[> ]{0,8}")
# Begins with any of the signs, so that the rest of a text is passed over fast.
_END = re.compile(
    r"[.!?…؟।۔։።។。！？](?:(?<=[。！？])[。！？]*[”」』）]*|(?<![。！？])[.!?…؟।۔։።។]*[\"'”’»)\]*_`]*)"
    r"(?: ?\[\d{1,3}\]){0,8}"
)
_FIRST_WORD = re.compile(r"[^\W_]{1,20}(?!\w)")

# In English, German, French, Spanish, Dutch, Italian and Russian.
_ABBREVIATIONS_WORDS = (
    "mr mrs ms dr prof st mt vs e.g i.e eg ie cf approx ca dept gov capt sgt lt sen rev hon eds ed z.b d.h u.a bzw ggf "
    "inkl vgl bspw evtl hr fr mme mlle p.ex sra srta dña dhr mw bv sig т.е т.д г ул"
)  # fmt: skip
_ABBREVIATIONS = frozenset(_ABBREVIATIONS_WORDS.split())
"""Words that a full stop abbreviates, in lower case: no sentence ends there."""
_AT_AN_END_WORDS = "inc ltd co corp jr sr u.s u.k u.n e.u d.c al ph.d n.v usa mio mrd"
_AT_AN_END = frozenset(_AT_AN_END_WORDS.split())
"""Abbreviations that end a sentence where one of the words follows that sentences begin with."""
_BEFORE_A_NUMBER_WORDS = (
    "no nos fig figs vol pp p ch sec art nr abs str núm pág av jan feb mar apr jun jul aug sep sept oct nov dec"
)  # fmt: skip
_BEFORE_A_NUMBER = frozenset(_BEFORE_A_NUMBER_WORDS.split())
"""Abbreviations only before a number: "no. 5"."""
_MONTH_NAMES = "januar februar märz april mai juni juli august september oktober november dezember jänner"
_MONTHS = frozenset(_MONTH_NAMES.split())
"""What makes "5." a day in German."""

_STOP_WORDS_WORDS = (
    "a an the and or but if then than so as of at by for from in into on onto to with without about over under up "
    "down out off is am are was were be been being do does did done have has had having can could will would shall "
    "should may might must i you he she it we they me him her us them my your his its our their mine yours this that "
    "these those there here what which who whom whose when where why how not no nor yes also just only very too more "
    "most some any all each both few such own same other again once s t d ll re ve m don didn isn wasn aren won "
    "however therefore while because since although though use used uses using "
    "der die das den dem des ein eine einen einem einer und oder aber ist sind war waren wird werden hat haben nicht "
    "mit von zu im auf für bei aus sich es er sie wir ihr ich auch wie als dass "
    "le la les un une du de et ou mais est sont était dans par pour sur avec ce cette ces il elle ils elles nous "
    "vous je tu qui que ne pas au aux se son sa ses plus el los las uno una y o pero son era en por para con del al "
    "lo su sus como más"
)  # fmt: skip
STOP_WORDS = frozenset(_STOP_WORDS_WORDS.split())
"""Words that say little by themselves, in English, German, French and Spanish, lower case."""


@lru_cache(maxsize=600)
def sentences(text: str) -> tuple[Sentence, ...]:
    """Split a text into sentences; a list item's sign and white space around a sentence are left out.

    Lines of code in fences are one "sentence" a block, a table row one a line. A line that breaks off and goes on in
    lower case is one sentence with the next. References such as "[1]" belong to the sentence before them.
    """
    found: list[Sentence] = []
    code: int | None = None
    block: tuple[int, int, str] | None = None
    line_start = 0  # of the last line of the block
    fenced = has_fence(text)
    for line in _LINE.finditer(text):
        start, end = line.span()
        fence = fenced and FENCE.match(text, start, end) is not None
        if code is not None:
            if fence:
                found.append(Sentence(code, end, "code"))
                code = None
            continue
        now = None if fence else _block(text, start, end)
        if block and now and now[:1] + now[2:] == (block[1] + 1, "prose") and _goes_on(text, line_start, block, now):
            block = (block[0], end, block[2])
        else:
            if block:
                _split(text, *block, found)
            block = now
            code = start if fence else None
        line_start = start
    if block:
        _split(text, *block, found)
    if code is not None:
        found.append(Sentence(code, len(text), "code"))
    return tuple(found)


def has_fence(text: str) -> bool:
    """Tell whether a text may have a :data:`FENCE`."""
    return "```" in text or "~~~" in text


def words(text: str) -> list[str]:
    """Give the words of a text in lower case: runs of letters and digits, and each Chinese or Japanese character."""
    spaced = _spaced(text)
    # In small letters together, which is faster; no word has a space in it, whatever its small letters are.
    return (" ".join(_WORD.findall(text)).lower() if spaced is None else spaced).split()


@lru_cache(maxsize=600)
def words_by_sentence(text: str) -> tuple[tuple[str, ...], ...]:
    """Give the :func:`words` of each of the :func:`sentences` of a text."""
    spaced = _spaced(text)
    return tuple(
        tuple(words(text[start:end]) if spaced is None else spaced[start:end].split())
        for start, end, _ in sentences(text)
    )


def translated(text: str, table: Mapping[int, str]) -> str:
    """Translate what is not ASCII in a text; ``str.translate`` takes long for the characters that are in no table."""
    return text if text.isascii() else _NOT_ASCII.sub(lambda found: found[0].translate(table), text)


@lru_cache(maxsize=16)
def places(text: str) -> tuple[tuple[int, int], ...]:
    """Give the characters from where to where each of the :func:`words` of a text stands."""
    return tuple(match.span() for match in _WORD.finditer(text))


def place(text: str, of: list[str], index: int) -> tuple[int, int]:
    """Give the place of one of the words of a text, `of`; for a few of them faster than all :func:`places`."""
    spaced = _spaced(text)
    if spaced is None:
        return places(text)[index]
    word, row, start = of[index], f" {spaced} ", -1
    for _ in range(of[:index].count(word) + 1):
        start = row.index(f" {word} ", start + 1)
    return start, start + len(word)


@lru_cache(maxsize=1200)
def _spaced(text: str) -> str | None:
    """Write a text in lower case and with a space for all but letters and digits; None where not all are ASCII."""
    plain = text if text.isascii() else _SIGN.sub(" ", text)
    return plain.lower().encode().translate(_TO_WORDS).decode() if plain.isascii() else None


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Take an English ending off a word and write it in lower case: "makes" and "making" are "mak".

    Plurals, -ing, -ed and -ly go, then a final e and the second of two like letters; lighter than Porter (1980).
    """
    word = word[:40].lower()
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed", "ly"):
        rest = word.removesuffix(ending)
        if 2 < len(rest) < len(word) and not word.endswith("eed") and not _VOWELS.isdisjoint(rest):
            word = rest
            break
    if word[-1] == "e":
        word = word[:-1]
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word[-1] == "y" else word


_VOWELS = frozenset("aeiouy")


@lru_cache(maxsize=100_000)
def content(word: str) -> str:
    """Give the :func:`stem` of a word that says something, and "" for one of the :data:`STOP_WORDS`."""
    return "" if word.lower() in STOP_WORDS else stem(word)


def _block(text: str, start: int, end: int) -> tuple[int, int, str]:
    line = text[start:end].strip()
    if line[:1].isalpha() and line[1:2] != ")":
        return start, end, "prose"
    if quoted := _QUOTED.match(text, start, end):
        start = quoted.end()
    if item := _ITEM.match(text, start, end):
        return item.end(), end, "item"
    if heading := _HEADING.match(text, start, end):
        return heading.end(), end, "heading"
    line = text[start:end].strip()
    return start, end, "table" if line[:1] == "|" and line[-1:] == "|" and len(line) > 1 else "prose"


def _goes_on(text: str, line_start: int, above: tuple[int, int, str], below: tuple[int, int, str]) -> bool:
    if above[2] not in ("prose", "item"):
        return False
    last, first = text[line_start : above[1]].rstrip()[-1:], text[below[0] : below[1]].lstrip()[:1]
    return last not in ".!?:…。！？" and first.islower()


def _split(text: str, start: int, end: int, kind: str, found: list[Sentence]) -> None:
    begun = start
    if kind in ("prose", "item"):
        for match in _END.finditer(text, start, end):
            if _is_end(text, begun, match, end):
                _add(text, begun, match.end(), kind, found)
                begun = match.end()
    _add(text, begun, end, kind, found)


def _is_end(text: str, begun: int, match: re.Match[str], end: int) -> bool:
    if match.group()[0] in "。！？" or match.end() >= end:
        return True
    if not text[match.end()].isspace():
        return False
    following = text[match.end() : match.end() + 24].lstrip()
    if following[:1].islower():
        return False
    if match.group() != ".":
        return True
    before = text[max(begun, match.start() - 12) : match.start()].split()
    found = before[-1].lstrip("([{\"'“‘„«*_") if before else ""
    if len(found) > 6:
        return True
    word = found.lower()
    if word.isdigit():
        # "5. Mai", and the sign of an item in a running text: "1. Open it. 2. Close it."
        sign = match.start() - begun <= len(word) + 2 or ":" in text[match.start() - len(word) - 2 : match.start()]
        return len(word) > 2 or (_first_word(following) not in _MONTHS and not sign)
    if word in _ABBREVIATIONS:
        return False
    if word in _AT_AN_END or (len(word) == 1 and found.isupper() and word != "i"):
        return _first_word(following) in STOP_WORDS
    return word not in _BEFORE_A_NUMBER or not following[:1].isdigit()


def _first_word(text: str) -> str:
    found = _FIRST_WORD.match(text)
    return found.group().lower() if found else ""


def _add(text: str, start: int, end: int, kind: str, found: list[Sentence]) -> None:
    part = text[start:end]
    left = len(part) - len(part.lstrip())
    part = part.strip()
    if any(map(str.isalnum, part)):
        found.append(Sentence(start + left, start + left + len(part), kind))
