"""Labels as other tools write them: a row a label, or a row an item with a column a rater."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analysis.review import rows as files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_ITEM = (
    "item", "item_id", "record_id", "id", "task", "task_id", "source_id", "request_id", "call_id", "trace_id",
    "example_id", "sample_id",
)  # fmt: skip
_WHO = (
    "rater", "annotator", "reviewer", "coder", "labeler", "labeller", "evaluator", "assessor", "judge", "expert",
    "worker", "participant", "user", "who",
)  # fmt: skip
_RATER = (*_WHO, *(f"{who}_{what}" for who in _WHO for what in ("id", "name", "email")), "_annotator_id")
LABELS = ("label", "answer", "rating", "value", "annotation", "code")
"""Headings of columns that hold labels and do not say of what."""

_LONGEST = 100
"""Letters of a label where it is not said which columns are raters': longer ones are texts of items."""


@dataclass(frozen=True)
class Table:
    """Labels: (item, rater, label) each, all text; the gold labels by item; the name of the column of labels.

    `again` labels were given where the rater had labelled the item before, and took the place of those; `nameless` ones
    name no item, or nobody who gave them.
    """

    labels: tuple[tuple[str, str, str], ...]
    gold: dict[str, str]
    label: str | None = None
    again: int = 0
    nameless: int = 0

    @cached_property
    def items(self) -> list[str]:
        """The items in the order in which they come."""
        return list(dict.fromkeys(item for item, _, _ in self.labels))

    @cached_property
    def raters(self) -> list[str]:
        """The raters in the order in which they come."""
        return list(dict.fromkeys(rater for _, rater, _ in self.labels))

    @cached_property
    def of_item(self) -> Counter[str]:
        """How many raters labelled each item."""
        return Counter(item for item, _ in {(item, rater) for item, rater, _ in self.labels})

    def renamed(self, names: Mapping[str, str]) -> Table:
        """Call items by other names; where two become one, the last label of a rater counts."""
        newest = {(names.get(item, item), rater): label for item, rater, label in self.labels}
        return replace(
            self, labels=tuple((item, rater, label) for (item, rater), label in newest.items()),
            gold={names.get(item, item): label for item, label in self.gold.items()},
            again=self.again + len(self.labels) - len(newest),
        )  # fmt: skip


def read(
    path: Path,
    *,
    item: str | None = None,
    rater: str | Sequence[str] | None = None,
    label: str | None = None,
    gold: str | None = None,
) -> Table:
    """Read labels from a file.

    Parameters
    ----------
    rater : str or sequence of str or None
        The column that says who; several are a rater each. Without it, and no column that is called so, every column
        but the item's and the gold one is a rater's.

    Raises
    ------
    ValueError
        If it is no such table, a column that is named is not there, or it can't be told which are the raters'.
    """
    rows = files.read(path)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    named = [rater] if isinstance(rater, str) else list(rater or ())
    for name in (item, *named, label, gold):
        if name is not None and name not in columns:
            raise ValueError(f"{path.name} has no column {name!r}. Columns: {', '.join(columns)}.")
    item = item or _called(columns, _ITEM) or next(iter(columns), None)
    who = named[0] if len(named) == 1 else None if named else _called(columns, _RATER)
    if item is None:
        raise ValueError(f"{path.name} is empty.")
    if who is None:
        raters = named or [name for name in columns if name not in (item, gold)]
        if not named:
            _check(path, rows, item, raters)
        found: list[tuple[object, object, object]] = [
            (row.get(item), name, row.get(name)) for row in rows for name in raters
        ]
    else:
        others = [name for name in columns if name not in (item, who, gold)]
        label = label or _called(others, LABELS) or (others[0] if len(others) == 1 else None)
        if label is None:
            raise ValueError(
                f"Which column of {path.name} holds the labels? Name it: --label COL. Columns: {', '.join(columns)}."
            )
        found = [(row.get(item), row.get(who), row.get(label)) for row in rows]
    given = [(_text(one), _text(name), _text(said)) for one, name, said in found if _text(said)]
    # of several labels of an item by one rater the last counts
    newest = {(one, name): said for one, name, said in given if one and name}
    nameless = sum(not (one and name) for one, name, _ in given)
    known = {_text(row.get(item)): _text(row.get(gold)) for row in rows if gold and _text(row.get(gold))}
    labels = tuple((one, name, said) for (one, name), said in newest.items())
    return Table(labels, known, label, len(given) - nameless - len(newest), nameless)


def _check(path: Path, rows: Sequence[dict[str, Any]], item: str, raters: Sequence[str]) -> None:
    """Refuse a table in which a row is a label, or a column holds texts and not labels: it would pass for a rater."""
    names = [name for row in rows if (name := _text(row.get(item)))]
    if len(set(names)) < len(names):
        raise ValueError(
            f"Several rows of {path.name} have the same {item}, so that a row is a label. Say which column says who, "
            f"and which holds the label: --rater COL --label COL. Columns: {', '.join(dict.fromkeys([item, *raters]))}."
        )
    for name in raters:
        if any(len(_text(row.get(name))) > _LONGEST for row in rows):
            raise ValueError(
                f"The column {name!r} of {path.name} holds texts and no labels. Say which columns are raters': "
                "--rater COL, once for each; or, where a row is a label, the column that says who."
            )


def _called(columns: Sequence[str], names: Sequence[str]) -> str | None:
    return next((column for name in names for column in columns if column.lower() == name), None)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):  # the labels of one answer
        return ", ".join(sorted(map(_text, value)))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    return "" if missing else str(value).strip()


def expected(path: Path) -> dict[str, dict[str, Any]]:
    """Read gold items: a column for the item, and one for each question; whole numbers are points of a scale."""
    rows = files.read(path)
    item = _called(list(rows[0]) if rows else [], _ITEM)
    if item is None:
        raise ValueError(f"{path.name} has no column called item.")
    return {
        _text(row[item]): {name: _number(_text(value)) for name, value in row.items() if name != item and _text(value)}
        for row in rows
    }


def _number(text: str) -> int | str:
    return int(text) if text.lstrip("-").isdecimal() else text
