"""Phone numbers: with a country code, in a country's own writing, or in any writing where words say that it is one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from analysis.scoring.scorers._pii_checks import digits

if TYPE_CHECKING:
    from collections.abc import Iterator

# Groups of digits with something between them: each repetition begins with what the one before cannot end with, so
# that there is one way to match only.
_CANDIDATE = re.compile(
    r"(?<![\w+$€£#=@/\\])(?<![0-9][.,:])(?<![0-9]-)(?:\+|\()?\+?[0-9]{1,14}\)?(?:(?:[ .\-/]{1,2}\(?|(?<=\))|"
    r"\()[0-9]{1,10}\)?){0,6}(?: ?(?:x|ext\.? ?|#)[0-9]{1,6}\b)?(?![\w@%€$£])(?![.,:/][0-9])"
)
_SEVEN = re.compile(r"[0-9](?:[ .\-/()]{0,4}[0-9]){6}")
"""The digits that a number has at least: texts without them are passed over fast."""
_EXTENSION = re.compile(r" ?(?:x|ext\.? ?|#)[0-9]{1,6}$")
_GROUP = re.compile("[0-9]{2}")
_SPACE = re.compile(" +")

_BEFORE = re.compile(
    r"(?P<phone>\b(?:tel|tél|phone|telephone|t[eé]l[eé]phone|telefon\w{0,8}|tel[eé]fono|handy\w{0,7}|mobil[eé]?|"
    r"mobilnummer|m[oó]vil|celular|cell(?:phone|ular)?|fax|whatsapp|sms|text me|(?:call|ring|reach|contact|phone|"
    r"text)(?:ing)? (?:me|us|him|her|them|back|now|at|on)|dial|hotline|helpline|answering at|messages? to|desk|"
    r"cellulare|(?:my|his|her|their|our)(?: [a-z]{2,12})? number|ruf\w{0,6}|rückruf\w{0,7}|appele[rz]|joindre|"
    r"llám\w{0,5}|contact number|phone number)\b)|(?P<other>\b(?:order|invoice|ticket|account|acct|ref|reference|"
    r"licen[cs]e|case|policy|serial|model|part|isbn\w{0,3}|issn|doi|pmid|version|sku|booking|tracking|zip|postal|"
    r"iban|bic|ssn|id|ids|vat|tax|steuer\w{0,12}|passport|article|product|patent|population|total|sum|score|"
    r"timestamp|date|year|chapter|page)\b)",
    re.I,
)
_AFTER = re.compile(r"[ \-,(]{0,3}(?:office|fax|mobile|cell|phone|tel|home|work)\b", re.I)
_WINDOW = 48
"""Characters before a number in which words say what it is."""

_NORTH_AMERICAN = re.compile(
    r"(?:1[-. ])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}(?P<between>[-. ]))[2-9][0-9]{2}[-. ][0-9]{4}$"
)
_TRUNK = re.compile(r"\(?0[1-9][0-9]{0,4}\)?(?:[ .\-/]{1,2}[0-9]{2,8}){1,5}$")
_REGIONS = ("GB", "FR", "DE", "IT", "NL", "BE", "CH", "AT", "AU", "SE", "IE", "PL", "JP", "IN", "BR", "ZA")
"""Where a number written with the trunk prefix 0 is looked for."""
_NOT = re.compile(
    r"(?:1[5-9]|20)[0-9]{2}[-./ ](?:[0-9]{1,2}[-./ ][0-9]{1,2}(?![0-9])|(?:1[5-9]|20)[0-9]{2}(?![0-9]))"  # dates, years
    r"|[0-9]{1,2}[-./ ][0-9]{1,2}[-./ ](?:1[5-9]|20)[0-9]{2}(?![0-9])"
    r"|[0-9]{1,3}(?:\.[0-9]{1,3}){3}$"  # addresses of machines
    r"|97[89][- ][0-9]{1,5}[- ]"  # books
    r"|[0-9]{3}-[0-9]{2}-[0-9]{4}$"  # social security numbers
)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[ .][0-9]{3}){2,4}$")


def find(text: str) -> Iterator[tuple[int, int]]:
    """Find phone numbers.

    Yields
    ------
    tuple of int
        First character, and the one after the last.
    """
    if not _SEVEN.search(text):
        return
    for candidate in _CANDIDATE.finditer(text):
        if candidate.end() - candidate.start() < 7 or not _GROUP.search(candidate.group()):
            continue
        said = _said(text, candidate.start(), candidate.end())
        for start, end in _windows(candidate.group()):
            if _is_phone(candidate.group()[start:end], said):
                yield candidate.start() + start, candidate.start() + end
                break


def _said(text: str, start: int, end: int) -> str | None:
    """Tell what the words around a number say that it is: "phone", "other" or nothing; the nearest before it counts."""
    if _AFTER.match(text, end, end + 12):
        return "phone"
    said = None
    for word in _BEFORE.finditer(text, max(0, start - _WINDOW), start):
        said = word.lastgroup
    return said


def _windows(candidate: str) -> Iterator[tuple[int, int]]:
    """Give the whole, then it without groups at its beginning or its end: in "at 12 212 555 0100" one is another's."""
    yield 0, len(candidate)
    gaps = [(gap.start(), gap.end()) for gap in _SPACE.finditer(candidate)]
    starts = [0, *(end for _, end in gaps)]
    ends = [*(start for start, _ in gaps), len(candidate)]
    parts = [*((0, end) for end in ends[:-1]), *((start, len(candidate)) for start in starts[1:])]
    yield from sorted((part for part in parts if part[1] - part[0] >= 7), key=lambda part: part[0] - part[1])


def _is_phone(written: str, said: str | None) -> bool:
    """Tell whether a number is a phone number: by its writing, and by what is said before it."""
    number = digits(_EXTENSION.sub("", written))
    if not 7 <= len(number) <= 15 or len(set(number)) < 2 or written.count("(") != written.count(")"):
        return False
    written = _EXTENSION.sub("", written)
    if written.startswith(("+", "(+")):
        return _possible(number)
    if said == "other" or _NOT.match(written):
        return False
    if written.startswith("00"):
        return _valid("+" + number.lstrip("0"), "")
    if said == "phone":
        return len(number) <= 13
    if _NORTH_AMERICAN.match(written):
        return _valid(number, "US")
    if _TRUNK.match(written) and len(number) > 8 and not _THOUSANDS.match(written):
        return any(_valid(number, region) for region in _REGIONS)
    return False


@lru_cache(maxsize=4096)
def _possible(number: str) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse("+" + number))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=4096)
def _valid(number: str, region: str) -> bool:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, region or None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number_for_region(parsed, region) if region else phonenumbers.is_valid_number(parsed)
