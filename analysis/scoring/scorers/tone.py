"""The tone of prompts and answers, from -1 (negative) to 1 (positive), by VADER.

VADER (Hutto and Gilbert 2014) looks words up in a rated lexicon and has rules for negation, intensity, capitals and
"but". Here are its rules over its own lexicon and word lists, in one pass over the words, which gives the compound
score of the package: the package itself runs through the whole text again for each word it rates.
"""

from __future__ import annotations

import math
import re
import string
from functools import lru_cache
from typing import TYPE_CHECKING

from analysis.scoring.scorer import UNMEASURED, Mark, Scorer, each
from analysis.scoring.scorers.language import identify, prose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PART = 400
"""Characters that are read at the beginning of a text, and as many at its end."""
ANOTHER_LANGUAGE = 0.8
"""Confidence in a language other than English from which on a text is not measured."""

_FENCED = re.compile(r"```[^`]*(?:```|$)")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


class Vader:
    """VADER's lexicon and rules; :meth:`compound` is ``polarity_scores(text)["compound"]`` of the package."""

    def __init__(self) -> None:
        from vaderSentiment import vaderSentiment as package

        analyzer = package.SentimentIntensityAnalyzer()
        self._lexicon: Mapping[str, float] = analyzer.lexicon
        self._emojis: Mapping[str, str] = analyzer.emojis
        self._boosters: Mapping[str, float] = package.BOOSTER_DICT
        self._special: Mapping[str, float] = package.SPECIAL_CASES
        phrases = [*self._boosters, *self._special]
        self._phrase_words = frozenset(word for phrase in phrases if " " in phrase for word in phrase.split())
        self._negations = frozenset(package.NEGATE)
        self._capitals: float = package.C_INCR
        self._negation: float = package.N_SCALAR

    def compound(self, text: str) -> float:
        """Rate a text from -1 to 1."""
        text = self._spell_out(text)
        words = [word if word.isalpha() else _stripped(word) for word in text.split()]
        lower = " ".join(words).lower().split()
        shouted = sum(map(str.isupper, words))
        mixed = 0 < shouted < len(words)
        rated = {
            place: self._valence(place, words, lower, mixed)
            for place, word in enumerate(lower)
            if word in self._lexicon and word not in self._boosters and not _kind_of(lower, place)
        }
        total = sum(_around_but(rated, lower).values())
        emphasis = _emphasis(text)
        total += math.copysign(emphasis, total) if total else 0.0
        return round(max(-1.0, min(1.0, total / math.sqrt(total * total + 15))), 4)

    def _spell_out(self, text: str) -> str:
        """Write each emoji as what it shows, as its description is what is rated."""
        if self._emojis.keys().isdisjoint("".join(_NOT_ASCII.findall(text))):
            return text.strip()
        written: list[str] = []
        after_space = True
        for character in text:
            description = self._emojis.get(character)
            if description is None:
                written.append(character)
                after_space = character == " "
            else:
                written.append(description if after_space else f" {description}")
                after_space = False
        return "".join(written).strip()

    def _valence(self, place: int, words: Sequence[str], lower: Sequence[str], mixed: bool) -> float:
        """Rate a word of the lexicon by itself and by the three words before it."""
        valence = self._lexicon[lower[place]]
        before = lower[max(place - 3, 0) : place][::-1]
        if lower[place] == "no" and place + 1 < len(lower) and lower[place + 1] in self._lexicon:
            valence = 0.0
        if "no" in before[:2] or (before[2:] == ["no"] and before[0] in ("or", "nor")):
            valence = self._lexicon[lower[place]] * self._negation
        if mixed and words[place].isupper():
            valence += self._capitals if valence > 0 else -self._capitals
        for distance, word in enumerate(before):
            if word in self._lexicon:
                continue
            if word in self._boosters:
                change = self._intensity(words[place - distance - 1], word, valence, mixed)
                valence += change * (1, 0.95, 0.9)[distance]
            valence *= self._turned(before, distance)
            if distance == 2 and len(self._phrase_words.intersection(lower[place - 3 : place + 3])) > 1:
                valence = self._idiom(valence, place, lower)
        if before[:1] == ["least"] and before[1:2] not in (["at"], ["very"]):
            valence *= self._negation
        return valence

    def _intensity(self, word: str, lower: str, valence: float, mixed: bool) -> float:
        change = self._boosters[lower]
        if valence < 0:
            change = -change
        if mixed and word.isupper():
            change += self._capitals if valence > 0 else -self._capitals
        return change

    def _turned(self, before: Sequence[str], distance: int) -> float:
        """Give what a negation at a distance multiplies a rating by."""
        word = before[distance]
        if distance == 1 and word == "never" and before[0] in ("so", "this"):
            return 1.25
        if distance == 2 and ((word == "never" and before[1] in ("so", "this")) or before[0] in ("so", "this")):
            return 1.25
        if distance and word == "without" and "doubt" in before[:distance]:
            return 1.0
        return self._negation if word in self._negations or "n't" in word else 1.0

    def _idiom(self, valence: float, place: int, lower: Sequence[str]) -> float:
        """Rate phrases such as "kiss of death" and "kind of" as a whole."""
        three, two, one, zero = lower[place - 3 : place + 1]
        ending = (f"{one} {zero}", f"{two} {one} {zero}", f"{two} {one}", f"{three} {two} {one}", f"{three} {two}")
        for phrase in ending:
            if phrase in self._special:
                valence = self._special[phrase]
                break
        for end in (place + 2, place + 3):
            if end <= len(lower):
                valence = self._special.get(" ".join(lower[place:end]), valence)
        for phrase in (ending[3], ending[4], ending[2]):
            valence += self._boosters.get(phrase, 0.0)
        return valence


