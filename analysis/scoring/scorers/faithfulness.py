"""How far the retrieved documents support an answer, sentence by sentence, with the places that support it.

A sentence's support is the mean of two shares: of its pairs of neighbouring words that the documents have too, and of
its content words that stand together in one place of a document. The first is the best single cheap signal on sets
labelled by people; the second adds words that were put in another order.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from analysis.scoring.scorer import UNMEASURED, Mark, Scorer, Span, each
from analysis.scoring.scorers._facts import Facts
from analysis.scoring.scorers.language import language_mismatch
from analysis.scoring.sentences import content, place, sentences, words, words_by_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.scoring.sentences import Sentence

READ = 20_000
"""Characters read of the answer and of the question."""
READ_DOCUMENTS = 100_000
"""Characters read of all documents together."""
PASTED = 800
"""Characters from which on a question is read as one more document: it likely has the documents pasted in."""
WINDOW = 2
"""Length of a place, in lengths of the sentence; at least :data:`LEAST_WINDOW` words."""
LEAST_WINDOW = 12
PLACES = 50
"""Places of a word in the documents that are looked at, the first ones: all would take quadratic time."""
LEAD = 15
"""Words up to which a sentence with a colon at its end only leads to what follows."""
SAME_LANGUAGE = 0.3
"""Share of an answer's different words that are in the documents from which on both are in the same language."""
LANGUAGE = 2000
"""Characters of the documents by which their language is told."""
APART = 10 * READ_DOCUMENTS
"""Words from the beginning of one document to that of the next: further than any place is long."""
UNSUPPORTED = 0.5
"""What each unsupported number, name or date multiplies the support of its sentence by."""
SUPPORTED = 0.6
"""Support from which on a sentence is shown as supported."""
LEFT_ALONE = 0.45
"""Support up to which a sentence is shown as unsupported.

Chosen so that fewer than one in twenty supported answers, most of one sentence, of the development part of BEGIN's
Wizard of Wikipedia (Dziri et al. 2022, CC BY 4.0) is below it.
"""
FLAGS_FROM = 0.2
"""Support up to which an answer counts as hallucinated: hardly a sentence of it is in the documents.

At the limit for sentences, most answers in free words would be flagged. This one was set with a look at the supported
answers of all sets of the benchmark, so that none of them is held out for it.
"""

_REFERENCE = re.compile(r"\[\d{1,3}\]")
_NO_CLAIM = re.compile(
    r"(?:dear|thanks?|thank you|you(?:'|’)?re welcome|(?:that(?:'|’)?s an? )?(?:great|good) question|i hope|"
    r"hope (?:this|that)|let me know|feel free|please (?:let me|feel free|provide|share)|is there anything|"
    r"happy to help|"
    r"if you (?:have|need|would like|want)\b[^.!?\n]{0,40}\b(?:questions?|help|assistance|information|details)|"
    r"i(?:(?:'|’)?d| would) be happy|i(?:(?:'|’)?m| am) (?:happy|glad|here|not sure|sorry|afraid|unable)|sorry|"
    r"unfortunately, i|i apologi[sz]e|"
    r"i (?:do not|don(?:'|’)t) (?:know|have (?:any|the|that|enough|access|information))|"
    r"i (?:cannot|can(?:'|’)t|could not|couldn(?:'|’)t) (?:help|assist|find|answer|provide|tell|see|access)|"
    r"(?:unfortunately,? )?(?:based on |according to )?(?:the |these |this )?(?:provided |given |available )?"
    r"(?:document|context|source|passage|text|information)s? (?:provided )?(?:do|does|did) ?(?:not|n(?:'|’)t)|"
    r"(?:unfortunately,? )?there is no (?:specific |such )?(?:information|mention)|"
    r"(?:no problem|my pleasure|any ?time|freut mich|bitte schön|de rien|de nada|prego|graag gedaan)\b|"
    r"danke|gern(?:e| geschehen)|leider (?:kann|weiß|habe|finde) ich|ich weiß (?:das |es |leider )?nicht|"
    r"ich kann (?:das |dazu |leider |ihnen |dir ){0,3}(?:nicht|nichts|kein)|merci|je ne (?:sais|peux)|gracias|"
    r"no (?:sé|puedo))\b",
    re.IGNORECASE,
)
"""How sentences begin that claim nothing of the subject: thanks, offers of help, "I don't know"."""


