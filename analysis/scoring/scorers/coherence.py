"""Whether an answer holds together: repetition, breaking off, broken Markdown; and how easy it is to read.

Nothing here understands the text: each fault is one that can be counted, and is shown where it stands.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from analysis.scoring.scorer import UNMEASURED, Mark, Scorer, each, spans
from analysis.scoring.sentences import FENCE, has_fence, places, sentences, words, words_by_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.scoring.sentences import Sentence

READ = 50_000
"""Characters read of an answer; of a longer one, whether it breaks off is not looked at."""
TRUNCATED, BROKEN, LOOP = 0.5, 0.7, 0.5
"""What the value is multiplied by where the answer breaks off, has broken Markdown, and ends in a loop."""
REPEATED = 1.5
"""What the share of repeated text counts for: a fifth of it is as bad as a broken table."""
FLAGS_FROM = 0.7
RUN = 6
"""Words in a row that count as repeated: in a sentence said before, or the third time within one."""
SHORT = 12
"""Words up to which an answer may end without a full stop."""
ALIKE = 6
"""Sentences of the same kind, before the last one, that show how this answer ends its sentences."""
LOOPS = 3
"""Times that the last sentence is said in a row from which on it is a loop."""
LEAST_WORDS = 30
"""Words from which on Flesch's formula is used."""
ENGLISH = 0.1
"""Share of :data:`_COMMON` words from which on a text is taken as English."""

Found = list[tuple[int, int, str]]

_LINE = re.compile(r"[^\n]+")
_NUMBERED = re.compile(r"( {0,3})(\d{1,3})[.)]\s")
_CELL = re.compile(r"\\\||\|")
_LONE_SIGN = re.compile(r"\s{0,9}(?:\d{1,3}[.)]|[-*•+])\s{0,9}(?:\*\*)?\s{0,9}\Z")
_NO_PROSE = re.compile(r"[#{}<>=;\\|]|\w@|\$ |https?://|www\.")
_NO_PROSE_SIGNS = re.compile(r"[#{}<>=;\\|@$]")
_SENTENCE_END = tuple(".!?…。！？؟।")
_HANGING = (",", "-", "–", "—", ":", "(", "[", "/", "&", "，", "、", "：")
_OPEN_WORDS_LISTED = "and or the an of which whose but if because than und oder weil et ou le la les del el"
_OPEN_WORDS = frozenset(_OPEN_WORDS_LISTED.split())
"""Words after which something must follow."""
_COMMON_LISTED = "the of and to a in is that it for you with on are this be as or can not from have"
_COMMON = frozenset(_COMMON_LISTED.split())
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(
    r"(?:[^aeiouy](?<![^aeiouy]l)|[aeiou]l)e\Z|[^aeiouytd]ed\Z|[^aeiouyszcgxl](?<![cs]h)es\Z|[aeiou]les\Z"
)
"""An "e" at the end that is not spoken: of "make", "whole", "walked" and "makes", not of "table", "wanted", "boxes"."""


def coherence(response: str | None) -> Mark:
    """Look for what breaks an answer apart.

    Returns
    -------
    Mark
        From 0 to 1: 1 less 1.5 times the share of repeated text, halved where it breaks off and where it ends in a
        loop, times 0.7 for broken Markdown; the faults as evidence. Without text unmeasured.
    """
    if response is None or not response.strip():
        return UNMEASURED
    text = response[:READ]
    parts = sentences(text)
    said = [
        own if part.kind not in ("code", "table") else ()
        for part, own in zip(parts, words_by_sentence(text), strict=True)
    ]
    repeated = _repeated(text, parts, said)
    truncated = _truncated(text, parts) if len(response) <= READ else []
    broken = _broken(text)
    value = max(0.0, 1 - REPEATED * sum(end - start for start, end in repeated) / len(text.strip()))
    value *= (TRUNCATED if truncated else 1) * (BROKEN if broken else 1)
    if len(said) >= LOOPS and said[-1] and len(set(said[-LOOPS:])) == 1:
        value *= LOOP
    found = [*((start, end, "repetition") for start, end in repeated), *truncated, *broken]
    return Mark(round(value, 4), evidence=spans("response", sorted(found)))


