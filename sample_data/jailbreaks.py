"""People who try to talk the assistant out of its rules: discount codes, its instructions, rude characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sample_data import reader
from sample_data.dialogue import Turn
from sample_data.language import expand
from sample_data.messages import Writer
from sample_data.world import Person, blanks, order

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

_REFUSALS = {"codes": (0, 2, 3, 5, 6, 7, 8, 9), "prompt": (0, 1, 3, 5, 7, 9), "roleplay": (0, 3, 4, 5, 7)}


def jailbreak(rng: Random, person: Person, now: datetime, attempts: int, slips: float) -> list[Turn]:
    """Someone tries to talk the assistant out of its rules; `slips` is the share of attempts that succeed mildly."""
    lines = reader.jailbreaks()
    kind = rng.choices(["codes", "prompt", "roleplay"], [5, 3, 3])[0]
    writer = Writer(rng, person, "en", blanks(rng, person, order(rng, person, "", "", now.date()), "en"))
    firsts = [line for line in lines[kind] if not line.startswith("> ")]
    again = [line[2:] for found in lines.values() for line in found if line.startswith("> ")]
    fitting = {"codes": (3, 4), "prompt": (2, 6), "roleplay": (0, 1, 5)}[kind]
    turns: list[Turn] = []
    tried: set[str] = set()
    for n in range(attempts):
        pool = [line for line in (firsts if n == 0 or rng.random() < 0.55 else again) if line not in tried] or firsts
        line = rng.choice(pool)
        tried.add(line)
        gave = rng.random() < slips
        text = lines["slip"][rng.choice(fitting)] if gave else lines["refuse"][rng.choice(_REFUSALS[kind])]
        answer = expand(rng, text, writer.blanks)
        turns.append(
            Turn(writer.write(line), answer, "slip" if gave else "refused", "general", f"jailbreak_{kind}", kind)
        )
    return turns
