"""The assistant's side: what retrieval hands it, and how a model words what it found."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sample_data import reader
from sample_data.language import dress, reword
from sample_data.world import ARTICLE, BAD_INDEX, SALE_TALK, Order

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from sample_data.messages import Writer

_CHATTY = {
    "gpt-4.1-mini": (0.33, 0.3),
    "gpt-5-mini": (0.1, 0.22),
    "claude-haiku-4-5": (0.25, 0.1),
    "claude-sonnet-4-5": (0.3, 0.06),
    "gemini-2.5-flash": (0.2, 0.25),
    "llama-3.3-70b-instruct": (0.45, 0.45),
}
_MARKS = {"gpt-5-mini": 0.28, "llama-3.3-70b-instruct": 0.3, "gemini-2.5-flash": 0.35, "gpt-4.1-mini": 0.12}
_QUOTES = {"gpt-5-mini": 0.6, "llama-3.3-70b-instruct": 0.65, "claude-haiku-4-5": 0.4, "claude-sonnet-4-5": 0.5}
_WORDS, _FIGURES = re.compile(r"\w{4,}"), re.compile(r"\d+")
_LEANING = (
    "It ",
    "They",
    "That",
    "Then",
    "Below",
    "Both",
    "This",
    "Tell us then",
    "The others",
    "These",
    "After that",
    "You do not",
)
_ANSWERING = ("Yes", "No", "That", "Hello", "Hi", "It", "Done", "One", "Oh", "Nice")


@dataclass
class Document:
    """A passage handed to the model."""

    id: str
    text: str
    score: float


@dataclass
class Assistant:
    """One model answering in one conversation."""

    rng: Random
    model: str
    language: str
    now: datetime
    order: Order
    writer: Writer
    used: set[str] = field(default_factory=set)

    @property
    def bad_index(self) -> bool:
        """Whether retrieval is broken now."""
        return BAD_INDEX[0] <= self.now < BAD_INDEX[1]

    def exists(self, keys: tuple[str, ...]) -> bool:
        """Whether the articles of these passages have been written by now."""
        return not (
            (self.now < ARTICLE and any(k.startswith("orchard.") for k in keys))
            or (self.now < SALE_TALK and any(k.startswith("black-friday.") for k in keys))
        )

    def documents(self, keys: tuple[str, ...], *, ordered: bool) -> list[Document]:
        """What retrieval returns: the order, the passages that hold the answer, one or two that do not."""
        rng, passages = self.rng, reader.articles()
        stray = rng.sample([k for k in sorted(passages) if self.exists((k,))], 3)
        if self.bad_index and rng.random() < 0.85:
            found = [
                Document(f"kb/{k.replace('.', '#')}", passages[k], round(rng.uniform(0.24, 0.43), 3)) for k in stray
            ]
        else:
            found = [
                Document(f"kb/{k.replace('.', '#')}", passages[k], round(rng.uniform(0.61, 0.92), 3)) for k in keys
            ]
            more = [k for k in stray if k not in keys][: max(0, min(2, 3 - len(keys)))]
            found += [
                Document(f"kb/{k.replace('.', '#')}", passages[k], round(rng.uniform(0.31, 0.55), 3)) for k in more
            ]
        found.sort(key=lambda d: -d.score)
        if ordered:
            found.insert(0, Document(f"order/{self.order.number}", self.order.document(), 1.0))
        return found

    def voice(self, text: str, *, first: bool) -> str:
        """The answer in the model's manner."""
        rng = self.rng
        opens, closes = _CHATTY.get(self.model, (0.2, 0.2))
        text = reword(rng, text, 0.5 if self.model.startswith(("gpt-5", "llama")) else 0.35, self.language)
        short = "sorry" in text[:20].lower() or text.startswith(_ANSWERING)
        if first and not short and rng.random() < opens and self.writer.has("open"):
            text = f"{self.writer.pick(self._section('open'))}{' ' * (self.language != 'ja')}{text}"
        text = dress(rng, text, _MARKS.get(self.model, 0.06))
        if rng.random() < closes and "?" not in text[-60:] and self.writer.has("close"):
            text = f"{text}{' ' * (self.language != 'ja')}{self.writer.pick(self._section('close'))}"
        return text

    def _section(self, section: str) -> str:
        if self.language != "en":
            return section
        return "open_claude" if section == "open" and "claude" in self.model else f"{section}_a"

    def quote(self, key: str, text: str) -> str:
        """A further sentence of the passage, as models like to add one; empty where none fits."""
        if self.language != "en" or self.rng.random() > _QUOTES.get(self.model, 0.3):
            return ""
        body = reader.articles()[key].partition(". ")[2]
        sentences = [s for s in re.split(r"(?<=[.!?]) (?=[A-Z])", body) if len(s) < 170 and not s.startswith(_LEANING)]
        said, figures = set(_WORDS.findall(text.lower())), set(_FIGURES.findall(text))
        fresh = [
            s
            for s in sentences
            if s not in self.used
            and len(said & set(_WORDS.findall(s.lower()))) < 0.3 * len(set(_WORDS.findall(s.lower())))
            and not figures & set(_FIGURES.findall(s))
        ]
        if not fresh:
            return ""
        chosen = self.rng.choice(fresh)
        self.used.add(chosen)
        lead = self.rng.choice(["", "", "", "Also: ", "Good to know: ", "By the way: ", "One more thing: ", "Note: "])
        return f"{lead}{chosen}"
