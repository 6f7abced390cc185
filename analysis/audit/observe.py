"""What an audit rests on: of each record, or candidate, its group, its outcome, and with whom it is compared."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.audit import mentioned, outcomes, values
from analysis.audit.spec import BLOCKS, PAIRS
from analysis.metrics import fields
from analysis.metrics.blocks import REQUESTS, blocks
from analysis.metrics.fields import Bound
from analysis.metrics.filter import Condition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.audit.reviewed import Reviewed
    from analysis.audit.spec import Spec
    from analysis.store import Store

MOST = 200_000
"""Records that are read; of more, so many are drawn at random, whole blocks of them."""
UNKNOWN = fields.NONE
"""The group of whom nothing is known."""


@dataclass(frozen=True)
class Observation:
    """One outcome: of a record, or of a candidate within one.

    Parameters
    ----------
    group, also : str
        :data:`UNKNOWN` where nothing is known.
    value : float or None
        None where it was not measured. A rank is 1 for the best.
    block : str
        What it is compared within: the call, the pair; else the user or conversation it comes of.
    position : int or None
        Its place in the prompt, from 1 on.
    weight : float
        How many records of production it stands for.
    """

    id: str
    group: str
    also: str
    value: float | None
    block: str
    position: int | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class Observed:
    """All of them, and what else is to be said of them.

    Parameters
    ----------
    rate : bool
        Whether the values are 0 and 1.
    unit : str
        What a block is.
    records, every : int
        Records that were read, and those of the filter.
    unread : int
        Records whose response gave no outcome that could be read.
    provenance : mapping of str to int
        Of mentioned groups: in how many texts each kind of word told it.
    checked : pair of int or None
        Of mentioned groups: texts where people said the same, and those where people said something.
    about : mapping
        Models, prompt versions, releases, and the first and last time of the records.
    """

    all: list[Observation]
    rate: bool
    unit: str
    records: int
    every: int
    unread: int
    provenance: dict[str, int] = field(default_factory=dict)
    checked: tuple[int, int] | None = None
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of everything that the figures rest on."""
        lines = sorted(
            json.dumps(
                [one.id, one.group, one.also, one.value, one.block, one.position, one.weight], ensure_ascii=False
            )
            for one in self.all
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def observe(store: Store, spec: Spec, review: Reviewed | None = None) -> Observed:
    """Read what a specification speaks of.

    Parameters
    ----------
    review : Reviewed or None
        A queue: only its items are read, and where the outcome is a question of its rubric, only its labels.

    Raises
    ------
    ValueError
        If a sampling probability is not above 0 and up to 1.
    """
    unit = REQUESTS if spec.design in (BLOCKS, PAIRS) else blocks(store, (spec.filter,))
    drawn = review.drawn if review is not None else None
    rows = _rows(store, spec, unit.sql, drawn)
    known: Mapping[str, float | None] | None = review.values if review is not None else None
    if spec.outcome.metric:
        known = values.of_metric(store, spec)
    mentions: dict[str, int] = {}
    checks: list[bool] = []
    found: list[Observation] = []
    unread, different = 0, set()
    for row in rows:
        if known is not None:
            row["value"] = known.get(row["id"])
        weight = _weight(row["probability"], spec.probability) if drawn is None else 1 / drawn[row["id"]]
        read = _ranked(row, spec, mentions) if spec.outcome.ranking else _single(row, spec, mentions, checks)
        unread += not read
        for group, value, position in read or []:
            found.append(
                Observation(
                    row["id"], group, row["also"] or UNKNOWN, value, row["block"] or row["id"], position, weight
                )
            )
            different.add(value)
    unit_name = "call" if spec.outcome.ranking else {PAIRS: "pair", BLOCKS: "block"}.get(spec.design, unit.name)
    rate = not spec.outcome.ranking and different <= {0.0, 1.0, None} and bool(different - {None})
    checked = (sum(checks), len(checks)) if checks else None
    every = rows[0]["every"] if rows else 0
    return Observed(found, rate, unit_name, len(rows), every, unread, mentions, checked, _about(store, spec, review))


def _rows(store: Store, spec: Spec, unit: str, drawn: Mapping[str, float] | None) -> list[dict[str, Any]]:
    where, given = spec.filter.predicate()
    if drawn is not None:
        where, given = f"{where} AND r.id IN (SELECT unnest($drawn)::UUID)", given | {"drawn": list(drawn)}
    bound, outcome, groups = Bound("k"), spec.outcome, spec.groups

    def column(name: str) -> str:
        return f"{fields.column(name, bound)}::VARCHAR" if name else "NULL"

    texts = {"prompt", "response"} & {
        "response" if outcome.json or outcome.pattern or outcome.ranking else "",
        "prompt" if outcome.ranking else "",
        groups.in_ if groups.mentioned else "",
    }
    block = column(spec.pair) if spec.design == PAIRS else column(spec.block) if spec.block else unit
    checked = (
        f"(SELECT any_value(s.label) FROM scores s WHERE s.record_id = r.id AND s.origin = 'human' "
        f"AND s.name = {bound.add(groups.checked_by)})" if groups.checked_by else "NULL"
    )  # fmt: skip
    read = ", ".join(f"r.{name}" if name in texts else f"NULL AS {name}" for name in ("prompt", "response"))
    sql = f"""SELECT r.id::VARCHAR AS id, {block} AS block, {column(groups.by)} AS "group",
            {column(groups.also)} AS also, TRY_CAST({column(spec.probability)} AS DOUBLE) AS probability,
            {values.sql(spec, bound)} AS value, {checked} AS checked, {read}, count(*) OVER () AS every
        FROM records r WHERE {where}
        ORDER BY hash(coalesce({block}, r.id::VARCHAR), {spec.seed:d}), r.id LIMIT {MOST:d}"""
    return store.rows(sql, given | bound.values)


Read = list[tuple[str, float | None, int | None]]


def _single(row: dict[str, Any], spec: Spec, mentions: dict[str, int], checks: list[bool]) -> Read | None:
    outcome, value = spec.outcome, row["value"]
    if outcome.json or outcome.pattern:
        text = text_of(row["response"], spec)
        if text is None:
            value = None
        elif outcome.is_ is not None:
            value = float(text.lower() in outcomes.forms(outcome.is_))
        else:
            value = _number(text)
            value = value if value is None or outcome.at_least is None else float(value >= outcome.at_least)
    group = row["group"] or UNKNOWN
    if spec.groups.mentioned:
        group = _mentioned(row[spec.groups.in_] or "", spec.groups.mentioned, mentions)
        if row["checked"] is not None:
            checks.append(str(row["checked"]).casefold() == group.casefold())
    return [(group, value, None)]


def text_of(response: str | None, spec: Spec) -> str | None:
    """Read the outcome's text from a response."""
    return outcomes.text_at(response or "", path=spec.outcome.json, pattern=spec.outcome.pattern)


def _ranked(row: dict[str, Any], spec: Spec, mentions: dict[str, int]) -> Read | None:
    listed = outcomes.candidates(row["prompt"] or "", spec.outcome.candidates)
    order = outcomes.ranking(row["response"] or "", spec.outcome.ranking, [label for label, _ in listed])
    if not listed or order is None:
        return None
    if spec.groups.mentioned:
        groups = [_mentioned(text, spec.groups.mentioned, mentions) for _, text in listed]
    elif spec.groups.split:
        groups = [part.strip() or UNKNOWN for part in (row["group"] or "").split(spec.groups.split)]
        groups = groups if len(groups) == len(listed) else [UNKNOWN] * len(listed)
    else:
        groups = [row["group"] or UNKNOWN] * len(listed)
    ranks = {place: float(rank) for rank, place in enumerate(order, 1)}
    return [(group, ranks[place], place + 1) for place, group in enumerate(groups)]


def _mentioned(text: str, aspect: str, mentions: dict[str, int]) -> str:
    found = mentioned.mention(text, aspect)
    for kind in found.by:
        mentions[kind] = mentions.get(kind, 0) + 1
    return found.group or UNKNOWN


def _weight(probability: float | None, field_name: str) -> float:
    if not field_name:
        return 1.0
    if probability is None or not 0 < probability <= 1:
        raise ValueError(f"{field_name}: {probability!r} is no sampling probability above 0 and up to 1.")
    return 1 / probability


def _number(text: str) -> float | None:
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _about(store: Store, spec: Spec, review: Reviewed | None) -> dict[str, Any]:
    where, given = spec.filter.predicate()
    names: Sequence[str] = ("app", "model", "prompt_version", "release", "environment")
    listed = ", ".join(
        f"list_sort(list(DISTINCT r.{name}) FILTER (r.{name} IS NOT NULL))[:20] AS {name}" for name in names
    )
    (row,) = store.rows(
        f"SELECT {listed}, min(r.time) AS first, max(r.time) AS last FROM records r WHERE {where}", given
    )
    return {
        **{name: list(row[name] or []) for name in names},
        "first": row["first"] and f"{row['first']:%Y-%m-%d %H:%M}",
        "last": row["last"] and f"{row['last']:%Y-%m-%d %H:%M}",
        "labels": _labels(store, spec, review),
    }


def _labels(store: Store, spec: Spec, review: Reviewed | None) -> dict[str, Any] | None:
    """Say who gave the outcome, where it is a score: how many, by people or not."""
    name = spec.outcome.read or (spec.outcome.when and Condition.parse(spec.outcome.when).field)
    if not name or not name.startswith(fields.SCORE):
        return None
    if review is not None and review.values is not None:
        return {"name": name.removeprefix(fields.SCORE), "origins": {"human": review.given}}
    where, given = spec.filter.predicate()
    rows = store.rows(
        f"""SELECT s.origin AS origin, count(*) AS n FROM scores s JOIN records r ON r.id = s.record_id
        WHERE s.name = $score AND {where} GROUP BY 1 ORDER BY 1""",
        given | {"score": name.removeprefix(fields.SCORE)},
    )
    return {"name": name.removeprefix(fields.SCORE), "origins": {row["origin"] or "unknown": row["n"] for row in rows}}
