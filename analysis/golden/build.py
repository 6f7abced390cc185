"""Building a golden dataset from the logs: people's corrections, answers that they call good, and feedback."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import orjson

from analysis.golden.item import CORRECTION, FEEDBACK, IMPORT, LABEL, Item, Source, newest
from analysis.metrics.fields import SCORE, Bound
from analysis.metrics.filter import Condition
from analysis.scoring.training.duplicates import groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from analysis.metrics.filter import Filter
    from analysis.store import Store

GOOD = ("correct=1", "helpful>=4")
"""Labels that call an answer good, where nothing else is said, and no rubric has them on a scale: see :func:`usual`."""
MOST = 10_000
"""Items of a dataset; of more, the newest are taken."""
_THUMBS = "((s.name = 'thumbs' AND s.value > 0) OR (s.name = 'stars' AND s.value >= 4))"
_TRUST = (CORRECTION, LABEL, FEEDBACK)
_AT_ONCE = 2500
"""Records that are read together; each reading looks through all ids."""


@dataclass(frozen=True)
class Recipe:
    """What a dataset is built from.

    Parameters
    ----------
    good : tuple of str
        Labels of reviewers that call an answer good, as conditions: ``correct=1``, ``helpful>=4``, ``quality=good``.
        An answer is taken where most of its labels say so for one of them, and for none of them most say otherwise.
    corrections : bool
        Take corrections: the corrected answer is the expected one.
    feedback : bool
        Take answers with a thumb up or four stars, where no label calls them otherwise.
    near : bool
        Keep one of several questions that are nearly the same.
    """

    good: tuple[str, ...] = GOOD
    corrections: bool = True
    feedback: bool = False
    near: bool = False


@dataclass(frozen=True)
class Gathered:
    """The items found, and what was left out: ``same`` and ``near`` questions, ``over`` the most that are taken."""

    items: list[Item]
    left_out: dict[str, int]


@dataclass(frozen=True)
class _Judged:
    """What speaks for a record."""

    record: str
    kind: str
    name: str
    text: str | None
    score: str
    origin: str | None
    time: datetime | None


def gather(store: Store, filter: Filter, recipe: Recipe, *, imported: Sequence[Item] = ()) -> Gathered:
    """Find the items that a recipe gives within a filter, and put those `imported` beside them.

    Raises
    ------
    ValueError
        If a label of the recipe is no condition.
    """
    judged, over = _judged(store, filter, recipe)
    found = [*imported, *_items(store, judged)]
    items = newest(found)
    left_out = {"same": len(found) - len(items), "over": over}
    if recipe.near:
        kept = apart(items)
        left_out["near"] = len(items) - len(kept)
        items = kept
    return Gathered(items, left_out)


def apart(items: Sequence[Item]) -> list[Item]:
    """Keep of nearly the same questions that with the newest judgement."""
    numbers = groups([item.prompt for item in items]).tolist()
    first: dict[int, Item] = {}
    for number, item in zip(numbers, items, strict=True):
        held = first.get(number)
        if held is None or (item.source.time or "") > (held.source.time or ""):
            first[number] = item
    return list(first.values())


def counts(items: Iterable[Item]) -> dict[str, int]:
    """Count items by where they come from."""
    return dict(Counter(item.source.kind for item in items).most_common())


def usual(scales: Mapping[str, tuple[int, int]]) -> tuple[str, ...]:
    """Give the labels that call an answer good where nothing else is said.

    Parameters
    ----------
    scales : mapping
        The ends of each question that is a scale (:func:`analysis.review.queue.scales`): on one from 1 to 5, a 1 for
        "correct" is as wrong as can be, and good are the two upper points.
    """
    return tuple(_upper(text.partition("=")[0].rstrip(">"), scales) or text for text in GOOD)


def _upper(name: str, scales: Mapping[str, tuple[int, int]]) -> str:
    return f"{name}>={max(scales[name][1] - 1, scales[name][0] + 1)}" if name in scales else ""


def offered(store: Store, scales: Mapping[str, tuple[int, int]]) -> list[str]:
    """List labels of reviewers that may call an answer good, as conditions: each word, and the upper values."""
    rows = store.rows(
        """SELECT name, label, count(*) AS n, max(value) AS top, bool_and(value IN (0, 1)) AS binary FROM scores
        WHERE origin = 'human' AND name NOT IN ('correction', 'comment') GROUP BY name, label
        HAVING label IS NOT NULL OR max(value) IS NOT NULL ORDER BY n DESC, name, label LIMIT 60"""
    )
    return [
        f"{row['name']}={row['label']}" if row["label"] is not None
        else _upper(row["name"], scales) if row["name"] in scales
        else f"{row['name']}={row['top']:g}" if row["binary"]
        else f"{row['name']}>={row['top'] - 1:g}"
        for row in rows
    ]  # fmt: skip


def as_json(recipe: Recipe, filter: Filter, found: Gathered) -> dict[str, Any]:
    """What is written down of how a version was made."""
    return {
        "where": filter.texts(), "sentence": filter.sentence(),
        "from": filter.start.isoformat() if filter.start else None,
        "to": filter.end.isoformat() if filter.end else None,
        **asdict(recipe), "good": list(recipe.good), "left_out": found.left_out, "kinds": counts(found.items),
    }  # fmt: skip


def _judged(store: Store, filter: Filter, recipe: Recipe) -> tuple[list[_Judged], int]:
    """Find what speaks for each record: its correction, else its labels where all are good, else its feedback.

    Returns
    -------
    tuple
        The newest, at most :data:`MOST`, and how many there are beyond them.
    """
    bound = Bound("g")
    parts = [_label(Condition.parse(SCORE + text), bound) for text in recipe.good]
    if recipe.corrections:
        parts.append(
            _judgement(CORRECTION, "s.name = 'correction' AND s.origin IN ('human', 'user') AND s.label <> ''", "true")
        )
    if recipe.feedback:
        parts.append(_judgement(FEEDBACK, "s.name IN ('thumbs', 'stars') AND s.origin IN ('human', 'user')", _THUMBS))
    if not parts:
        return [], 0
    where, values = filter.predicate()
    rows = store.rows(
        f"""WITH judged AS ({" UNION ALL ".join(parts)}),
        deciding AS (
            SELECT g.*, list_position({list(_TRUST)}, g.kind) AS trust
            FROM judged g JOIN records r ON r.id = g.record::UUID
            WHERE r.response IS NOT NULL AND r.prompt IS NOT NULL AND coalesce(r.status, '') <> 'error' AND {where}
            QUALIFY trust = min(trust) OVER (PARTITION BY g.record)),
        chosen AS (SELECT arg_max(deciding, (coalesce(time, TIMESTAMP '1970-01-01'), name)) AS one FROM deciding
            GROUP BY record HAVING bool_and(good))
        SELECT one.record, one.kind, one.name, one.text, one.score, one.origin, one.time, count(*) OVER () AS found
        FROM chosen ORDER BY one.time DESC NULLS LAST, one.record LIMIT {MOST:d}""",
        values | bound.values,
    )
    found = [_Judged(**{name: row[name] for name in _Judged.__dataclass_fields__}) for row in rows]
    return found, rows[0]["found"] - len(rows) if rows else 0


def _label(condition: Condition, bound: Bound) -> str:
    """Write SQL of what reviewers' labels of one name say."""
    name = bound.add(condition.field.removeprefix(SCORE))
    (value,) = condition.values
    if condition.op == "=" and value is not None:
        text = bound.add(f"{value:g}" if isinstance(value, float) else value)
        test = f"coalesce(s.value = TRY_CAST({text} AS DOUBLE) OR s.label = {text}, false)"
    elif condition.op in (">", ">=", "<", "<="):
        test = f"coalesce(s.value {condition.op} {bound.add(value)}, false)"
    else:
        raise ValueError(f"{condition.texts()[0]!r} does not say what is good. Write NAME=VALUE, NAME>=VALUE, …")
    return _judgement(LABEL, f"s.origin = 'human' AND s.name = {name}", test)


