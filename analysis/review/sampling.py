"""Drawing a queue from the records by a plan, so that what is found can be said of all of them.

Chance is a hash of the record's id and the seed, reckoned where the records lie; only those that are drawn are read.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from analysis.metrics import fields, lookup
from analysis.review.plan import PLAN, RANDOM, Drawn, Sample, Stratum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.review.plan import Plan
    from analysis.scoring.scorer import Scorer
    from analysis.store import Store

BANDS = 5
"""Equal parts of a scorer's scale, where they are strata."""

MOST_STRATA = 200


def draw(store: Store, plan: Plan) -> Sample:
    """Draw the items of a plan.

    The random arm is drawn first, from the whole frame; the others from the rest. Within strata both together are a
    simple random sample of each stratum, given how many of it the random arm took, so that an item's probability is
    what was drawn of its stratum to what is there.

    Raises
    ------
    ValueError
        If there are no such records, or more strata than items.
    """
    frame = _Frame(store, plan)
    if not frame.size:
        raise ValueError(f"There are no records to draw from: {plan.filter.sentence()}.")
    if plan.method == "stratified":
        strata, items = _stratified(frame, plan)
    else:
        first = frame.random(min(plan.random_size, frame.size))
        items = [Drawn(one, RANDOM, probability=len(first) / frame.size) for one in first]
        if plan.method != "random":
            items += [Drawn(one, PLAN) for one in frame.chosen(plan.size - len(first), first)]
        strata = []
    return Sample(frame.size, tuple(strata), _mixed(items, plan))


def _stratified(frame: _Frame, plan: Plan) -> tuple[list[Stratum], list[Drawn]]:
    sizes = frame.strata()
    if len(sizes) > MOST_STRATA:
        raise ValueError(f"{plan.by} makes {len(sizes):,} strata, more than {MOST_STRATA}. Take another field.")
    if len(sizes) > plan.size:
        raise ValueError(f"{plan.by} makes {len(sizes):,} strata; draw {len(sizes):,} items or more, one of each.")
    first = frame.named(frame.random(min(plan.random_size, plan.size - len(sizes), frame.size)))
    had = Counter(first.values())
    wanted = shared_out(plan.size, sizes, had, equal=plan.allocation == "equal")
    rest = frame.within({name: count - had[name] for name, count in wanted.items()}, list(first))
    items = []
    for arm, found in ((RANDOM, first), (PLAN, rest)):
        items += [Drawn(one, arm, name, wanted[name] / sizes[name]) for one, name in found.items()]
    return [Stratum(name, size, wanted[name]) for name, size in sizes.items()], items


def shared_out(size: int, sizes: Mapping[str, int], had: Mapping[str, int], *, equal: bool) -> dict[str, int]:
    """Share `size` items out among strata, by their sizes or alike, each no more than its size.

    Each gets what it had already, at least 1, and 2 where there is enough for all, without which its spread is unknown.
    """
    least = 2 if sum(max(had.get(name, 0), min(2, size_)) for name, size_ in sizes.items()) <= size else 1
    given = {name: max(had.get(name, 0), min(least, all_)) for name, all_ in sizes.items()}
    for _ in range(min(size, sum(sizes.values())) - sum(given.values())):
        # the next item goes where the share is furthest behind (Jefferson's method)
        open_ = [name for name in given if given[name] < sizes[name]]
        most = max(open_, key=lambda name: ((1 if equal else sizes[name]) / (given[name] + 1), name))
        given[most] += 1
    return given


