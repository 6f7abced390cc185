"""A conversation turn by turn: what is asked, what is answered, from which passages, and how well."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sample_data import reader
from sample_data.assistant import Assistant, Document
from sample_data.messages import Decks, Writer
from sample_data.world import ARTICLE, Order, Person, blanks, order

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from sample_data.reader import Line, Pair, Subject

_EXTRA = {"gpt-5-mini": 0.6, "llama-3.3-70b-instruct": 0.5}
_NEVER_WRONG = {"safety", "rude", "thanks", "pii", "smalltalk", "offtopic"}


@dataclass
class Turn:
    """One exchange.

    `kind` is good, wrong (claims no document holds), unknown (says it does not know), guess, refused, slip (gave in to
    a jailbreak), asks (wants the order number) or chat (nothing to look up).
    """

    user: str
    answer: str
    kind: str
    feature: str
    subject: str
    gist: str
    documents: list[Document] = field(default_factory=list)
    mood: str = "neutral"


@dataclass
class Talk:
    """A conversation in the making."""

    rng: Random
    person: Person
    subject: Subject
    now: datetime
    model: str
    decks: Decks
    turns: list[Turn] = field(default_factory=list)

    def __post_init__(self) -> None:
        subject, person = self.subject, self.person
        self.language = subject.language
        self.order: Order = order(self.rng, person, subject.status, subject.item, self.now.date())
        self.writer = Writer(self.rng, person, self.language, blanks(self.rng, person, self.order, self.language))
        self.used: set[str] = set()
        self.assistant = Assistant(self.rng, self.model, self.language, self.now, self.order, self.writer, self.used)
        self.answer_index = 0

    def _add(
        self, user: str, answer: str, kind: str, docs: list[Document], subject: Subject, mood: str = "neutral"
    ) -> None:
        self.turns.append(Turn(user, answer, kind, subject.feature, subject.key, subject.gist, docs, mood))

    def _answer_line(self, subject: Subject, line: Line) -> Line:
        allowed = line.answers or tuple(range(subject.common))
        fresh = [n for n in allowed if subject.answers[n].text not in self.used] or list(allowed)
        self.answer_index = self.rng.choice(fresh)
        chosen = subject.answers[self.answer_index]
        self.used.add(chosen.text)
        return chosen

    def _goes_wrong(self, subject: Subject) -> bool:
        if subject.key in _NEVER_WRONG or not subject.docs or not (subject.wrong or self.language == "en"):
            return False
        return self.rng.random() < (0.72 if self.assistant.bad_index else 0.022)

    def _wrong_text(self, subject: Subject) -> str:
        general = reader.fragments()[f"wrong_{subject.feature}"]
        lines = [line.text for line in subject.wrong] if subject.wrong and self.rng.random() < 0.7 else []
        return self.writer.fill(
            self.rng.choice(lines or (general if self.language == "en" else [subject.wrong[0].text]))
        )

    def reply(self, user: str, subject: Subject, line: Line, *, first: bool = True) -> None:
        """Answer a question on `subject` that was put with `line`."""
        if "orchard" in subject.flags and self.now < ARTICLE:
            self._unknown(user, subject)
            return
        if not subject.docs:
            self._add(user, self.writer.fill(self._answer_line(subject, line).text), "chat", [], subject)
            return
        ordered = bool(subject.status)
        if self._goes_wrong(subject):
            wrong = self.assistant.voice(self._wrong_text(subject), first=first)
            docs = self.assistant.documents(subject.docs[:2], ordered=ordered)
            self._add(user, wrong, "wrong", docs, subject, "doubtful")
            return
        chosen = self._answer_line(subject, line)
        text = self.writer.fill(chosen.text)
        keys = list(chosen.docs or subject.docs)
        text = f"{text} {self.assistant.quote(keys[0], text)}".strip()
        if subject.extras and self.rng.random() < _EXTRA.get(self.model, 0.28):
            extra = self.rng.choice(subject.extras)
            text = f"{text} {self.writer.fill(extra.text)}"
            keys += [k for k in extra.docs if k not in keys]
        self._add(
            user,
            self.assistant.voice(text, first=first),
            "good",
            self.assistant.documents(tuple(keys), ordered=ordered),
            subject,
        )

    def _unknown(self, user: str, subject: Subject) -> None:
        """Nothing is known of the new product yet: mostly said, sometimes papered over."""
        guessed = self.rng.random() < 0.16
        own = reader.fragments().get(f"dontknow_{self.language}")
        guessed = guessed and own is None
        lines = own or reader.unknowns()["guess" if guessed else "dontknow"]
        text = self.writer.fill(self.rng.choice(lines))
        stray = self.rng.choice(["stock.1", "return-window.1", "green.1", "roast-club.1"])
        docs = self.assistant.documents((stray,), ordered=False)
        for doc in docs:
            doc.score = round(min(doc.score, self.rng.uniform(0.28, 0.47)), 3)
        self._add(user, text, "guess" if guessed else "unknown", docs, subject, "unhelped")

    def open(self, second: Subject | None) -> None:
        """First message and its answer; at times the order number has to be asked for, or there are two questions."""
        subject, rng = self.subject, self.rng
        terse = self.person.style in ("terse", "texter") or rng.random() < 0.08
        lines = subject.short if terse and subject.short and rng.random() < 0.75 else subject.openings
        line = self.decks.deal(f"{subject.key}/{lines is subject.short}", lines)
        if second is not None and lines is subject.openings:
            other = self.decks.deal(f"{second.key}/second", second.openings)
            user = self.writer.opening(subject, line, self.writer.fill(other.text))
            self.reply(user, subject, line)
            self._second(second, other)
            return
        user = self.writer.opening(subject, line)
        lacks = subject.status and self.order.number not in user
        if lacks and self.language == "en" and rng.random() < 0.5:
            self._add(user, self.writer.pick("no_order"), "asks", [], subject)
            user = self.writer.write(rng.choice(reader.fragments()["give_order"]))
        self.reply(user, subject, line, first=not lacks)

    def _second(self, subject: Subject, line: Line) -> None:
        turn = self.turns[-1]
        chosen = self._answer_line(subject, line)
        turn.answer = f"{turn.answer} {self.writer.pick('second')} {self.writer.fill(chosen.text)}"
        known = {doc.id for doc in turn.documents}
        turn.documents += [
            d for d in self.assistant.documents(chosen.docs or subject.docs, ordered=False) if d.id not in known
        ]

    def _pair(self) -> Pair | None:
        """A follow-up that fits the last answer and was not asked yet."""
        if self.turns[-1].kind != "good":
            return None
        fitting = [
            pair
            for pair in self.subject.pairs
            if pair.asks[0] not in self.used
            and (not pair.after or self.answer_index in pair.after)
            and all(self.assistant.exists(reply.docs) for reply in pair.replies)
        ]
        return self.rng.choice(fitting) if fitting else None

    def follow(self, *, last: bool) -> bool:
        """One more exchange; False when there is nothing more to say."""
        kind, rng = self.turns[-1].kind, self.rng
        if self.turns[-1].mood == "unhappy" and rng.random() < 0.5:
            return False
        if kind == "wrong" and rng.random() < 0.65:
            return self._doubt()
        if kind in ("unknown", "guess") and self.language == "en" and rng.random() < 0.6:
            self._unknown(self.writer.write(rng.choice(reader.unknowns()["annoyed"])), self.subject)
            self.turns[-1].mood = "unhappy"
            return True
        pair = self._pair()
        if pair is not None and rng.random() < 0.72:
            self._ask(pair)
            return True
        if last or rng.random() < 0.55:
            return self._small("unhappy" if rng.random() < self._displeasure() else "thanks")
        return self._small("unhappy")

    def _displeasure(self) -> float:
        base = {"wrong": 0.6, "unknown": 0.5, "guess": 0.3, "asks": 0.2}.get(self.turns[-1].kind, 0.17)
        return base + (0.25 if self.person.style == "angry" else 0)

    def _ask(self, pair: Pair) -> None:
        self.used.add(pair.asks[0])
        ask = self.rng.choice(pair.asks)
        if self.language == "en" and self.rng.random() < 0.38:
            ask = f"{self.writer.pick('lead')} {ask}"
        user = self.writer.write(ask)
        line = self.rng.choice(pair.replies)
        text = self.assistant.voice(self.writer.fill(line.text), first=False)
        if not self.subject.docs:
            self._add(user, text, "chat", [], self.subject)
            return
        keys = line.docs or self.subject.docs
        if 45 < len(text) < 160:
            text = f"{text} {self.assistant.quote(keys[0], text)}".strip()
        docs = self.assistant.documents(keys, ordered=bool(self.subject.status))
        self._add(user, text, "good", docs, self.subject)

    def _doubt(self) -> bool:
        if self.language != "en":
            return self._small("unhappy")
        user = self.writer.write(self.rng.choice(reader.fragments()["doubt_u"]))
        stubborn = self.rng.random() < (0.6 if self.assistant.bad_index else 0.25)
        text = self.writer.pick("doubt_a_bad" if stubborn else "doubt_a_good")
        docs = self.assistant.documents(self.subject.docs[:2], ordered=bool(self.subject.status))
        self._add(user, text, "wrong" if stubborn else "good", docs, self.subject, "doubtful")
        return True

    def _small(self, section: str) -> bool:
        """Thanks or displeasure, with the reply to it."""
        if not (self.writer.has(f"{section}_u") and self.writer.has(f"{section}_a")):
            return False
        user = self.writer.write(self.writer.pick(f"{section}_u"))
        text = self.writer.pick(f"{section}_a")
        if section == "thanks" and self.language == "en" and self.rng.random() < 0.45:
            text = f"{text} {self.writer.pick('tail_' + self.writer.context(self.subject))}"
        if any(turn.answer[:16] == text[:16] or turn.user == user for turn in self.turns):
            return False
        self._add(user, text, "chat", [], self.subject, "unhappy" if section == "unhappy" else "pleased")
        return True


_LENGTHS = (1, 2, 3, 4, 5, 6)
_LENGTH_WEIGHTS = (36, 28, 17, 10, 6, 3)


def converse(talk: Talk, second: Subject | None) -> list[Turn]:
    """A whole conversation of one to six turns."""
    length = talk.rng.choices(_LENGTHS, _LENGTH_WEIGHTS)[0]
    talk.open(second)
    while len(talk.turns) < length:
        if not talk.follow(last=len(talk.turns) == length - 1):
            break
        if talk.turns[-1].mood == "pleased":
            break
    return talk.turns