def _judgement(kind: str, which: str, good: str) -> str:
    """Write SQL of a row a record and score name: whether most of them are good, and which is the newest."""
    order = "(coalesce(s.time, TIMESTAMP '1970-01-01'), s.id)"
    return f"""SELECT s.record_id::VARCHAR AS record, '{kind}' AS kind, s.name, avg(({good})::INTEGER) > 0.5 AS good,
            arg_max(s.label, {order}) AS text, arg_max(s.id, {order})::VARCHAR AS score,
            arg_max(s.origin, {order}) AS origin, max(s.time) AS time
        FROM scores s WHERE s.record_id IS NOT NULL AND {which} GROUP BY s.record_id, s.name"""


def _items(store: Store, judged: Sequence[_Judged]) -> list[Item]:
    items = []
    for start in range(0, len(judged), _AT_ONCE):
        some = {one.record: one for one in judged[start : start + _AT_ONCE]}
        rows = store.rows(
            """SELECT r.id::VARCHAR AS id, system_prompt, messages, prompt, response, documents, session_id, trace_id,
                user_id, app, feature, parameters FROM records r WHERE r.id IN (SELECT unnest($ids::UUID[]))""",
            {"ids": list(some)},
        )
        found = {row["id"]: row for row in rows}
        items += [_item(found[record], one) for record, one in some.items() if record in found]
    return items


def _item(row: dict[str, Any], judged: _Judged) -> Item:
    messages = [m for m in _messages(row["messages"]) if m.get("role") != "system"]
    return Item(
        messages=tuple(messages or [{"role": "user", "content": row["prompt"]}]),
        expected=judged.text if judged.kind == CORRECTION and judged.text else row["response"],
        source=Source(judged.kind, row["id"], judged.score, judged.name, judged.origin, _iso(judged.time)),
        answer=row["response"], system=row["system_prompt"],
        documents=tuple(document["text"] for document in row["documents"] or [] if document["text"]),
        conversation=row["session_id"] or row["trace_id"], user=row["user_id"], app=row["app"], feature=row["feature"],
        parameters=row["parameters"],
    )  # fmt: skip


def _iso(time: datetime | None) -> str | None:
    return f"{time.isoformat()}Z" if time else None


def _messages(text: str | None) -> list[dict[str, Any]]:
    try:
        found = orjson.loads(text or "[]")
    except orjson.JSONDecodeError:
        return []
    return [message for message in found if isinstance(message, dict)] if isinstance(found, list) else []


def carried(items: Iterable[Item], *, keep: bool) -> list[Item]:
    """Give what a new version takes over of the last: what was imported, or with `keep` everything."""
    return [item for item in items if keep or item.source.kind == IMPORT]
