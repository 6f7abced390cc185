"""Read the hand-written material: articles, subjects of conversation, fragments, résumé lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

MATERIAL = Path(__file__).parent / "material"
LANGUAGES = ("de", "fr", "es", "pt", "ja", "it", "nl", "pl", "sv", "tr")


@dataclass(frozen=True)
class Line:
    """A line with choices in square brackets; `answers` are the indices of the answers that fit it, none for any."""

    text: str
    docs: tuple[str, ...] = ()
    answers: tuple[int, ...] = ()


@dataclass
class Pair:
    """A follow-up question in several wordings, its replies, and the answers it may follow (none for any)."""

    asks: list[str] = field(default_factory=list)
    replies: list[Line] = field(default_factory=list)
    after: tuple[int, ...] = ()


@dataclass
class Subject:
    """Something people write about: how they open, what is answered from which passages, how it goes on."""

    key: str
    feature: str
    flags: frozenset[str]
    docs: tuple[str, ...]
    status: str = ""
    item: str = ""
    weight: int = 2
    gist: str = ""
    openings: list[Line] = field(default_factory=list)
    short: list[Line] = field(default_factory=list)
    answers: list[Line] = field(default_factory=list)
    wrong: list[Line] = field(default_factory=list)
    extras: list[Line] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    common: int = 0
    """How many answers, from the first, fit an opening that names none."""

    @property
    def language(self) -> str:
        """ISO 639-1 code, from the key's prefix."""
        return self.key[:2] if self.key[2:3] == "_" and self.key[:2] in LANGUAGES else "en"


def _lines(name: str) -> list[str]:
    return [line for line in (MATERIAL / name).read_text(encoding="utf-8").split("\n") if line]


def _line(text: str) -> Line:
    words, _, docs = text.partition(" @@ ")
    return Line(words.strip(), tuple(docs.split()))


def _header(text: str) -> Subject:
    key, feature, flags, docs = (part.strip() for part in text.split("|"))
    subject = Subject(key, feature, frozenset(flags.split()), tuple(docs.split()))
    for flag in subject.flags:
        name, _, value = flag.partition(":")
        if name == "order":
            subject.status = value
        elif name == "item":
            subject.item = value
        elif re.fullmatch(r"w\d", name):
            subject.weight = int(name[1:])
    return subject


def _add_pair(subject: Subject, mark: str, text: str, previous: str) -> None:
    if mark == ">":
        if previous != ">":
            subject.pairs.append(Pair())
        subject.pairs[-1].asks.append(text)
    else:
        subject.pairs[-1].replies.append(_line(text))


def _read_subjects(name: str) -> list[Subject]:
    found: list[Subject] = []
    previous = ""
    for raw in _lines(name):
        mark, text = raw[0], raw[2:]
        if mark == "#":
            found.append(_header(text))
        elif mark == "g":
            found[-1].gist = text
        elif mark in "><":
            _add_pair(found[-1], mark, text, previous)
        else:
            subject = found[-1]
            kinds = {
                "o": subject.openings,
                "s": subject.short,
                "a": subject.answers,
                "b": subject.wrong,
                "x": subject.extras,
            }
            kinds[mark].append(_line(text))
        previous = mark
    return found


def _numbers(text: str) -> dict[int, tuple[int, ...]]:
    """`1:12 3:4` as {0: (0, 1), 2: (3,)}."""
    pairs = (token.split(":") for token in text.split())
    return {int(left) - 1: tuple(int(digit) - 1 for digit in right) for left, right in pairs}


def _match(subjects: dict[str, Subject]) -> None:
    """Tie openings and follow-ups to the answers that fit them."""
    subject: Subject | None = None
    for raw in _lines("matches.txt"):
        mark, text = raw[0], raw[2:]
        if mark == "+" and subject:
            subject.answers.append(_line(text))
            continue
        key, *maps = (part.strip() for part in text.split("|"))
        subject = subjects[key]
        openings, short, pairs = ([_numbers(m) for m in maps] + [{}, {}])[:3]
        subject.openings = [Line(o.text, o.docs, openings.get(n, ())) for n, o in enumerate(subject.openings)]
        subject.short = [Line(s.text, s.docs, short.get(n, ())) for n, s in enumerate(subject.short)]
        for n, pair in enumerate(subject.pairs):
            pair.after = pairs.get(n, ())


@cache
def subjects() -> dict[str, Subject]:
    """All subjects by key."""
    files = ("orders", "returns", "products", "service", "orchard", "odd", "lang_de", "lang_fr", "lang_es", "lang_more")
    found = {subject.key: subject for name in files for subject in _read_subjects(f"{name}.txt")}
    for subject in found.values():
        subject.common = len(subject.answers)
    _match(found)
    return found


@cache
def articles() -> dict[str, str]:
    """Passages of the knowledge base by id (`late.1`), each led by its article's title."""
    found: dict[str, str] = {}
    key = title = ""
    number = 0
    for raw in _lines("kb.txt"):
        if raw.startswith("# "):
            key, title = (part.strip() for part in raw[2:].split("|"))
            number = 0
        else:
            number += 1
            found[f"{key}.{number}"] = f"{title}. {raw}"
    return found


def _sections(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    key = ""
    for raw in _lines(name):
        if raw.startswith("# "):
            key = raw[2:].strip()
            found[key] = []
        else:
            found[key].append(raw)
    return found


@cache
def fragments() -> dict[str, list[str]]:
    """Greetings, contexts, thanks and the like, by section."""
    return _sections("fragments.txt")


@cache
def systems() -> dict[str, str]:
    """System prompts by `name version`."""
    return {key: " ".join(lines) for key, lines in _sections("system.txt").items()}


def _blocks(name: str, keys: tuple[str, ...]) -> dict[str, list[str]]:
    """Sections headed by a bare word."""
    found: dict[str, list[str]] = {}
    key = ""
    for raw in _lines(name):
        if raw in keys:
            key = raw
            found[key] = []
        elif key:
            found[key].append(raw)
    return found


@cache
def jailbreaks() -> dict[str, list[str]]:
    """Attempts by kind (codes, prompt, roleplay), follow-ups among them with a leading `> `; refuse and slip."""
    return _blocks("jailbreak.txt", ("codes", "prompt", "roleplay", "refuse", "slip"))


@cache
def unknowns() -> dict[str, list[str]]:
    """Answers on the product that has no article yet: dontknow, guess; and what people say to them: annoyed."""
    return _blocks("unknown.txt", ("dontknow", "guess", "annoyed"))


@cache
def resumes() -> dict[str, list[str]]:
    """Names, places, jobs and phrases of the résumés, by section."""
    return _sections("resumes.txt")
