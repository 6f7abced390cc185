"""Notes for the colleague who takes a conversation over."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from sample_data.dialogue import Turn


def note(rng: Random, metadata: dict[str, str], turns: list[Turn]) -> str:
    """What it is about, what was said and in what mood, in a few lines."""
    first = turns[0]
    where = {"web": "web chat", "app": "the app", "email": "e-mail", "whatsapp": "WhatsApp"}[metadata["channel"]]
    plan = metadata["plan"].replace("_", " ")
    mood = "annoyed" if any(t.mood == "unhappy" for t in turns) else rng.choice(["calm", "polite", "in a hurry"])
    doubt = (
        " Doubts what the assistant said about our terms; please check it."
        if any(t.kind == "wrong" for t in turns)
        else ""
    )
    lacking = " The assistant had no article on it." if any(t.kind == "unknown" for t in turns) else ""
    language, gist = metadata["language"], first.gist
    told = f"Told: the standard rule, {len(turns)} messages."
    return rng.choice(
        [
            f"{plan.capitalize()} customer via {where}. {gist.capitalize()}.{lacking}{doubt} "
            f"Nothing promised beyond the articles. Mood: {mood}.",
            f"Who: {plan}, {where}. What: {gist}.{lacking} {told}{doubt} Mood: {mood}.",
            f"Customer ({language}) {gist}. Wants a person.{doubt}{lacking} Tone so far {mood}.",
        ]
    )