class _Frame:
    """The records that a plan speaks of, and the ways to draw from them."""

    def __init__(self, store: Store, plan: Plan) -> None:
        self._store, self._plan = store, plan
        where, self._values = plan.filter.predicate()
        if plan.ids:
            where += " AND r.id IN (SELECT TRY_CAST(unnest($ids) AS UUID))"
            self._values["ids"] = list(plan.ids)
        self._from = f"FROM records r WHERE {where}"
        self.size: int = store.rows(f"SELECT count(*) AS n {self._from}", self._values)[0]["n"]

    def random(self, count: int) -> list[str]:
        """Draw from all of it."""
        return self._ids(f"SELECT r.id::VARCHAR AS id {self._from} ORDER BY {self._chance(RANDOM)} LIMIT {count:d}")

    def chosen(self, count: int, without: Sequence[str]) -> list[str]:
        """Take those that the method puts first, but for some; fewer where it speaks of fewer."""
        if count < 1:
            return []
        order, bound = self._order()
        sql = f"""SELECT r.id::VARCHAR AS id {order} JOIN records r ON r.id = o.record_id
            WHERE r.id IN (SELECT r.id {self._from}) AND r.id NOT IN (SELECT unnest($without)::UUID)
            ORDER BY o.rank DESC, {self._chance(PLAN)} LIMIT {count:d}"""
        return self._ids(sql, bound | {"without": list(without)})

    def strata(self) -> dict[str, int]:
        """Count the records of each stratum."""
        name, bound = self._stratum()
        sql = f"SELECT {name} AS stratum, count(*) AS n {self._from} GROUP BY 1 ORDER BY 1"
        return {row["stratum"]: row["n"] for row in self._store.rows(sql, self._values | bound)}

    def named(self, ids: Sequence[str]) -> dict[str, str]:
        """Tell the stratum of each of some records."""
        name, bound = self._stratum()
        sql = f"""SELECT r.id::VARCHAR AS id, {name} AS stratum {self._from}
            AND r.id IN (SELECT unnest($some)::UUID) ORDER BY id"""
        rows = self._store.rows(sql, self._values | bound | {"some": list(ids)})
        return {row["id"]: row["stratum"] for row in rows}

    def within(self, counts: Mapping[str, int], without: Sequence[str]) -> dict[str, str]:
        """Draw so many from each stratum, but for some records; gives their strata."""
        name, bound = self._stratum()
        sql = f"""WITH drawn AS (SELECT r.id::VARCHAR AS id, {name} AS stratum, {self._chance(PLAN)} AS chance
                {self._from} AND r.id NOT IN (SELECT unnest($without)::UUID)),
            ranked AS (SELECT id, stratum, row_number() OVER (PARTITION BY stratum ORDER BY chance) AS place FROM drawn)
            SELECT id, stratum FROM ranked
            JOIN (SELECT unnest($names) AS stratum, unnest($counts) AS most) USING (stratum)
            WHERE place <= most ORDER BY id"""
        own = {"without": list(without), "names": list(counts), "counts": list(counts.values())}
        return {row["id"]: row["stratum"] for row in self._store.rows(sql, self._values | bound | own)}

    def _ids(self, sql: str, more: dict[str, Any] | None = None) -> list[str]:
        return [row["id"] for row in self._store.rows(sql, self._values | (more or {}))]

    def _chance(self, arm: str) -> str:
        return f"md5('{self._plan.seed:d} {arm} ' || r.id::VARCHAR)"

    def _stratum(self) -> tuple[str, dict[str, Any]]:
        bound, by = fields.Bound("b"), self._plan.by or ""
        if by == "week":
            return f"coalesce(strftime(r.time, '%G-W%V'), '{fields.NONE}')", {}
        if not by.startswith(fields.SCORER):
            return fields.group(by, bound), bound.values
        scorer = lookup.scorer(self._store, by.removeprefix(fields.SCORER))
        low, high = scorer.scale or (0.0, 1.0)
        band = f"least(floor((m.value - {low!r}) / {high - low!r} * {BANDS}), {BANDS - 1})::INTEGER"
        part = f"{low!r} + {band} * {(high - low) / BANDS!r}"
        marks = f"current_marks m WHERE m.record_id = r.id AND m.name = {bound.add(scorer.name)}"
        name = f"(SELECT any_value(printf('from %g', {part})) FROM {marks} AND m.value IS NOT NULL)"
        return f"coalesce({name}, '{fields.NONE}')", bound.values

    def _order(self) -> tuple[str, dict[str, Any]]:
        """SQL that gives each record of which the method speaks a rank, the greatest first."""
        scorers = [lookup.scorer(self._store, name) for name in self._plan.scorers]
        bound = {f"scorer{number}": scorer.name for number, scorer in enumerate(scorers)}
        marks = "FROM current_marks m WHERE m.value IS NOT NULL AND m.name = "
        if self._plan.method == "disagreement":
            first, second = (f"(SELECT record_id, {_flagged(scorer)} AS flagged, percent_rank() OVER (ORDER BY "
                             f"{_bad(scorer)}) AS place {marks}$scorer{number})"
                             for number, scorer in enumerate(scorers))  # fmt: skip
            rank = "coalesce((x.flagged <> y.flagged)::INTEGER, 0) + abs(x.place - y.place)"
            return f"FROM (SELECT record_id, {rank} AS rank FROM {first} x JOIN {second} y USING (record_id)) o", bound
        (scorer,) = scorers
        if self._plan.method == "uncertainty" and scorer.flags_from is None:
            raise ValueError(f"{scorer.name} flags nothing, so that it is nowhere unsure. Take another scorer.")
        rank = _bad(scorer) if self._plan.method == "worst" else f"-abs(m.value - {scorer.flags_from!r})"
        return f"FROM (SELECT m.record_id, {rank} AS rank {marks}$scorer0) o", bound


def _bad(scorer: Scorer) -> str:
    return "-m.value" if scorer.better == "higher" else "m.value"


def _flagged(scorer: Scorer) -> str:
    return "NULL::BOOLEAN" if scorer.flags_from is None else f"(m.value {scorer.flags} {scorer.flags_from!r})"


def _mixed(items: list[Drawn], plan: Plan) -> tuple[Drawn, ...]:
    """Put gold and attention items among the others, up to their share, and all in a random order."""
    taken = {item.record_id for item in items}
    most = round(plan.check_share * len(items) / (1 - plan.check_share))
    checks = {check.record_id: check for check in plan.checks if check.record_id not in taken}
    some = sorted(checks.values(), key=lambda check: _hash(plan.seed, "check", check.record_id))[:most]
    both = [*items, *(Drawn(check.record_id, check.arm, expected=check.expected) for check in some)]
    return tuple(sorted(both, key=lambda item: _hash(plan.seed, "place", item.record_id)))


def _hash(seed: int, what: str, record_id: str) -> str:
    return hashlib.md5(f"{seed} {what} {record_id}".encode(), usedforsecurity=False).hexdigest()
