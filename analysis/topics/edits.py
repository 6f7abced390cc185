"""What people make of topics: they name, merge and split them, and take that back.

The edit is written to the state store first, and is the truth; the map follows in the transaction around it. One edit
is made at a time, on the map as it then stands.
"""

from __future__ import annotations

import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.state import topic_edits
from analysis.state.database import now
from analysis.topics import replay, topic_map
from analysis.topics.build import about

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import duckdb

    from analysis.state.database import State
    from analysis.state.topic_edits import Edit
    from analysis.store import Store

TEXTS = 100
"""Texts that stand for a topic in an edit."""
LONGEST = 80
"""Characters of a name."""
_JOINERS = "\u200c\u200d"
"""Characters without width that some scripts are not written without."""


@dataclass(frozen=True)
class _Table:
    """The topics of a map, while one edit is made."""

    cursor: duckdb.DuckDBPyConnection
    map: dict[str, Any]

    def topic(self, number: int) -> dict[str, Any]:
        """Give ``name`` and ``n`` (records) of a topic that stands; ValueError where there is none."""
        rows = self.cursor.execute(
            """SELECT name, stands, merged_into,
                (SELECT count(*) FROM placements p WHERE p.map = t.map AND p.topic = t.topic)
            FROM topics t WHERE map = ? AND topic = ?""",
            [self.map["id"], number],
        ).fetchall()
        if not rows:
            raise ValueError(f"There is no topic {number} on this map.")
        ((name, stands, into, records),) = rows
        if not stands:
            raise ValueError(f"Topic {number} was {'split' if into is None else f'merged into topic {into}'}.")
        return {"name": name, "n": records}

    def texts(self, number: int) -> list[int]:
        """Draw texts that stand for a topic."""
        return drawn(self.cursor, self.map["id"], f"topic = {number:d}")


def rename(store: Store, state: State, topic: int, name: str, *, column: str = "prompt", who: str) -> Edit:
    """Give a topic a name; an empty one takes it back to the name that was made for it.

    Raises
    ------
    ValueError
        If there is no such topic, or the name is too long, another topic's, or one that stands for something else.
    NoMapError
        If there is no map.
    """
    name = tidied(name)
    with _editing(store, state, column) as table:
        was = table.topic(topic)["name"]
        same = "SELECT topic FROM topics WHERE map = ? AND name = ? AND topic <> ? AND stands"
        others = table.cursor.execute(same, [table.map["id"], name, topic]).fetchall()
        if others:
            raise ValueError(f"Topic {others[0][0]} has that name already: merge the two, or choose another name.")
        body = {"name": name, "texts": table.texts(topic), "was": [was]}
        return topic_edits.add(state, column, topic_edits.RENAME, body, who=who)


def name(store: Store, state: State, names: Mapping[int, str], *, model: str, column: str = "prompt", who: str) -> Edit:
    """Give many topics the names that a language model found for them; a name given twice is numbered.

    Raises
    ------
    ValueError
        If one of the topics is not there.
    NoMapError
        If there is no map.
    """
    with _editing(store, state, column) as table:
        body = {
            "names": [{"name": name, "texts": table.texts(topic)} for topic, name in names.items()],
            "was": [table.topic(topic)["name"] for topic in names],
            "model": model,
        }
        return topic_edits.add(state, column, topic_edits.NAMES, body, who=who)


def merge(store: Store, state: State, topics: Sequence[int], *, column: str = "prompt", who: str) -> Edit:
    """Make one topic of several: that with the most records, which keeps its number and its name.

    Raises
    ------
    ValueError
        If one is not there, or there are fewer than two.
    NoMapError
        If there is no map.
    """
    if len(set(topics)) < 2:
        raise ValueError("It takes two topics to merge.")
    with _editing(store, state, column) as table:
        found = {topic: table.topic(topic) for topic in set(topics)}
        order = sorted(found, key=lambda topic: (-found[topic]["n"], topic))
        body = {"parts": [table.texts(topic) for topic in order], "was": [found[topic]["name"] for topic in order]}
        return topic_edits.add(state, column, topic_edits.MERGE, body, who=who)


