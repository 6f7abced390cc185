"""Labels as other tools write them: a row a label, or a row an item with a column a rater; CSV or JSONL."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_ITEM = ("item", "item_id", "record_id", "id", "task", "task_id")
_RATER = ("rater", "annotator", "reviewer", "coder", "worker", "user", "who")
_LABEL = ("label", "answer", "rating", "value", "annotation", "code")


@dataclass(frozen=True)
class Table:
    """Labels: (item, rater, label) each, all text; the gold labels by item; the name of the column of labels."""

    labels: tuple[tuple[str, str, str], ...]
    gold: dict[str, str]
    label: str | None = None

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


def read(
    path: Path, *, item: str | None = None, rater: str | None = None, label: str | None = None, gold: str | None = None
) -> Table:
    """Read labels from a file.

    Without `rater`, and no column that is called so, every column but the item's and the gold one is a rater's.

    Raises
    ------
    ValueError
        If it is no such table, or a column that is named is not there.
    """
    rows = _rows(path)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    for name in (item, rater, label, gold):
        if name is not None and name not in columns:
            raise ValueError(f"{path.name} has no column {name!r}. Columns: {', '.join(columns)}.")
    item = item or _called(columns, _ITEM) or next(iter(columns), None)
    rater = rater or _called(columns, _RATER)
    if item is None:
        raise ValueError(f"{path.name} is empty.")
    if rater is None:
        raters = [name for name in columns if name not in (item, gold)]
        found: list[tuple[object, object, object]] = [
            (row.get(item), name, row.get(name)) for row in rows for name in raters
        ]
    else:
        label = label or _called(columns, _LABEL)
        if label is None:
            raise ValueError(f"Which column of {path.name} holds the labels? Name it: --label COL.")
        found = [(row.get(item), row.get(rater), row.get(label)) for row in rows]
    # of several labels of an item by one rater the last counts
    newest = {(_text(one), _text(who)): _text(given) for one, who, given in found if _text(given)}
    labels = tuple((one, who, given) for (one, who), given in newest.items() if one and who)
    known = {_text(row.get(item)): _text(row.get(gold)) for row in rows if gold and _text(row.get(gold))}
    return Table(labels, known, label)


def _rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return list(_objects(path))
    if path.suffix.lower() not in (".csv", ".tsv"):
        raise ValueError(f"{path.name}: labels are read from .csv, .tsv and .jsonl.")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
        return [{name: value for name, value in row.items() if name is not None} for row in reader]


def _objects(path: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    row = json.loads(line)
                except json.JSONDecodeError as error:
                    raise ValueError(f"{path.name}, line {number}: no JSON ({error.msg}).") from error
                if not isinstance(row, dict):
                    raise ValueError(f"{path.name}, line {number}: no object.")
                yield row


def _called(columns: Sequence[str], names: Sequence[str]) -> str | None:
    return next((column for name in names for column in columns if column.lower() == name), None)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def expected(path: Path) -> dict[str, dict[str, Any]]:
    """Read gold items: a column for the item, and one for each question; whole numbers are points of a scale."""
    rows = _rows(path)
    item = _called(list(rows[0]) if rows else [], _ITEM)
    if item is None:
        raise ValueError(f"{path.name} has no column called item.")
    return {
        _text(row[item]): {name: _number(_text(value)) for name, value in row.items() if name != item and _text(value)}
        for row in rows
    }


def _number(text: str) -> int | str:
    return int(text) if text.lstrip("-").isdecimal() else text
