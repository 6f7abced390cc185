"""Numbers, dates and names that documents and a question state, and those of an answer that are not among them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from analysis.scoring.scorers import _claims
from analysis.scoring.sentences import STOP_WORDS, words

if TYPE_CHECKING:
    from collections.abc import Sequence

NEXT = 20
"""Characters after a number in which the next word is looked for."""
NEAR = 8
"""Numbers near a rounded one that are looked at."""

_DIGIT = re.compile(r"\d")
_SPACED_DIGITS = re.compile(r"(?<=\d)([.,]) (?=\d)")
_ENDS_OF_NAMES = re.compile(r"(?:ian|ese|ish|an|n|ic|i|’?s)\Z")


class Facts:
    """Numbers, dates and words that the documents or the question state, found when first asked for."""

    def __init__(self, texts: Sequence[str], words: list[str]) -> None:
        self._texts = texts
        self._words = words

    def missing(self, text: str, start: int, end: int) -> list[tuple[int, int, str]]:
        """Find the numbers, dates and names of a sentence that they do not have: from where to where, and the kind."""
        found: list[tuple[int, int, str]] = []
        if _DIGIT.search(text, start, end):
            dates = _claims.dates(text, start, end)
            for first, last, meant in dates:
                if not self._say(text[first:last]) and not self._state_date(meant):
                    found.append((first, last, "unsupported-date"))
            dated = {at for first, last, _ in dates for at in range(first, last)}
            for number in _claims.numbers(text, start, end):
                if number.start in dated or self._state_number(number, text[number.start : end]):
                    continue
                found.append((number.start, number.end, "unsupported-number"))
        unknown = [where for where in _claims.names(text, start, end) if not self._state_name(text[slice(*where)])]
        for first, last in () if unknown and _claims.capitalises_all(text, start, end) else unknown:
            if found and found[-1][2] == "unsupported-name" and text[found[-1][1] : first] == " ":
                first = found.pop()[0]  # one name of several words
            found.append((first, last, "unsupported-name"))
        return sorted(found)

    @cached_property
    def _row(self) -> str:
        return " ".join(["", *self._words, ""])

    @cached_property
    def _initials(self) -> str:
        """The first letter of each word, in which an acronym can be looked up."""
        return "".join(word[0] for word in self._words)

    @cached_property
    def _years(self) -> dict[tuple[int, int], set[int]]:
        """The years in which the dates lie that they state, by month and day, and by month alone (day 0)."""
        years: dict[tuple[int, int], set[int]] = {}
        for text in self._texts:
            for _, _, meant in _claims.dates(text):
                for date in meant:
                    for day in {0, date.day}:
                        years.setdefault((date.month, day), set()).add(date.year)
        return years

    @cached_property
    def _values(self) -> dict[float, set[tuple[str, float]]]:
        """All that a number can mean, in digits or in words, and the units that it stands with."""
        values = {value: {_claims.NO_UNIT} for value in _claims.in_words(self._words)}
        for number in self._numbers:
            for value in number.values:
                values.setdefault(value, set()).add(number.unit)
        return values

    @cached_property
    def _measures(self) -> frozenset[tuple[str, float]]:
        """Numbers with a known unit, in its base unit."""
        return frozenset(
            (number.unit[0], round(value * number.unit[1], 6))
            for number in self._numbers if number.unit[0] for value in number.values
        )  # fmt: skip

    @cached_property
    def _numbers(self) -> tuple[_claims.Number, ...]:
        # "1, 200" as in PDFs and tokenized texts is read in both ways.
        versions = (version for text in self._texts for version in {text, _SPACED_DIGITS.sub(r"\1", text)})
        return tuple(number for version in versions for number in _claims.numbers(version))

    def _say(self, text: str) -> bool:
        """Tell whether they have these very words."""
        return f" {' '.join(words(text))} " in self._row

    def _state_number(self, number: _claims.Number, text: str) -> bool:
        """Tell whether they have a number of this value, or near it where it is rounded, and not of another unit.

        `text` is the number with what follows: the very same words are looked for first, as most are, and fast.
        """
        base, factor = number.unit
        length = number.end - number.start
        following = words(text[length : length + NEXT])[:1]
        if base not in _claims.SIGNS and self._say(" ".join([text[:length], *following])):
            return True

        def fits(units: set[tuple[str, float]]) -> bool:
            return not base or _claims.NO_UNIT in units or number.unit in units

        if any(value in self._values and fits(self._values[value]) for value in number.values):
            return True
        if base and any((base, round(value * factor, 6)) in self._measures for value in number.values):
            return True
        return bool(number.tolerance) and any(
            fits(self._values[other]) for value in number.values for other in self._near(value, number.tolerance)
        )

    def _near(self, value: float, tolerance: float) -> list[float]:
        first, last = bisect_left(self._ordered, value - tolerance), bisect_right(self._ordered, value + tolerance)
        return self._ordered[first:last][:NEAR]

    @cached_property
    def _ordered(self) -> list[float]:
        return sorted(self._values)

    def _state_date(self, meant: Sequence[_claims.Date]) -> bool:
        """Tell whether they have one of the dates that a date can mean; in a text the year may be missing."""
        for date in meant:
            years = self._years.get((date.month, date.day), set())
            if years and (not date.year or not years.isdisjoint((0, date.year))):
                return True
        return False

    def _state_name(self, name: str) -> bool:
        """Tell whether they have a name, what it comes from ("Italian" of "Italy"), or the words of an acronym."""
        lower = name.lower()
        if f" {lower} " in self._row or lower in _claims.MONTHS or lower in STOP_WORDS:
            return True
        if name.isupper() and len(name) < 7 and lower in self._initials:
            return True
        return all(self._has(part.lower()) for part in re.split(r"[’'-]", name) if len(part) > 1 and part[0].isupper())

    def _has(self, word: str) -> bool:
        root = _ENDS_OF_NAMES.sub("", word)
        row = self._row
        return f" {word} " in row or f" {word}s " in row or f" {root} " in row or (len(root) > 3 and f" {root}" in row)