def split(store: Store, state: State, preview: dict[str, Any], *, column: str = "prompt", who: str) -> Edit:
    """Split topics into the parts of a preview: :func:`analysis.topics.subtopics.look`.

    Raises
    ------
    ValueError
        If the parts lie apart already.
    NoMapError
        If there is no map.
    """
    names = ("name", "phrases", "middle", "exemplars", "texts")
    body = {"parts": [{name: part[name] for name in names} for part in preview["parts"]], "was": preview["was"]}
    with _editing(store, state, column) as table:
        before = topic_edits.in_force(topic_edits.everything(state, column))
        board = replay.Board(table.cursor, store.workspace, table.map)
        if not board.plan([*before, supposed(column, body)]).made.keys() - board.plan(before).made.keys():
            raise ValueError("There is nothing to split: these parts are topics of their own by now.")
        return topic_edits.add(state, column, topic_edits.SPLIT, body, who=who)


def take_back(store: Store, state: State, number: int, *, column: str = "prompt", who: str) -> Edit:
    """Take an edit back; what was edited since stays so, as far as it can.

    Raises
    ------
    KeyError
        If there is no such edit, or it is taken back already.
    NoMapError
        If there is no map.
    """
    with _editing(store, state, column):
        if number not in {edit.id for edit in topic_edits.in_force(topic_edits.everything(state, column))}:
            raise KeyError(f"There is no edit {number} to take back.")
        return topic_edits.add(state, column, topic_edits.TAKE_BACK, {"edit": number}, who=who)


def words(edit: Edit) -> str:
    """Say in words what an edit did, with the names of then."""
    if edit.kind == topic_edits.TAKE_BACK:
        return f"Edit {edit.body['edit']} taken back"
    if edit.kind == topic_edits.NAMES:
        count = len(edit.body["names"])
        return f"{count:,} {'topic' if count == 1 else 'topics'} named by {edit.body['model']}"
    first, *others = edit.body["was"]
    if edit.kind == topic_edits.RENAME:
        name = edit.body["name"]
        return f"“{first}” named “{name}”" if name else f"“{first}” given back the name that was made for it"
    if edit.kind == topic_edits.MERGE:
        return f"{_quoted(others)} merged into “{first}”"
    return f"{_quoted(edit.body['was'])} split into {_quoted([part['name'] for part in edit.body['parts']])}"


def mend(store: Store, state: State) -> None:
    """Make the edits that a map has not seen, because the process that wrote them down was killed."""
    for map in store.rows("SELECT * FROM maps"):
        seen = len(topic_edits.everything(state, map["field"]))
        if seen != map["edits"] and topic_map.path(store.workspace, map).exists():
            with store.write() as cursor:
                replay.replay(cursor, store.workspace, map["id"], state)


def drawn(cursor: duckdb.DuckDBPyConnection, map: int, which: str) -> list[int]:
    """Draw at most :data:`TEXTS` texts (their keys) of the placements that `which` says, always the same."""
    sql = f"SELECT key FROM placements WHERE map = ? AND {which} GROUP BY key ORDER BY hash(key), key LIMIT {TEXTS}"
    return [key for (key,) in cursor.execute(sql, [map]).fetchall()]


def supposed(column: str, body: dict[str, Any]) -> Edit:
    """Give a split that nobody has made yet."""
    return topic_edits.Edit(-1, column, topic_edits.SPLIT, body, "", now())


@contextmanager
def _editing(store: Store, state: State, column: str) -> Iterator[_Table]:
    """The topics as they stand; what is edited within the block is made on the map at its end."""
    with store.write() as cursor:
        map = about(store, column)
        yield _Table(cursor, map)
        replay.replay(cursor, store.workspace, map["id"], state)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def tidied(name: str) -> str:
    """Make a name one line, without characters that are not seen or turn the text around them.

    Raises
    ------
    ValueError
        If it is too long, or stands for something else.
    """
    seen = "".join(" " if one.isspace() else one for one in name)
    kept = "".join(one for one in seen if one in _JOINERS or unicodedata.category(one)[0] != "C")
    found = " ".join(kept.split())
    if len(found) > LONGEST:
        raise ValueError(f"A topic's name has at most {LONGEST} characters; this one has {len(found):,}.")
    if found in replay.TAKEN:
        raise ValueError(f"“{found}” is how records of no topic, or of several, are called: choose another name.")
    return found
