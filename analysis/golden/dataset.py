"""Golden datasets: versions made from the logs or from a file, their items, and how two versions differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.golden import build
from analysis.golden.item import Item, digest
from analysis.state import golden

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.golden.build import Recipe
    from analysis.metrics.filter import Filter
    from analysis.state.database import State
    from analysis.state.golden import Version
    from analysis.store import Store


@dataclass(frozen=True)
class Diff:
    """How a version differs from the one before: items that came, went, and ask for another answer (before, now)."""

    added: list[Item]
    removed: list[Item]
    changed: list[tuple[Item, Item]]


def make(
    store: Store, state: State, name: str, filter: Filter, recipe: Recipe, *, keep: bool = False, who: str
) -> Version:
    """Build a dataset from the logs, as a new version where that holds anything else than the newest.

    What was imported into it stays; with `keep` so does everything that the newest version holds.

    Raises
    ------
    ValueError
        If the recipe gives no item, or is none.
    """
    held = golden.versions(state, name)
    carried = build.carried(items(state, held[0]), keep=keep) if held else []
    found = build.gather(store, filter, recipe, imported=carried)
    if not found.items:
        raise ValueError(
            "Nothing to build from: no record of this selection has a correction, or a label that calls it good. "
            "Say which labels do, such as correct=1, or take feedback, too."
        )
    made = {"how": "built", "keep": keep, **build.as_json(recipe, filter, found)}
    return _freeze(state, name, found.items, made, who)


def add(
    state: State, name: str, imported: Sequence[Item], *, file: str, replace: bool = False, who: str
) -> Version:  # fmt: skip
    """Put imported items into a dataset, in place of those with the same question; with `replace` of all.

    Raises
    ------
    ValueError
        If there is no item.
    """
    held = golden.versions(state, name)
    kept = {item.id: item for item in items(state, held[0])} if held and not replace else {}
    merged = list((kept | {item.id: item for item in imported}).values())
    recipe = {"how": "imported", "file": file, "replace": replace, "kinds": build.counts(merged)}
    return _freeze(state, name, merged, recipe, who)


def items(state: State, version: Version) -> list[Item]:
    """Read the items of a version."""
    return [Item.of(body) for body in golden.bodies(state, version)]


def diff(before: Sequence[Item], now: Sequence[Item]) -> Diff:
    """Compare two versions."""
    old, new = {item.id: item for item in before}, {item.id: item for item in now}
    return Diff(
        [item for id, item in new.items() if id not in old],
        [item for id, item in old.items() if id not in new],
        [(old[id], item) for id, item in new.items() if id in old and not item.same(old[id])],
    )


def _freeze(state: State, name: str, found: Sequence[Item], recipe: dict[str, object], who: str) -> Version:
    ordered = sorted(found, key=lambda item: (item.source.time or "", item.id))
    return golden.freeze(state, name, [item.body() for item in ordered], digest(ordered), recipe, who=who)
