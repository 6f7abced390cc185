"""Prompts of a few topics."""

from __future__ import annotations

import itertools
from typing import Any

TALK = {
    "refund": (
        ("I want my money back", "Please refund me", "Give me a refund", "How do I get my money returned"),
        ("for the broken kettle", "for order 4711", "for the shoes", "because it never arrived", "for the late parcel"),
    ),
    "password": (
        ("I forgot my password", "How do I reset my password", "I cannot log in", "My account login fails"),
        ("on the website", "in the app", "since yesterday", "after the update", "on my new phone"),
    ),
    "weather": (
        ("Will it rain", "What is the weather", "How cold will it be", "Is it going to snow"),
        ("in Berlin tomorrow", "in Paris on Sunday", "this weekend", "in the mountains", "next week in Rome"),
    ),
}
NEW = {"cooking": (
    ("How long do I boil", "What is the recipe for", "How do I bake", "Can I fry"),
    ("an egg", "potatoes", "a chocolate cake", "pasta", "fresh bread"),
)}  # fmt: skip


def prompts(talk: dict[str, Any] = TALK) -> list[str]:
    return [f"{first} {second}?" for parts in talk.values() for first, second in itertools.product(*parts)]
