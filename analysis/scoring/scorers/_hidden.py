"""What a text holds that its reader does not see: characters without a glyph, and words in another code.

Tag characters and flags after UTS #51 (https://unicode.org/reports/tr51/), direction after UAX #9, joiners after The
Unicode Standard, section 23.2; bytes in variation selectors after Paul Butler, "Smuggling arbitrary data through an
emoji" (2025); base64 and base32 after RFC 4648. Every pattern takes time that grows with the text and no faster.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Payload(NamedTuple):
    """A place in a text that says something else than it shows: how, and what; "" where nothing can be read there."""

    start: int
    end: int
    code: str
    text: str


MOST = 20
"""Places of one kind that are given; more of the same say nothing new."""

# A black flag, a subdivision's code in tag letters and the cancel tag are a flag, such as Scotland's (UTS #51, ED-14a).
_TAGS = re.compile(
    "(?P<flag>\U0001f3f4(?:[\U000e0061-\U000e007a]{2}|[\U000e0030-\U000e0039]{3})"
    "[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,4}\U000e007f)|[\U000e0000-\U000e007f]+"
)
# One selector after a character is a variant; two in a row say nothing, but some software writes U+FE0F twice.
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}")
_WIDTHLESS = "\u180e\u200b-\u200d\u2060-\u2064\ufeff"
_RUN = re.compile(f"[{_WIDTHLESS}]{{4,}}")
# Joiners have work to do in Arabic, Persian, Indic and emoji, never in a word of Latin, Greek or Cyrillic letters.
_IN_WORD = re.compile("(?<=[A-Za-zÀ-ɏͰ-ϿЀ-ӿ])[\u200b\u200d\u2060-\u2064\ufeff]{1,3}(?=[A-Za-zÀ-ɏͰ-ϿЀ-ӿ])")
_OVERRIDE = re.compile("[\u202d\u202e](?P<inside>[^\u202c\u2029\n]{1,2000})")
_UNSEEN = re.compile(f"[{_WIDTHLESS}\u202d\u202e\ufe00-\ufe0f\U000e0000-\U000e01ef]")


def hidden_unicode(text: str) -> list[Payload]:
    """Find characters without a glyph that have no business where they stand, and read them.

    Returns
    -------
    list of Payload
        ``tags``: tag characters outside a flag; ``variation-selectors``: bytes in them; ``zero-width``: a run of four
        or more characters without width, or three or more words broken up by them; ``bidi-override``: text that is
        shown in another order than it is stored, with the text as it is shown.
    """
    if text.isascii() or not _UNSEEN.search(text):
        return []
    found = []
    for match in _TAGS.finditer(text):
        if not match["flag"]:
            letters = "".join(chr(ord(char) - 0xE0000) for char in match[0])
            found.append(Payload(*match.span(), "tags", "".join(filter(str.isprintable, letters))))
    for match in _SELECTORS.finditer(text):
        if len(match[0]) >= 4 or any(ord(char) > 0xFE0F for char in match[0][1:]):
            found.append(Payload(*match.span(), "variation-selectors", _bytes_of_selectors(match[0])))
    found += [Payload(*match.span(), "zero-width", _bits(match[0])) for match in _RUN.finditer(text)]
    broken = [match.span() for match in _IN_WORD.finditer(text)]
    if len(broken) >= 3:
        found += [Payload(*span, "zero-width", "") for span in broken]
    for match in _OVERRIDE.finditer(text):
        if any(map(str.isalpha, match["inside"])):
            backwards = match[0][0] == "\u202e"
            found.append(Payload(*match.span(), "bidi-override", match["inside"][:: -1 if backwards else 1]))
    return _first_of_each(found)


def _first_of_each(found: list[Payload]) -> list[Payload]:
    counts: dict[str, int] = {}
    kept = []
    for one in sorted(found):
        counts[one.code] = counts.get(one.code, 0) + 1
        if counts[one.code] <= MOST:
            kept.append(one)
    return kept


def _bytes_of_selectors(run: str) -> str:
    """Read a byte from each selector: the first sixteen from U+FE00 on, the rest from U+E0100 on."""
    codes = (ord(char) - 0xFE00 if ord(char) <= 0xFE0F else ord(char) - 0xE0100 + 16 for char in run)
    return "".join(filter(str.isprintable, bytes(codes).decode("utf-8", "ignore")))


def _bits(run: str) -> str:
    """Read eight bits a letter from a run of two characters without width, whichever of them is the 1."""
    kinds = sorted(set(run))
    if len(kinds) != 2 or len(run) % 8:
        return ""
    for zero, one in (kinds, kinds[::-1]):
        bits = run.replace(zero, "0").replace(one, "1")
        text = "".join(chr(int(bits[at : at + 8], 2)) for at in range(0, len(bits), 8))
        if text.isascii() and text.isprintable():
            return text
    return ""


_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_=-])(?:[A-Za-z0-9+/]{60,}\r?\n)*[A-Za-z0-9+/_-]{16,}={0,2}(?![A-Za-z0-9+/_=-])")
_HEX = re.compile(r"(?<![0-9A-Za-z\\%])(?:(?:\\x|%|0x)?[0-9A-Fa-f]{2}[ ,:]?){12,}(?![0-9A-Za-z])")
_BINARY = re.compile(r"(?<![0-9A-Za-z])(?:[01]{8}[ ,]?){6,}(?![0-9A-Za-z])")
_SPACED = re.compile(r"(?<!\w)(?:[A-Za-z](?:[.|*_-]| {1,3})){7,}[A-Za-z](?!\w)")
_WORDS = frozenset((
    "the", "and", "you", "your", "how", "to", "make", "a", "of", "for", "me", "with", "all", "in", "is", "it", "this",
    "that", "what", "write", "show", "tell", "give", "do", "not", "ignore", "previous", "prior", "instructions",
    "instruction", "system", "prompt", "rules", "forget", "disregard", "reveal", "print", "secret", "password", "bomb",
    "drugs", "hack", "weapon", "steps", "simple", "please", "from", "now", "on", "answer", "respond", "without", "any",
))  # fmt: skip
_ROT13 = frozenset(codecs.encode(word, "rot13") for word in _WORDS if len(word) > 2)
_ROT13_COMMON = ("gur ", "naq ", "lbh", "vtaber", "vafgehpgvba", "cebzcg", "flfgrz", "cerivbhf")
_LEET = str.maketrans("0123456789@$!", "oireasbtbgasi")
_LEET_WORD = re.compile(
    r"(?<![\w@$!])(?=[a-z@$!]{0,15}[0-9@$!])(?=[0-9@$!]{0,15}[a-z])[a-z0-9@$!]{2,16}(?![\w@$])", re.I
)
_WORD = re.compile(r"[A-Za-z]{3,16}")
_BACKWARDS = ("snoitcurtsni", "suoiverp", "erongi", "tpmorp", "dragersid")
# Begins with what is rare, so that texts are passed over fast.
_DIGIT_IN_WORD = re.compile("[013457@$](?<=[A-Za-z].)[A-Za-z]", re.S)


def readable(text: str) -> bool:
    """Tell whether decoded bytes are words: letters and spaces above all, and more than one word."""
    if len(text) < 8 or not all(char.isprintable() or char in "\r\n\t" for char in text):
        return False
    plain = sum(char.isalpha() or char.isspace() for char in text)
    return plain >= 0.8 * len(text) and (len(text.split()) > 1 or not text.isascii())


def _decoded(raw: bytes) -> str | None:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return text if readable(text) else None


def from_base64(text: str) -> str | None:
    """Decode base64 of either alphabet (RFC 4648), padded or not; None where it is none or holds no words."""
    letters = "".join(text.split()).rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
    if not letters.isascii():
        return None
    try:
        return _decoded(base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True))
    except binascii.Error:
        return None


def from_hex(text: str) -> str | None:
    r"""Decode hexadecimal digits, also with ``\x``, ``%`` or ``0x`` before them; None where they hold no words."""
    digits = re.sub(r"0x|[\\x% ,:]", "", text)
    return _decoded(bytes.fromhex(digits)) if len(digits) % 2 == 0 else None


def encoded(text: str) -> list[Payload]:
    """Find words that are written in another code, and read them.

    Returns
    -------
    list of Payload
        ``base64``, ``hex``, ``binary``, ``rot13``, ``leet`` (digits for letters), ``spaced`` (letters apart) or
        ``backwards``.
    """
    tokens = text.split()
    return _first_of_each([*_in_digits(text, tokens), *_in_letters(text, tokens)])


def _in_digits(text: str, tokens: Sequence[str]) -> Iterator[Payload]:
    # What cannot be there is not looked for: ordinary texts have neither long words nor many digits.
    digits = sum(map(text.count, "0123456789"))
    if max(map(len, tokens), default=0) >= 16:
        for match in _BASE64.finditer(text):
            if (said := from_base64(match[0])) is not None:
                yield Payload(*match.span(), "base64", said)
    for match in _HEX.finditer(text) if digits >= 12 else ():
        if (said := from_hex(match[0])) is not None:
            yield Payload(*match.span(), "hex", said)
    for match in _BINARY.finditer(text) if digits >= 48 else ():
        bits = re.sub("[ ,]", "", match[0])
        if (said := _decoded(int(bits, 2).to_bytes(len(bits) // 8, "big"))) is not None:
            yield Payload(*match.span(), "binary", said)


def _in_letters(text: str, tokens: Sequence[str]) -> Iterator[Payload]:
    lower = text.lower()
    if any(word in lower for word in _ROT13_COMMON):
        turned = [match.span() for match in _WORD.finditer(text) if match[0].lower() in _ROT13]
        if len({text[start:end].lower() for start, end in turned}) >= 3:
            start, end = _lines(text, turned[0][0], turned[-1][1])
            yield Payload(start, end, "rot13", codecs.encode(text[start:end], "rot13"))
    if _DIGIT_IN_WORD.search(text):
        leet = [match.span() for match in _LEET_WORD.finditer(text) if _from_leet(match[0]) in _WORDS]
        if len(leet) >= 3:
            start, end = _lines(text, leet[0][0], leet[-1][1])
            yield Payload(start, end, "leet", _from_leet(text[start:end]))
    lengths = [*map(len, tokens)]
    if lengths.count(1) >= 8 or (
        max(lengths, default=0) >= 15 and any(len(token) >= 15 and token[1] in ".|*_-" for token in tokens)
    ):
        for match in _SPACED.finditer(text):
            words = (re.sub("[^A-Za-z]", "", word) for word in re.split(" {2,}", match[0]))
            yield Payload(*match.span(), "spaced", " ".join(words))
    for word in _BACKWARDS:
        if (at := lower.find(word)) >= 0 and len(lower) == len(text):
            start, end = _lines(text, at, at + len(word))
            yield Payload(start, end, "backwards", text[start:end][::-1])
            break


def _from_leet(text: str) -> str:
    return text.lower().translate(_LEET)


def _lines(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a place to whole lines, by 300 characters at most."""
    first = text.rfind("\n", max(start - 300, 0), start) + 1 or max(start - 300, 0)
    last = text.find("\n", end, end + 300)
    return first, last if last >= 0 else min(end + 300, len(text))
