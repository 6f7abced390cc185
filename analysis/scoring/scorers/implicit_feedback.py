"""Implicit feedback: what a user's next message, or its absence, says of an answer.

Nobody was asked, so each rule is plain and shown with its result. What came next is told by
:mod:`analysis.scoring.context`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analysis.scoring.context import ANSWERS
from analysis.scoring.scorer import UNMEASURED, Mark, Scorer, each, spans
from analysis.scoring.scorers._phrases import begins, instances

if TYPE_CHECKING:
    from analysis.scoring.scorer import Score

LONGEST = 400
"""Characters of a message that may have been typed; filled-in templates resemble each other, and are longer."""
STEM = 5
"""Letters of a word that are compared, so that "return" and "returning" are one; shorter words than four are not."""
FEWEST = 2
"""Content words that a message must have to be compared."""
ALIKE = 0.6
"""Share of common content words (Dice) from which on a message repeats the one before."""
CLOSING_WORDS = 12
"""Words of a message that thanks or takes leave; a longer one says more than that."""

_WORD = re.compile(r"[^\W\d_]{4,}")
_TEMPLATE = re.compile(r"\n\s*\n")
_NUMBER = re.compile(r"\d+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
_CORRECTS = re.compile(
    r"(?i)^\W*(?:no|nein|non|nee|não)?\W{0,3}(?:"
    r"(?:that'?s|that is|this is|it'?s) not what i (?:asked|meant|said|wanted|was asking)|i (?:meant|mean)\b|"
    r"what i (?:meant|mean|asked)|let me (?:rephrase|put it)|i (?:asked|was asking|said)\b|as i said|"
    r"you (?:misunderst|didn'?t (?:answer|understand))|"
    r"ich (?:meinte?|habe gefragt|wollte wissen)\b|das (?:habe ich nicht|war nicht) |nicht das, was ich |"
    r"je (?:voulais dire|veux dire|demandais)\b|ce n'est pas ce que j|quiero decir\b|me refería\b|no es lo que pregunt|"
    r"ik bedoel(?:de)?\b|dat (?:is|was) niet wat ik |intendevo\b|volevo dire\b|quis dizer\b|eu quis )"
)
_ONE = (
    r"(?:(?:an? |the |some|your |une? |una |uma? |ein(?:e[mnr]?)? |een )?(?:\w{2,12} ){0,2}(?:human|person|people|"
    r"agent|representative|rep|operator|someone|somebody|manager|supervisor|advis[eo]r|employee|colleague|staff|support|"
    r"mensch(?:en)?|mitarbeiter(?:in)?|kollegen|berater(?:in)?|jemandem?|conseill[eè]re?|humaine?|personne|responsable|"
    r"quelqu'un|persona|humano|agente|alguien|representante|operador|operatore|umano|qualcuno|pessoa|atendente|alguém|"
    r"mens|persoon|medewerker|collega|iemand)\b)"
)
_PERSON = begins(
    rf"(?:talk|speak|chat)(?:ing)? (?:to|with) {_ONE}|"
    rf"(?:connect|transfer|put|pass|hand)(?: me| us)? (?:through |over |on )?(?:to|with) {_ONE}|"
    r"(?:want|need|get me|give me|is there) (?:to have )?(?:an? )?(?:real|actual|live|human) "
    r"(?:human|person|agent|representative|being|operator)\b|"
    rf"mit {_ONE} (?:\w{{2,12}} )?(?:sprechen|reden|schreiben|verbunden)|"
    rf"(?:parler|discuter|échanger) (?:à|avec) {_ONE}|hablar con {_ONE}|parlare con {_ONE}|falar com {_ONE}|"
    rf"{_ONE} (?:spreken|aan de lijn)|(?:spreken|praten) met {_ONE}",
    r"\w",
    re.I,
)
_ALONE = re.compile(
    # the whole message: "agent. AGENT. HUMAN. representative", "mensch bitte"
    r"(?i)(?:(?:agent|human|representative|operator|real person|person|mensch|mitarbeiter|conseiller|humain|persona|"
    r"humano|medewerker|mens|please|now|bitte|s'il vous plaît|por favor|pls|plz)\b\W*){1,6}$"
)
_PERSONS = (
    "human", "person", "people", "agent", "rep", "operator", "someone", "somebody", "manager", "supervisor", "advis",
    "employee", "colleague", "staff", "support", "mensch", "mitarbeiter", "kollegen", "berater", "jemand", "conseil",
    "quelqu", "agente", "alguien", "umano", "qualcuno", "pessoa", "atendente", "alguém", "mens", "medewerker",
    "collega", "iemand", "responsable", "operatore",
)  # fmt: skip
"""One of these is in every message that asks for a person: looking for them first is many times quicker."""
_CLOSES = re.compile(
    r"(?i)\b(?:thanks?|thank you|thx|ty|cheers|perfect|great|bye|goodbye|good night|have a (?:nice|good)|"
    r"that'?s all|all good|solved|got it|it works?|worked|made my day|"
    r"danke|dankeschön|vielen dank|tschüss|super|hat geklappt|merci|parfait|au revoir|bonne journée|"
    r"gracias|perfecto|adiós|grazie|perfetto|obrigad[oa]|perfeito|tchau|bedankt|dank je|dank u|top|doei)\b|"
    r"谢谢|ありがとう|감사"
)


def _content(text: str) -> set[str]:
    """The content words of a message, shortened to their stems; of writing without spaces, pairs of characters."""
    lower = text.lower()
    found = {word[:STEM] for word in _WORD.findall(lower) if not _CJK.search(word)}
    return found | {run[at : at + 2] for run in _CJK.findall(lower) for at in range(len(run) - 1)}


def similarity(first: str, second: str) -> float:
    """Tell how alike two messages are by their content words, 0 to 1 (Dice 1945); 0 where their numbers differ."""
    one, two = _content(first), _content(second)
    if min(len(one), len(two)) < FEWEST or {*_NUMBER.findall(first)} != {*_NUMBER.findall(second)}:
        return 0.0
    return 2 * len(one & two) / (len(one) + len(two))


def _is_typed(message: str) -> bool:
    """Whether a person may have typed it: a template that is filled in is longer, or has paragraphs."""
    return len(message) <= LONGEST and not _TEMPLATE.search(message.strip())


def _is_closing(message: str) -> bool:
    return len(message.split()) <= CLOSING_WORDS and bool(_CLOSES.search(message))


def _same(first: str, second: str) -> bool:
    return first.lower().split() == second.lower().split()


def rephrased(prompt: str | None, next_prompt: str | None, goes_on: bool | None) -> Mark:
    """Tell whether the next message asks the same in other words."""
    if goes_on is None or not prompt or (goes_on and not next_prompt):
        return UNMEASURED
    if not next_prompt or _same(prompt, next_prompt) or not (_is_typed(prompt) and _is_typed(next_prompt)):
        return Mark(0.0)
    if _CORRECTS.search(next_prompt):
        return Mark(1.0, "corrects")
    if _is_closing(next_prompt):
        return Mark(0.0)
    alike = similarity(prompt, next_prompt)
    return Mark(alike, "repeats" if alike >= ALIKE else None)


def regenerated(prompt: str | None, next_prompt: str | None, goes_on: bool | None) -> Mark:
    """Tell whether the very same message came again."""
    if goes_on is None or not prompt:
        return UNMEASURED
    return Mark(float(bool(next_prompt) and _same(prompt, str(next_prompt))))


def escalated(prompt: str | None) -> Mark:
    """Tell whether a message asks for a person, and where."""
    if not prompt:
        return UNMEASURED
    lower = prompt.lower()
    found = _asks(prompt) if any(word in lower for word in _PERSONS) and _is_typed(prompt) else None
    return Mark(1.0, evidence=spans("prompt", [(*found, "asks-for-a-person")])) if found else Mark(0.0)


def _asks(prompt: str) -> tuple[int, int] | None:
    found = next(instances(_PERSON, prompt), None)
    alone = _ALONE.match(prompt)
    return alone.span() if alone and not (found and found[0] == 0) else found


def left(prompt: str | None, goes_on: bool | None) -> Mark:
    """Tell whether the conversation ended on an answer to a message that was no thanks and no leave."""
    if goes_on is None or not prompt:
        return UNMEASURED
    return Mark(float(not goes_on and not _is_closing(prompt)))


_LATEST = (
    "Answers of the last 30 minutes of the log wait, since it is not known what comes after them. A trace counts as "
    "one turn, and only its last answer is judged; where a whole conversation is one trace, nothing is seen."
)


def _scorer(name: str, title: str, figure: str, measures: str, limits: str, reads: tuple[str, ...], score: Score,
            flags_from: float = 1.0, measured: str = "") -> Scorer:  # fmt: skip
    return Scorer(
        name=name, version=1, title=title, measures=measures, limits=limits, measured=measured + _LATEST, reads=reads,
        score=score, topic="quality", figure=figure, better="lower", flags_from=flags_from, among=ANSWERS,
    )  # fmt: skip


SCORERS: tuple[Scorer, ...] = (
    _scorer(
        "user_rephrased", "Asked again in other words", "Asked in other words",
        "Whether the next message of the conversation, within 30 minutes, asks the same in other words: it has at "
        f"least {ALIKE:.0%} of the content words in common (Dice, words of four letters and more by their first five) "
        "and the same numbers, or begins as a correction does (“I meant …”). The same message again is not counted.",
        "A question about another thing in the same words passes for the same one; the same one in all other words is "
        "not seen. Corrections are known in English, and by a few phrases in five other languages.",
        ("prompt", "next_prompt", "goes_on"), each(rephrased), ALIKE,
        "How often the same question in other words is missed is not known. None of the 80 second questions of "
        "MT-Bench, which follow up on the first, is taken for a rephrased one. ",
    ),
    _scorer(
        "user_regenerated", "Asked the same again", "Asked the same again",
        "Whether the very same message came again as the next one of the conversation, within 30 minutes.",
        "It is not known whether a person pressed a button or a program tried again.",
        ("prompt", "next_prompt", "goes_on"), each(regenerated),
    ),
    _scorer(
        "user_left", "Left after the answer", "Left after the answer",
        "Whether the conversation ended on this answer, with nothing more for 30 minutes, though the message before it "
        "was no thanks and no leave.",
        "People also leave because the answer was all they needed: compare models or weeks by it, and read nothing "
        "into its height.",
        ("prompt", "goes_on"), each(left),
    ),
    Scorer(
        name="user_escalated", version=1, title="Asked for a person", figure="Asked for a person",
        measures=(
            "Whether the user's message asks for a person: “talk to a human”, “mit einem Mitarbeiter sprechen”, or "
            "no more than “agent please”."
        ),
        limits=(
            "Phrases of English, and few of German, French, Spanish, Italian, Portuguese and Dutch. A handover by a "
            "button leaves no message; messages with paragraphs or over 400 characters are taken for templates. It "
            "speaks of the message, which an earlier answer may have given cause for."
        ),
        reads=("prompt",), score=each(escalated), topic="quality", better="lower", flags_from=1.0,
        among="r.prompt IS NOT NULL",
    ),
)  # fmt: skip
