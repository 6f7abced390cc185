"""Rows of a file of labels as other tools write it: a table, JSON lines or a JSON list, whatever its encoding."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from analysis.ingest.source import encoding_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

Row = dict[str, Any]

TABLES, LINES, LISTS = (".csv", ".tsv", ".txt"), (".jsonl", ".ndjson"), (".json",)
RATER, TASK = "rater", "task_id"
"""Columns that are made of what Label Studio and Argilla nest."""


def read(path: Path) -> list[Row]:
    """Read the rows of a file.

    Raises
    ------
    ValueError
        If it is of no such kind, or a line of it can't be read; the message names it.
    """
    kind = path.suffix.lower()
    if kind not in (*TABLES, *LINES, *LISTS):
        raise ValueError(f"{path.name}: labels are read from .csv, .tsv, .jsonl and .json.")
    text = _text(path.read_bytes())
    if kind in TABLES:
        return list(_table(path.name, text))
    found = list(_lines(path.name, text)) if kind in LINES else _list(path.name, text)
    return [row for one in found for row in _flat(one)]


def _text(content: bytes) -> str:
    encoding = encoding_of(content)
    try:
        return content.decode("utf-8-sig" if encoding == "utf-8" else encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # as Excel writes where it is not asked for UTF-8


def _table(name: str, text: str) -> Iterator[Row]:
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;|", key=head.count))
    columns = next(reader, [])
    twice = [column for column, count in Counter(columns).items() if count > 1 and column]
    if twice:
        raise ValueError(f"{name} has two columns {twice[0]!r}. Give each its own heading.")
    for cells in reader:
        if len(cells) > len(columns):
            raise ValueError(f"{name}, line {reader.line_num}: it has more cells than there are headings.")
        yield {column: cell for column, cell in zip(columns, cells, strict=False) if column}


def _lines(name: str, text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"{name}, line {number}: no JSON ({error.msg}).") from error
            if not isinstance(row, dict):
                raise ValueError(f"{name}, line {number}: no object.")
            yield row


def _list(name: str, text: str) -> list[Row]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{name}, line {error.lineno}: no JSON ({error.msg}).") from error
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise ValueError(f"{name}: a list of objects is wanted.")
    return found


def _flat(row: Row) -> Iterator[Row]:
    """Make a row an answer of what Label Studio and Argilla nest under their item; any other row is one already."""
    if isinstance(row.get("annotations"), list):
        about = _inner(row, "data")
        for one in row["annotations"]:
            if isinstance(one, dict) and not one.get("was_cancelled"):
                yield about | {RATER: _person(one.get("completed_by"))} | dict(_results(one.get("result")))
    elif isinstance(row.get("responses"), dict | list):
        about = _inner(row, "fields")
        for who, answers in _responses(row["responses"]):
            yield about | {RATER: who} | answers
    else:
        yield row


def _inner(row: Row, key: str) -> Row:
    """What is said of an item: the fields that it was made of, and the number that the tool gave it."""
    inner, metadata = row.get(key), row.get("metadata")
    known = {name: value for part in (metadata, inner) if isinstance(part, dict) for name, value in part.items()}
    return {TASK: row.get("id")} | known


def _results(results: object) -> Iterator[tuple[str, Any]]:
    for one in results if isinstance(results, list) else ():
        value = one.get("value") if isinstance(one, dict) else None
        if isinstance(value, dict) and one.get("type") in value:
            yield str(one.get("from_name")), value[one["type"]]


def _responses(given: dict[str, Any] | list[Any]) -> Iterable[tuple[str, Row]]:
    """Gather Argilla's responses by user: a list of answers by question (version 2), or of questions by user (1)."""
    found: dict[str, Row] = {}
    if isinstance(given, dict):
        triples = [(one, name, one.get("value")) for name, many in given.items() for one in many or ()]
    else:
        triples = [
            (one, name, value.get("value")) for one in given for name, value in (one.get("values") or {}).items()
        ]
    for one, name, value in triples:
        if one.get("status") in (None, "submitted"):
            found.setdefault(_person(one.get("user_id")), {})[name] = value
    return found.items()


def _person(who: object) -> str:
    if isinstance(who, dict):
        who = who.get("email") or who.get("username") or who.get("id")
    return "" if who is None else str(who)
