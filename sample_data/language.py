"""Turn a written line into one person's way of writing it: choices, blanks, style, slips of the finger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_BLANK = re.compile(r"\{(\w+)\}")
_NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry", "u": "yi",
    "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
_TEXTER = {
    "you": "u", "your": "ur", "are": "r", "please": "pls", "thanks": "thx", "because": "cuz", "really": "rly",
    "people": "ppl", "tomorrow": "tmrw", "though": "tho", "with": "w", "know": "kno", "going to": "gonna",
    "want to": "wanna", "don't know": "dunno", "right now": "rn",
}  # fmt: skip
_REWORD = (
    ("that's", "that is"), ("can't", "cannot"), ("don't", "do not"), ("it's", "it is"), ("I'm", "I am"),
    ("isn't", "is not"), ("doesn't", "does not"), ("won't", "will not"), ("aren't", "are not"),
    ("you've", "you have"), ("you'd like", "you want"), ("working days", "business days"),
    ("tell us", "let us know"), ("e-mail", "email"), ("send it again", "ship it again"),
    ("refund it in full", "give you a full refund"), ("is free", "costs nothing"), ("free of charge", "at no cost"),
    ("at the door", "on delivery"), ("a colleague", "someone from the team"), ("We don't", "We do not"),
    ("nearly always", "in most cases"), ("because", "since"), ("once it is", "as soon as it is"),
    ("your money back", "a refund"), ("the same day", "that same day"), ("choose", "pick"),
    ("comes off the refund", "is deducted from the refund"), ("is taken off", "is deducted"),
    ("for good", "permanently"), ("needs", "requires"), ("any more", "any longer"),
    ("whichever you prefer", "your choice"), ("afterwards", "after that"), ("have to", "need to"),
    ("must be", "has to be"), ("contact", "reach"), ("posted", "sent"), ("leaves", "goes out"),
    ("arrives", "gets there"), ("I'd ", "I would "), ("the right one", "the correct one"), ("until", "till"),
    ("otherwise", "if not"), ("it works again", "it will work again"), ("It's", "It is"), ("There's", "There is"),
    ("we'll", "we will"),
)  # fmt: skip
_REWORD_OTHER = {
    "de": (
        ("kostenlos", "gratis"),
        ("Werktage", "Arbeitstage"),
        ("innerhalb von", "binnen"),
        ("erstatten alles", "zahlen alles zurück"),
        ("dauert", "braucht"),
        ("immer", "stets"),
        ("zurückschicken", "zurücksenden"),
        ("E-Mail", "Mail"),
        ("am selben Tag", "noch am selben Tag"),
        ("ganz wie", "so wie"),
        ("meist", "meistens"),
        ("schreiben Sie", "tippen Sie"),
        ("Ab mehr als", "Bei mehr als"),
    ),
    "fr": (
        ("gratuit", "sans frais"),
        ("jours ouvrés", "jours ouvrables"),
        ("e-mail", "mail"),
        ("n'est pas nécessaire", "n'est pas obligatoire"),
        ("renvoyez", "retournez"),
        ("presque toujours", "le plus souvent"),
        ("pendant 14 jours", "durant 14 jours"),
        ("colis", "paquet"),
        ("à la porte", "à la livraison"),
    ),
    "es": (
        ("gratis", "sin coste"),
        ("días laborables", "días hábiles"),
        ("devolvemos", "reembolsamos"),
        ("paquete", "envío"),
        ("si quieres el dinero", "si prefieres el dinero"),
        ("Casi siempre", "Normalmente"),
        ("desde la entrega", "a partir de la entrega"),
        ("correo", "e-mail"),
    ),
}


def expand(rng: Random, text: str, blanks: Mapping[str, str]) -> str:
    """Make the choices `[a|b]`, innermost first, and fill the blanks `{name}`; a name without value raises KeyError."""
    while _CHOICE.search(text):
        text = _CHOICE.sub(lambda m: rng.choice(m.group(1).split("|")), text)
    text = _BLANK.sub(lambda m: blanks[m.group(1)], text)
    text = re.sub(r"\s+([.,?!])(?=\s|$)", r"\1", re.sub(r" {2,}", " ", text)) if "?" not in text[-2:] else text
    return text.replace("⟦", "[").replace("⟧", "]").replace(" // ", "\n").strip()


def reword(rng: Random, text: str, share: float, language: str = "en") -> str:
    """Put some stock phrases of an answer differently, as models do; figures and names stay."""
    for old, new in _REWORD if language == "en" else _REWORD_OTHER.get(language, ()):
        if old in text and rng.random() < share:
            text = text.replace(old, new, 1)
    return text


def dress(rng: Random, text: str, share: float) -> str:
    """Set some answers as chat models like to: numbered steps, bold amounts."""
    if rng.random() > share:
        return text
    sentences = re.split(r"(?<=[.!?]) (?=[A-Z])", text)
    if len(sentences) >= 3 and rng.random() < 0.45:
        mark = rng.choice(["- {}", "{n}. {}", "{n}) {}", "* {}"])
        steps = [mark.format(part, n=n + 1) for n, part in enumerate(sentences[1:])]
        return "\n".join([sentences[0], *steps])
    bold = re.compile(
        r"(€\d[\d.,]*\d|(?<![\d–])\d+(?:–\d+)? (?:(?:working|business) )?(?:days?|hours|minutes|seconds)\b)"
    )
    return bold.sub(r"**\1**", text, count=rng.randint(1, 3))


def _typo(rng: Random, word: str) -> str:
    if len(word) < 4 or not word.isalpha() or not word.isascii():
        return word
    at = rng.randrange(1, len(word) - 1)
    kind = rng.random()
    if kind < 0.3:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind < 0.6:
        return word[:at] + word[at + 1 :]
    if kind < 0.75:
        return word[:at] + word[at] + word[at:]
    return word[:at] + rng.choice(_NEIGHBOURS.get(word[at].lower(), word[at])) + word[at + 1 :]


def mistype(rng: Random, text: str, rate: float) -> str:
    """Slip on a share of the words; numbers, addresses and non-Latin words stay."""
    if rate <= 0:
        return text
    return "".join(_typo(rng, part) if rng.random() < rate else part for part in re.split(r"(\s+)", text))


def _lower(rng: Random, text: str) -> str:
    out = " ".join(w if any(c.isdigit() for c in w) else w.lower() for w in text.split(" "))
    if rng.random() < 0.6:
        out = out.replace("'", "")
    if rng.random() < 0.7 and not out.endswith(("...", "?", "!")):
        out = out.rstrip(".")
    return out.replace(". ", rng.choice([". ", " ", ", ", ".. "])) if rng.random() < 0.4 else out


def _texter(rng: Random, text: str) -> str:
    out = _lower(rng, text)
    for old, new in _TEXTER.items():
        if rng.random() < 0.6:
            out = re.sub(rf"\b{old}\b", new, out)
    return out.rstrip(".")


def _angry(rng: Random, text: str) -> str:
    sentences = re.split(r"(?<=[.?!]) ", text)
    loud = rng.randrange(len(sentences))
    sentences[loud] = sentences[loud].upper()
    out = " ".join(sentences)
    if rng.random() < 0.6:
        out = out.rstrip(".") + rng.choice(["!!", "!!!", "!", " !!", "?!"])
    return out


def _foreign(rng: Random, text: str) -> str:
    """English of someone who thinks in another language: articles lost, some forms bent."""
    out = re.sub(r"\b(the|a|an) ", lambda m: "" if rng.random() < 0.45 else m.group(0), text)
    bends = (
        ("I ordered", "I have ordered"), ("doesn't", "don't"), ("I've", "I have"), ("How do I", "How I can"),
        ("I'd like to", "I would like"), ("since", "since already"), ("It's", "It is"), ("didn't come", "not came"),
        ("is here", "has arrived here"), ("want to", "wish to"), ("it's", "is"), ("Can you", "You can"),
    )  # fmt: skip
    for old, new in bends:
        if rng.random() < 0.5:
            out = out.replace(old, new, 1)
    return out


_STYLES = {"lower": _lower, "terse": _lower, "texter": _texter, "angry": _angry, "foreign": _foreign}


def restyle(rng: Random, text: str, style: str, typos: float) -> str:
    """Write `text` in a person's style, one of plain, lower, terse, texter, angry, foreign, polite, rambling."""
    style_of = _STYLES.get(style)
    if style_of is not None and rng.random() < 0.85:
        text = style_of(rng, text)
    return mistype(rng, text, typos)
