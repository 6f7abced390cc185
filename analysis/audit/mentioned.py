"""Groups that a text mentions: by pronouns, titles, kinship, terms and first names.

It is the group that is spoken of, never that of who uses the application; and it is found in some texts only, which is
why coverage, and the error that people measured, stand beside every figure that rests on it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).with_name("mentions.toml")
ASPECTS: tuple[str, ...] = ("gender", "religion", "age", "disability")
"""What can be looked for."""
SEVERAL = "(several mentioned)"
"""The group of a text that mentions more than one."""
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_PHRASE = re.compile(r"hard of hearing", re.IGNORECASE)


@dataclass(frozen=True)
class Mention:
    """A group that a text mentions, :data:`SEVERAL`, or None; and the kinds of words that told it."""

    group: str | None
    by: tuple[str, ...] = ()


def mention(text: str, aspect: str) -> Mention:
    """Find the one group that a text mentions.

    Names and titles count as written, with a capital; other words in any case.
    """
    exact, folded = _tables(aspect)
    found: dict[str, set[str]] = {}
    words = [*_WORD.findall(text), *(match.lower() for match in _PHRASE.findall(text))]
    for word in words:
        for group, kind in (*exact.get(word.removesuffix("'s").removesuffix("’s"), ()), *folded.get(word.lower(), ())):
            found.setdefault(group, set()).add(kind)
    if len(found) > 1:
        return Mention(SEVERAL, tuple(sorted(set().union(*found.values()))))
    return next((Mention(group, tuple(sorted(kinds))) for group, kinds in found.items()), Mention(None))


Table = dict[str, tuple[tuple[str, str], ...]]


@lru_cache
def _tables(aspect: str) -> tuple[Table, Table]:
    """Give the words of an aspect with their group and kind: those that count as written, and those in any case."""
    exact: Table = {}
    folded: Table = {}
    for group, kinds in tomllib.loads(_FILE.read_text(encoding="utf-8"))[aspect].items():
        for kind, words in kinds.items():
            as_written = kind in ("name", "title")
            for word in words:
                table, key = (exact, word) if as_written else (folded, word.lower())
                table[key] = (*table.get(key, ()), (group, kind))
    return exact, folded
