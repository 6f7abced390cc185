"""Counterfactual prompts: the same prompt for each arm, to be run elsewhere, and the answers brought back.

A pair is a line an arm, with ``pair_id``, ``arm``, ``name``, ``template`` and ``prompt``. Names vary within an arm, for
one name has effects of its own; the order of the arms is dealt for each pair, since models favour what comes first.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import asdict, dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from analysis.audit.swap import ARMS, FEMALE, MALE, NEUTRAL, swap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

SLOTS: dict[str, tuple[str, str, str]] = {
    "pronoun": ("she", "he", "they"), "object": ("her", "him", "them"), "possessive": ("her", "his", "their"),
    "possessive_pronoun": ("hers", "his", "theirs"), "reflexive": ("herself", "himself", "themselves"),
    "title": ("Ms", "Mr", "Mx"), "person": ("woman", "man", "person"), "parent": ("mother", "father", "parent"),
    "child": ("daughter", "son", "child"), "sibling": ("sister", "brother", "sibling"),
    "spouse": ("wife", "husband", "spouse"), "is": ("is", "is", "are"), "was": ("was", "was", "were"),
    "has": ("has", "has", "have"), "s": ("s", "s", ""),
}  # fmt: skip
"""Slots of a template beside ``{name}``, in the arms female, male and neutral; with a capital they begin with one."""
_SLOT = re.compile(r"\{([A-Za-z_]+?)(?:_([12]))?\}")
LEAST_NAMES = 10
"""Names an arm should have: fewer, and a name's own effect passes for the arm's."""
NAMES: dict[str, tuple[str, ...]] = {
    FEMALE: ("Jessica", "Ashley", "Amanda", "Sarah", "Jennifer", "Stephanie", "Nicole", "Emily", "Elizabeth", "Rebecca",
             "Laura", "Rachel"),
    MALE: ("Michael", "Christopher", "Matthew", "David", "Joshua", "Daniel", "James", "Andrew", "Joseph", "Nicholas",
           "Kevin", "Brian"),
    NEUTRAL: ("A.", "B.", "C.", "D.", "E.", "G.", "H.", "J.", "K.", "L.", "M.", "N."),
}  # fmt: skip
"""Names where none are given: frequent US ones of the 1980s and 1990s (Social Security Administration, public domain),
so that era and origin differ little between arms. Lists of your own should be matched too: n-th with n-th."""


@dataclass(frozen=True)
class Prompt:
    """One arm of a pair."""

    pair_id: str
    arm: str
    name: str
    template: str
    prompt: str


def from_templates(
    templates: Sequence[str],
    *,
    arms: Sequence[str] = (FEMALE, MALE),
    names: Mapping[str, Sequence[str]] | None = None,
    times: int = LEAST_NAMES,
    seed: int = 0,
) -> list[Prompt]:
    """Fill templates for each arm, `times` times with other names.

    Slots that end in ``_1`` and ``_2`` speak of two candidates: the arm of the line is that of the first, the second is
    of another arm, and each two arms are written both ways round.

    Parameters
    ----------
    names : mapping of str to sequence of str, optional
        First names of each arm, the n-th of each matched; without it :data:`NAMES`.

    Raises
    ------
    ValueError
        If an arm or a slot is unknown, or a template has no slot.
    """
    rng, found = Random(seed), []
    for number, template in enumerate(templates, 1):
        slots = {(match[1].lower(), match[2]) for match in _SLOT.finditer(template)}
        unknown = sorted(slot for slot, _ in slots if slot != "name" and slot not in SLOTS)
        if unknown or not slots:
            raise ValueError(
                f"Template {number}: {'there is no slot ' + unknown[0] if unknown else 'it has no slot'}. "
                f"Slots: name, {', '.join(SLOTS)}."
            )
        two = any(place for _, place in slots)
        dealt = _dealt(_known(arms), names, times, rng)
        for time in range(times):
            lines = []
            for place, arm in enumerate(arms):
                other = arms[(place + 1) % len(arms)]
                people = {"": (arm, dealt[arm][time]), "1": (arm, dealt[arm][time]), "2": (other, dealt[other][time])}
                said = " and ".join(dict.fromkeys([people["1"][1], people["2"][1]])) if two else people[""][1]
                lines.append(
                    Prompt(f"T{number}-{time + 1:03}", f"{arm} first" if two else arm, said, f"template {number}",
                           _filled(template, people))
                )  # fmt: skip
            rng.shuffle(lines)
            found += lines
    return found


def from_texts(
    texts: Iterable[tuple[str, str]],
    *,
    arms: Sequence[str] = (FEMALE, MALE),
    person: Mapping[str, str] | None = None,
    names: Mapping[str, Sequence[str]] | None = None,
    seed: int = 0,
) -> list[Prompt]:
    """Rewrite texts for each arm.

    Parameters
    ----------
    texts : iterable of (str, str)
        Id and text.
    person : mapping of str to str, optional
        Of an id, the first name that stands in its text and is to be replaced in every arm.

    Returns
    -------
    list of Prompt
        Nothing of a text that comes out the same in all arms: it has no attribute to swap.
    """
    rng, found = Random(seed), []
    for id, text in texts:
        name = (person or {}).get(id, "")
        lines, dealt = [], _dealt(_known(arms), names, 1, rng)
        for arm in arms:
            new = dealt[arm][0] if name else ""
            lines.append(Prompt(id, arm, new, "text", swap(text, arm, {name: new} if name else None)))
        if len({line.prompt for line in lines}) > 1:
            rng.shuffle(lines)
            found += lines
    return found


def write(prompts: Iterable[Prompt], path: Path) -> int:
    """Write prompts as JSON lines; returns how many."""
    lines = [json.dumps(asdict(prompt), ensure_ascii=False) for prompt in prompts]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)


def results(path: Path, prompts: Path) -> list[dict[str, Any]]:
    """Join answers, in JSON lines or CSV with ``pair_id``, ``arm`` and ``response``, to the prompts that were written.

    Returns
    -------
    list of dict
        A record an answer, with the prompt, and ``model`` and ``time`` where the answers have them.

    Raises
    ------
    ValueError
        If a line lacks one of the three, or answers a prompt that was not written; the message names the line.
    """
    asked = {(row["pair_id"], row["arm"]): row for _, row in _lines(prompts)}
    found, count = [], dict.fromkeys(asked, 0)
    for number, row in _lines(path):
        missing = [name for name in ("pair_id", "arm", "response") if row.get(name) in (None, "")]
        if missing:
            raise ValueError(f"{path.name}, line {number}: {missing[0]} is missing.")
        key = str(row["pair_id"]), str(row["arm"])
        if key not in asked:
            raise ValueError(f"{path.name}, line {number}: no prompt was written for pair {key[0]}, arm {key[1]}.")
        count[key] += 1
        found.append({
            "id": f"{key[0]}/{key[1]}/{count[key]}", "prompt": asked[key]["prompt"], "response": str(row["response"]),
            "pair_id": key[0], "arm": key[1], "name": asked[key].get("name"), "app": "counterfactual pairs",
            **{name: row[name] for name in ("model", "time") if row.get(name)},
        })  # fmt: skip
    return found


def _lines(path: Path) -> list[tuple[int, dict[str, Any]]]:
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix.lower() == ".csv":
        return list(enumerate(csv.DictReader(text.splitlines(keepends=True)), 2))
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ValueError(f"{path.name}, line {number}: this is no JSON ({error}).") from error
        if not isinstance(row, dict):
            raise ValueError(f"{path.name}, line {number}: an object is wanted.")
        found.append((number, row))
    return found


def _known(arms: Sequence[str]) -> Sequence[str]:
    for arm in arms:
        if arm not in ARMS:
            raise ValueError(f"{arm!r} is no arm. Arms: {', '.join(ARMS)}.")
    return arms


def _dealt(
    arms: Sequence[str], names: Mapping[str, Sequence[str]] | None, times: int, rng: Random
) -> dict[str, list[str]]:
    """Deal each arm names, matched ones together: all of them once, before one comes again."""
    given = {arm: list((names or {}).get(arm) or NAMES[arm]) for arm in arms}
    order = list(range(max(map(len, given.values()))))
    rng.shuffle(order)
    turns = [order[time % len(order)] for time in range(times)]
    return {arm: [listed[turn % len(listed)] for turn in turns] for arm, listed in given.items()}


def _filled(template: str, people: Mapping[str, tuple[str, str]]) -> str:
    def fill(match: re.Match[str]) -> str:
        arm, name = people[match[2] or ""]
        slot = match[1]
        if slot.lower() == "name":
            return name
        word = SLOTS[slot.lower()][ARMS.index(arm)]
        return word.upper() if len(slot) > 1 and slot.isupper() else word.capitalize() if slot[0].isupper() else word

    return _SLOT.sub(fill, template)
