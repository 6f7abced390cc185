"""Releases from a file: JSON, JSON lines or CSV with name and time, and if they are known app, environment and note."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from analysis.state.releases import named

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELDS = ("name", "time", "app", "environment", "note")
_OTHERWISE = {
    "name": ("release", "version", "tag", "tag_name"), "time": ("at", "date", "published_at", "deployed_at"),
    "app": ("application", "service"), "environment": ("env",), "note": ("text", "description"),
}  # fmt: skip
"""What deployment tools call the fields."""


@dataclass(frozen=True)
class Row:
    """A release of a file."""

    name: str
    time: datetime
    app: str | None
    environment: str | None
    note: str


@dataclass(frozen=True)
class Fault:
    """A row that can't be read: its number, from 1, and why."""

    row: int
    reason: str


def read(content: bytes, file: str) -> tuple[list[Row], list[Fault]]:
    """Read the releases of a file; rows that can't be read are told.

    Raises
    ------
    ValueError
        If it is neither JSON nor CSV, or holds no rows.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is no text in UTF-8.") from error
    found, faults = [], []
    for number, row in enumerate(_rows(text, file), start=1):
        try:
            found.append(_release(row))
        except ValueError as error:
            faults.append(Fault(number, str(error)))
    if not found and not faults:
        raise ValueError(f"{file} holds no release. It needs name and time in each row.")
    return found, faults


def _rows(text: str, file: str) -> Iterator[Any]:
    try:
        if text.lstrip()[:1] not in ("[", "{"):
            yield from csv.DictReader(io.StringIO(text))
            return
        try:
            whole = json.loads(text)
        except json.JSONDecodeError:
            whole = [json.loads(line) for line in text.splitlines() if line.strip()]
        yield from whole if isinstance(whole, list) else [whole]
    except (json.JSONDecodeError, csv.Error) as error:
        raise ValueError(f"{file} can't be read as JSON, JSON lines or CSV: {error}.") from error


def _release(row: Any) -> Row:  # noqa: ANN401 - any JSON
    if not isinstance(row, dict):
        raise ValueError("It is no object with name and time.")
    values = {field: _value(row, field) for field in FIELDS}
    if not values["name"] or not values["time"]:
        raise ValueError(f"There is no {'name' if not values['name'] else 'time'}.")
    try:
        time = datetime.fromisoformat(values["time"])
    except ValueError:
        raise ValueError(f"{values['time']!r} is no date or time. Write 2026-05-31 or 2026-05-31T14:00.") from None
    if time.tzinfo is not None:
        time = time.astimezone(UTC).replace(tzinfo=None)
    return Row(named(values["name"]), time, values["app"] or None, values["environment"] or None, values["note"])


def _value(row: dict[str, Any], field: str) -> str:
    for name in (field, *_OTHERWISE[field]):
        if row.get(name) not in (None, ""):
            return str(row[name]).strip()
    return ""
