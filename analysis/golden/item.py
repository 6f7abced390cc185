"""One item of a golden dataset: what was asked, what should be answered, and how that is known."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson

from analysis.state.golden import Body

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Message = dict[str, Any]
"""``{role, content[, tool_calls, tool_call_id, name]}``, as the record's ``messages`` have it."""

CORRECTION, IMPORT, LABEL, FEEDBACK = "correction", "import", "label", "feedback"
KINDS = (CORRECTION, IMPORT, LABEL, FEEDBACK)
"""Where an item's expected answer comes from, the most trusted first."""


@dataclass(frozen=True)
class Source:
    """Where an expected answer comes from.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`.
    record, score : str or None
        Ids of the record that was judged, and of the score that says so.
    name : str or None
        What was judged: the score's name.
    origin : str or None
        Who judged: ``human`` (a reviewer) or ``user``.
    time : str or None
        When, UTC, in ISO 8601.
    file : str or None
        The file that it was imported from.
    """

    kind: str
    record: str | None = None
    score: str | None = None
    name: str | None = None
    origin: str | None = None
    time: str | None = None
    file: str | None = None


@dataclass(frozen=True)
class Item:
    """An item.

    Parameters
    ----------
    messages : tuple of Message
        What was said before the answer, without the system prompt.
    expected : str
        What should be answered.
    answer : str or None
        What was answered, as recorded.
    documents : tuple of str
        What was retrieved for it.
    conversation, user : str or None
        Whose it was: items of one conversation stay together.
    app, feature, parameters : str or None
        Of the record; some scorers read them. The parameters are JSON.
    """

    messages: tuple[Message, ...]
    expected: str
    source: Source
    answer: str | None = None
    system: str | None = None
    documents: tuple[str, ...] = field(default=())
    conversation: str | None = None
    user: str | None = None
    app: str | None = None
    feature: str | None = None
    parameters: str | None = None

    @cached_property
    def id(self) -> str:
        """Which question it is: the same for the same messages and system prompt, whatever their case and spacing."""
        asked = [_plain(self.system or ""), *([m.get("role"), _plain(_content(m)), *_calls(m)] for m in self.messages)]
        return _digest(asked)[:16]

    @cached_property
    def prompt(self) -> str:
        """What the user said last."""
        return next((_content(message) for message in reversed(self.messages) if message.get("role") == "user"), "")

    @property
    def corrected(self) -> bool:
        """Whether another answer is expected than was recorded."""
        return self.answer is not None and self.answer != self.expected

    def as_json(self) -> dict[str, Any]:
        """The item as JSON, with its ``id``; :meth:`of` reads it."""
        body = {"id": self.id} | {name: value for name, value in asdict(self).items() if value not in (None, ())}
        body["source"] = {name: value for name, value in body["source"].items() if value is not None}
        return body | {name: list(body[name]) for name in ("messages", "documents") if name in body}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Item:
        """Read an item that :meth:`as_json` wrote."""
        given = {name: value for name, value in body.items() if name in cls.__dataclass_fields__}
        return cls(**given | {
            "messages": tuple(body["messages"]), "documents": tuple(body.get("documents", ())),
            "source": Source(**body["source"]),
        })  # fmt: skip

    def body(self) -> Body:
        """The item as it is kept."""
        body = self.as_json()
        return Body(self.id, _digest(body), body)

    def same(self, other: Item) -> bool:
        """Whether another item asks for the same, whoever said so."""
        return (self.id, self.expected, self.answer, self.documents) == (
            other.id, other.expected, other.answer, other.documents,
        )  # fmt: skip


def digest(items: Iterable[Item]) -> str:
    """The hash of what a list of items holds, in whatever order."""
    return _digest(sorted(item.body().hash for item in items))


def newest(items: Sequence[Item]) -> list[Item]:
    """Keep one item of each question: that of the most trusted kind, and of these the newest."""
    kept: dict[str, Item] = {}
    for item in items:
        held = kept.get(item.id)
        if held is None or _rank(item) > _rank(held):
            kept[item.id] = item
    return list(kept.values())


def _rank(item: Item) -> tuple[int, str, str]:
    return -KINDS.index(item.source.kind), item.source.time or "", item.source.score or ""


def _content(message: Message) -> str:
    return str(message.get("content") or "")


def _calls(message: Message) -> list[Any]:
    return message.get("tool_calls") or []


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _digest(value: Any) -> str:  # noqa: ANN401 - any JSON
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
