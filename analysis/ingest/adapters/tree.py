"""Flattened span attributes as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.ingest.content import Json

MAX_STEPS = 20
"""Dots of a key that are taken for steps; the rest is one name."""


def nest(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Flattened attributes as a tree: ``llm.input_messages.0.message.role`` becomes objects and lists again.

    Keys whose values are already objects or lists, as in a DataFrame, join the tree; JSON text stays text.
    """
    tree: dict[str, Any] = {}
    for key, value in attributes.items():
        node = tree
        *path, leaf = key.split(".", MAX_STEPS)
        for step in path:
            inner = node.setdefault(step, {})
            if not isinstance(inner, dict):
                inner = node[step] = {"": inner}
            node = inner
        known = node.get(leaf)
        if isinstance(known, dict) and isinstance(value, dict):
            known.update(value)
        elif isinstance(known, dict):
            known[""] = value
        else:
            node[leaf] = value
    listed = _listed(tree)
    return listed if isinstance(listed, dict) else {}


def _listed(node: Json, level: int = 0) -> Json:
    """Objects with the keys 0, 1, 2, … as lists."""
    if level > 2 * MAX_STEPS or not isinstance(node, dict):
        return node
    inner = {key: _listed(value, level + 1) for key, value in node.items()}
    if inner and all(key.isdecimal() and key.isascii() and len(key) < 10 for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def at(tree: Json, path: str) -> Json:
    """The value at a dotted path; None where it is missing or empty."""
    for step in path.split("."):
        if not isinstance(tree, dict):
            return None
        tree = tree.get(step)
    return None if tree in ("", [], {}) else tree


def fields(item: Mapping[str, Any], prefix: str, names: tuple[str, ...]) -> list[Json]:
    """Values of ``document.id`` and the like, flattened or nested."""
    inner = item.get(prefix)
    nested: Mapping[str, Any] = inner if isinstance(inner, dict) else item
    return [item.get(f"{prefix}.{name}", nested.get(name)) for name in names]
