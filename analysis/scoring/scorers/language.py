"""The language of prompts and answers, and answers in another language than their question.

The script tells Chinese, Japanese, Korean, Greek, Hebrew, Thai and others at once; py3langid tells the rest, a naive
Bayes classifier over byte n-grams (Lui and Baldwin 2012, langid.py), among the languages that write in that script.
"""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from analysis.scoring.scorer import UNMEASURED, Mark, Scorer, each
from analysis.scoring.sentences import words

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]

READ = 2000
"""Characters looked at, code and links included."""
PROSE = 150
"""Characters of prose that are classified: more of them cost time and change little."""
LEAST = 8
"""Letters of an alphabet below which no language is told; of Chinese, Japanese and Korean a third."""
SURE = 0.5
"""Confidence below which a text is not measured."""
DIFFERENT = 0.8
"""Confidence in both languages from which on a difference between question and answer counts."""

SAME = Mark(0.0)
_CODE = re.compile(r"```[^`]*(?:```|$)|`[^`\n]{1,200}`|https?://[!-~]*")
_WORD = re.compile(r"\w+")
_SYMBOL = re.compile(r"[@/\\_{}<>=|#$&+*^\[\]]")

_SCRIPTS: tuple[tuple[str, str, str], ...] = (
    ("ja", "\u3040-\u30ff", ""), ("ko", "\uac00-\ud7af\u1100-\u11ff", ""), ("zh", "\u4e00-\u9fff\u3400-\u4dbf", ""),
    ("ar", "\u0620-\u064a\u0671-\u06d5\u0750-\u077f", "ar fa ur ps"),
    ("ru", "\u0400-\u04ff", "ru uk bg sr mk be kk ky mn tg"),
    ("el", "\u0370-\u03ff\u1f00-\u1fff", ""), ("he", "\u05d0-\u05ea", ""), ("th", "\u0e00-\u0e7f", ""),
    ("hi", "\u0900-\u097f", "hi mr ne"), ("bn", "\u0980-\u09ff", ""), ("pa", "\u0a00-\u0a7f", ""),
    ("gu", "\u0a80-\u0aff", ""), ("ta", "\u0b80-\u0bff", ""), ("te", "\u0c00-\u0c7f", ""),
    ("kn", "\u0c80-\u0cff", ""), ("ml", "\u0d00-\u0d7f", ""), ("ka", "\u10a0-\u10ff", ""), ("hy", "\u0530-\u058f", ""),
)  # fmt: skip
"""Scripts other than Latin: a language that writes in it, its letters, and its languages where they are several."""
_LATIN = (
    "af az ca cs cy da de en es et eu fi fr ga gl hr ht hu id is it la lt lv mt nl nn no pl pt ro sk sl so sq sv sw "
    "tl tr uz vi"
)
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ALIASES = {"nn": "no"}

_CLOSE: tuple[frozenset[str], ...] = (
    frozenset({"hr", "sr", "sl"}), frozenset({"da", "no", "sv"}), frozenset({"cs", "sk"}), frozenset({"af", "nl"}),
    frozenset({"gl", "pt", "es", "ca"}), frozenset({"ru", "uk", "be", "bg", "mk", "sr"}), frozenset({"zh", "ja"}),
    frozenset({"hi", "mr", "ne"}), frozenset({"fa", "ps", "ur"}),
)  # fmt: skip
"""Languages so close that a difference between them is more likely a misreading."""

_TRANSLATION = (
    "translat", "übersetz", "traduc", "traduis", "traduit", "traduz", "tradur", "vertaal", "tłumacz", "перевед",
    "перевод", "переклад", "翻译", "翻譯", "翻訳", "訳して", "번역", "ترجم", "अनुवाद", "по-английски", "по-русски",
    "английском", "русском", "英文", "英语", "英語", "中文", "汉语", "日文", "日语", "日本語", "韩语", "韓国語",
    "德语", "法语", "영어", "한국어", "일본어",
)  # fmt: skip
_LANGUAGE_NAMES = (
    "language languages sprache sprachen langue langues idioma idiomas lingua lingue english german french spanish "
    "italian portuguese dutch polish swedish danish norwegian finnish russian ukrainian turkish greek czech hungarian "
    "romanian chinese mandarin japanese korean arabic hebrew hindi thai vietnamese indonesian persian latin englisch "
    "englische englischen deutsch deutsche deutschen französisch französische französischen spanisch spanische "
    "spanischen italienisch anglais anglaise allemand allemande français française espagnol italien inglés alemán "
    "francés español italiano inglese tedesco francese spagnolo inglês alemão francês espanhol português engels duits "
    "frans"
)
"""Parts of words, and words, by which a prompt speaks of a language, so that the answer may well be in another."""


@lru_cache(maxsize=1)
def _language_names() -> frozenset[str]:
    return frozenset(_LANGUAGE_NAMES.split())


def _speaks_of_a_language(prompt: str) -> bool:
    text = prompt[:READ].lower()
    if any(part in text for part in _TRANSLATION):
        return True
    # What is a word to both: most texts have none among all that is one to the faster of them.
    names = _language_names()
    return not names.isdisjoint(words(text)) and not names.isdisjoint(_WORD.findall(text))


@lru_cache(maxsize=32)
def _identifier(languages: str) -> LanguageIdentifier:
    """Load the classifier for some languages; the model is read once (0.7 s) and shared."""
    if languages:
        import numpy

        identifier = copy.copy(_identifier(""))
        identifier.set_languages(languages.split())
        # Picked columns lie scattered: rows at one place are read twice as fast.
        identifier.nb_ptc = numpy.ascontiguousarray(identifier.nb_ptc, dtype=numpy.float32)
        return identifier
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@lru_cache(maxsize=1)
def _letters() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    return tuple((language, re.compile(f"[{letters}]"), several) for language, letters, several in _SCRIPTS)


