"""Letters of a PDF: those that every reader has a face for, and others by a face of this machine that is embedded."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import Any

_CHANGED = str.maketrans({"\u2212": "-", "\u202f": "\u00a0", "\u2060": "", "…": "..."})
"""Signs that the faces of every reader lack, and what stands for them."""
_FILES = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "arial.ttf", "Vera.ttf")
"""Faces that are looked for where systems keep theirs; the last comes with ReportLab."""
_EASTERN: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("HYSMyeongJo-Medium", re.compile(r"[\u1100-\u11ff\uac00-\ud7af]")),
    ("HeiseiMin-W3", re.compile(r"[\u3040-\u30ff]")),
    ("STSong-Light", re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")),
)
"""Faces that readers bring themselves, by PDF's own list; they are named and not embedded."""


class Faces:
    """Writes texts for ReportLab's paragraphs, and keeps account of the letters that a reader may not see."""

    def __init__(self) -> None:
        self.missing: set[str] = set()
        self.named: set[str] = set()

    @property
    def notes(self) -> list[str]:
        """What is to be said of letters for which no face was found here."""
        said = []
        if self.missing:
            letters = ", ".join(sorted(f"U+{ord(letter):04X}" for letter in self.missing))
            said.append(f"No face for these letters was found; ? stands for them: {letters}.")
        if self.named:
            said.append(
                "Chinese, Japanese and Korean words are not embedded: a reader without such a face leaves them blank. "
                "The HTML report has them."
            )
        return said

    def marked(self, text: str) -> str:
        """Escape a text, each word of it in a face that has its letters."""
        return "".join(self._word(word) for word in re.split(r"(\s+)", text.translate(_CHANGED)))

    def _word(self, word: str) -> str:
        if _standard(word):
            return escape(word)
        face = self._face(word)
        if face:
            return _in(face, word)
        return "".join(self._letter(letter) for letter in word)

    def _letter(self, letter: str) -> str:
        if _standard(letter):
            return escape(letter)
        face = self._face(letter)
        if not face:
            self.missing.add(letter)
        return _in(face, letter) if face else "?"

    def _face(self, text: str) -> str:
        """Name a face that has every letter; empty where none does."""
        for face, letters in _embedded():
            if letters.issuperset(map(ord, text)):
                return face
        eastern = next((face for face, some in _EASTERN if some.search(text)), "")
        if not eastern or not all(c.isascii() or any(some.match(c) for _, some in _EASTERN) for c in text):
            return ""
        self.named.add(text)
        return _named(eastern)


def plain(text: str) -> str:
    """Write a text in the letters that every reader has, others as ``?``."""
    return text.translate(_CHANGED).encode("cp1252", "replace").decode("cp1252")


def _in(face: str, text: str) -> str:
    return f'<font face="{face}">{escape(text)}</font>'


def _standard(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _embedded() -> list[tuple[str, frozenset[int]]]:
    """Register the faces that are found, each with the letters that it has."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    found: list[tuple[str, frozenset[int]]] = []
    for file in _FILES:
        try:
            font: Any = TTFont(f"Afterword{len(found)}", file)
        except TTFError:
            continue
        pdfmetrics.registerFont(font)
        found.append((font.fontName, frozenset(font.face.charToGlyph)))
    return found


@cache
def _named(face: str) -> str:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont(face))
    return face
