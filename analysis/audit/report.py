"""An audit from its specification to the report: everything that an auditor asks, as plain JSON that can be frozen."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from analysis.audit import compared, designs, local_law, observe, reviewed, values
from analysis.audit.spec import BLOCKS, DESIGNS, PAIRS, Spec
from analysis.audit.verdict import UNMEASURED, Verdict, conclude
from analysis.audit.wording import beside, limits, sentence
from analysis.metrics import fields
from analysis.state import audits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.audit.compared import Comparison
    from analysis.audit.observe import Observation, Observed
    from analysis.state.audits import Audit
    from analysis.state.database import State
    from analysis.store import Store

CELLS = 24
"""Intersections that are compared, at most; the smallest are counted only."""


@dataclass(frozen=True)
class Report:
    """A report: its body as JSON, and the hash of the data that it rests on."""

    body: dict[str, Any]
    digest: str


def examine(store: Store, spec: Spec, state: State | None = None) -> Report:
    """Make the report that a specification asks for; the same data and specification give the same report.

    Parameters
    ----------
    state : State or None
        Holds the queue that a specification may name.

    Raises
    ------
    ValueError
        If the reference is none of the groups, or there is no such queue or metric.
    """
    spec = values.named(store, spec)
    review = reviewed.of(state, spec.queue, spec.outcome) if state is not None and spec.queue else None
    seen = observe.observe(store, spec, review)
    main = _compare(seen, spec, seen.all, spec.reference, spec.groups.only)
    parts = {"groups": main}
    if spec.groups.also:
        turned = [replace(one, group=one.also, also=one.group) for one in seen.all]
        parts["also"] = _compare(seen, spec, turned, "", ())
        parts["intersections"] = _compare(seen, spec, _crossed(seen.all), "", ())
    found, verdict = main["found"], main["verdict"]
    also = fields.title(spec.groups.also).replace("_", " ") if spec.groups.also else ""
    said = sentence(verdict, found, seen, spec) + (beside(also, parts["also"]["verdict"]) if also else "")
    body: dict[str, Any] = {
        "name": spec.name, "title": spec.title or _title(spec), "verdict": asdict(verdict),
        "sentence": said, "design": spec.design, "design_words": DESIGNS[spec.design],
        "outcome": spec.outcome.words, "better": "lower" if spec.outcome.ranking else spec.outcome.better,
        "measure": found.measure if found else "", "unit": seen.unit,
        "attribute": spec.groups.words, "also_title": also,
        "system": seen.about, "frame": _frame(seen, spec), "coverage": _coverage(seen, spec),
        **{name: _part(part, seen, spec) for name, part in parts.items()},
        "local_law_144": _local_law(seen, spec) if spec.local_law_144 else None,
        "reviewers": spec.reviewers, "notes": spec.notes, "spec": spec.text,
    }  # fmt: skip
    if review is not None:
        body["frame"]["plan"] = review.plan
        body["reviewers"] = " ".join([*review.people, spec.reviewers]).strip()
    body["limits"] = limits(verdict, found, seen, spec)
    return Report(json.loads(json.dumps(body, allow_nan=False)), seen.digest)  # as it will be when it is read again


def run(store: Store, state: State, spec: Spec, *, who: str) -> Audit:
    """Make a report and freeze it: a new version, unless specification and data are those of the last one."""
    report = examine(store, spec, state)
    return audits.freeze(state, spec.name, spec.text, report.body, report.digest, who=who)


def _compare(
    seen: Observed, spec: Spec, every: Sequence[Observation], reference: str, only: Sequence[str]
) -> dict[str, Any]:
    kept, reference, left = compared.chosen(every, only, reference)
    found = _design(kept, reference, seen, spec) if kept and any(one.group == reference for one in kept) else None
    verdict = conclude(found) if found is not None else Verdict(UNMEASURED)
    return {"found": found, "verdict": verdict, "left": left}


def _design(kept: Sequence[Observation], reference: str, seen: Observed, spec: Spec) -> Comparison:
    if spec.design == BLOCKS:
        ranks, better = bool(spec.outcome.ranking), spec.outcome.better
        return designs.within_blocks(kept, reference, ranks=ranks, better=better, seed=spec.seed)
    if spec.design == PAIRS:
        return designs.matched(kept, reference, rate=seen.rate)
    return designs.independent(kept, reference, rate=seen.rate, seed=spec.seed)


def _part(part: dict[str, Any], seen: Observed, spec: Spec) -> dict[str, Any]:
    found: Comparison | None = part["found"]
    shown = asdict(found) if found is not None else {"rows": [], "tests": []}
    return shown | {
        "verdict": asdict(part["verdict"]), "sentence": sentence(part["verdict"], found, seen, spec),
        "left_out": [asdict(one) for one in part["left"]],
    }  # fmt: skip


def _crossed(every: Sequence[Observation]) -> list[Observation]:
    """Put each into the intersection of its two groups; where either is unknown it is unknown."""
    crossed = [
        replace(one, group=f"{one.group} · {one.also}" if observe.UNKNOWN not in (one.group, one.also)
                else observe.UNKNOWN)
        for one in every
    ]  # fmt: skip
    largest = {group for group, _ in Counter(one.group for one in crossed).most_common(CELLS)}
    return [one for one in crossed if one.group in largest]


def _frame(seen: Observed, spec: Spec) -> dict[str, Any]:
    return {
        "sentence": spec.filter.sentence(), "conditions": spec.filter.texts(), "records": seen.records,
        "observations": len(seen.all), "measured": sum(one.value is not None for one in seen.all),
        "unread": seen.unread, "seed": spec.seed, "probability": spec.probability,
        "plan": f"sampled with the probabilities of {spec.probability}, weighted back to production"
        if spec.probability else f"a sample, drawn at random with the seed, of {seen.every:,} records"
        if seen.every > seen.records else "every record of the filter; no sample was drawn",
    }  # fmt: skip


def _coverage(seen: Observed, spec: Spec) -> dict[str, Any]:
    known = sum(one.group != observe.UNKNOWN for one in seen.all)
    groups = spec.groups
    return {
        "by": f"the field {groups.by}" if groups.by else f"words of the {groups.in_} that mention a {groups.mentioned}",
        "inferred": bool(groups.mentioned), "known": known, "of": len(seen.all), "provenance": seen.provenance,
        "checked": None if seen.checked is None else {"agree": seen.checked[0], "of": seen.checked[1]},
    }  # fmt: skip


def _local_law(seen: Observed, spec: Spec) -> dict[str, Any]:
    better = "lower" if spec.outcome.ranking else spec.outcome.better
    titles = spec.groups.words, fields.title(spec.groups.also).replace("_", " ") if spec.groups.also else ""
    return local_law.tables(seen.all, rate=seen.rate, better=better, titles=titles)


def _title(spec: Spec) -> str:
    return f"{spec.outcome.words[:1].upper()}{spec.outcome.words[1:]} by {spec.groups.words}"
