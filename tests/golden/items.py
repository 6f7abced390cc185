"""Items for tests."""

from __future__ import annotations

from typing import Any

from analysis.golden.item import CORRECTION, Item, Source


def item(prompt: str, expected: str = "yes", **given: Any) -> Item:
    """An item of one question."""
    source = Source(**{"kind": CORRECTION} | given.pop("source", {}))
    return Item(messages=({"role": "user", "content": prompt},), expected=expected, source=source, **given)