class _Claim(NamedTuple):
    """A sentence that claims something: where it stands, its content words by stem, its pairs of neighbouring words."""

    start: int
    end: int
    wanted: set[str]
    pairs: tuple[tuple[str, str], ...]


class _Place(NamedTuple):
    """The best place for a sentence: the share of its content words there, the document, its first and last word."""

    share: float
    document: int
    first: int
    last: int


class _Documents:
    """The words of all documents, and where those of the answer and their pairs are among them."""

    def __init__(self, texts: Sequence[str], wanted: set[str], pairs: set[tuple[str, str]]) -> None:
        self.words: list[str] = []
        self.pairs: set[tuple[str, str]] = set()
        self._texts = texts
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        self._words: list[list[str]] = []
        for document, text in enumerate(texts):
            own = words(text)
            self.pairs |= pairs.intersection(pairwise(own))
            self.words += own
            self._words.append(own)
            for number, word in enumerate(map(content, own), document * APART):
                if word in wanted:
                    self._places[word].append(number)

    def best(self, wanted: set[str], size: int) -> _Place | None:
        """Find the `size` words in a row of one document that have most of the wanted stems."""
        known = self._places
        hits = sorted((number, word) for word in wanted & known.keys() for number in known[word][:PLACES])
        inside: dict[str, int] = {}
        most = first = last = left = 0
        for number, word in hits:
            inside[word] = inside.get(word, 0) + 1
            while number - hits[left][0] >= size or inside[hits[left][1]] > 1:
                gone = hits[left][1]
                left += 1
                inside[gone] -= 1
                if not inside[gone]:
                    del inside[gone]
            if len(inside) > most:
                most, first, last = len(inside), hits[left][0], number
        return _Place(most / len(wanted), first // APART, first % APART, last % APART) if most else None

    def span(self, best: _Place) -> tuple[int, int]:
        """Give the characters of a document from where to where a place goes."""
        text, own = self._texts[best.document], self._words[best.document]
        return place(text, own, best.first)[0], place(text, own, best.last)[1]


def faithfulness(prompt: str | None, response: str | None, documents: Sequence[dict[str, Any]] | None) -> Mark:
    """Measure how far documents support an answer.

    Parameters
    ----------
    prompt : str or None
        The question. What it says of numbers, names and dates is taken as given.
    response : str or None
        The answer.
    documents : sequence of dict or None
        The retrieved documents, each with ``text``.

    Returns
    -------
    Mark
        The support from 0 to 1: half the mean over all sentences that claim something, by their words, half the least
        of them; "no claims" where no sentence claims anything. Unmeasured without documents or an answer, and where
        they are in different languages.
    """
    texts = _within([(document or {}).get("text") or "" for document in documents or ()])
    if not response or not response.strip() or not any(text.strip() for text in texts):
        return UNMEASURED
    prompt, response = (prompt or "")[:READ], response[:READ]
    given = len(texts)
    pasted = len(prompt) >= PASTED
    claims = [
        claim for claim in map(partial(_claim, response), sentences(response), words_by_sentence(response)) if claim
    ]
    if not claims:
        return Mark(label="no claims")
    wanted = {word for claim in claims for word in claim.wanted}
    pairs = {pair for claim in claims for pair in claim.pairs}
    context = _Documents([*texts, prompt] if pasted else texts, wanted, pairs)
    facts = Facts([*texts, prompt], context.words if pasted else context.words + words(prompt))
    shares: list[tuple[float, int]] = []
    evidence: list[Span] = []
    for claim in claims:
        start, end, length = claim.start, claim.end, len(claim.pairs) + 1
        best = context.best(claim.wanted, max(LEAST_WINDOW, WINDOW * length))
        together = sum(map(context.pairs.__contains__, claim.pairs)) / len(claim.pairs)
        missing = facts.missing(response, start, end)
        support = (together + (best.share if best else 0.0)) / 2 * UNSUPPORTED ** len(missing)
        shares.append((support, length))
        if support <= LEFT_ALONE:
            evidence.append(Span("response", start, end, "unsupported-sentence"))
        elif best and support >= SUPPORTED:
            evidence.append(Span("response", start, end, "supported"))
            if best.document < given:
                evidence.append(Span(f"documents.{best.document}", *context.span(best), "supports"))
        evidence += (Span("response", *where) for where in missing)
    mean = sum(share * length for share, length in shares) / sum(length for _, length in shares)
    value = round((mean + min(shares)[0]) / 2, 4)
    if value <= LEFT_ALONE and _other_language(response, texts, context.words):
        return UNMEASURED
    return Mark(value, evidence=tuple(evidence))


def _other_language(response: str, texts: Sequence[str], known: Sequence[str]) -> bool:
    """Tell whether an answer is in another language than the documents, of which `known` are the words."""
    own = set(words(response))
    if len(own.intersection(known)) >= SAME_LANGUAGE * len(own):
        return False
    return bool(language_mismatch("\n".join(texts)[:LANGUAGE], response).value)


def _within(texts: Sequence[str]) -> list[str]:
    left = READ_DOCUMENTS
    found = []
    for text in texts:
        found.append(text[:left])
        left = max(0, left - len(text))
    return found


def _claim(text: str, sentence: Sentence, said: Sequence[str]) -> _Claim | None:
    """Read what a sentence of some words claims; None where it claims nothing."""
    start, end, kind = sentence
    last = text[end - 1]
    if kind in ("code", "heading") or last in "?？؟" or _NO_CLAIM.match(text, start):
        return None
    if text.find("[", start, end) >= 0:
        said = words(_REFERENCE.sub(" ", text[start:end]))
    wanted = set(map(content, said)) - {""}
    if len(wanted) < 2 or (last in ":：" and len(said) < LEAD):
        return None
    return _Claim(start, end, wanted, tuple(pairwise(said)))


SCORERS: tuple[Scorer, ...] = (
    Scorer(
        name="faithfulness",
        version=1,
        title="Faithfulness to documents",
        measures=(
            "How far the retrieved documents support the answer, from 0 to 1. A sentence's support is the mean of two "
            "shares: of its pairs of neighbouring words that the documents have, and of its content words that stand "
            "together in one place of a document. Each number, date or name that neither documents nor question have "
            "halves it. The answer's is half the mean over its sentences and half the least of them. Sentences that "
            'claim nothing (thanks, questions, "I don\'t know") do not count.'
        ),
        limits=(
            "It compares words, not meanings: free paraphrase looks unsupported, a copied sentence with one word "
            "turned looks supported. So compare the rate between versions and models, or correct it by people's "
            "labels, rather than read it as it stands."
        ),
        measured=(
            "Area under the curve against people's labels: 0.93 on 3,469 short answers that keep to their document "
            "(BEGIN; word pairs alone 0.91), of which a flag finds 35 % and is right 99 times in 100; 0.81 to 0.92 on "
            "freer answers (FaithDial; 0.74 to 0.84), of whose supported ones 8 to 37 % are flagged; 0.66 and 0.80 on "
            "two sets of summaries (QAGS; 0.63 and 0.82), and 0.45 to 0.69, near chance, on summaries with one small "
            "edit (SummEdits; 0.42 to 0.58). What is shown says more: 95 % of the answers with an unsupported number "
            "and 93 % of those with an unsupported name were unfaithful, of all answers 64 %. Measured on English; "
            "numbers in words are not checked, and an answer in another language than the documents is not measured. "
            "Of documents the first 100,000 characters are read."
        ),
        reads=("prompt", "response", "documents"),
        score=each(faithfulness),
        topic="quality",
        better="higher",
        flags_from=FLAGS_FROM,
        figure="Hallucination rate",
        among="r.response IS NOT NULL AND len(r.documents) > 0",
    ),
)
