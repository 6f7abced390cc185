"""Numbers, dates and names that a text states, so that those of an answer can be looked up in its documents."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from analysis.scoring.sentences import STOP_WORDS


class Date(NamedTuple):
    """A date as far as it is given: 0 for the year or the day where it is not."""

    year: int
    month: int
    day: int


class Number(NamedTuple):
    """A number in digits.

    `values` is what it can mean ("1.200" is 1.2 or 1200), `tolerance` how far off still counts, `unit` what it is
    counted in, with the factor that makes it the base unit: ("s", 3600.0) for hours; ("", 1.0) where that is unknown.
    """

    start: int
    end: int
    values: frozenset[float]
    tolerance: float
    unit: tuple[str, float]


MONTHS: dict[str, int] = {
    name: month + 1
    for month, names in enumerate((
        "january jan januar janvier enero", "february feb februar février febrero", "march mar märz mars marzo",
        "april apr avril abril", "may mai mayo", "june jun juni juin junio", "july jul juli juillet julio",
        "august aug août agosto", "september sep sept septembre septiembre", "october oct oktober octobre octubre",
        "november nov novembre noviembre", "december dec dezember décembre diciembre",
    ))
    for name in names.split()
}  # fmt: skip

SCALES: dict[str, float] = {
    "k": 1e3, "thousand": 1e3, "tausend": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6, "millions": 1e6,
    "millionen": 1e6, "bn": 1e9, "billion": 1e9, "billions": 1e9, "mrd": 1e9, "milliarden": 1e9, "trillion": 1e12,
}  # fmt: skip
"""Words after a number that multiply it; "m" can be metres too."""

UNITS: dict[str, tuple[str, float]] = {
    name: (base, factor)
    for base, units in {
        "%": {"% percent prozent": 1.0},
        "$": {"$ usd dollar dollars": 1.0},
        "€": {"€ eur euro euros": 1.0},
        "£": {"£ gbp": 1.0},
        "s": {"seconds second sec sekunden": 1.0, "minutes minute min minuten": 60.0,
              "hours hour hrs h stunden": 3600.0, "days day tage tagen": 86400.0, "weeks week wochen": 604800.0},
        "month": {"months month monate monaten": 1.0, "years year jahre jahren": 12.0},
        "m": {"mm": 0.001, "cm": 0.01, "meters metres meter": 1.0, "km kilometers kilometres kilometer": 1000.0},
        "mi": {"miles mile mi": 1.0},
        "ft": {"feet foot ft": 1.0},
        "g": {"mg": 0.001, "grams gram": 1.0, "kg kilograms": 1000.0},
        "lb": {"lb lbs": 1.0},
        "b": {"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12},
    }.items()
    for names, factor in units.items()
    for name in names.split()
}  # fmt: skip
"""Units in which numbers are told apart or converted, lower case."""

SIGNS = frozenset("$€£")
"""Units written before a number."""
NO_UNIT = ("", 1.0)
"""What a number is counted in where that is unknown."""

_UP_TO_TWENTY = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth"
WORDS: dict[str, float] = {
    word: float(value) for words in (_UP_TO_TWENTY, _ORDINALS) for value, word in enumerate(words.split(), 1)
} | {
    word: 10.0 * value for value, word in enumerate(_TENS.split(), 2)
} | {
    f"{tens} {one}": 10.0 * value + rest
    for value, tens in enumerate(_TENS.split(), 2) for rest, one in enumerate(_UP_TO_TWENTY.split()[:9], 1)
} | {
    "zero": 0.0, "once": 1.0, "twice": 2.0, "half": 0.5, "both": 2.0, "dozen": 12.0, "hundred": 100.0,
    "thousand": 1e3, "million": 1e6, "a": 1.0, "an": 1.0,
}  # fmt: skip
"""English numbers in words, "twenty one" with a space."""

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DATE = re.compile(
    r"(?<!\w)(?=[\dadefjmnos])(?:(?P<y1>[12]\d{3})(?P<s1>[-/])(?P<m1>\d{2})(?P=s1)(?P<d1>\d{2})(?!\d)"
    r"|(?P<a>\d{1,2})(?P<s2>[./])(?P<b>\d{1,2})(?P=s2)(?P<y2>[12]\d{3})(?!\d)"
    r"|(?P<y6>[12]\d{3})年(?P<m6>\d{1,2})月(?:(?P<d6>\d{1,2})日)?"
    rf"|(?P<d3>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: de| of)? (?P<m3>{_MONTH})\b\.?(?:,? (?:de )?(?P<y3>[12]\d{{3}})\b)?"
    rf"|(?P<m4>{_MONTH})\b\.? (?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\.\d)(?:,? (?P<y4>[12]\d{{3}})\b)?"
    rf"|(?P<m5>{_MONTH})\b\.? (?P<y5>[12]\d{{3}})\b)",
    re.IGNORECASE,
)
# Begins with a digit, so that the rest of a text is passed over fast; what stands before is looked at for each match.
_NUMBER = re.compile(
    r"(\d{1,20}(?:[.,]\d{1,20}|[’'\u00a0\u202f]\d{3}(?!\d)){0,6})(?!\d)"
    r"(?:[ \u00a0\u202f-]?(%|[^\W\d_]{1,12}\b))?(?:[ -]([$€£]|[A-Za-z]{2,8}\b))?"
)
_PART_OF_A_WORD = re.compile(r"[^\W\u3040-\u30ff\u3400-\u9fff]|(?<=\d)[.,]|(?<=[^\W\d_])-")
_APART = re.compile(r"[’'\u00a0\u202f]")
_DECADE = re.compile(r"\d0[’']?s\b")
_SIGN = re.compile(r"([$€£]) ?\Z")
_ABOUT = re.compile(
    r"(?:about|around|approximately|approx\.?|roughly|nearly|almost|over|more than|some|circa|ca\.|etwa|rund|fast|"
    r"environ|unos|casi|~|≈)\s?[$€£]?\Z",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"(?:\[|step |section |page |chapter |figure |table |document |source |passage |[#§])\Z", re.I)
_CAPITALISED = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-ſΑ-ΩА-Я](?<![^\W_].)(?:[^\W_]|[’'-](?=[^\W_]))*")
_OPENING = ("", *"\"“'„«(:.!?-–—[")
_NEAR = 0.05
_GERMAN_WORDS = "der die und das ist nicht den von mit ein eine für auf dem des werden"
_GERMAN = frozenset(_GERMAN_WORDS.split())


def dates(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int, tuple[Date, ...]]]:
    """Find dates: where they stand, and what they can mean ("03/04/2025" is in March or in April)."""
    found = []
    for match in _DATE.finditer(text, start, len(text) if end is None else end):
        got = match.groupdict()
        if got["a"]:
            a, b, year = int(got["a"]), int(got["b"]), int(got["y2"])
            meant = [Date(year, month, day) for day, month in {(a, b), (b, a)}]
        else:
            one = next(number for number in "13456" if got[f"m{number}"])
            month = got[f"m{one}"]
            number = int(month) if month.isdecimal() else MONTHS[month.lower()]
            meant = [Date(int(got.get(f"y{one}") or 0), number, int(got.get(f"d{one}") or 0))]
        meant = [date for date in meant if 1 <= date.month <= 12 and date.day <= 31]
        if meant:
            found.append((*match.span(), tuple(meant)))
    return found


def numbers(text: str, start: int = 0, end: int | None = None) -> list[Number]:
    """Find numbers in digits, with "k", "million", … taken in; references such as "[1]" and "step 2" are none."""
    found = []
    for match in _NUMBER.finditer(text, start, len(text) if end is None else end):
        first, last = match.span(1)
        before = text[max(0, first - 16) : first]
        if before and (_PART_OF_A_WORD.match(text, first - 1) or _REFERENCE.search(before)):
            continue
        if _DECADE.match(text, first):
            continue  # "the 70s" are those of 1970
        currency = _SIGN.search(before)
        sign = currency.group(1) if currency else ""
        digits, word, second = (part or "" for part in match.groups())
        word = word.lower()
        values = _values(digits)
        step = 10.0 ** -len(digits.rpartition(".")[2]) if "." in digits else 0.0
        scale = SCALES.get(word, 1.0)
        if scale != 1.0:
            last = match.end(2)
            step = (step or 1.0) * scale
            values = {value * scale for value in values} | (values if word == "m" else set())
        unit = UNITS.get(sign) or UNITS.get(word) or (UNITS.get(second.lower()) if scale != 1.0 else None) or NO_UNIT
        near = _NEAR * max(values) if _ABOUT.search(before) else step / 2
        found.append(Number(first, last, frozenset(round(value, 9) for value in values), near, unit))
    return found


def _values(digits: str) -> set[float]:
    """Read a number as in English and as on the continent; a version such as "1.2.3" is its parts."""
    digits = _APART.sub("", digits)
    groups = re.split(r"[.,]", digits)
    signs = set(digits) & {".", ","}
    if not signs:
        return {float(digits)}
    if len(signs) == 2:
        return {float("".join(groups[:-1]) + "." + groups[-1])}
    thousands = len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    if len(groups) > 2:
        return {float("".join(groups))} if thousands else {float(group) for group in groups}
    decimal = float(".".join(groups))
    if not thousands or groups[0] == "0":
        return {decimal}
    return {float("".join(groups)), decimal} if signs == {"."} else {float("".join(groups))}


def in_words(words: list[str]) -> set[float]:
    """Read the English numbers in words among the words of a text, lower case."""
    values = {WORDS[word] for word in words if word in WORDS}
    if not values.isdisjoint(_TENS_VALUES):
        pairs = (f"{one} {other}" for one, other in pairwise(words))
        values.update(WORDS[pair] for pair in pairs if pair in WORDS)
    if not _SCALES_IN_WORDS.keys().isdisjoint(words):
        values.update(
            WORDS[one] * _SCALES_IN_WORDS[other]
            for one, other in pairwise(words) if one in WORDS and other in _SCALES_IN_WORDS
        )  # fmt: skip
    return values


_TENS_VALUES = frozenset(10.0 * value for value in range(2, 10))
_SCALES_IN_WORDS = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}


def names(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Find capitalised words of three letters and more within a sentence, but not where one begins."""
    found = (match.span() for match in _CAPITALISED.finditer(text, start, end) if match.group()[:1].isupper())
    return [(first, last) for first, last in found if last - first > 2 and not _opens(text, start, first)]


def _opens(text: str, start: int, first: int) -> bool:
    before = text[max(start, first - 4) : first].strip(" \n*_")
    return before[-1:] in _OPENING


def capitalises_all(text: str, start: int, end: int) -> bool:
    """Tell whether a sentence is a title, where all that says something is capitalised, or German, where nouns are."""
    every = text[start:end].split()
    lower = {word.strip(".,:;!?()\"'") for word in every if not word[:1].isupper()}
    return (len(every) > 2 and STOP_WORDS.issuperset(lower)) or len(_GERMAN & lower) > len(every) / 12
