"""Golden items and answers read from files, whatever of the known formats each line is in; what is none is named."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from analysis.golden.item import IMPORT, KINDS, Item, Source
from analysis.ingest.messages import ROLES, read_message
from analysis.spreadsheet import from_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LARGEST = 200_000_000
"""Bytes of a file that is read."""
_PROMPT, _EXPECTED = ("prompt", "input", "question"), ("expected", "expected_output", "ideal", "reference")
_IDS, _ANSWERS = ("id", "item", "item_id", "custom_id"), ("response", "answer", "output", "completion")
_NO_ITEM = (
    "It is no item of a known format: messages that end with the assistant's, preference pairs, or prompt and expected."
)
_NO_ANSWER = "It is no answer: it needs the item's id and a response."

_T = TypeVar("_T")


class _LineError(ValueError):
    """A line that is not what it should be; the message says why."""


@dataclass(frozen=True)
class Fault:
    """A line that was refused."""

    line: int
    reason: str


def read_items(content: bytes, file: str) -> tuple[list[Item], list[Fault]]:
    """Read items from JSON lines (OpenAI's, Anthropic's, preference pairs or Afterword's own) or, by its name, CSV.

    Raises
    ------
    ValueError
        If the file is too large, or no text in UTF-8.
    """
    return _read(content, file, lambda line: _item(line, file))


def read_answers(content: bytes, file: str) -> tuple[dict[str, str], list[Fault]]:
    """Read answers to golden items: JSON lines or CSV with ``id`` and ``response``, or the output of an OpenAI batch.

    Raises
    ------
    ValueError
        If the file is too large, or no text in UTF-8.
    """
    found, faults = _read(content, file, _answer)
    return dict(found), faults


def _read(content: bytes, file: str, reader: Callable[[dict[str, Any]], _T]) -> tuple[list[_T], list[Fault]]:
    if len(content) > LARGEST:
        raise ValueError(f"{file} is larger than {LARGEST // 1_000_000} MB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is no text in UTF-8 (byte {error.start}).") from error
    lines = _cells(text) if file.lower().endswith(".csv") else _objects(text)
    found: list[_T] = []
    faults = []
    for number, line in lines:
        try:
            if isinstance(line, str):
                raise _LineError(line)
            found.append(reader(line))
        except _LineError as error:
            faults.append(Fault(number, str(error)))
    return found, faults


def _objects(text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Give the JSON object of each line, or why it is none."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield number, f"It is no JSON: {error}."
            continue
        yield number, value if isinstance(value, dict) else "It is no JSON object."


def _cells(text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    csv.field_size_limit(LARGEST)
    rows = csv.DictReader(io.StringIO(text, newline=""))
    for row in rows:
        yield rows.line_num, {name: from_cell(value) for name, value in row.items() if name and value}


def _item(line: dict[str, Any], file: str) -> Item:
    made = Source(IMPORT, file=file)
    if "source" in line or "kind" in line:
        return _own(line)
    pair = [line.get(name) for name in ("preferred_output", "non_preferred_output")]
    if isinstance(line.get("input"), dict) and all(isinstance(one, list) for one in pair):
        asked = _messages(line["input"].get("messages"))
        preferred, rejected = (_said(one) for one in pair)
        return _made(asked, preferred, made, answer=rejected)
    if isinstance(line.get("messages"), list) and not _first(line, _EXPECTED):
        *asked, last = _messages(line["messages"])
        if last["role"] != "assistant" or not last["content"].strip():
            raise _LineError("Its last message is not what the assistant should say.")
        return _made(asked, last["content"], made, system=line.get("system"))
    expected = _first(line, _EXPECTED)
    if not expected:
        raise _LineError(_NO_ITEM)
    return _made(_asked(line), expected, made, system=line.get("system"), answer=line.get("answer"))


def _own(line: dict[str, Any]) -> Item:
    """Read an item that Afterword wrote, as JSON or as a row of CSV."""
    source = line.get("source")
    source = source if isinstance(source, dict) else {name: line.get(name) for name in Source.__dataclass_fields__}
    expected = line.get("expected")
    if source.get("kind") not in KINDS or not isinstance(expected, str) or not expected:
        raise _LineError(_NO_ITEM)
    given = {
        name: _text(line, name) for name in ("answer", "system", "conversation", "user", "app", "feature", "parameters")
    }
    documents = _parsed(line.get("documents")) or []
    if not isinstance(documents, list):
        raise _LineError("Its documents are no list.")
    told = {name: _text(source, name) for name in Source.__dataclass_fields__ if name != "kind"}
    return Item(
        messages=tuple(_asked(line)), expected=expected, source=Source(str(source["kind"]), **told),
        documents=tuple(map(str, documents)), **given,
    )  # fmt: skip


def _asked(line: dict[str, Any]) -> list[dict[str, Any]]:
    if line.get("messages"):
        return _messages(_parsed(line["messages"]))
    prompt = _first(line, _PROMPT)
    if not prompt:
        raise _LineError(_NO_ITEM)
    return [{"role": "user", "content": prompt}]


def _made(
    asked: list[dict[str, Any]], expected: str, source: Source, *, system: object = None, answer: object = None
) -> Item:
    told = [str(system)] if system else []
    told += [message["content"] for message in asked if message["role"] == "system"]
    rest = [message for message in asked if message["role"] != "system"]
    if not any(message["role"] == "user" for message in rest):
        raise _LineError("Nobody asks anything in it: it has no message of the user.")
    return Item(
        messages=tuple(rest), expected=expected, source=source, system="\n\n".join(told) or None,
        answer=str(answer) if answer else None,
    )  # fmt: skip


def _messages(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not value:
        raise _LineError("It has no messages.")
    found = []
    for place, message in enumerate(value, 1):
        if not isinstance(message, dict) or str(message.get("role", "")).lower() not in ROLES:
            raise _LineError(f"Its message {place} has no role that is known.")
        found += [one.canonical() for one in read_message(message, "user") or ()]
    return found


def _said(value: object) -> str:
    said = "\n\n".join(message["content"] for message in _messages(value) if message["role"] == "assistant")
    if not said.strip():
        raise _LineError("One of its outputs says nothing.")
    return said


def _answer(line: dict[str, Any]) -> tuple[str, str]:
    id, said = _first(line, _IDS), _first(line, _ANSWERS)
    batch = line.get("response")
    if isinstance(batch, dict):
        try:
            said = batch["body"]["choices"][0]["message"]["content"]
        except (KeyError, IndexError, TypeError):
            raise _LineError("The batch's response holds no answer.") from None
    if not isinstance(id, str) or not isinstance(said, str):
        raise _LineError(_NO_ANSWER)
    return id, said


def _first(line: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((line[name] for name in names if isinstance(line.get(name), str) and line[name]), None)


def _text(line: dict[str, Any], name: str) -> str | None:
    value = line.get(name)
    return None if value is None else str(value)


def _parsed(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise _LineError(f"A cell of it is no JSON: {error}.") from error