def readability(response: str | None) -> Mark:
    """Compute Flesch's Reading Ease (1948), from 0 (very hard) to 100 (very easy), of English prose.

    206.835 - 1.015 words a sentence - 84.6 syllables a word; cut at both ends. Unmeasured below 30 words, and where
    fewer than one word in ten is among the commonest of English.
    """
    if not response:
        return UNMEASURED
    text = response[:READ]
    parts = zip(sentences(text), words_by_sentence(text), strict=True)
    said = [own for part, own in parts if part.kind in ("prose", "item")]
    every = [word for own in said for word in own if word.isalpha()]
    if len(every) < LEAST_WORDS or sum(map(_COMMON.__contains__, every)) < ENGLISH * len(every):
        return UNMEASURED
    lines = sum(any(map(str.isalpha, own)) for own in said)
    ease = 206.835 - 1.015 * len(every) / lines - 84.6 * (sum(map(syllables, every)) / len(every))
    return Mark(round(min(100.0, max(0.0, ease)), 1))


@lru_cache(maxsize=50_000)
def syllables(word: str) -> int:
    """Count the syllables of an English word in lower case: its groups of vowels, less a silent "e"."""
    word = word[:60]
    count = len(_VOWELS.findall(word))
    silent = _SILENT.search(word) is not None
    return max(1, count - silent)


def _repeated(text: str, parts: Sequence[Sentence], said: Sequence[tuple[str, ...]]) -> list[tuple[int, int]]:
    """Find sentences said before, and runs of words in one sentence that come the third time.

    Short sentences count only at once ("I see. I see.") and right after another that was said before.
    """
    seen: set[tuple[str, ...]] = set()
    found: list[tuple[int, int]] = []
    last: tuple[str, ...] = ()
    again = False
    for (start, end, _), own in zip(parts, said, strict=True):
        again = own in seen and (len(own) >= RUN or (len(own) > 1 and (again or own == last)))
        if again:
            found.append((start, end))
        elif len(own) >= 3 * RUN and len(set(own)) <= len(own) - 2 * RUN:
            found += _loops(own, [(start + first, start + past) for first, past in places(text[start:end])])
        seen.add(own)
        last = own
    return found