@lru_cache(maxsize=1200)
def prose(text: str) -> str:
    """Leave out code, links and whatever else is no word, and cut the rest to what is classified."""
    text = text[:READ]
    if "`" in text or "://" in text:
        text = _CODE.sub(" ", text)
    kept: list[str] = []
    length = 0
    for word in text.split():
        if length > PROSE:
            break
        if not (word.isascii() and _SYMBOL.search(word)):
            kept.append(word)
            length += len(word) + 1
    return " ".join(kept)[:PROSE]


def _count_letters(text: str) -> int:
    return len(text.encode().translate(None, _NO_LETTERS)) if text.isascii() else sum(map(str.isalpha, text))


@lru_cache(maxsize=20_000)  # a batch's prompts and answers: several scorers ask for the same
def identify(prose: str) -> tuple[str, float] | None:
    """Tell the language of a piece of prose.

    Returns
    -------
    tuple or None
        Its ISO 639-1 code, and how sure that is (0 to 1); None where the text is too short or too ambiguous.
    """
    letters = _count_letters(prose)
    visible = len(prose) - prose.count(" ")
    languages = _LATIN
    if not prose.isascii() and _OTHER_SCRIPT.search(prose):
        # Signs count as letters here: in Hindi and Thai half of a word is vowel signs.
        counts = {language: len(pattern.findall(prose)) for language, pattern, _ in _letters()}
        if counts["ja"] * 8 > counts["zh"]:
            counts["ja"] += counts.pop("zh")
        language = max(counts, key=counts.__getitem__)
        if visible > counts[language] * 2 > visible / 3:
            return None  # two scripts, neither the text's own
        if counts[language] * 2 >= visible and counts[language] > LEAST / 3:
            languages = next(several for name, _, several in _letters() if name == language)
            letters = max(letters, counts[language])
            if not languages:
                return language, min(counts[language] / letters, 1.0)
    if letters * 2 < visible:
        return None
    if letters < LEAST:
        return None
    language, confidence = _identifier(languages).classify(prose)
    return (_ALIASES.get(language, language), confidence) if confidence >= SURE else None


def language(text: str | None) -> Mark:
    """Give the language of a text as the label, and how sure it is as the value."""
    found = None if text is None else identify(prose(text))
    return UNMEASURED if found is None else Mark(round(found[1], 3), found[0])


def language_mismatch(prompt: str | None, response: str | None) -> Mark:
    """Tell whether an answer is in another language than its question (1, labelled such as "de → en") or not (0)."""
    if prompt is None or response is None or _speaks_of_a_language(prompt) or "```" in prompt:
        return UNMEASURED
    answered = identify(prose(response))
    asked = identify(prose(prompt))
    if answered is None:
        return UNMEASURED
    # A prompt may carry a text in another language: the answer is right in that of its beginning or of its end.
    if len(prompt) > PROSE and (asked is None or not _alike(asked[0], answered[0])):
        ending = identify(prose(prompt[-PROSE:]))
        if ending is not None and (asked is None or ending[1] < DIFFERENT or _alike(ending[0], answered[0])):
            asked = ending
    if asked is None:
        return UNMEASURED
    if _alike(asked[0], answered[0]):
        return SAME
    if min(asked[1], answered[1]) < DIFFERENT:
        return UNMEASURED
    return Mark(1.0, f"{asked[0]} → {answered[0]}")


def _alike(one: str, other: str) -> bool:
    return one == other or any(one in close and other in close for close in _CLOSE)


_METHOD = (
    "the script first, then py3langid, a naive Bayes classifier over byte n-grams (Lui and Baldwin 2012), on the first "
    f"{PROSE} characters without code and links"
)
_LIMITS = "Short texts are often not measured, and a mixed text counts for its beginning. It knows some 70 languages."
_MEASURED = (
    "Of 13,800 single sentences in 46 languages it told 97.4 % rightly, 0.5 % wrongly and 2.1 % not at all; of pairs "
    "of words 67, 3 and 30 %. Bosnian counts as Croatian, Malay as Indonesian, Bokmål and Nynorsk as Norwegian."
)


def _scorer(field: str, title: str) -> Scorer:
    return Scorer(
        name=f"{field}_language",
        version=1,
        title=title,
        measures=f"The language as its ISO 639-1 code, and how sure that is (0 to 1) as the value: {_METHOD}.",
        limits=_LIMITS,
        measured=_MEASURED,
        reads=(field,),
        score=each(language),
        topic="quality",
        scale=None,
        figure="Language",
        among=f"r.{field} IS NOT NULL",
    )


SCORERS: tuple[Scorer, ...] = (
    _scorer("prompt", "Languages of prompts"),
    _scorer("response", "Languages of answers"),
    Scorer(
        name="language_mismatch",
        version=1,
        title="Answers in another language",
        measures=(
            "Whether the answer is in another language than the question (1, labelled such as de → en) or not (0), by "
            f"{_METHOD}. Prompts that speak of a language or a translation, or carry code, are left out."
        ),
        limits="It reads neither the system prompt, which may ask for a language, nor earlier turns.",
        measured=(
            f"It counts a difference where both languages are {DIFFERENT:.0%} sure (of 12,900 such sentences 99.9 % "
            "were told rightly) and not as close as Danish and Norwegian."
        ),
        reads=("prompt", "response"),
        score=each(language_mismatch),
        topic="quality",
        better="lower",
        flags_from=1.0,
        figure="Answers in another language",
        among="r.prompt IS NOT NULL AND r.response IS NOT NULL",
    ),
)
