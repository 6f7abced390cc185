"""What a customer types: an opening with greeting, circumstances, a second question and a name; follow-ups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sample_data import reader
from sample_data.language import expand, mistype, restyle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from sample_data.reader import Line, Subject
    from sample_data.world import Person

_ADVICE = {"brio_which", "orchard_what", "materials", "recipe", "brio_shot"}
_EMOJI = ("🙏", "😅", "☕", "🙂", "😭", "👍", "🤦", "😊", "🙈", "😬")
_STARTS = tuple(
    [
        "hi",
        "hello",
        "hey",
        "good ",
        "dear",
        "hallo",
        "guten",
        "moin",
        "bonjour",
        "hola",
        "boa",
        "buon",
        "hoi",
        "dzień",
        "hej",
        "merhaba",
        "quick one",
        "oops",
    ]
)


class Decks:
    """Lines dealt like cards: a line comes again only after all its fellows."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._left: dict[str, list[Line]] = {}

    def deal(self, name: str, lines: list[Line]) -> Line:
        """The next line of the deck `name`, which holds `lines`."""
        left = self._left.get(name)
        if not left:
            left = list(lines)
            self._rng.shuffle(left)
            self._left[name] = left
        return left.pop()


@dataclass
class Writer:
    """One person's hand in one conversation: knows the style and what the blanks mean."""

    rng: Random
    person: Person
    language: str
    blanks: Mapping[str, str]

    def pick(self, section: str) -> str:
        """A fragment of the section in the person's language, English where there is none."""
        found = reader.fragments()
        name = section if self.language == "en" else f"{section}_{self.language}"
        return self.fill(self.rng.choice(found.get(name) or found[section]))

    def has(self, section: str) -> bool:
        """Whether there are fragments of the section in the person's language."""
        return self.language == "en" or f"{section}_{self.language}" in reader.fragments()

    def fill(self, text: str) -> str:
        """Choices made and blanks filled."""
        return expand(self.rng, text, self.blanks)

    def write(self, text: str) -> str:
        """A line as this person would type it."""
        out = self.fill(text)
        if self.language == "en":
            out = restyle(self.rng, out, self.person.style, self.person.typos)
        elif self.person.style in ("lower", "terse", "texter"):
            out = mistype(self.rng, out[:1].lower() + out[1:], self.person.typos)
        if self.person.emoji and self.rng.random() < self.person.emoji:
            out += " " + self.rng.choice(_EMOJI)
        return out

    def context(self, subject: Subject) -> str:
        """The section of circumstances that go with the subject."""
        if self.language != "en":
            return "ctx"
        if subject.status:
            return "ctx_order"
        if subject.feature == "troubleshooting" and subject.key not in ("safety", "repair", "ember_lid"):
            return "ctx_device"
        if subject.key in _ADVICE:
            return "ctx_buy"
        return "ctx_account" if subject.feature == "account" and subject.key != "pii" else "ctx_any"

    def _circumstances(self, subject: Subject, core: str) -> str:
        section = self.context(subject)
        style = self.person.style
        chance = {"rambling": 1.0, "polite": 0.45, "plain": 0.28, "foreign": 0.3, "angry": 0.25, "lower": 0.15}.get(
            style, 0
        )
        if subject.feature == "general" or not self.has(section):
            return core
        if self.rng.random() < chance:
            extra = self.pick(section)
            core = f"{extra} {core}" if self.rng.random() < 0.4 else f"{core} {extra}"
        if style == "rambling":
            more = self.pick(section if self.rng.random() < 0.6 else "ctx_any")
            core = core if more[:14] in core else f"{core} {more}"
        return core

    def _frame(self, text: str) -> str:
        """Greeting and sign-off."""
        style = self.person.style
        polite = style in ("polite", "rambling")
        greeted = text.lower().startswith(_STARTS)
        chance = 0.75 if polite else 0.3 if style in ("plain", "foreign") else 0.1
        if not greeted and self.has("greet") and self.rng.random() < chance:
            foreign = style == "foreign" and self.rng.random() < 0.5
            greeting = self.pick("nonnative_open" if foreign else "greet").rstrip(",")
            text = f"{greeting}{self.rng.choice([', ', '! ', ' - ', ', ', chr(10)])}{text}"
        if self.has("sign") and self.rng.random() < (0.6 if polite else 0.12 if style == "plain" else 0.03):
            text = f"{text}{self.rng.choice([' ', chr(10), chr(10)])}{self.pick('sign')}"
        if style == "foreign" and self.rng.random() < 0.5:
            text = f"{text} {self.pick('nonnative_end')}"
        return text

    def opening(self, subject: Subject, line: Line, second: str = "") -> str:
        """The first message on a subject; `second` is another question to add."""
        core = self.fill(line.text)
        if line in subject.short:
            return self.write(core)
        core = self._circumstances(subject, core)
        if second:
            core = f"{core} {self.pick('also')} {second}"
        text = self.write(core)
        if self.language == "en" and subject.status and self.rng.random() < 0.035:
            wrapped = self.rng.choice(reader.fragments()["mail_wrap"])
            return expand(self.rng, wrapped, {**self.blanks, "core": text, "gist": subject.gist}).replace(" / ", "\n")
        return self._frame(text) if self.person.style != "terse" else text