def _loops(said: tuple[str, ...], where: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Find the runs of words that come the third time; where they touch, as one."""
    found: list[tuple[int, int]] = []
    times: dict[tuple[str, ...], int] = {}
    past = 0
    for first in range(len(said) - RUN + 1):
        run = said[first : first + RUN]
        times[run] = times.get(run, 0) + 1
        if times[run] > 2:
            start = found.pop()[0] if first <= past and found else where[first][0]
            past = first + RUN
            found.append((start, where[past - 1][1]))
    return found


def _truncated(text: str, parts: Sequence[Sentence]) -> Found:
    """Find what an answer breaks off in: an open block of code, a list's sign, a table row, or its last sentence."""
    lines = _LINE.finditer(text) if has_fence(text) else ()
    fences = [line.start() for line in lines if FENCE.match(text, *line.span())]
    whole = text.rstrip()
    if len(fences) % 2:
        return [(fences[-1], len(whole), "truncated")]
    line = whole.rfind("\n") + 1
    if line and _LONE_SIGN.match(whole, line):
        return [(line, len(whole), "truncated")]
    if not parts or parts[-1].kind in ("code", "heading"):
        return []
    start, end, kind = parts[-1]
    if kind == "table" or whole.startswith("|", line):
        before = whole[:line].rstrip("\n").endswith("|")
        return [(start, end, "truncated")] if before and not whole.endswith("|") else []
    return [(start, end, "truncated")] if _hangs(text, whole, parts) else []


def _hangs(text: str, whole: str, parts: Sequence[Sentence]) -> bool:
    """Tell whether the last sentence ends before its end, by its sign or word there and by how the others end."""
    start, end, kind = parts[-1]
    said = words(text[start:end])
    if not said or not _is_prose(text[max(start, end - 400) : end]):
        return False
    if whole.count("**", whole.rfind("\n") + 1) % 2:
        return True
    if len(said) > 2 and (whole.endswith(_HANGING) or _ends_in_an_open_word(whole, said[-1])):
        return True
    if not whole[-1].isalnum() or len(words(whole[:400])) < SHORT:
        return False
    alike = [part for part in parts[:-1] if part.kind == kind][-ALIKE:]
    ended = sum(text[part.end - 1] in _SENTENCE_END for part in alike)
    if len(said) < 3:
        return ended == ALIKE and kind == "item"
    return 2 * ended > len(alike) if alike else kind == "prose" and len(parts) == 1


def _is_prose(text: str) -> bool:
    # One of these is in all that the pattern finds, and most texts are passed over by them many times faster.
    if not (_NO_PROSE_SIGNS.search(text) or "://" in text or "www." in text):
        return True
    return not _NO_PROSE.search(text)


def _ends_in_an_open_word(whole: str, last: str) -> bool:
    return last in _OPEN_WORDS and whole.endswith(last)  # not "OF", nor "of" in quotes


def _broken(text: str) -> Found:
    """Find table rows with another number of cells than the first, and numbered lists that skip or go back."""
    found: Found = []
    cells = 0
    code = False
    last: dict[str, int] = {}
    fenced = has_fence(text)
    for line in _LINE.finditer(text):
        start, end = line.span()
        if fenced and FENCE.match(text, start, end):
            code = not code
        if code:
            continue
        row = line.group().strip()
        if row[:1] == "|" and row[-1:] == "|" and len(row) > 1:
            now = sum(bar == "|" for bar in _CELL.findall(row))
            cells = cells or now
            if now != cells:
                found.append((start, end, "broken-structure"))
            continue
        cells = 0
        if row[:1].isdecimal() and (item := _NUMBERED.match(text, start, end)):
            indent, number = item.group(1), int(item.group(2))
            before = last.get(indent)
            if before is not None and number not in (1, before, before + 1):
                found.append((start, item.end(), "broken-structure"))
            last[indent] = number
        elif row[:1] == "#":
            last.clear()
    return found


SCORERS: tuple[Scorer, ...] = (
    Scorer(
        name="response_coherence",
        version=1,
        title="Coherence",
        measures=(
            "Whether the answer holds together: 1 less one and a half times the share of repeated text, halved where "
            "it breaks off (in a sentence, a list, a table or a block of code) and where it ends in a loop, times 0.7 "
            "where a table's rows differ in width or a numbered list skips."
        ),
        limits=(
            "It counts faults of form and does not follow the thought: contradictions and sentences in another order "
            "go unseen. Refrains of songs count as repetition."
        ),
        measured=(
            "Of 737 answers of GPT-4o it flags 0.3 %; of the same answers damaged on purpose 67 % cut off at a random "
            "place, 95 % with their last sentence said four times more, 92 % with half of them said again, 97 % with "
            "an item of a numbered list left out, and all with an open block of code. Of bare code that breaks off it "
            "sees little, and an answer that ends without a full stop after others with one, such as a signature, is "
            "sometimes taken as cut off."
        ),
        reads=("response",),
        score=each(coherence),
        topic="quality",
        better="higher",
        flags_from=FLAGS_FROM,
        figure="Incoherent answers",
    ),
    Scorer(
        name="response_readability",
        version=1,
        title="Readability",
        measures=(
            "Flesch Reading Ease of the answer's prose (Flesch 1948), from 0, very hard, to 100, very easy; syllables "
            "are counted by groups of vowels."
        ),
        limits=(
            "English only, from 30 words on. A syllable count by vowels is off by a few points; lists of short lines "
            "read as very easy. It measures long words and sentences, not whether the text is understood."
        ),
        reads=("response",),
        score=each(readability),
        topic="quality",
        scale=(0.0, 100.0),
        figure="Reading ease",
    ),
)
