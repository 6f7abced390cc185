"""Whether what is kept is what the records say now."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from analysis.store import Store

_known: WeakKeyDictionary[Store, int] = WeakKeyDictionary()
"""The generation of a store at which what is kept is known to be right."""


def mark(store: Store, generation: int) -> None:
    """Note that what is kept is right at a generation of the store."""
    _known[store] = generation


def is_fresh(store: Store) -> bool:
    """Whether nothing was written since what is kept was computed."""
    return _known.get(store) == store.generation
