"""Whether an answer speaks of what was asked, by the words that they share."""

from __future__ import annotations

import re

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
    if len(said) < LEAST_SAID or _TRANSLATION.search(prompt) or _latin(prompt) != _latin(response):
        return UNMEASURED
    shared = asked & said
    if not shared:  # "isPalindrome" has "palindrome"
        lower = response[:READ].lower()
        shared = {root for root in asked if len(root) >= PART and root in lower}
    return Mark(round(min(1.0, len(shared) / min(len(asked), ENOUGH)), 4))


def _roots(of: list[str]) -> set[str]:
    return {word[:ROOT] for word in map(content, of) if word}


def _latin(text: str) -> bool:
    """Tell whether at least half of the letters at the beginning of a text are Latin."""
    if text.isascii():
        return True
    letters = [letter for letter in text[:400] if letter.isalpha()]
    return 2 * sum(letter < "\u0250" for letter in letters) >= len(letters)


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
            "relevant, and one in other words than the question does not. It tells a question's own answer from "
            "those to other questions with an area under the curve of 0.96 to 0.99 on six sets of questions to "
            "assistants (3,161 answers), and 0.83 on tasks such as rewriting. Up to 6 % of the own answers are "
            "flagged (22 % for those tasks), and 43 to 82 % of the others. Not measured are questions with fewer "
            "than two content words, answers with fewer than six, translations, and answers in another script than "
            "the question. Earlier turns are not read."
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
