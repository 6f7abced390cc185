"""Whether an answer speaks of what was asked, by the words that they share."""

from __future__ import annotations

import re
from functools import lru_cache

from analysis.scoring.scorer import UNMEASURED, Mark, Scorer, Span, each
from analysis.scoring.sentences import content, words

READ = 6000
"""Characters read of the answer, and of the question at each end half of them."""
ENOUGH = 10
"""Content words of a question of which an answer need not share more."""
ROOT = 6
"""Letters of a stem that are compared, so that "calculate" and "calculation" are the same."""
PART = 5
"""Letters from which on a word of the question counts within a longer one, where no whole word is shared."""
LEAST_ASKED = 2
"""Different content words that a question must have: "and why?" asks for what was said before."""
LEAST_SAID = 6
"""Different content words that an answer must have: "Paris." answers well and shares nothing."""

_TRANSLATION = re.compile(r"\btranslat|übersetz|\btradu[ciz]|перевед|翻[译譯訳]|번역", re.I)
_NOT_LATIN = re.compile("[^\x00-\u024f]")
_BOILERPLATE = re.compile(
    r"\W{0,9}(?:n/?a|none|null|nan|undefined|error|internal server error|todo|tbd|lorem ipsum[^\n]{0,300}|\{\}|\[\])"
    r"\W{0,9}|(?:hello|hi)?[!,. ]{0,3}how (?:can|may) i (?:help|assist)(?: you)?(?: today)?\W{0,9}",
    re.I,
)
"""What stands where an answer should: the words of a failure, of a template, or a greeting to a question."""


def relevance(prompt: str | None, response: str | None) -> Mark:
    """Measure how far an answer speaks of what was asked.

    Parameters
    ----------
    prompt : str or None
        The question.
    response : str or None
        The answer.

    Returns
    -------
    Mark
        The share, 0 to 1, of the question's different content words, ten at most, that the answer has too; 0 and a
        label where it is "empty", "boilerplate" or an "echo" of the whole question. Unmeasured where either has too few
        content words to tell, where a translation is asked for, and where they are in different scripts.
    """
    if prompt is None or response is None:
        return UNMEASURED
    if len(prompt) > READ:
        prompt = prompt[: READ // 2] + "\n" + prompt[-READ // 2 :]
    asked_words = words(prompt)
    asked = _roots(asked_words)
    if len(asked) < LEAST_ASKED:
        return UNMEASURED
    if not response.strip():
        return Mark(0.0, "empty")
    whole = (Span("response", 0, len(response), "boilerplate"),)
    if len(response) < 400 and _BOILERPLATE.fullmatch(response.strip()):
        return Mark(0.0, "boilerplate", whole)
    said_words = words(response[:READ])
    if said_words == asked_words:
        return Mark(0.0, "echo", (Span("response", 0, len(response), "echo"),))
    said = _roots(said_words)
    if len(said) < LEAST_SAID or _asks_for_translation(prompt) or _latin(prompt) != _latin(response):
        return UNMEASURED
    shared = asked & said
    if not shared:  # "isPalindrome" has "palindrome"
        lower = response[:READ].lower()
        shared = {root for root in asked if len(root) >= PART and root in lower}
    return Mark(round(min(1.0, len(shared) / min(len(asked), ENOUGH)), 4))


def _roots(of: list[str]) -> set[str]:
    return set(map(_root, of)) - {""}


@lru_cache(maxsize=100_000)
def _root(word: str) -> str:
    return content(word)[:ROOT]


def _asks_for_translation(prompt: str) -> bool:
    lower = prompt.lower()
    return not (prompt.isascii() and "translat" not in lower and "tradu" not in lower) and bool(
        _TRANSLATION.search(prompt)
    )


def _latin(text: str) -> bool:
    """Tell whether at least half of the letters at the beginning of a text are Latin."""
    others = sum(map(str.isalpha, _NOT_LATIN.findall(text, 0, 400)))
    return others == 0 or 2 * others <= sum(map(str.isalpha, text[:400]))


SCORERS: tuple[Scorer, ...] = (
    Scorer(
        name="response_relevance",
        version=1,
        title="Relevance to the question",
        measures=(
            "Whether the answer speaks of what was asked: the share of the question's content words, by their first "
            "letters and ten at most, that the answer has too. 0 for empty and boilerplate answers (such as N/A) and "
            "for mere repetitions of the question, and where nothing is shared."
        ),
        limits=(
            "In chats of short messages, up to a third of good answers share no word with the question: compare "
            "rates, and do not read one as it stands. Words only: a wrong answer about the right thing looks "
            "relevant, and one in other words than the question does not."
        ),
        measured=(
            "It tells a question's own answer from those to other questions with an area under the curve of 0.96 to "
            "0.99 on six sets of questions to assistants (3,161 answers), and 0.83 on tasks such as rewriting. Up to "
            "6 % of the own answers are flagged (22 % for those tasks), and 43 to 82 % of the others. Not measured "
            "are questions with fewer than two content words, answers with fewer than six, translations, and answers "
            "in another script than the question. Earlier turns are not read."
        ),
        reads=("prompt", "response"),
        score=each(relevance),
        topic="quality",
        better="higher",
        flags_from=0.0,
        figure="Answers without a word of the question",
        among="r.prompt IS NOT NULL AND r.response IS NOT NULL",
    ),
)