def _stripped(word: str) -> str:
    """Take punctuation off a word, but leave emoticons."""
    stripped = word.strip(string.punctuation)
    return stripped if len(stripped) > 2 else word


def _kind_of(lower: Sequence[str], place: int) -> bool:
    return lower[place] == "kind" and lower[place + 1 : place + 2] == ["of"]


def _around_but(rated: dict[int, float], lower: Sequence[str]) -> dict[int, float]:
    """Weigh what stands before the first "but" by half, and what comes after it by one and a half.

    The package finds a rating's place by its value, so that of two equal ones it changes the first one twice.
    """
    if "but" in lower:
        middle = lower.index("but")
        for place in rated:
            first = next(other for other, value in rated.items() if value == rated[place])
            rated[first] *= 0.5 if first < middle else 1.5
    return rated


def _emphasis(text: str) -> float:
    """Give what exclamation marks and question marks add."""
    questions = text.count("?")
    asked = 0.0 if questions < 2 else 0.18 * questions if questions < 4 else 0.96
    return 0.292 * min(text.count("!"), 4) + asked


@lru_cache(maxsize=1)
def vader() -> Vader:
    """Load the lexicon, once."""
    return Vader()


def tone(text: str | None) -> Mark:
    """Rate the tone of a text from -1 (negative) to 1 (positive)."""
    if text is None or not text.strip():
        return UNMEASURED
    if "```" in text:
        text = _FENCED.sub(" ", text)
    found = identify(prose(text))
    if found is not None and found[0] != "en" and found[1] >= ANOTHER_LANGUAGE:
        return UNMEASURED
    if len(text) > 2 * PART:
        text = f"{text[:PART]} {text[-PART:]}"
    return Mark(vader().compound(text))


def _scorer(field: str, title: str, figure: str) -> Scorer:
    return Scorer(
        name=f"{field}_tone",
        version=1,
        title=title,
        measures=(
            "The tone, from -1 (negative) to 1 (positive): the compound score of VADER (Hutto and Gilbert 2014), by "
            "rated "
            "words and rules for negation, intensity and emphasis. Code is left out."
        ),
        limits=(
            "English only. It rates words, not what is meant: irony, and neutral reports of bad things, come out "
            "wrong, and long friendly answers come close to 1."
        ),
        measured=(
            f"Of long texts the first and the last {PART} characters are rated. Its lexicon was made for social media "
            "and is not measured here on conversations with a model."
        ),
        reads=(field,),
        score=each(tone),
        topic="quality",
        scale=(-1.0, 1.0),
        figure=figure,
        among=f"r.{field} IS NOT NULL",
    )


SCORERS: tuple[Scorer, ...] = (
    _scorer("prompt", "Tone of prompts", "Tone of prompts"),
    _scorer("response", "Tone of answers", "Tone of answers"),
)
