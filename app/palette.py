"""Colours: the same value of a field has the same one on every page, in every period, in light and dark."""

from __future__ import annotations

from analysis.metrics.fields import NONE, OTHER
from analysis.metrics.kept.facets import IDENTIFIERS
from app import data

HUES: tuple[str, ...] = (
    "#546ec6", "#989415", "#a65391", "#0a725b", "#3298d5", "#895d10", "#c5779e", "#509065",
)  # fmt: skip
"""Told apart with any colour vision, and 3:1 against both papers; ``chartCategoricalColors`` begins with them."""

PENCIL = "#8a8175"
"""For what has no colour of its own: the rest, and missing values."""

MANY = 24
"""A field with more values has no colours: they would tell nothing apart. Nor have users and conversations."""


def colours(field: str, values: list[str]) -> dict[str, str]:
    """Give each value of a field its colour.

    A value's colour is its place in the order in which imports brought the values, so it stays when others come. Beyond
    eight values colours come again; labels stand beside them.
    """
    known = [] if field in IDENTIFIERS else data.values_in_order(field)
    if not known or len(known) > MANY:
        return dict.fromkeys(values, PENCIL)
    order = {value: place for place, value in enumerate(known)}
    return {
        value: PENCIL if value in (NONE, OTHER) or value not in order else HUES[order[value] % len(HUES)]
        for value in values
    }
